import type { ServerSentEvent } from './sse/parser.ts'

/**
 * What went wrong with a stream:
 *
 * - `http`: the server answered with a status that is not a stream; see `status`, `headers` and `body`
 * - `content-type`: the answer is something else than a stream; see `headers` and `body`
 * - `network`: no answer came, or the connection broke
 * - `timeout`: `connectTimeout` or `idleTimeout` ran out
 * - `ended`: the server ended the stream cleanly; only a {@link RetryPolicy} meets it
 * - `provider`: the provider reported an error of its own inside the stream; see `event`
 * - `too-large`: an unfinished event grew past `maxBufferSize`
 * - `dialect`: the stream is not of the form that was expected; see `event`
 * - `decode`: an event's data could not be decoded; see `event`
 */
export type StreamErrorCode =
  'http' | 'content-type' | 'network' | 'timeout' | 'ended' | 'provider' | 'too-large' | 'dialect' | 'decode'

/** What a {@link StreamError} knows besides its message. */
export interface StreamErrorDetails {
  /** The error that lies beneath. */
  cause?: unknown
  /** The status that the server answered with. */
  status?: number
  /** The headers of that answer. */
  headers?: Headers
  /** What it said, up to 64 KiB. */
  body?: string
  /** The event that is to blame. */
  event?: ServerSentEvent
}

/**
 * The one error class of this package. Switch on its `code`.
 *
 * `status`, `headers` and `body` (its first 64 KiB) are there where a server answered with something else than a stream,
 * `event` where one event is to blame, `cause` where another error lies beneath.
 *
 * @example
 * ```ts
 * try {
 *   for await (const event of fetchEvents('/events')) console.log(event.data)
 * } catch (error) {
 *   if (error instanceof StreamError && error.code === 'http') console.log(error.status, error.body)
 *   else throw error
 * }
 * ```
 */
export class StreamError extends Error {
  /** What went wrong, to switch on. */
  declare readonly code: StreamErrorCode
  /** The status that the server answered with, where that is to blame. */
  declare readonly status?: number
  /** The headers of that answer. */
  declare readonly headers?: Headers
  /** What that answer said, up to 64 KiB. */
  declare readonly body?: string
  /** The event that is to blame. */
  declare readonly event?: ServerSentEvent

  /**
   * @param code what went wrong, to switch on
   * @param message what could not be done, a colon, the value found
   * @param details what else is known; only what is given becomes a property
   */
  constructor(code: StreamErrorCode, message: string, details: StreamErrorDetails = {}) {
    super(message, details)
    this.name = 'StreamError'
    Object.assign(this, details, { code })
  }
}
