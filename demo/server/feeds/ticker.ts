import { setTimeout as wait } from 'node:timers/promises'
import type { Store } from '../store/store.ts'
import type { Source } from './feed.ts'
import { quote } from './quotes.ts'

const LOG = 'feed:ticker'
const KEPT = 600
const LIMITS = { maxEntries: KEPT, ttlMs: 10 * 60_000 }
/** How many of the last quotes somebody gets who has seen none. */
const RECENT = 120

/**
 * A stock ticker: an event `quote` in every period, by the clock.
 *
 * A quote is a function of its tick's number, and its id is its tick's time. So any number of servers may write the same ticker,
 * without one that leads: the first one's entry stays, the others' are refused. And nothing has to tick while nobody listens: the
 * first reader who comes finds written what was due meanwhile, also after all servers were down.
 */
export function createTicker(store: Store, periodMs: number): Source {
  let readers = 0
  let running: { filled: Promise<unknown>; stop: () => void } | undefined

  async function welcome(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    readers++
    signal.addEventListener('abort', leave, { once: true })
    running ??= start()
    await running.filled
  }

  function leave(): void {
    if (--readers > 0) return
    running?.stop()
    running = undefined
  }

  function start(): { filled: Promise<unknown>; stop: () => void } {
    const controller = new AbortController()
    // A store that fails will be asked again how far the ticker is
    const filled = writeDue().catch(() => undefined)
    void tick(filled, controller.signal)
    return { filled, stop: () => controller.abort() }
  }

  async function tick(filled: Promise<number | undefined>, signal: AbortSignal): Promise<void> {
    for (let due = filled; !signal.aborted;) {
      const next = await due
      await wait(periodMs - Date.now() % periodMs, undefined, { signal }).catch(() => {})
      if (!signal.aborted) due = writeDue(next).catch(() => undefined)
    }
  }

  /** Writes all ticks that are due, from this one on, or else after the last one that is written: a timer may be late. */
  async function writeDue(next?: number): Promise<number> {
    const from = next ?? await afterLast()
    const now = tickAt(Date.now())
    for (let number = Math.max(from, now - KEPT + 1); number <= now; number++) {
      const time = number * periodMs
      await store.append(LOG, JSON.stringify(quote(number, time)), LIMITS, `${time}-0`)
    }
    return Math.max(from, now + 1)
  }

  async function afterLast(): Promise<number> {
    const kept = await store.bounds(LOG)
    return kept ? tickAt(Number.parseInt(kept.last)) + 1 : 0
  }

  function tickAt(ms: number): number {
    return Math.floor(ms / periodMs)
  }

  return { log: LOG, type: 'quote', recentMs: RECENT * periodMs, welcome }
}
