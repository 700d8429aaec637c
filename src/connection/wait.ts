import { startTimer } from './timer.ts'

/** The longest wait: 2³¹−1 ms, the longest that a timer of the platform takes; a server's `retry:` may ask for more. */
const MAX_WAIT_MS = 2 ** 31 - 1

/**
 * Waits before the next attempt: until the time is up, and, where the machine knows to be offline, until it is online again,
 * so that no attempt is burnt on a network that isn't there.
 *
 * Resolves at once where the signal is aborted; the caller asks the signal. What changes the world ends our own wait: the
 * network is back, the page returns from the back/forward cache, the machine wakes. None of them undercuts `floorMs`, which is
 * what the server asked for.
 */
export function waitToRetry(delayMs: number, signal: AbortSignal, floorMs = 0): Promise<void> {
  return new Promise(resolve => {
    const start = Date.now()
    const longest = Math.min(delayMs, MAX_WAIT_MS)
    const over = new AbortController()
    let stopTimer: (() => void) | undefined

    function wait(ms: number, isOnline = globalThis.navigator?.onLine !== false) {
      stopTimer?.()
      if (ms > 0) stopTimer = startTimer(ms, () => wait(0), () => wake())
      else if (isOnline) done() // else `online` is to come
    }

    function wake(isOnline?: true) {
      wait(Math.min(longest, floorMs) - (Date.now() - start), isOnline)
    }

    function done() {
      stopTimer?.()
      over.abort()
      resolve()
    }

    if (signal.aborted) return resolve()
    const untilOver = { signal: over.signal }
    signal.addEventListener('abort', done, untilOver)
    globalThis.addEventListener?.('online', () => wake(true), untilOver)
    globalThis.addEventListener?.('pageshow', ({ persisted }) => persisted && wake(), untilOver)
    wait(longest)
  })
}
