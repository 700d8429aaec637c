import type { StreamError } from '../errors.ts'

/**
 * Calls back when the page goes into the back/forward cache, or returns from it, until the signal is aborted. A connection that is
 * open while it goes is cut by the browser, or keeps the page out of the cache. Where there is no page it is never called.
 *
 * @see https://html.spec.whatwg.org/multipage/nav-history-apis.html#dom-pagetransitionevent-persisted
 */
export function onPageCache(type: 'pagehide' | 'pageshow', callback: (event: Event) => void, signal: AbortSignal): void {
  globalThis.addEventListener?.(type, event => event.persisted && callback(event), { signal })
}

/** Whether that is why a stream broke: no network has failed. */
export function wasPageCached({ cause }: StreamError): boolean {
  return (cause as Event | undefined)?.type === 'pagehide'
}
