import { onPageCache } from './page-cache.ts'
import { startTimer } from './timer.ts'

/** The longest wait: 2³¹−1 ms, the longest that a timer of the platform takes; a server's `retry:` may ask for more. */
const MAX_WAIT_MS = 2 ** 31 - 1
/** A timer that is later than this was slept through; or its tab is hidden and it throttled, which is as good a reason to try. */
const SLEPT_MS = 5000

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
    if (signal.aborted) return resolve()
    const start = Date.now()
    const longestMs = Math.min(delayMs, MAX_WAIT_MS)
    const shortestMs = Math.min(floorMs, longestMs)
    const over = new AbortController()
    const untilOver = { signal: over.signal }
    let stopTimer: () => void

    // A task at least, as without one a policy that says 0 leaves the page no turn
    function set(ms: number) {
      stopTimer = startTimer(ms, SLEPT_MS, lateMs => (lateMs ? wake() : end()))
    }

    function wake(isOnline?: true) {
      const passedMs = Math.max(0, Date.now() - start) // a clock may be put back
      stopTimer()
      if (passedMs < shortestMs) set(shortestMs - passedMs)
      else end(isOnline)
    }

    function end(isOnline = globalThis.navigator?.onLine !== false) {
      if (isOnline) done() // else `online` is to come
    }

    function done() {
      stopTimer()
      over.abort()
      resolve()
    }

    set(longestMs)
    signal.addEventListener('abort', done, untilOver)
    globalThis.addEventListener?.('online', () => wake(true), untilOver)
    onPageCache('pageshow', () => wake(), over.signal)
  })
}
