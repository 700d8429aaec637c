// The request's half of an event source: https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model
import { StreamError } from '../errors.ts'
import { callSafely } from '../report.ts'
import { batchReader, iterateBatches } from '../sse/batches.ts'
import type { Framer } from '../sse/framing.ts'
import { createParser, type ParserOptions, type ServerSentEvent } from '../sse/parser.ts'
import { onPageCached, wasPageCached } from './page-cache.ts'
import { readAhead } from './read-ahead.ts'
import { createReplayFilter } from './replays.ts'
import { isSafe, prepareRequest, type Ending, type FetchEventsInit } from './request.ts'
import { abortable, cancelBody, readStart } from './response.ts'
import { decideRetry, parseRetryAfter, serverFloor, type Failure, type RetryPolicy } from './retry.ts'
import { waitToRetry } from './wait.ts'
import { createWatchdog } from './watchdog.ts'

/** What the faces of a stream differ in: `fetchEvents` and `connect` use the defaults. */
export interface StreamRules {
  /** The request's `Accept`. */
  accept?: string
  /** Whether repeating the request costs nothing. @default whether its method is GET or HEAD */
  safe?: boolean
  /** When a request that costs nothing is sent again, unless the caller says. @default backoff() */
  reconnect?: RetryPolicy
  /** Whether an event is delivered again that was before a reconnect. @default whether the caller says `dropReplays: false` */
  replays?: boolean
  /** Whether the status opens a stream. @default any of 200 to 299 */
  accepts?: (response: Response) => boolean
  /** The parser for a content type, in lower case and without parameters; `undefined` where it is no stream. */
  framer?: (contentType: string) => ((options: ParserOptions) => Framer) | undefined
  /** Why a safe request that failed without an answer is not worth repeating; `undefined` where it may be. */
  whyFutile?: (signal: AbortSignal) => Promise<string | undefined> | undefined
  /** Asked, and awaited, before a response is read; what it throws ends the stream. */
  inspect?: (response: Response) => unknown
  /** Says more of an error than the connection can. */
  explain?: (error: StreamError) => StreamError
  /** Whether all that was asked for has arrived, so that nothing is left to resume. */
  isWhole?: () => boolean
  /** Hears the bytes that have arrived. */
  onChunk?: (chunk: Uint8Array) => void
  /** Hears that a request goes out. */
  onSend?: () => void
}

/** A stream over as many requests as it takes, read batch by batch. */
export interface EventStream {
  readonly url: string
  /** Whether its request can be sent again. */
  readonly repeatable: boolean
  readonly lastEventId: string
  /** What the server's last `retry:` line asked for, in milliseconds. */
  readonly reconnectionTime: number | undefined
  readonly ending: Ending | undefined
  /** The next events; `undefined` at the end. Rejects with what the stream failed by. The first call sends the request. */
  read: () => Promise<readonly ServerSentEvent[] | undefined>
  /** Ends it as `stopped`, in any state; gets the last id that was handed out, where that is not the last one read. */
  stop: (lastEventId?: string) => void
}

/** The least wait of a page in the back/forward cache: it must be over before its own timers stand still there. */
const CACHED_MS = 1000

/**
 * Opens an event stream by `fetch` and reads its events, over as many connections as it takes.
 *
 * Pulls: nothing is sent before the first `next()`, and a slow loop slows the network. Leaving the loop ends the request, also
 * while it waits. A GET that fails or ends is sent again, with `Last-Event-ID`, after a wait ({@link backoff}, and what the
 * server asks for); events that are replayed then are not delivered twice. Another method is never sent twice where the server
 * may have run it. An answer with status 204 ends the stream.
 *
 * @param url where to; relative to the page
 * @param init what `fetch()` takes, and more: see {@link FetchEventsInit}
 * @returns the events
 * @throws {TypeError} at once where the request makes no sense: the message names what
 * @throws {StreamError} out of the loop, where the stream failed for good; the signal's reason where that was aborted; and what
 * the app's own `headers` function or `retry` policy threw
 *
 * @example
 * ```ts
 * for await (const event of fetchEvents('/events', { headers: { authorization: 'Bearer my-token' } })) {
 *   console.log(event.type, event.data)
 *   if (event.data === 'enough') break // ends the request
 * }
 * ```
 */
export function fetchEvents(url: string | URL, init: FetchEventsInit = {}): AsyncIterableIterator<ServerSentEvent> & AsyncDisposable {
  const { read, stop } = openEventStream(url, init)
  return iterateBatches({ read, cancel: last => stop(last?.lastEventId ?? init.lastEventId ?? '') }, init.signal)
}

/**
 * The engine under every face: request, check, read, watch, retry, resume. `init.signal` is the face's to watch.
 *
 * One generator a stream, one abort controller an attempt: whatever ends an attempt aborts it, and the abort cleans up.
 */
export function openEventStream(url: string | URL, init: FetchEventsInit, rules: StreamRules = {}): EventStream {
  const { idleTimeout = 0, connectTimeout = 0, maxBufferSize, resume, onOpen, onRetry, onClose } = init
  const { accept = 'text/event-stream', accepts = response => response.ok, framer = eventStreamOnly, replays = init.dropReplays === false } = rules
  const request = prepareRequest(url, init, accept)
  const safe = rules.safe ?? isSafe(request.method)
  const givenId = init.lastEventId ?? ''

  let controller = new AbortController() // of the attempt under way, or of the wait before it
  let ending: Ending | undefined
  let lastEventId = givenId
  let reconnectionTime: number | undefined
  let attempts = 0
  let failures = 0
  let received = false
  let resumed = false
  let futile: string | undefined // why the last attempt may have been
  const isNew = createReplayFilter()
  const batches = run()

  async function* run(): AsyncGenerator<ServerSentEvent[], undefined> {
    while (!ending) {
      received = resumed // a request that goes on with an answer is as final as that answer
      let reason = new StreamError('ended', 'Event stream ended')
      // For a page in the back/forward cache nothing is streamed; when it returns, a feed goes on
      if (safe) onPageCached(error => controller.abort(error), controller.signal)
      try {
        yield* exchange(controller.signal)
      } catch (error) {
        // What is no failure of the stream is an app's own error, by its headers function or a response that it has read
        if (error instanceof StreamError) reason = error
        else finish('failed', error as StreamError)
      }
      controller.abort()
      controller = new AbortController()
      if (!ending) await retry(reason)
    }
    if (ending.outcome === 'failed') throw ending.error
  }

  /** One request, and the batches of events that it brings. */
  async function* exchange(signal: AbortSignal): AsyncGenerator<ServerSentEvent[], void> {
    const response = await send(signal)
    let reader: ReadableStreamDefaultReader<Uint8Array> | undefined
    signal.addEventListener('abort', () => {
      if (!reader) return cancelBody(response)
      reader.cancel().catch(() => {}) // settles a pending read, also of a body that knows of no signal
      reader.releaseLock()
    })
    if (rules.inspect) await abortable(Promise.resolve(response).then(rules.inspect), signal)
    // Here, not in send(): an app's code may run between its return and this line
    if (signal.aborted) {
      cancelBody(response)
      throw signal.reason
    }
    // [spec] HTTP 204 No Content tells the client to stop reconnecting
    if (response.status === 204) {
      finish('done')
      return
    }
    const contentType = response.headers.get('content-type')
    const createFramer = accepts(response) ? framer(contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '') : undefined
    if (!createFramer) throw await refusal(response, signal)

    received = true
    reader = response.body?.getReader()
    const idle = watch(idleTimeout, `Event stream broke: silent for ${idleTimeout} ms`)
    signal.addEventListener('abort', () => idle.close())
    let parser!: Framer // made at once, by batchReader()
    let ownId = ''

    const frame = (onEvent: (event: ServerSentEvent) => void) => (parser = createFramer({
      lastEventId,
      maxBufferSize,
      onRetry: ms => (reconnectionTime = ms),
      onId: id => (ownId = id),
      onEvent(event) {
        if (replays || isNew(ownId, attempts)) onEvent(event)
        ownId = ''
      },
    }))

    async function readChunk() {
      if (signal.aborted) throw signal.reason
      idle.start()
      const chunk = await network(reader?.read(), signal, 'Event stream broke')
      idle.stop()
      if (signal.aborted) throw signal.reason
      if (!chunk || chunk.done) return undefined
      rules.onChunk?.(chunk.value)
      return chunk.value
    }
    const readNext = readAhead(readChunk)

    async function takeChunk() {
      if (!ending) return readNext()
      throw signal.reason // nothing more is delivered, however much has arrived
    }

    const read = batchReader(takeChunk, frame, error => controller.abort(error))
    callSafely(onOpen, response)
    for (;;) {
      const events = await read().finally(() => {
        if (!ending) lastEventId = parser.lastEventId
      })
      if (!events) break
      failures = 0
      yield events
    }
    if (!safe) finish(parser.incomplete ? 'truncated' : 'done')
  }

  async function send(signal: AbortSignal): Promise<Response> {
    const connecting = watch(connectTimeout, `Cannot open event stream: no answer within ${connectTimeout} ms`)
    connecting.start()
    try {
      const headers = await abortable(request.headers({ attempt: ++attempts, lastEventId }), signal).catch(error => {
        if (!signal.aborted) finish('failed', error as StreamError) // the app's own, also where it is a StreamError
        throw error
      })
      // A fetch of the app's need not ask the signal before it sends
      if (signal.aborted) throw signal.reason
      rules.onSend?.()
      const sent = abortable(request.send(headers, signal), signal, cancelBody)
      const response: Response | undefined = await network(sent, signal, 'Cannot open event stream')
      if (!response) throw new TypeError(`Cannot open event stream: fetch gave no response: ${String(response)}`)
      return response
    } finally {
      connecting.close()
    }
  }

  async function refusal(response: Response, signal: AbortSignal): Promise<StreamError> {
    const { status, headers } = response
    const details = { status, headers, body: await readStart(response, signal) }
    const error = accepts(response)
      ? new StreamError('content-type', `Cannot open event stream: content type is ${headers.get('content-type') ?? 'missing'}`, details)
      : new StreamError('http', `Cannot open event stream: server answered ${status}`, details)
    return rules.explain?.(error) ?? error
  }

  function watch(limitMs: number, message: string) {
    return createWatchdog(limitMs, () => controller.abort(new StreamError('timeout', message)))
  }

  async function retry(reason: StreamError): Promise<void> {
    if (safe && !received && reason.code === 'network' && !wasPageCached(reason)) {
      if (futile) return finish('failed', new StreamError('network', `Cannot open event stream: ${futile}`, { cause: reason }))
      futile = await rules.whyFutile?.(controller.signal)
      // A network that came back meanwhile looks the same: only a further failure, at once, says that it is so
      if (futile || ending) return
    } else futile = undefined
    failures++
    const failure: Failure = {
      attempt: failures, reason, method: request.method, received, lastEventId,
      reconnectionTime, retryAfter: parseRetryAfter(reason.headers),
    }
    // The server gave ids, and has not given all
    const resumable = resume === true && !resumed && lastEventId !== givenId && !rules.isWhole?.()
    let delay: number | false
    try {
      delay = decideRetry(failure, { safe, policy: init.retry, reconnect: rules.reconnect, idempotent: request.idempotent, resumable })
    } catch (error) {
      return finish('failed', error as StreamError) // the policy's own
    }
    if (ending) return
    if (delay === false) return reason.code === 'ended' ? finish('done') : finish('failed', reason)
    if (!(typeof delay === 'number' && delay >= 0)) {
      return finish('failed', new TypeError(`Cannot retry: neither milliseconds nor false: ${String(delay)}`) as StreamError)
    }
    if (!request.repeatable) {
      return finish('failed', new StreamError(reason.code, 'Cannot send the request again: its body is a stream', { cause: reason }))
    }
    resumed ||= received && !safe
    if (wasPageCached(reason)) delay = Math.max(delay, CACHED_MS)
    callSafely(onRetry, { attempt: failures, delay, reason })
    await waitToRetry(delay, controller.signal, serverFloor(failure))
  }

  function finish(outcome: Ending['outcome'], error?: StreamError): void {
    if (ending) return
    ending = { outcome, lastEventId, ...(error !== undefined && { error }) }
    controller.abort()
    callSafely(onClose, ending)
  }

  return {
    url: request.url,
    repeatable: request.repeatable,
    get lastEventId() {
      return lastEventId
    },
    get reconnectionTime() {
      return reconnectionTime
    },
    get ending() {
      return ending
    },
    read: async () => (await batches.next()).value,
    stop(at = lastEventId) {
      if (!ending) lastEventId = at
      finish('stopped')
    },
  }
}

function eventStreamOnly(contentType: string) {
  return contentType === 'text/event-stream' ? createParser : undefined
}

/** What the network rejects with becomes a `network` error; what the signal was aborted with stays what it is. */
async function network<T>(promise: Promise<T>, signal: AbortSignal, what: string): Promise<T>
async function network<T>(promise: Promise<T> | undefined, signal: AbortSignal, what: string): Promise<T | undefined>
async function network<T>(promise: Promise<T> | undefined, signal: AbortSignal, what: string): Promise<T | undefined> {
  try {
    return await promise
  } catch (error) {
    const cause: unknown = signal.aborted ? signal.reason : error
    if (cause instanceof StreamError) throw cause
    throw new StreamError('network', `${what}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}
