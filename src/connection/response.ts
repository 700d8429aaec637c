/** How much of a refused answer's body is kept, and how long it may take: enough for any error text. */
const BODY_SIZE = 64 * 1024
const BODY_TIMEOUT_MS = 2000

/**
 * Settles as the promise does, or rejects with the signal's reason as soon as that is aborted: a `fetch` of the app's own, or
 * its response's body, need not know of the signal.
 *
 * @param onLate gets a value that comes when nobody waits for it any more
 */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal, onLate?: (value: T) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    promise
      .finally(() => signal.removeEventListener('abort', onAbort))
      .then(value => {
        if (signal.aborted) onLate?.(value)
        resolve(value)
      }, reject)
  })
}

/** Ends a response that nobody reads. */
export function cancelBody({ body }: Response): void {
  body?.cancel().catch(() => {}) // locked: somebody reads it after all
}

/** The first 64 KiB of a body as text, or what came of it in two seconds; then the rest is cancelled. */
export async function readStart({ body, bodyUsed }: Response, signal: AbortSignal): Promise<string> {
  if (!body || body.locked || bodyUsed) return ''
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  let left = BODY_SIZE
  const cancel = () => void reader.cancel().catch(() => {})
  const timer = setTimeout(cancel, BODY_TIMEOUT_MS)
  try {
    while (left > 0) {
      const { done, value } = await abortable(reader.read(), signal)
      if (done) break
      text += decoder.decode(value.subarray(0, left), { stream: true })
      left -= value.length
    }
  } catch {
    // The connection broke: what came of the body still tells more than nothing
  }
  clearTimeout(timer)
  cancel()
  return text
}
