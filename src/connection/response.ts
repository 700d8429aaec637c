/** How much of a refused answer's body is kept, and how long it may take: enough for any error text. */
const BODY_SIZE = 64 * 1024
const BODY_TIMEOUT_MS = 2000

/**
 * Settles as the promise does, or rejects with the signal's reason as soon as that is aborted: a `fetch` of the app's own, or
 * its response's body, need not know of the signal. A response that comes too late is cancelled.
 */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort)
    promise
      .finally(() => signal.removeEventListener('abort', onAbort))
      .then(value => {
        if (signal.aborted && value instanceof Response) value.body?.cancel().catch(() => {})
        resolve(value)
      }, error => reject(signal.aborted ? signal.reason : error))
  })
}

/** The first 64 KiB of a body as text, or what came of it in two seconds; then the rest is cancelled. */
export async function readStart(response: Response, signal: AbortSignal): Promise<string> {
  const reader = response.body?.getReader()
  if (!reader) return ''
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  const cancel = () => void reader.cancel().catch(() => {})
  const timer = setTimeout(cancel, BODY_TIMEOUT_MS)
  try {
    while (size < BODY_SIZE && !signal.aborted) {
      const { done, value } = await reader.read()
      if (done) break
      text += decoder.decode(value.subarray(0, BODY_SIZE - size), { stream: true })
      size += value.length
    }
  } catch {
    // The connection broke: what came of the body still tells more than nothing
  }
  clearTimeout(timer)
  cancel()
  return text + decoder.decode()
}
