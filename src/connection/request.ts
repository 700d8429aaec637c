import type { StreamError } from '../errors.ts'
import { check } from './check.ts'
import type { RetryPolicy } from './retry.ts'

/** Which request of a stream is about to be sent. */
export interface Attempt {
  /** 1 for the first request, 2 for its first repetition … */
  attempt: number
  /** What it will send as `Last-Event-ID`; `''` for nothing. */
  lastEventId: string
}

/** How a stream ended, once and for all. */
export interface Ending {
  /**
   * - `done`: as the server meant it
   * - `stopped`: by us, by leaving the loop, `stop()`, `close()` or an aborted signal
   * - `truncated`: the stream ended in the middle; what arrived is kept
   * - `failed`: by `error`
   */
  outcome: 'done' | 'stopped' | 'truncated' | 'failed'
  /** What it failed by; where a headers function or a retry policy of the app threw, its error as it is. */
  error?: StreamError
  /** The last event id that was handed out, to start from with the `lastEventId` option. */
  lastEventId: string
}

/** All that `fetch()` takes, and what a stream needs besides. */
export interface FetchEventsInit extends Omit<RequestInit, 'headers'> {
  /** The request's headers, or a function that is asked for them, and awaited, before every request. */
  headers?: HeadersInit | ((attempt: Attempt) => HeadersInit | Promise<HeadersInit>) | undefined
  /** A value to send as JSON; implies POST and the content type. */
  json?: unknown
  /** Used in place of the global `fetch`: the seam for auth, proxies, logging and tests. */
  fetch?: typeof fetch | undefined
  /** When to try again; `false` is never. @default reconnects a GET with {@link backoff}, and never pays twice for another method */
  retry?: RetryPolicy | false | undefined
  /** Start behind this event: sent as `Last-Event-ID`. @default '' */
  lastEventId?: string | undefined
  /** The longest that the open stream may be silent, in milliseconds; comments count as life, 0 is off. @default 0 */
  idleTimeout?: number | undefined
  /** The longest that the response's headers may take, in milliseconds; 0 is off. @default 0 */
  connectTimeout?: number | undefined
  /** Sends an `Idempotency-Key`, the same with every repetition: this one, or a random one. @default false */
  idempotencyKey?: boolean | string | undefined
  /** Bytes that one unfinished event may hold. @default 16777216 (16 MiB) */
  maxBufferSize?: number | undefined
  /** Whether a request other than GET whose answer broke may be sent once more, with the last event id. @default false */
  resume?: boolean | undefined
  /**
   * Whether an event with an id of its own is left out where this stream delivered it before a reconnect (the last 1,024 ids).
   * @default true
   */
  dropReplays?: boolean | undefined
  /** Hears every response that opens the stream. */
  onOpen?: ((response: Response) => void) | undefined
  /** Hears that a request failed and when it is sent again: the failures in a row, the wait in milliseconds, and why. */
  onRetry?: ((info: { attempt: number; delay: number; reason: StreamError }) => void) | undefined
  /** Hears once how the stream ended. */
  onClose?: ((ending: Ending) => void) | undefined
}

/** One request, checked and ready to be sent, again if need be. */
export interface PreparedRequest {
  url: string
  /** In capitals. */
  method: string
  idempotent: boolean
  /** Whether it can be sent again: a body that is a stream is gone with the first time. */
  repeatable: boolean
  /** The headers of an attempt; rejects with what the app's own function throws. */
  headers(attempt: Attempt): Promise<Headers>
  send(headers: Headers, signal: AbortSignal): Promise<Response>
}

/**
 * Checks a request at the door, so that a mistake is not taken for a network that fails, and tried again for ever.
 *
 * @throws {TypeError} where the URL does not parse, `json` can't be written as JSON, or method, body and json don't fit together
 */
export function prepareRequest(target: string | URL, init: FetchEventsInit, accept: string): PreparedRequest {
  // What `retry` and `signal` are to us a fetch of the app's may take for its own
  const { headers: ownHeaders, json, fetch: ownFetch, retry = false, signal, idempotencyKey, body: ownBody, cache = 'no-store', ...rest } = init
  check(retry === false || typeof retry === 'function', 'retry', 'a function or false', retry)
  check(ownFetch === undefined || typeof ownFetch === 'function', 'fetch', 'a function', ownFetch)
  check(signal === undefined || signal === null || typeof signal.addEventListener === 'function', 'signal', 'an AbortSignal', signal)
  const parsed = parseUrl(target)
  // Where nothing tells a base, as in Node, an app's own `fetch` may still know what a relative URL means
  if (!parsed && (!ownFetch || baseUrl())) throw new TypeError(`Cannot open event stream: not a valid URL: ${String(target)}`)
  const url = parsed?.href ?? String(target)
  const hasJson = json !== undefined
  const body = hasJson ? JSON.stringify(json) as string | undefined : ownBody
  check(!hasJson || body !== undefined, 'json', 'a JSON value', json)
  const method = (rest.method ?? (hasJson ? 'POST' : 'GET')).toUpperCase()
  const sent = { ...rest, method, cache }
  if (hasJson && ownBody) throw new TypeError('Cannot send both json and body')
  if (body !== undefined && body !== null && isSafe(method)) throw new TypeError(`Cannot send a body: method is ${method}`)
  if (!ownFetch) checkRequest(url, sent)
  const key = idempotencyKey === true ? randomKey() : idempotencyKey
  const bodyKeys = Object(body) as object

  return {
    url,
    method,
    idempotent: Boolean(key),
    repeatable: !('getReader' in bodyKeys || Symbol.asyncIterator in bodyKeys),
    async headers(attempt) {
      const headers = new Headers(typeof ownHeaders === 'function' ? await ownHeaders(attempt) : ownHeaders)
      const defaults = { 'accept': accept, 'content-type': hasJson && 'application/json', 'idempotency-key': key }
      for (const [name, value] of Object.entries(defaults)) if (value && !headers.has(name)) headers.set(name, value)
      if (attempt.lastEventId) headers.set('last-event-id', toByteString(attempt.lastEventId))
      return headers
    },
    async send(headers, attemptSignal) {
      // Read at every attempt: what instruments the page may have wrapped the global one meanwhile
      const send = ownFetch ?? globalThis.fetch
      return send(url, { ...sent, body, headers, signal: attemptSignal } as RequestInit)
    },
  }
}

/** Whether repeating a request costs nothing; such a request has no body. */
export function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}

/** The absolute URL, relative to the page or the worker's script. */
export function parseUrl(target: string | URL): URL | undefined {
  try {
    const url = new URL(target, baseUrl())
    // Chromium's parser lets a blank through, as %20. [spec] a domain has no U+0020 SPACE, and no U+0025 (%)
    return /^http.*%/.test(url.origin) ? undefined : url
  } catch {
    return undefined
  }
}

function baseUrl(): string | undefined {
  return globalThis.document?.baseURI ?? globalThis.location?.href
}

/** What `fetch` would refuse every time, the platform's own check finds: a mode, a credential in the URL … */
function checkRequest(url: string, init: RequestInit): void {
  try {
    void new Request(url, init)
  } catch (cause) {
    throw new TypeError(`Cannot open event stream: ${String(cause)}`, { cause })
  }
}

/** A random key, also where the page is not in a secure context and `crypto.randomUUID` is missing. */
export function randomKey(): string {
  return crypto.randomUUID?.() ?? crypto.getRandomValues(new Uint32Array(4)).join('-')
}

/** [spec] Let encodedLastEventId be lastEventId, encoded as UTF-8: a header's string has one character for each byte. */
function toByteString(text: string): string {
  return Array.from(new TextEncoder().encode(text), byte => String.fromCharCode(byte)).join('')
}
