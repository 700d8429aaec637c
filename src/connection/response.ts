/** How much of a refused answer's body is kept, and how long it may take: enough for any error text. */
const BODY_SIZE = 64 * 1024
const BODY_TIMEOUT_MS = 2000

/** Settles as the promise does, or rejects with the signal's reason as soon as that is aborted. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    promise.finally(() => signal.removeEventListener('abort', onAbort)).then(resolve, reject)
  })
}

/** The first 64 KiB of a body as text, or what came of it in two seconds; the signal ends it. */
export async function readStart({ body }: Response, signal: AbortSignal): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let timer: ReturnType<typeof setTimeout> | undefined
  try {
    const reader = body?.getReader()
    const cancel = () => void reader?.cancel().catch(() => {})
    timer = setTimeout(cancel, BODY_TIMEOUT_MS)
    signal.addEventListener('abort', cancel)
    for (let left = BODY_SIZE; reader && left > 0;) {
      const { done, value } = await reader.read()
      if (done) break
      text += decoder.decode(value.subarray(0, left), { stream: true })
      left -= value.length
    }
  } catch {
    // The app has read it, or the connection broke: what came of it still tells more than nothing
  }
  clearTimeout(timer)
  return text
}
