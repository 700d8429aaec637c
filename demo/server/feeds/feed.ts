import type { ServerResponse } from 'node:http'
import type { Handler } from '../http/routes.ts'
import { closeSignal, formatEvent, openStream, write } from '../http/sse.ts'
import { compareIds, isEntryId, type Store } from '../store/store.ts'

const HEARTBEAT_MS = 15_000
/** An id that is further ahead of the clock than this was not made by us. */
const CLOCKS_DIFFER_MS = 60_000

/** Where a feed's events come from. */
export interface Source {
  /** The log in the store; its entries are the data of the events. */
  log: string
  /** The type of the events. */
  type: string
  /** How far back a reader begins who has seen nothing yet, in ms. They get the last entry in any case. */
  recentMs: number
  /** Whether each entry is all there is to know: so everybody begins with the last one, and has missed nothing. */
  lastSaysAll?: boolean
  /** Awaited before a reader gets their first event. The signal is aborted when they leave. */
  welcome?: (signal: AbortSignal) => Promise<void>
}

/**
 * Makes the handler of a feed that all its readers share: the entries of a log, each with its id.
 *
 * Nothing is kept for a reader but their place in the log. So one who comes back goes on after their `Last-Event-ID`, on whatever
 * server has that log; and one who reads slowly costs no memory, and gets what is still kept when they are ready for it. Where
 * entries were dropped meanwhile, an event `gap` says so. It has no id: it is no entry.
 *
 * @param retry what readers are asked to wait before they reconnect, in ms
 */
export function createFeed(store: Store, retry: number, { log, type, recentMs, lastSaysAll = false, welcome }: Source): Handler {
  return async (req, res) => {
    if (req.method === 'HEAD') {
      openStream(res)
      res.end()
      return
    }
    const signal = closeSignal(res)
    try {
      // Before the stream is open: where the store is away, a status can still say so
      await welcome?.(signal)
      const place = await findPlace(req.headers['last-event-id'])
      signal.throwIfAborted()
      openStream(res)
      res.write(`retry: ${retry}\n: heartbeat\n\n`)
      const beating = setInterval(() => beat(res), HEARTBEAT_MS)
      res.once('close', () => clearInterval(beating))
      await send(res, place, signal)
    } catch (error) {
      // Readers leave, that is how every feed ends
      if (!signal.aborted) throw error
    }
  }

  /** Where a reader begins, and whether they have missed something. */
  async function findPlace(lastEventId: string | string[] | undefined): Promise<{ after: string; missed: boolean }> {
    if (!lastSaysAll && isOurs(lastEventId)) return { after: lastEventId, missed: await hasDropped(lastEventId) }
    const after = `${Date.now() - recentMs}-0`
    const { last = after } = await store.bounds(log) ?? {}
    return { after: compareIds(last, after) <= 0 ? idBefore(last) : after, missed: false }
  }

  async function send(res: ServerResponse, { after, missed }: { after: string; missed: boolean }, signal: AbortSignal): Promise<void> {
    const tellGap = (id: string): Promise<void> => write(res, formatEvent({ type: 'gap', data: JSON.stringify({ after: id }) }), signal)
    if (missed) await tellGap(after)
    let last = after
    let lagging = false
    for await (const entries of store.follow(log, after, signal)) {
      if (lagging && await hasDropped(last)) await tellGap(last)
      lagging = false
      for (const { id, text } of entries) {
        const written = write(res, formatEvent({ type, id, data: text }), signal)
        lagging ||= res.writableNeedDrain
        await written
        last = id
      }
    }
  }

  /** Whether entries after this one may have been dropped. A log that is gone, with the server that held it, says nothing else. */
  async function hasDropped(id: string): Promise<boolean> {
    if (lastSaysAll) return false
    const kept = await store.bounds(log)
    return !kept || compareIds(id, kept.first) < 0
  }
}

/** A comment now and then keeps proxies from taking a quiet connection for a dead one. */
export function beat(res: ServerResponse): void {
  // Who has stopped reading has enough to read
  if (!res.writableNeedDrain) res.write(': heartbeat\n\n')
}

/** An id that comes before this one, and after all others that do. */
function idBefore(id: string): string {
  const [ms = 0, sequence = 0] = id.split('-').map(Number)
  return sequence > 0 ? `${ms}-${sequence - 1}` : `${Math.max(0, ms - 1)}-999999999999999`
}

function isOurs(lastEventId: string | string[] | undefined): lastEventId is string {
  return typeof lastEventId === 'string' && isEntryId(lastEventId) && compareIds(lastEventId, `${Date.now() + CLOCKS_DIFFER_MS}-0`) < 0
}
