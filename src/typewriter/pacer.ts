/** How fast a {@link createPacer} goes. */
export interface PacerOptions {
  /** Characters a second, or as the text comes. @default 'auto' */
  speed?: 'auto' | number | undefined
  /** The longest, in milliseconds, that `'auto'` may hold text back. @default 1000 */
  maxDelay?: number | undefined
}

/** Says how many characters are due; it is told what happens, and knows neither clock nor text. */
export interface Pacer {
  /** Text has come; `now` in milliseconds, `backlog` in UTF-16 units with it. */
  arrive(now: number, backlog: number): void
  /** No more text comes. */
  end(backlog: number): void
  /** How many of the backlog's units are due, `elapsed` milliseconds after the last frame. */
  frame(elapsed: number, backlog: number): number
  /** So many of the backlog's units were shown: fewer than were due, where a grapheme would be split. */
  shown(count: number): void
}

/** Chunks that come closer together than this count as one. */
const SAME_CHUNK_MS = 4
/** The gap between chunks that is assumed before any was seen. */
const FIRST_GAP_MS = 200
/** The backlog is planned to last a little longer than until the next chunk is due. */
const MARGIN = 1.25
/** Shorter plans than this would show every chunk as the jump that it is. */
const MIN_DELAY_MS = 80
/** Slower than this does not look like typing, but like a fault. */
const MIN_SPEED = 20
/** The tail, when the stream has ended: 300 ms, with the frame that it ends in, at 30 Hz too. */
const TAIL_MS = 266
/** The speed keeps this share of its difference to the planned one at every millisecond: 0.65 in a frame of 60 Hz. */
const INERTIA = 0.97448
/** The longest that text is held back, unless the caller says. */
export const MAX_DELAY_MS = 1000
/** After so long all is due. A number, as Infinity can't be taken from a `maxDelay` of Infinity. */
export const FOREVER_MS = 1e99

/**
 * Creates a pacer: an even hand for any pace of the text.
 *
 * It takes the network for bursty, measures how far apart chunks come, and plans for the backlog to be shown just after the next
 * one is due. A smooth stream so lags little, bursts are spread, and nothing waits longer than `maxDelay`. The speed is planned
 * anew only when text comes, so that there is no tail that slows down for ever; it follows its plan in a way that does not
 * depend on the frame rate; and the time of a late frame is made up for.
 *
 * @throws {RangeError} where `speed` or `maxDelay` is not a positive number
 */
export function createPacer({ speed = 'auto', maxDelay = MAX_DELAY_MS }: PacerOptions = {}): Pacer {
  if (speed !== 'auto' && !(speed > 0)) throw new RangeError(`Cannot type at this speed: ${String(speed)}`)
  if (!(maxDelay > 0)) throw new RangeError(`Cannot type with this maxDelay: ${String(maxDelay)}`)
  let lastArrival: number | undefined
  let gap = FIRST_GAP_MS
  let planned = 0 // characters a second
  let current = 0
  let credit = 1 // characters; the first is due at once
  let promises: { units: number; leftMs: number }[] = [] // so much of the backlog in that time

  return {
    arrive(now, backlog) {
      lastArrival ??= now
      const seen = Math.min(now - lastArrival, 1.2 * maxDelay)
      if (seen >= SAME_CHUNK_MS) {
        lastArrival = now
        // Slower chunks are believed at once, faster ones only when they go on
        gap += (seen - gap) * (seen > gap ? 0.6 : 0.1)
      }
      planned = (1000 * backlog) / Math.min(Math.max(MARGIN * gap, MIN_DELAY_MS), maxDelay)
      current ||= planned
    },
    end(backlog) {
      planned = current = Math.max(current, (1000 * backlog) / TAIL_MS)
    },
    frame(elapsed, backlog) {
      elapsed = Math.max(elapsed, 1)
      current += (planned - current) * (1 - INERTIA ** elapsed)
      let charsPerSecond = Math.max(current, MIN_SPEED)
      // What has come since the last frame has one deadline
      if (backlog > (promises.at(-1)?.units ?? 0)) promises.push({ units: backlog, leftMs: maxDelay })
      for (const promise of promises) {
        // A slower plan, for what came later, takes nothing back that was promised before
        charsPerSecond = Math.max(charsPerSecond, (1000 * promise.units) / Math.max(promise.leftMs, elapsed))
        promise.leftMs -= elapsed
      }
      if (speed !== 'auto') charsPerSecond = speed
      // More than the backlog is not saved up: what comes after a silence is paced like all else
      credit = Math.min(credit + (charsPerSecond * elapsed) / 1000, backlog)
      return Math.floor(credit)
    },
    shown(count) {
      credit -= count
      for (const promise of promises) promise.units -= count
      promises = promises.filter(({ units }) => units > 0)
    },
  }
}
