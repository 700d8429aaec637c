import { abortable } from './abort.ts'

/** How long the second request may take; a server that is silent has not forbidden anything. */
const PROBE_TIMEOUT_MS = 5000

/**
 * Why a GET that failed without an answer would fail every time, in words; `undefined` where waiting may mend it.
 *
 * `fetch` rejects with the same error whether nobody answered or the answer is one that CORS keeps from the page. A request in
 * mode `no-cors` gets an opaque answer where the server is there at all, so it tells the two apart. It carries no cookies, and
 * is over when its headers have come.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model "unless the user agent knows that to be futile"
 */
export async function whyFutile(url: URL, signal: AbortSignal): Promise<string | undefined> {
  // Only behind HTTP lies a network that may come back
  if (!/^https?:$/.test(url.protocol)) return `nothing to stream from: ${url.href}`
  // Outside pages and workers there is no CORS. A frame without an address of its own has another's origin; its location does
  // not say whose, but other than the global `origin` no page can put something else in its place
  const { origin } = globalThis.location ?? {}
  const own = origin === 'null' ? globalThis.origin : origin
  if (!own || own === url.origin) return undefined
  const probe = new AbortController()
  const timer = setTimeout(() => probe.abort(), PROBE_TIMEOUT_MS)
  try {
    await abortable(fetch(url, { mode: 'no-cors', credentials: 'omit', cache: 'no-store', signal: probe.signal }), signal)
    return `CORS does not allow this origin, or a header such as Last-Event-ID: ${own}`
  } catch {
    return undefined
  } finally {
    clearTimeout(timer)
    probe.abort()
  }
}
