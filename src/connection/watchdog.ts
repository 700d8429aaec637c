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
  /** No wait comes any more. */
  close: () => void
}

/**
 * Creates a watchdog that barks when one wait lasts longer than `limitMs`; 0 never barks.
 *
 * Its timer is set again only when it fires, not at every wait: a stream has thousands of chunks a second. Where the machine
 * slept or the page was frozen, the wait begins anew: bytes that came meanwhile are about to be read. A hidden tab's throttled
 * timers look like short sleeps, so those count once a wait.
 */
export function createWatchdog(limitMs: number, onExpire: () => void): Watchdog {
  let stopTimer: (() => void) | undefined
  let waitingSince: number | undefined
  let extended = false

  function set(delayMs: number) {
    stopTimer = startTimer(delayMs, Math.min(limitMs, SLEPT_MS), check)
  }

  function check(lateMs: number) {
    stopTimer = undefined
    if (waitingSince === undefined) return
    if (lateMs > (extended ? THROTTLED_MS : 0)) {
      extended = true
      waitingSince = performance.now()
    }
    const leftMs = waitingSince + limitMs - performance.now()
    if (leftMs > 0) set(leftMs)
    else onExpire()
  }

  return {
    start() {
      if (!(limitMs > 0)) return
      waitingSince = performance.now() // which no clock that is put back disturbs
      extended = false
      if (!stopTimer) set(limitMs)
    },
    stop() {
      waitingSince = undefined
    },
    close() {
      waitingSince = undefined
      stopTimer?.()
      stopTimer = undefined
    },
  }
}
