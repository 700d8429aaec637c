/** How long the second request may take. */
const PATIENCE_MS = 5000

/**
 * Why a request to another origin got no answer: `fetch` fails in the same way whether nobody answered or the answer lacks the
 * CORS headers that would let this page read it.
 *
 * A GET is sent once more in mode `no-cors`: its answer is opaque, but that there is one tells the two apart. Another method is
 * not sent again, for the server may have run it.
 */
export async function whyBlocked(url: string, method: string, signal: AbortSignal): Promise<'cors' | 'nobody' | 'both'> {
  if (method !== 'GET') return 'both'
  const probe = new AbortController()
  const end = (): void => probe.abort()
  const timer = setTimeout(end, PATIENCE_MS)
  signal.addEventListener('abort', end)
  try {
    await fetch(url, { mode: 'no-cors', credentials: 'omit', cache: 'no-store', signal: probe.signal })
    return 'cors'
  } catch {
    return 'nobody'
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', end)
    // The answer may be a stream: it is over when its head has come
    probe.abort()
  }
}
