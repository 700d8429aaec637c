import { StreamError } from '../errors.ts'

/**
 * Calls back when the page goes into the back/forward cache, with the error that ends its connection, until the signal is
 * aborted: a connection that is open then is cut by the browser, or keeps the page out of the cache. Where there is no page it is
 * never called.
 *
 * @see https://html.spec.whatwg.org/multipage/nav-history-apis.html#dom-pagetransitionevent-persisted
 */
export function onPageCached(callback: (error: StreamError) => void, signal: AbortSignal): void {
  globalThis.addEventListener?.('pagehide', event => {
    if (event.persisted) callback(new StreamError('network', 'Event stream broke: the page was put away', { cause: event }))
  }, { signal })
}

/** Whether that is why a stream broke: no network has failed. */
export function wasPageCached({ cause }: StreamError): boolean {
  return (cause as Event | undefined)?.type === 'pagehide'
}
