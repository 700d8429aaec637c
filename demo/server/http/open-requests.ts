import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'

const LOOK_MS = 20

/** The requests that are being answered. */
export interface OpenRequests {
  add(req: IncomingMessage, res: ServerResponse): void
  /** Ends the feeds, as if they had nothing more to say: their clients come back, and meet another server. */
  endFeeds(): void
  /** Waits until no request is open, but not for longer than this. */
  untilNone(ms: number): Promise<void>
}

export function createOpenRequests(): OpenRequests {
  const open = new Map<ServerResponse, IncomingMessage>()
  return {
    add(req, res) {
      open.set(res, req)
      res.once('close', () => open.delete(res))
    },
    endFeeds() {
      for (const [res, { method }] of open) if (method === 'GET' && res.headersSent) res.end()
    },
    async untilNone(ms) {
      for (let waited = 0; open.size > 0 && waited < ms; waited += LOOK_MS) await wait(LOOK_MS)
    },
  }
}
