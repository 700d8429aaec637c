import type { IncomingMessage, ServerResponse } from 'node:http'
import { readBody } from './body.ts'
import { parseChatRequest } from './chat-request.ts'
import { generate } from './completion.ts'
import { HttpError } from './http-error.ts'
import { closeSignal } from './sse.ts'
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

/** Makes the handler of `POST /api/chat`. */
export function createChat({ upstream, pace, onEnd }: ChatSetup): (req: IncomingMessage, res: ServerResponse) => Promise<void> {
  return async (req, res) => {
    refuseStrangers(req)
    const signal = closeSignal(res)
    const request = parseChatRequest(await readBody(req, BODY_LIMIT))

    let complete = false
    try {
      if (upstream) await passOn(req, res, request, upstream, signal)
      else await generate(res, request, pace, signal)
      complete = true
    } catch (error) {
      // A client that leaves is how many an answer ends, not a fault
      if (!signal.aborted) throw error
    } finally {
      onEnd(complete)
    }
  }
}

/**
 * A page of another site can post here from its visitor's browser: it could not read the answer, but the owner of the
 * key would pay for it. Browsers say where a request comes from; other clients say nothing and are welcome.
 */
function refuseStrangers(req: IncomingMessage): void {
  const site = req.headers['sec-fetch-site'] ?? 'none'
  if (site !== 'same-origin' && site !== 'none') throw new HttpError(403, `Cannot answer a page of another origin: ${site}`)
}
