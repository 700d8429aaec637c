// The API of @microsoft/fetch-event-source 2, on this engine. Its documented protocol decides, where the caller speaks; where
// the caller is silent, our own rules do: https://github.com/Azure/fetch-event-source#usage
import { StreamError } from '../errors.ts'
import type { Framer } from '../sse/framing.ts'
import { createParser, type ParserOptions, type ServerSentEvent } from '../sse/parser.ts'
import { abortable, onAbort } from './abort.ts'
import { eventStream, openEventStream, type EventStream } from './fetch-events.ts'
import { wasPageCached } from './page-cache.ts'
import { createReplayFilter } from './replays.ts'
import { isSafe, randomKey, type FetchEventsInit } from './request.ts'
import { decideRetry, parseRetryAfter, serverFloor } from './retry.ts'
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
  /** The reconnection time that came with it, or alone before it, in milliseconds. */
  retry?: number
}

/** What `onerror` says: the milliseconds to wait before the next request, or nothing for the server's or one second. */
type Interval = number | null | undefined | void

/** All that `fetch()` takes, the callbacks of @microsoft/fetch-event-source, and the time limits of this package. */
export interface FetchEventSourceInit
  extends Omit<FetchEventsInit, 'retry' | 'resume' | 'onOpen' | 'onRetry' | 'onClose'> {
  /**
   * Hears every response, whatever its status, before it is read; it is awaited, and what it throws goes to `onerror`.
   * @default what is not 200 to 299 or no event stream is an error
   */
  onopen?: ((response: Response) => void | Promise<void>) | null | undefined
  /** Hears every event, of every type. What it throws goes to `onerror`. */
  onmessage?: ((message: EventSourceMessage) => void) | null | undefined
  /** Hears that the server has ended the stream. What it throws goes to `onerror`; else the promise resolves. */
  onclose?: (() => void) | null | undefined
  /**
   * Hears every error, and is awaited: what it returns is when the request is sent again, also a POST; what it throws is what
   * the promise rejects with.
   * @default a GET is sent again where waiting may help, another method only where the server says that it did not run it
   */
  // oxlint-disable-next-line typescript/no-explicit-any -- as in the package that it stands for
  onerror?: ((error: any) => Interval | Promise<Interval>) | null | undefined
  /** Accepted, and always true: hiding a tab never touches a connection. */
  openWhenHidden?: boolean | undefined
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
  const { onopen, onmessage, onclose, onerror, openWhenHidden: _, ...rest } = init
  const { url, ...request } = toRequest(input, rest)
  const { method, headers } = request
  const signal = request.signal ?? new AbortController().signal
  const safe = isSafe(method)
  const isNew = createReplayFilter()
  let lastEventId = rest.lastEventId ?? ''
  let reconnectionTime: number | undefined
  let attempts = 0
  let failures = 0
  let received = false
  let calling = false // one of the app's callbacks: what comes of that is no failure of the stream

  function open(): EventStream {
    received = calling = false
    attempts++
    return openEventStream(url, {
      ...request,
      headers: typeof headers === 'function' ? attempt => headers({ ...attempt, attempt: attempts - 1 + attempt.attempt }) : headers,
      lastEventId,
      // A feed's page that returns from the back/forward cache goes on by itself: no network has failed
      retry: ({ reason }) => (wasPageCached(reason) ? INTERVAL_MS : false),
      onOpen: () => (received = true),
      onRetry: () => (calling = false), // an onopen that the cache has cut short
    }, {
      async framer(response) {
        if (!onopen) return eventStream(response) && frame
        calling = true
        await onopen(response)
        calling = false
        return frame
      },
    })
  }

  function deliver({ id, type, data, retry, lastEventId: newId }: Message) {
    lastEventId = newId
    // Another method's answer may be a new one, that counts its events anew
    if (signal.aborted || (safe && rest.dropReplays !== false && !isNew(id, attempts))) return
    failures = 0
    onmessage?.({ id, event: type, data, ...(retry !== undefined && { retry }) })
  }

  async function read(stream: EventStream): Promise<void> {
    for (;;) {
      const events = await stream.read().finally(() => (lastEventId = stream.lastEventId))
      if (!events) break
      calling = true
      for (const event of events) deliver(event as Message)
      calling = false
    }
    calling = true
    if (!signal.aborted) onclose?.()
  }

  /** Waits for the next attempt; throws where there is none. */
  async function pause(reason: unknown, { repeatable }: EventStream): Promise<void> {
    const retryAfter = reason instanceof StreamError ? parseRetryAfter(reason.headers) : undefined
    let delayMs: number | false = false
    let floorMs = serverFloor({ reconnectionTime, retryAfter })
    if (onerror) {
      const interval = await abortable(Promise.resolve(onerror(reason)), signal)
      const own = typeof interval === 'number' && interval >= 0
      delayMs = floorMs = own ? interval : Math.max(reconnectionTime ?? INTERVAL_MS, retryAfter ?? 0, MIN_INTERVAL_MS)
    } else if (reason instanceof StreamError && !calling) {
      delayMs = decideRetry({ attempt: ++failures, reason, method, received, lastEventId, reconnectionTime, retryAfter },
        { safe, idempotent: Boolean(request.idempotencyKey), resumable: false })
    }
    if (delayMs === false) throw reason
    if (!repeatable) throw onerror ? new TypeError('Cannot send the request again: its body is a stream', { cause: reason }) : reason
    await waitToRetry(delayMs, signal, floorMs)
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      const stream = open() // a request that makes no sense is no failure that goes to onerror
      const stop = () => stream.stop()
      const forget = onAbort(signal, stop)
      try {
        return await read(stream)
      } catch (error) {
        if (signal.aborted) return
        stop()
        reconnectionTime = stream.reconnectionTime ?? reconnectionTime
        await pause(error, stream)
      } finally {
        forget()
      }
    }
  }

  await run().catch(error => {
    if (!signal.aborted) throw error
  })
}

/** Where to and with what. A whole request is sent as it is, each time anew. */
function toRequest(input: RequestInfo | URL, init: FetchEventsInit): FetchEventsInit & { url: string | URL; method: string } {
  const request = typeof input === 'object' && 'clone' in input ? input : undefined
  if (request?.bodyUsed) throw new TypeError('Cannot send the request: its body has been read')
  const { fetch: ownFetch, idempotencyKey } = init
  return {
    ...init,
    url: request?.url ?? input as string | URL,
    method: (init.method ?? (init.json === undefined ? request?.method ?? 'GET' : 'POST')).toUpperCase(),
    headers: init.headers ?? request?.headers,
    signal: init.signal ?? request?.signal ?? null,
    // One for all attempts, each of which is a stream of its own
    idempotencyKey: idempotencyKey === true ? randomKey() : idempotencyKey,
    ...((request ?? ownFetch) && {
      // Headers as an object, which a fetch of the app's may spread
      fetch: (_url, sent) => (ownFetch ?? fetch)(request?.clone() ?? input, { ...sent, headers: Object.fromEntries(sent?.headers as Headers) }),
    } satisfies FetchEventsInit),
  }
}

/** The parser, with what it told of an event put into it. */
function frame(options: ParserOptions): Framer {
  let id = ''
  let retry: number | undefined
  return createParser({
    ...options,
    defaultType: '',
    onId(own) {
      id = own
      options.onId?.(own)
    },
    onRetry(own) {
      retry = own
      options.onRetry?.(own)
    },
    onEvent(event) {
      options.onEvent({ ...event, id, retry } as Message)
      id = ''
      retry = undefined
    },
  })
}
