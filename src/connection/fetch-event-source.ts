// The API of @microsoft/fetch-event-source 2, on this engine. Its documented protocol decides, where the caller speaks; where
// the caller is silent, our own rules do: https://github.com/Azure/fetch-event-source#usage
import { StreamError } from '../errors.ts'
import type { Framer } from '../sse/framing.ts'
import { createParser, type ParserOptions, type ServerSentEvent } from '../sse/parser.ts'
import { openEventStream, type EventStream } from './fetch-events.ts'
import { createReplayFilter } from './replays.ts'
import type { FetchEventsInit } from './request.ts'
import { decideRetry, parseRetryAfter } from './retry.ts'
import { waitToRetry } from './wait.ts'

/** The content type of an event stream. */
export const EventStreamContentType = 'text/event-stream'

/** An event as the server wrote it: what it did not name is `''`. */
export interface EventSourceMessage {
  /** The event's own id. */
  id: string
  /** The event's type. */
  event: string
  /** The payload: the event's `data` lines, joined by line feeds. */
  data: string
  /** The reconnection time that came with it, in milliseconds. */
  retry?: number
}

/** What `onerror` says: the milliseconds to wait before the next request, or nothing for the server's or one second. */
type Interval = number | null | undefined | void

/** All that `fetch()` takes, the callbacks of @microsoft/fetch-event-source, and the time limits of this package. */
export interface FetchEventSourceInit
  extends Omit<FetchEventsInit, 'retry' | 'resume' | 'idempotencyKey' | 'dropReplays' | 'onOpen' | 'onRetry' | 'onClose'> {
  /**
   * Hears every response, whatever its status, before it is read; it is awaited, and what it throws goes to `onerror`.
   * @default what is not 200 to 299 or no event stream is an error
   */
  onopen?: (response: Response) => void | Promise<void>
  /** Hears every event, of every type. What it throws goes to `onerror`. */
  onmessage?: (message: EventSourceMessage) => void
  /** Hears that the server has ended the stream. What it throws goes to `onerror`; else the promise resolves. */
  onclose?: () => void
  /**
   * Hears every error, and is awaited: what it returns is when the request is sent again, also a POST; what it throws is what
   * the promise rejects with.
   * @default a GET is sent again where waiting may help, another method only where the server says that it did not run it
   */
  // oxlint-disable-next-line typescript/no-explicit-any -- as in the package that it stands for
  onerror?: (error: any) => Interval | Promise<Interval>
  /** Accepted, and always true: hiding a tab never touches a connection. */
  openWhenHidden?: boolean
}

/** The wait after an `onerror` that names none, while the server has not said. */
const INTERVAL_MS = 1000
/** What a server's `retry: 0` comes to then. */
const MIN_INTERVAL_MS = 500

/** An event, with what only the parser knew of it. */
type Message = ServerSentEvent & { id: string; retry: number | undefined }

/**
 * `fetchEventSource` of @microsoft/fetch-event-source, with the same callbacks, in the same order, and the same protocol of
 * returning and throwing; only what loses money or data there is right here.
 *
 * Hiding the tab sends nothing again. Without an `onerror` a POST is not repeated where it may have run, and what an app's
 * callback throws rejects. A signal that was aborted before sends nothing. Comments and blank lines are no messages. Events that
 * a reconnect replays are delivered once.
 *
 * @param input where to, or a whole request
 * @param init what `fetch()` takes, and the callbacks: see {@link FetchEventSourceInit}
 * @returns resolves when the server has ended the stream, or the signal is aborted; rejects with what `onerror` throws
 * @throws {TypeError} where the request makes no sense: the message names what
 *
 * @example
 * ```ts
 * await fetchEventSource('/api/chat', {
 *   method: 'POST',
 *   body: JSON.stringify({ prompt: 'Why is the sky blue?' }),
 *   onmessage: message => console.log(message.event, message.data),
 *   onerror(error) {
 *     throw error // do not send the prompt again
 *   },
 * })
 * ```
 */
export async function fetchEventSource(input: RequestInfo | URL, init: FetchEventSourceInit = {}): Promise<void> {
  const { onopen, onmessage, onclose, onerror, openWhenHidden: _, signal, ...rest } = init
  const { url, ...request } = toRequest(input, rest)
  const method = (request.method ?? 'GET').toUpperCase()
  const isNew = createReplayFilter()
  let { lastEventId = '' } = rest
  let reconnectionTime: number | undefined
  let failures = 0
  let received = false

  function open() {
    received = false
    return openEventStream(url, { ...request, lastEventId, retry: false, onOpen: () => (received = true) }, {
      accepts: response => onopen !== undefined || response.ok,
      framer: contentType => (onopen || contentType === EventStreamContentType ? frame : undefined),
      ...(onopen && { inspect: onopen }),
      replays: true, // told by isNew(), over all attempts
    })
  }

  function deliver({ id, type, data, retry, lastEventId: newId }: Message, attempt: number) {
    lastEventId = newId
    if (signal?.aborted || !isNew(id, attempt)) return
    failures = 0
    onmessage?.({ id, event: type, data, ...(retry !== undefined && { retry }) })
  }

  /** The milliseconds until the next attempt; throws where there is none. */
  async function decide(error: unknown): Promise<number> {
    if (onerror) return (await onerror(error)) ?? Math.max(reconnectionTime ?? INTERVAL_MS, MIN_INTERVAL_MS)
    if (!(error instanceof StreamError)) throw error
    const failure = { attempt: ++failures, reason: error, method, received, lastEventId, reconnectionTime, retryAfter: parseRetryAfter(error.headers) }
    const delay = decideRetry(failure, { safe: method === 'GET' || method === 'HEAD', idempotent: false, resumable: false })
    if (delay === false) throw error
    return delay
  }

  async function read(stream: EventStream, attempt: number): Promise<void> {
    const stop = () => stream.stop()
    signal?.addEventListener('abort', stop)
    try {
      for (;;) {
        const events = await stream.read().finally(() => (lastEventId = stream.lastEventId))
        if (!events) break
        for (const event of events) deliver(event as Message, attempt)
      }
      if (!signal?.aborted) onclose?.()
    } finally {
      signal?.removeEventListener('abort', stop)
      stop()
      reconnectionTime = stream.reconnectionTime ?? reconnectionTime
    }
  }

  for (let attempt = 1; !signal?.aborted; attempt++) {
    const stream = open() // a request that makes no sense is no failure that goes to onerror
    try {
      return await read(stream, attempt)
    } catch (error) {
      if (!signal?.aborted) await waitToRetry(await decide(error), signal ?? new AbortController().signal, reconnectionTime)
    }
  }
}

/** Where to and with what. A whole request is sent as it is, each time anew; and a fetch of the app's gets the input as it is. */
function toRequest(input: RequestInfo | URL, init: FetchEventsInit): FetchEventsInit & { url: string | URL } {
  const isRequest = typeof input === 'object' && 'clone' in input
  const { fetch: send = globalThis.fetch } = init
  return {
    ...init,
    ...(isRequest ? { url: input.url, method: init.method ?? input.method, headers: init.headers ?? input.headers } : { url: input }),
    ...((isRequest || init.fetch) && { fetch: (_url, requestInit) => send(isRequest ? input.clone() : input, requestInit) }),
  }
}

/** The parser, with what it told of an event put into it. */
function frame(options: ParserOptions): Framer {
  let own: Pick<Message, 'id' | 'retry'> = NOTHING
  return createParser({
    ...options,
    defaultType: '',
    onId(id) {
      own = { ...own, id }
      options.onId?.(id)
    },
    onRetry(retry) {
      own = { ...own, retry }
      options.onRetry?.(retry)
    },
    onEvent(event) {
      options.onEvent({ ...event, ...own })
      own = NOTHING
    },
  })
}

const NOTHING = { id: '', retry: undefined }
