import type { ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { Routes } from './routes.ts'

const LOOK_MS = 20

/** The requests that are being answered. */
export interface OpenRequests {
  add(path: string, res: ServerResponse): void
  /** Ends those of these feeds, as if they had nothing more to say: their clients come back, and meet another server. */
  end(feeds: Routes): void
  /** Waits until no request is open, but not for longer than this. */
  untilNone(ms: number): Promise<void>
}

export function createOpenRequests(): OpenRequests {
  const open = new Map<ServerResponse, string>()
  return {
    add(path, res) {
      open.set(res, path)
      res.once('close', () => open.delete(res))
    },
    end(feeds) {
      for (const [res, path] of open) if (Object.hasOwn(feeds, path) && res.headersSent) res.end()
    },
    async untilNone(ms) {
      for (let waited = 0; open.size > 0 && waited < ms; waited += LOOK_MS) await wait(LOOK_MS)
    },
  }
}
