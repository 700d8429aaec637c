import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createChat } from './chat.ts'
import { sendEvents } from './events.ts'
import { HttpError, sendError, sendText } from './http-error.ts'
import { findFile, packageRoot } from './static.ts'
import { readUpstream } from './upstream.ts'

/** What the demo's server can be told. */
export interface DemoOptions {
  /** Where `OPENAI_API_KEY`, `OPENAI_BASE_URL` and `OPENAI_MODEL` are looked up. Default: nowhere, so our own model answers. */
  env?: Record<string, string | undefined>
  /** Multiplies every wait of our own model; 0 for none. Default 1. */
  pace?: number
  /** Milliseconds between two events of `/events`. Default 1000. */
  interval?: number
  /** The package's folder, with `demo/page`, `demo/build/page` and `dist` in it. Default: found from this file. */
  root?: string
  /** Hears that a stream is over, and whether it was sent to its end. */
  onStreamEnd?: (kind: 'chat' | 'events', complete: boolean) => void
}

const PAGE_HEADERS = {
  // Everything comes from here. The SDK styles by CSSOM, which needs no 'unsafe-inline'
  'Content-Security-Policy': "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-cache',
}

/**
 * Makes the demo's server: the page, `/events` and `/api/chat`. It does not listen yet.
 *
 * @throws {Error} if the environment names a model server in a way that cannot be used
 */
export function createDemoServer(options: DemoOptions = {}): Server {
  const { env = {}, pace = 1, interval = 1000, root = packageRoot(), onStreamEnd = () => {} } = options
  const chat = createChat({ upstream: readUpstream(env), pace, onEnd: complete => onStreamEnd('chat', complete) })

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const path = pathOf(req)
    if (path === '/events') {
      if (allows(req, res, ['GET', 'HEAD'])) sendEvents(req, res, interval, () => onStreamEnd('events', false))
    } else if (path === '/api/chat') {
      if (allows(req, res, ['POST'])) await chat(req, res)
    } else {
      await sendFile(req, res, path)
    }
  }

  async function sendFile(req: IncomingMessage, res: ServerResponse, path: string): Promise<void> {
    const file = await findFile(root, path === '/' ? '/index.html' : path)
    if (!file) {
      if (path === '/') sendText(res, 500, 'Cannot read the page: demo/page/index.html')
      else sendText(res, 404, 'Not found')
    } else if (allows(req, res, ['GET', 'HEAD'])) {
      res.writeHead(200, { ...PAGE_HEADERS, 'Content-Type': file.type, 'Content-Length': file.body.length })
      res.end(req.method === 'HEAD' ? undefined : file.body)
    }
  }

  return createServer((req, res) => {
    // A write to a client that has just left is reported here; an error without a listener would end the process
    res.on('error', () => {})
    answer(req, res).catch((error: unknown) => fail(res, error))
  })
}

/** The path as the client wrote it, without the query. A proxy may send the whole URL. */
function pathOf(req: IncomingMessage): string {
  return (req.url ?? '').replace(/^https?:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '')
}

function allows(req: IncomingMessage, res: ServerResponse, methods: string[]): boolean {
  if (methods.includes(req.method ?? '')) return true
  const allow = methods.join(', ')
  sendText(res, 405, `Cannot ${req.method} here: only ${allow}`, { Allow: allow })
  return false
}

/** Says what went wrong, if there is still somebody to say it to. */
function fail(res: ServerResponse, error: unknown): void {
  if (res.closed || res.headersSent) {
    // In the middle of an answer a broken connection is the only thing that cannot be taken for its end
    res.destroy()
  } else if (error instanceof HttpError) {
    sendError(res, error.status, error.message)
  } else {
    console.error(error)
    sendError(res, 500, 'Cannot answer: the server failed')
  }
}
