import { startTimer } from './timer.ts'

/** Watches over waits of one kind; see {@link createWatchdog}. */
export interface Watchdog {
  /** A wait begins. */
  start(): void
  /** What was waited for has come. */
  stop(): void
  /** No wait comes any more. */
  close(): void
}

/**
 * Creates a watchdog that barks when one wait lasts longer than `limitMs`; 0 never barks.
 *
 * Its timer is set again only when it fires, not at every wait: a stream has thousands of chunks a second. Where the machine
 * slept or the page was frozen, the wait begins anew: bytes that came meanwhile are about to be read.
 */
export function createWatchdog(limitMs: number, onExpire: () => void): Watchdog {
  let stopTimer: (() => void) | undefined
  let waitingSince: number | undefined

  function set(delayMs: number) {
    stopTimer = startTimer(delayMs, () => check(false), () => check(true))
  }

  function check(slept: boolean) {
    stopTimer = undefined
    if (waitingSince === undefined) return
    if (slept) waitingSince = Date.now()
    const leftMs = waitingSince + limitMs - Date.now()
    if (leftMs > 0) set(Math.min(leftMs, limitMs)) // a clock may be put back
    else onExpire()
  }

  return {
    start() {
      if (!(limitMs > 0)) return
      waitingSince = Date.now()
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
