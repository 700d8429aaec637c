import type { Routes } from '../http/routes.ts'
import type { Store } from '../store/store.ts'
import { sendEvents } from './events.ts'
import { createFeed, type Source } from './feed.ts'
import { answerLog } from './log.ts'
import { createRoom } from './room.ts'
import { createTicker } from './ticker.ts'

/** What feeds are made of. */
export interface FeedsSetup {
  store: Store
  /** Milliseconds between two events of `/events`. The ticker has two quotes in this time, and readers come back after three of it. */
  interval: number
  /** Hears that a client of `/events` has left. */
  onEnd: () => void
}

/** Makes the handlers of all feeds. */
export function createFeeds({ store, interval, onEnd }: FeedsSetup): Routes {
  const feed = (source: Source): Routes[string] => ({ GET: createFeed(store, 3 * interval, source) })
  return {
    '/events': { GET: (req, res) => sendEvents(req, res, interval, onEnd) },
    '/feeds/ticker': feed(createTicker(store, Math.max(10, Math.round(interval / 2)))),
    '/feeds/log': feed(answerLog),
    '/feeds/room': feed(createRoom(store)),
  }
}
