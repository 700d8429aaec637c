import type { Routes } from '../http/routes.ts'
import type { Store } from '../store/store.ts'
import { sendEvents } from './events.ts'

/** What feeds are made of. */
export interface FeedsSetup {
  store: Store
  /** Milliseconds between two events of `/events`. */
  interval: number
  /** Hears that a client of `/events` has left. */
  onEnd: () => void
}

/** Makes the handlers of all feeds. */
export function createFeeds({ interval, onEnd }: FeedsSetup): Routes {
  return {
    '/events': { GET: (req, res) => sendEvents(req, res, interval, onEnd) },
  }
}
