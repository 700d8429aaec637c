/** The longest that a timer takes: 2³¹−1 ms. More than that, as a server's `retry: 9999999999`, would fire at once. */
export const MAX_TIMEOUT = 2 ** 31 - 1

/**
 * Waits before the next attempt: until the time is up, and, where the machine knows to be offline, until it is online again,
 * so that no attempt is burnt on a network that isn't there.
 *
 * Resolves at once where the signal is aborted; the caller asks the signal.
 */
export function waitToRetry(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    let timer: ReturnType<typeof setTimeout> | undefined

    function done() {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      globalThis.removeEventListener?.('online', done)
      resolve()
    }

    if (signal.aborted) return resolve()
    signal.addEventListener('abort', done)
    timer = setTimeout(() => {
      if (globalThis.navigator?.onLine === false) globalThis.addEventListener('online', done)
      else done()
    }, Math.min(delayMs, MAX_TIMEOUT))
  })
}
