import type { IncomingMessage, ServerResponse } from 'node:http'
import { readBody } from '../http/body.ts'
import { HttpError } from '../http/http-error.ts'
import type { Handler, Routes } from '../http/routes.ts'
import { closeSignal, formatEvent, openStream, write } from '../http/sse.ts'
import { completion, streamCompletion } from './completion.ts'
import { parseChatRequest, type ChatRequest } from './request.ts'
import { passOn, type Upstream } from './upstream.ts'

const BODY_LIMIT = 1024 * 1024

/** What a chat handler is made of. */
export interface ChatSetup {
  /** The model server to pass requests on to; without one our own model answers. */
  upstream: Upstream | undefined
  /** Multiplies every wait of our own model. */
  pace: number
  /** Hears that an answer is over, and whether it was sent to its end. */
  onEnd: (complete: boolean) => void
}

/** Makes the handler of `/api/chat`. */
export function createChat({ upstream, pace, onEnd }: ChatSetup): Routes {
  const post: Handler = async (req, res) => {
    refuseStrangers(req)
    const signal = closeSignal(res)
    const request = parseChatRequest(await readBody(req, BODY_LIMIT))

    let complete = false
    try {
      if (upstream) await passOn(req, res, request, upstream, signal)
      else await generate(res, request, signal)
      complete = true
    } catch (error) {
      // A client that leaves is how many an answer ends, not a fault
      if (!signal.aborted) throw error
    } finally {
      onEnd(complete)
    }
  }

  /** Answers with our own model: a stream, or one document. */
  async function generate(res: ServerResponse, request: ChatRequest, signal: AbortSignal): Promise<void> {
    if (!request.stream) {
      const document = await completion(request, pace, signal)
      res.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }).end(JSON.stringify(document))
      return
    }
    // no-transform: a proxy that compressed the stream would hold it back to do so
    openStream(res, { 'Cache-Control': 'no-cache, no-transform' })
    for await (const data of streamCompletion(request, pace, signal)) await write(res, formatEvent({ data }), signal)
    res.end()
  }

  return { '/api/chat': { POST: post } }
}

/**
 * A page of another site can post here from its visitor's browser: it could not read the answer, but the owner of the
 * key would pay for it. Browsers say where a request comes from; other clients say nothing and are welcome.
 */
export function refuseStrangers(req: IncomingMessage): void {
  const site = req.headers['sec-fetch-site'] ?? 'none'
  if (site !== 'same-origin' && site !== 'none') throw new HttpError(403, `Cannot answer a page of another origin: ${site}`)
}
