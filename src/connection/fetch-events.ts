// The request's half of an event source: https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model
import { StreamError } from '../errors.ts'
import { batchReader, iterateBatches } from '../sse/batches.ts'
import type { Framer } from '../sse/framing.ts'
import { createParser, type ParserOptions, type ServerSentEvent } from '../sse/parser.ts'
import { abortable, readStart } from './response.ts'
import { callSafely } from '../report.ts'
import { prepareRequest, type Ending, type FetchEventsInit } from './request.ts'
import { decideRetry, parseRetryAfter, type Failure } from './retry.ts'
import { waitToRetry } from './wait.ts'
import { createWatchdog } from './watchdog.ts'

/** What the faces of a stream differ in: `fetchEvents` and `connect` use the defaults. */
export interface StreamRules {
  /** The request's `Accept`. */
  accept?: string
  /** Whether repeating the request costs nothing. @default whether its method is GET or HEAD */
  safe?: boolean
  /** Whether an event is delivered again that was before a reconnect. @default false */
  replays?: boolean
  /** Whether the status opens a stream. @default any of 200 to 299 */
  accepts?: (response: Response) => boolean
  /** The parser for a content type, in lower case and without parameters; `undefined` where it is no stream. */
  framer?: (contentType: string) => ((options: ParserOptions) => Framer) | undefined
  /** Says more of an error than the connection can. */
  explain?: (error: StreamError) => StreamError
  /** Hears that bytes have arrived. */
  onChunk?: () => void
}

/** A stream over as many requests as it takes, read batch by batch. */
export interface EventStream {
  readonly url: string
  readonly lastEventId: string
  readonly ending: Ending | undefined
  /** The next events; `undefined` at the end. Rejects with what the stream failed by. The first call sends the request. */
  read(): Promise<readonly ServerSentEvent[] | undefined>
  /** Ends it as `stopped`, in any state; gets the last id that was handed out, where that is not the last one read. */
  stop(lastEventId?: string): void
}

/** How many ids of delivered events are remembered, to tell replays by. */
const REPLAY_WINDOW = 1024

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
 * for await (const event of fetchEvents('/events', { headers: { authorization: 'Bearer …' } })) {
 *   console.log(event.type, event.data)
 *   if (event.data === 'enough') break // ends the request
 * }
 * ```
 */
export function fetchEvents(url: string | URL, init: FetchEventsInit = {}): AsyncIterableIterator<ServerSentEvent> {
  const stream = openEventStream(url, init)
  return iterateBatches({ read: () => stream.read(), cancel: last => stream.stop(last?.lastEventId) }, init.signal)
}

/** The engine under every face: request, check, read, watch, retry, resume. `init.signal` is the face's to watch. */
export function openEventStream(url: string | URL, init: FetchEventsInit, rules: StreamRules = {}): EventStream {
  const { idleTimeout = 0, connectTimeout = 0, onOpen, onRetry, onClose } = init
  const { accept = 'text/event-stream', accepts = response => response.ok, framer = eventStreamOnly, replays = false } = rules
  const request = prepareRequest(url, init, accept)
  const safe = rules.safe ?? (request.method === 'GET' || request.method === 'HEAD')

  const life = new AbortController() // aborted at the end, whatever the end is
  let connection: { read(): Promise<ServerSentEvent[] | undefined>; parser(): Framer; release(): void } | undefined
  let ending: Ending | undefined
  let lastEventId = init.lastEventId ?? ''
  let reconnectionTime: number | undefined
  let requests = 0
  let failures = 0
  let received = false
  let resumed = false
  let seen = new Set<string>() // the ids delivered, oldest first
  let seenBefore = new Set<string>() // and those delivered before the last reconnect

  async function read(): Promise<readonly ServerSentEvent[] | undefined> {
    while (!life.signal.aborted) {
      if (!connection) await open()
      else {
        const events = await receive(connection)
        if (events?.length) return events
      }
    }
    if (ending?.error) throw ending.error
    return undefined
  }

  async function open(): Promise<void> {
    received = false
    const attempt = { attempt: ++requests, lastEventId }
    const headers = await ownError(abortable(request.headers(attempt), life.signal))
    if (!headers || ending) return
    const controller = new AbortController()
    const end = () => controller.abort(life.signal.reason)
    life.signal.addEventListener('abort', end)
    const release = () => {
      life.signal.removeEventListener('abort', end)
      controller.abort()
    }
    const watchdog = createWatchdog(connectTimeout, () => {
      controller.abort(new StreamError('timeout', `Cannot open event stream: no answer within ${connectTimeout} ms`))
    })
    watchdog.start()
    let response: Response | undefined
    let failure: StreamError | undefined
    try {
      response = await abortable(request.send(headers, controller.signal), controller.signal)
    } catch (cause) {
      failure = toStreamError(cause, 'Cannot open event stream')
    }
    watchdog.close()
    if (response && !ending) failure = await check(response, controller, release)
    if (failure) release()
    if (failure && !ending) await retry(failure)
  }

  /** Connects to a response that is a stream; gives the error of one that is not. */
  async function check(response: Response, controller: AbortController, release: () => void): Promise<StreamError | undefined> {
    // [spec] HTTP 204 No Content tells the client to stop reconnecting
    if (response.status === 204) {
      release()
      finish('done')
      return undefined
    }
    const contentType = response.headers.get('content-type')
    const createFramer = framer(contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '')
    if (accepts(response) && createFramer) {
      connect(response, createFramer, controller, release)
      return undefined
    }
    const { status, headers } = response
    const details = { status, headers, body: await readStart(response, controller.signal) }
    const error = accepts(response)
      ? new StreamError('content-type', `Cannot open event stream: content type is ${contentType ?? 'missing'}`, details)
      : new StreamError('http', `Cannot open event stream: server answered ${status}`, details)
    return rules.explain?.(error) ?? error
  }

  function connect(response: Response, createFramer: (options: ParserOptions) => Framer, controller: AbortController, release: () => void) {
    const reader = response.body?.getReader()
    const cancel = () => void reader?.cancel().catch(() => {}) // settles a pending read, also of a body that knows of no signal
    const idle = createWatchdog(idleTimeout, () => {
      controller.abort(new StreamError('timeout', `Event stream broke: silent for ${idleTimeout} ms`))
      cancel()
    })
    let parser: Framer
    let ownId = ''

    async function readChunk() {
      idle.start()
      const chunk = await reader?.read().catch(error => {
        throw controller.signal.aborted ? controller.signal.reason : error
      })
      idle.stop()
      if (controller.signal.aborted) throw controller.signal.reason
      if (!chunk || chunk.done) return undefined
      received = true
      rules.onChunk?.()
      return chunk.value
    }

    function createBatchParser(onEvent: (event: ServerSentEvent) => void): Framer {
      parser = createFramer({
        lastEventId,
        ...(init.maxBufferSize !== undefined && { maxBufferSize: init.maxBufferSize }),
        onRetry: ms => (reconnectionTime = ms),
        onId: id => (ownId = id),
        onEvent(event) {
          const id = ownId
          ownId = ''
          if (isNew(id)) onEvent(event)
        },
      })
      return parser
    }

    function releaseAll() {
      idle.close()
      release()
      cancel()
    }

    connection = { read: batchReader(readChunk, createBatchParser, releaseAll), parser: () => parser, release: releaseAll }
    callSafely(onOpen, response)
  }

  async function receive(current: NonNullable<typeof connection>) {
    let events: ServerSentEvent[] | undefined
    let failure: StreamError | undefined
    try {
      events = await current.read()
    } catch (cause) {
      failure = toStreamError(cause, 'Event stream broke')
    }
    if (ending) return undefined
    lastEventId = current.parser().lastEventId
    if (events) failures = 0
    else {
      disconnect()
      if (!failure && !safe) finish(current.parser().incomplete ? 'truncated' : 'done')
      else await retry(failure ?? new StreamError('ended', 'Event stream ended'))
    }
    return events
  }

  function isNew(id: string): boolean {
    if (id === '' || replays) return true
    if (seenBefore.has(id)) return false
    seen.delete(id)
    seen.add(id)
    if (seen.size > REPLAY_WINDOW) seen.delete(seen.values().next().value as string)
    return true
  }

  async function retry(reason: StreamError): Promise<void> {
    failures++
    const retryAfter = parseRetryAfter(reason.headers)
    const failure: Failure = {
      attempt: failures, reason, method: request.method, received, lastEventId,
      ...(reconnectionTime !== undefined && { reconnectionTime }), ...(retryAfter !== undefined && { retryAfter }),
    }
    const resumable = init.resume === true && !resumed
    const delay = await ownError(decide(failure, resumable))
    if (ending) return
    if (typeof delay !== 'number' || Number.isNaN(delay)) {
      if (reason.code === 'ended') finish('done')
      else finish('failed', reason)
      return
    }
    if (!request.repeatable) {
      finish('failed', new StreamError(reason.code, 'Cannot send the request again: its body is a stream', { cause: reason }))
      return
    }
    if (received && !safe) resumed = true
    seenBefore = new Set([...seenBefore, ...seen].slice(-REPLAY_WINDOW))
    seen = new Set()
    callSafely(onRetry, { attempt: failures, delay, reason })
    await waitToRetry(delay, life.signal)
  }

  async function decide(failure: Failure, resumable: boolean) {
    return decideRetry(failure, { safe, policy: init.retry, idempotent: request.idempotent, resumable })
  }

  /** An app's function that throws ends the stream with its own error: it is no failure of the network. */
  async function ownError<T>(result: Promise<T>): Promise<T | undefined> {
    try {
      return await result
    } catch (error) {
      finish('failed', error as StreamError)
      return undefined
    }
  }

  function disconnect() {
    connection?.release()
    connection = undefined
  }

  function finish(outcome: Ending['outcome'], error?: StreamError) {
    if (ending) return
    ending = { outcome, lastEventId, ...(error !== undefined && { error }) }
    life.abort()
    disconnect()
    callSafely(onClose, ending)
  }

  function stop(at?: string) {
    if (at !== undefined) lastEventId = at
    finish('stopped')
  }

  return {
    url: request.url,
    get lastEventId() {
      return lastEventId
    },
    get ending() {
      return ending
    },
    read,
    stop,
  }
}

function eventStreamOnly(contentType: string) {
  return contentType === 'text/event-stream' ? createParser : undefined
}

function toStreamError(cause: unknown, what: string): StreamError {
  if (cause instanceof StreamError) return cause
  return new StreamError('network', `${what}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
}
