/**
 * Calls back when the page goes into the back/forward cache, until the signal is aborted: a connection that is open then is cut
 * by the browser, or keeps the page out of the cache. Where there is no page it is never called.
 *
 * @see https://html.spec.whatwg.org/multipage/nav-history-apis.html#dom-pagetransitionevent-persisted
 */
export function onPageCached(callback: () => void, signal: AbortSignal): void {
  globalThis.addEventListener?.('pagehide', ({ persisted }) => persisted && callback(), { signal })
}
