import { MAX_TIMEOUT } from './wait.ts'

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
 * Its timer is set again only when it fires, not at every wait: a stream has thousands of chunks a second. A timer that fires
 * far too late tells that the machine slept or the page was frozen: the wait begins anew then, as bytes that came meanwhile
 * are about to be read.
 */
export function createWatchdog(limitMs: number, onExpire: () => void): Watchdog {
  let timer: ReturnType<typeof setTimeout> | undefined
  let waitingSince: number | undefined

  function set(delayMs: number) {
    const due = Date.now() + delayMs
    timer = setTimeout(() => check(Date.now() - due), Math.min(delayMs, MAX_TIMEOUT))
  }

  function check(lateMs: number) {
    timer = undefined
    if (waitingSince === undefined) return
    if (lateMs > limitMs) waitingSince = Date.now()
    const leftMs = waitingSince + limitMs - Date.now()
    if (leftMs > 0) set(leftMs)
    else onExpire()
  }

  return {
    start() {
      if (!(limitMs > 0)) return
      waitingSince = Date.now()
      if (timer === undefined) set(limitMs)
    },
    stop() {
      waitingSince = undefined
    },
    close() {
      waitingSince = undefined
      clearTimeout(timer)
      timer = undefined
    },
  }
}
