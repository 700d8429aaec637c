import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A model server on this machine that answers as a test says, and counts how often it is asked. */
export interface ModelServer {
  /** For `OPENAI_BASE_URL`. */
  base: string
  /** How many requests came. */
  readonly asked: number
  close(): Promise<void>
}

export type Listener = (req: IncomingMessage, res: ServerResponse) => void | Promise<void>

/** Starts a model server on a free port. */
export async function startModelServer(listener: Listener): Promise<ModelServer> {
  let asked = 0
  const server = createServer((req, res) => {
    asked++
    void listener(req, res)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/`,
    get asked() {
      return asked
    },
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** Opens an event stream. */
export function openStream(res: ServerResponse): ServerResponse {
  return res.writeHead(200, { 'content-type': 'text/event-stream' })
}

/** An event of an answer: a chunk with this text. */
export function chunk(content: string): string {
  return `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`
}
