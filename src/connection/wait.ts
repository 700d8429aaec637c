/** The longest that a timer takes: 2³¹−1 ms. More than that, as a server's `retry: 9999999999`, would fire at once. */
export const MAX_TIMEOUT = 2 ** 31 - 1

/**
 * Waits before the next attempt: until the time is up, and, where the machine knows to be offline, until it is online again,
 * so that no attempt is burnt on a network that isn't there.
 *
 * Resolves at once where the signal is aborted; the caller asks the signal. A page that returns from the back/forward cache,
 * where timers stand still, waits no longer than `floorMs` in all, which is what the server asked for.
 */
export function waitToRetry(delayMs: number, signal: AbortSignal, floorMs = 0): Promise<void> {
  return new Promise(resolve => {
    const start = Date.now()
    const over = new AbortController()
    const untilOver = { signal: over.signal }
    let timer: ReturnType<typeof setTimeout> | undefined

    function wait(ms: number) {
      clearTimeout(timer)
      timer = setTimeout(() => {
        if (globalThis.navigator?.onLine === false) globalThis.addEventListener('online', done, untilOver)
        else done()
      }, Math.min(ms, MAX_TIMEOUT))
    }

    function done() {
      clearTimeout(timer)
      over.abort()
      resolve()
    }

    if (signal.aborted) return resolve()
    signal.addEventListener('abort', done, untilOver)
    globalThis.addEventListener?.('pageshow', ({ persisted }) => {
      if (persisted) wait(Math.min(floorMs, delayMs) - (Date.now() - start))
    }, untilOver)
    wait(delayMs)
  })
}
