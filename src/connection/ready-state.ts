import { callSafely } from '../report.ts'
import type { FetchEventsInit } from './request.ts'

/** The connection is not open yet, or waits to be opened again. */
export const CONNECTING = 0
/** The stream is open. */
export const OPEN = 1
/** The connection is closed for good. */
export const CLOSED = 2

/** A connection's state: {@link CONNECTING}, {@link OPEN} or {@link CLOSED}. */
export type ReadyState = typeof CONNECTING | typeof OPEN | typeof CLOSED

/** Follows a stream's state by its callbacks, and passes them on to the app's. */
export function trackReadyState(init: FetchEventsInit) {
  let readyState: ReadyState = CONNECTING
  const callbacks = {
    onOpen(response) {
      readyState = OPEN
      callSafely(init.onOpen, response)
    },
    onRetry(info) {
      readyState = CONNECTING
      callSafely(init.onRetry, info)
    },
    onClose(ending) {
      readyState = CLOSED
      callSafely(init.onClose, ending)
    },
  } satisfies Pick<FetchEventsInit, 'onOpen' | 'onRetry' | 'onClose'>
  return { callbacks, readyState: () => readyState }
}
