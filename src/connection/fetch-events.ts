// The request's half of an event source: https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model
import { StreamError } from '../errors.ts'
import { callSafely } from '../report.ts'
import { batchReader, iterateBatches, type ReadBatch } from '../sse/batches.ts'
import type { Framer } from '../sse/framing.ts'
import { createParser, MAX_BUFFER_SIZE, type ParserOptions, type ServerSentEvent } from '../sse/parser.ts'
import { abortable, onAbort } from './abort.ts'
import { check, checkRange } from './check.ts'
import { onPageCache, wasPageCached } from './page-cache.ts'
import { readAhead } from './read-ahead.ts'
import { createReplayFilter } from './replays.ts'
import { isSafe, prepareRequest, type Ending, type FetchEventsInit } from './request.ts'
import { readStart } from './response.ts'
import { decideRetry, parseRetryAfter, serverFloor, type Failure, type RetryPolicy } from './retry.ts'
import { waitToRetry } from './wait.ts'
import { createWatchdog } from './watchdog.ts'

type CreateFramer = ((options: ParserOptions) => Framer) | undefined | false

/** What the faces of a stream differ in: `fetchEvents` and `connect` use the defaults. */
export interface StreamRules {
  /** The request's `Accept`. */
  accept?: string
  /** Whether repeating the request costs nothing. @default whether its method is GET or HEAD */
  safe?: boolean
  /** When a request that costs nothing is sent again, unless the caller says. @default backoff() */
  reconnect?: RetryPolicy
  /**
   * The parser for a response: `false` where its status opens no stream, `undefined` where its content type is of none. It is
   * awaited, and what it throws ends the stream. @default {@link eventStream}
   */
  framer?: (response: Response) => CreateFramer | Promise<CreateFramer>
  /** Asked after a safe request has failed: whether it is sent again at once. What it throws ends the stream. */
  again?: (reason: StreamError, signal: AbortSignal) => Promise<boolean>
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
 * One abort controller an attempt: whatever ends an attempt aborts it, and the abort cleans up.
 */
export function openEventStream(url: string | URL, init: FetchEventsInit, rules: StreamRules = {}): EventStream {
  const { idleTimeout = 0, connectTimeout = 0, maxBufferSize = MAX_BUFFER_SIZE, lastEventId: givenId = '', onOpen, onRetry, onClose } = init
  const { accept = 'text/event-stream', framer = eventStream } = rules
  checkRange({ idleTimeout, connectTimeout })
  checkRange({ maxBufferSize }, 1)
  const request = prepareRequest(url, init, accept)
  const { method, repeatable, idempotent } = request
  const safe = rules.safe ?? isSafe(method)
  const isNew = createReplayFilter()

  let controller = new AbortController() // of the attempt under way, or of the wait before it
  let readBatch: ReadBatch<ServerSentEvent> | undefined // of the response that is open
  let ending: Ending | undefined
  let lastEventId = givenId
  let reconnectionTime: number | undefined
  let attempts = 0
  let failures = 0
  let received = false
  let resumed = false

  async function read(): Promise<readonly ServerSentEvent[] | undefined> {
    while (!ending) {
      try {
        readBatch ??= await abortable(open(controller), controller.signal)
        const events = await readBatch?.()
        if (events && !ending) return events
        throw new StreamError('ended', 'Event stream ended')
      } catch (error) {
        readBatch = undefined
        controller.abort()
        controller = new AbortController()
        if (!ending) await retry(error).catch(failure => finish('failed', failure))
      }
    }
    if (ending.outcome === 'failed') throw ending.error
    return undefined
  }

  /** One attempt: sends the request, and gives what reads the events of its answer. Once that is aborted, nobody waits for it any more. */
  async function open(attempt: AbortController): Promise<ReadBatch<ServerSentEvent> | undefined> {
    const { signal } = attempt
    let cutShort: (() => void) | undefined // ends the reading of a refusal's body: the refusal itself stands, and how long it asks to wait
    received = resumed // a request that goes on with an answer is as final as that answer
    // For a page in the back/forward cache nothing is streamed; when it returns, a feed goes on
    if (safe) {
      onPageCache('pagehide', cause => {
        if (cutShort) cutShort()
        else attempt.abort(new StreamError('network', 'Event stream broke: the page was put away', { cause }))
      }, signal)
    }
    const connecting = createWatchdog(connectTimeout, attempt, 'Cannot open event stream: no answer within')
    connecting.start()
    const sentHeaders = await request.headers({ attempt: ++attempts, lastEventId }).catch((error: unknown) => {
      if (!signal.aborted) finish('failed', error) // the app's own, also where it is a StreamError
    })
    // A fetch of the app's need not ask the signal before it sends
    if (!sentHeaders || signal.aborted) return undefined
    rules.onSend?.()
    const response = await request.send(sentHeaders, signal).catch(brokenBy('Cannot open event stream', signal))
    connecting.stop()
    check(Boolean(response), "fetch's answer", 'a response', response)

    const { status, headers, body } = response
    let reader: ReadableStreamDefaultReader<Uint8Array> | undefined
    const release = () => {
      (reader ?? body)?.cancel().catch(() => {}) // settles a pending read, also of a body that knows of no signal
      reader?.releaseLock()
    }
    onAbort(signal, release)
    if (signal.aborted) return undefined
    const createFramer = await framer(response)
    if (signal.aborted) return undefined
    // [spec] HTTP 204 No Content tells the client to stop reconnecting
    if (status === 204) return finish('done')
    if (!createFramer) {
      if (!body?.locked) reader = body?.getReader() // else the app has read it
      const isHttp = createFramer === false
      const why = isHttp ? `server answered ${status}` : `content type is ${headers.get('content-type') ?? 'missing'}`
      cutShort = release
      const details = { status, headers, body: await readStart(reader) }
      const error = new StreamError(isHttp ? 'http' : 'content-type', `Cannot open event stream: ${why}`, details)
      throw rules.explain?.(error) ?? error
    }

    received = true
    reader = body?.getReader()
    const idle = createWatchdog(idleTimeout, attempt, 'Event stream broke: silent for')
    let parser!: Framer // made at once, by batchReader()
    let ownId = ''
    const frame = (onEvent: (event: ServerSentEvent) => void) => (parser = createFramer({
      lastEventId,
      maxBufferSize,
      onRetry: ms => (reconnectionTime = ms),
      onId: id => (ownId = id),
      onEvent(event) {
        if (init.dropReplays === false || isNew(ownId, attempts)) onEvent(event)
        ownId = ''
      },
    }))

    async function readChunk() {
      if (signal.aborted) throw signal.reason
      idle.start()
      const chunk = (await reader?.read().catch(brokenBy('Event stream broke', signal)))?.value
      idle.stop()
      if (signal.aborted) throw signal.reason
      if (chunk) rules.onChunk?.(chunk)
      return chunk
    }

    const readParsed = batchReader(readAhead(readChunk), frame, error => attempt.abort(error))
    callSafely(onOpen, response)
    return async () => {
      const events = await readParsed().finally(() => {
        if (!ending) lastEventId = parser.lastEventId
      })
      if (events) failures = 0
      else if (!safe) finish(parser.incomplete ? 'truncated' : 'done')
      return events
    }
  }

  /** Waits for the next attempt, or ends the stream; what it throws, also an app's own error, the stream has failed by. */
  async function retry(reason: unknown): Promise<void> {
    // No failure of the stream, but of the app, by a response that it has read or looked at
    if (!(reason instanceof StreamError)) throw reason
    if ((safe && await rules.again?.(reason, controller.signal)) || ending) return
    const failure: Failure = {
      attempt: ++failures, reason, method, received, lastEventId, reconnectionTime, retryAfter: parseRetryAfter(reason.headers),
    }
    // The server gave ids, and has not given all
    const resumable = init.resume === true && !resumed && lastEventId !== givenId && !rules.isWhole?.()
    const delay = decideRetry(failure, { safe, policy: init.retry, reconnect: rules.reconnect, idempotent, resumable })
    if (ending) return
    if (delay === false) {
      if (reason.code !== 'ended') throw reason
      return finish('done')
    }
    check(typeof delay === 'number' && delay >= 0, "the policy's answer", 'milliseconds or false', delay)
    if (!repeatable) throw new StreamError(reason.code, 'Cannot send the request again: its body is a stream', { cause: reason })
    resumed ||= received && !safe
    const wait = Math.max(delay, wasPageCached(reason) ? CACHED_MS : 0)
    callSafely(onRetry, { attempt: failures, delay: wait, reason })
    await waitToRetry(wait, controller.signal, serverFloor(failure))
  }

  function finish(outcome: Ending['outcome'], error?: unknown): undefined {
    if (ending) return
    ending = { outcome, lastEventId, ...(error !== undefined && { error: error as StreamError }) }
    controller.abort()
    callSafely(onClose, ending)
  }

  return {
    url: request.url,
    repeatable,
    get lastEventId() {
      return lastEventId
    },
    get reconnectionTime() {
      return reconnectionTime
    },
    get ending() {
      return ending
    },
    read,
    stop(at = lastEventId) {
      if (!ending) lastEventId = at
      finish('stopped')
    },
  }
}

/** What opens a stream by default: any of 200 to 299, and an event stream. */
export function eventStream({ ok, headers }: Response): typeof createParser | undefined | false {
  return ok && (/^text\/event-stream\s*(;|$)/i.test(headers.get('content-type') ?? '') ? createParser : undefined)
}

/** Makes a `network` error of what the network rejects with; what the signal was aborted with stays what it is. */
function brokenBy(what: string, signal: AbortSignal) {
  return (error: unknown): never => {
    const cause: unknown = signal.aborted ? signal.reason : error
    throw cause instanceof StreamError ? cause : new StreamError('network', `${what}: ${String(cause)}`, { cause })
  }
}
