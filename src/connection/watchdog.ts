import { StreamError } from '../errors.ts'
import { startTimer } from './timer.ts'

/** A timer that is later than this was slept through … */
const SLEPT_MS = 1000
/** … or is one of a hidden tab, which engines let fire once a minute. */
const THROTTLED_MS = 61_000

/** Watches over waits of one kind; see {@link createWatchdog}. */
export interface Watchdog {
  /** A wait begins. */
  start: () => void
  /** What was waited for has come. */
  stop: () => void
}

/**
 * Creates a watchdog that aborts an attempt, by a `timeout`, when one wait lasts longer than `limitMs`; 0 never does. It is off once
 * the attempt is aborted, by whomever.
 *
 * Its timer is set again only when it fires, not at every wait: a stream has thousands of chunks a second. Where the machine
 * slept or the page was frozen, the wait begins anew: bytes that came meanwhile are about to be read. A hidden tab's throttled
 * timers look like short sleeps, so those count once a wait.
 *
 * @param what the beginning of the error's message, before the limit
 */
export function createWatchdog(limitMs: number, attempt: AbortController, what: string): Watchdog {
  let stopTimer: (() => void) | undefined
  let waitingSince: number | undefined
  let extended = false

  function check(lateMs: number) {
    stopTimer = undefined
    if (waitingSince === undefined) return
    if (lateMs > (extended ? THROTTLED_MS : 0)) {
      extended = true
      waitingSince = performance.now()
    }
    const leftMs = waitingSince + limitMs - performance.now()
    if (leftMs > 0) stopTimer = startTimer(leftMs, Math.min(limitMs, SLEPT_MS), check)
    else attempt.abort(new StreamError('timeout', `${what} ${limitMs} ms`))
  }

  attempt.signal.addEventListener('abort', () => stopTimer?.())
  return {
    start() {
      if (!(limitMs > 0)) return
      waitingSince = performance.now() // which no clock that is put back disturbs
      extended = false
      if (!stopTimer) check(0)
    },
    stop() {
      waitingSince = undefined
    },
  }
}
