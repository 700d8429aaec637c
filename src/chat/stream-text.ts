import { openEventStream } from '../connection/fetch-events.ts'
import type { Ending } from '../connection/request.ts'
import { disposable } from '../dispose.ts'
import type { StreamError } from '../errors.ts'
import { callSafely } from '../report.ts'
import { thenable, type Thenable } from '../thenable.ts'
import { iterateBatches } from '../sse/batches.ts'
import { createFramer, type Framing } from '../sse/framing.ts'
import type { ServerSentEvent } from '../sse/parser.ts'
import { createAnswer, type ChatResult } from './answer.ts'
import { showTiming } from './devtools.ts'
import { foreign, type ChatDelta, type ChatMessage, type Dialect } from './dialect.ts'
import { openai } from './dialects/openai.ts'
import { isEndMark, isLifeSign } from './json-reader.ts'
import { shapeRequest, type ChatOptions } from './request.ts'
import { ACCEPT, chooseFraming, explainProviderError } from './response.ts'
import { createStopwatch } from './timing.ts'

/** An answer on its way: iterate its deltas, await its result, or both; see {@link streamText}. */
export interface TextStream extends AsyncIterable<ChatDelta>, Thenable<ChatResult>, Disposable {
  /** Ends the request; the result is what has arrived, as `stopped`. */
  stop: () => void
  /** The visible text so far. It stays, whatever happens. */
  readonly text: string
}

/** A prompt's answer may think for long, but not be dead for two minutes. */
const IDLE_TIMEOUT = 120_000

/** So much of a body tells what it is. */
const HEAD_BYTES = 300

/** How long a server may keep the connection after the answer's end mark, before it is cut. */
const GRACE_MS = 500

/**
 * Sends a prompt and streams the answer.
 *
 * The request is OpenAI's, `{ messages, stream: true, model? }`, as a POST, unless the options say otherwise. It is sent once:
 * never again where the server may have run it. `await` reads to the end; a loop pulls, and leaving it stops the request.
 *
 * @param prompt the user's words, or the messages of a conversation
 * @param options where to, in which dialect, and all that {@link fetchEvents} takes
 * @returns the stream of deltas, and a promise of the whole
 * @throws {TypeError} at once where the prompt or the request makes no sense: the message names what
 * @throws {StreamError} out of the loop and the promise, where the answer failed: `http`, `content-type`, `network`, `timeout`,
 * `provider` (the provider's own error), `dialect` (an answer that can't be read) or `too-large`. `text` keeps what had arrived.
 *
 * @example
 * ```ts
 * const stream = streamText('Why is the sky blue?')
 * for await (const { text = '' } of stream) console.log(text)
 * const { outcome, usage } = await stream
 * console.log(outcome, usage?.outputTokens)
 * ```
 */
export function streamText(prompt: string | readonly ChatMessage[], options: ChatOptions = {}): TextStream {
  const { url = '/api/chat', dialect = openai, model: _m, params: _p, request: _r, signal, onClose, ...init } = options
  if (typeof dialect.reader !== 'function') throw new TypeError(`Cannot use the dialect: not an object with a reader: ${String(dialect)}`)
  const stopwatch = createStopwatch()
  const answer = createAnswer()
  let framing: Framing | undefined // of the response, once there is one
  let spoken = dialect // or what that picks by the first event
  let first: ServerSentEvent | undefined
  let head = ''
  let known = false // whether anything of the stream is of the dialect
  let read: ReturnType<Dialect['reader']> | undefined
  let failure: { error: unknown } | undefined // told after the deltas that came before it
  let grace: ReturnType<typeof setTimeout> | undefined
  let readBy: 'loop' | 'await' | undefined
  let settled = false
  let lastEventId = options.lastEventId ?? '' // of the last event that could be read
  let resolve: (result: ChatResult) => void
  let reject: (error: unknown) => void
  const result = new Promise<ChatResult>((...settlers) => ([resolve, reject] = settlers))
  result.catch(() => {}) // the loop throws it, and whoever awaits the stream hears it

  const stream = openEventStream(url, { ...init, idleTimeout: init.idleTimeout ?? IDLE_TIMEOUT, ...shapeRequest(prompt, options, dialect) }, {
    accept: ACCEPT,
    safe: false, // whatever the method: a prompt is paid for
    framer({ ok, status, headers }) {
      if (!ok || status === 204) return false
      const chosen = chooseFraming(headers.get('content-type') ?? '', dialect)
      framing = chosen ?? framing
      return chosen && (framerOptions => createFramer(chosen, framerOptions))
    },
    explain: explainProviderError,
    onSend: () => stopwatch.send(),
    onChunk(chunk) {
      stopwatch.byte()
      // What the beginning is, in case that there is no event in it
      if (framing === 'sse' && !first && head.length < HEAD_BYTES) head += new TextDecoder().decode(chunk.subarray(0, HEAD_BYTES))
    },
    isWhole: () => answer.finished,
  })
  const deltas = iterateBatches({ read: readDeltas, cancel: stop })

  async function readDeltas(): Promise<ChatDelta[] | undefined> {
    for (;;) {
      if (failure && !settled) throw fail(failure.error)
      let events: readonly ServerSentEvent[] | undefined
      try {
        events = await stream.read()
      } catch (error) {
        // All of the answer is here: what breaks now breaks nothing
        if (!answer.finished) throw fail(error)
      }
      if (settled) return undefined // by stop(), while this batch was on its way
      if (!events) {
        if (!known && (first || isForeign(head))) throw fail(foreign(first ?? { type: 'message', data: head, lastEventId }, spoken.name))
        settle(howItEnded())
        return undefined
      }
      const batch = readBatch(events)
      if (batch.length > 0) return batch
    }
  }

  function readBatch(events: readonly ServerSentEvent[]): ChatDelta[] {
    const batch: ChatDelta[] = []
    try {
      for (const event of events) {
        if (grace) break // nothing of the answer comes behind its end mark
        for (const delta of [readEvent(event)].flat()) {
          if (Object.keys(delta).length === 0) continue
          known ||= Boolean(delta.text || delta.reasoning || delta.toolCalls || delta.finishReason || delta.finished)
          answer.add(delta)
          batch.push(delta)
          if (delta.text || delta.reasoning || delta.toolCalls) stopwatch.token()
          if (delta.done) grace ??= setTimeout(() => stream.stop(), GRACE_MS)
        }
        lastEventId = event.lastEventId
      }
    } catch (error) {
      failure = { error }
      stream.stop(lastEventId)
    }
    return batch
  }

  function readEvent(event: ServerSentEvent) {
    if (!isLifeSign(event)) first ??= event
    if (!read) {
      const picked = dialect.pick ? dialect.pick(event, framing ?? 'sse') : dialect
      if (!picked) return []
      spoken = picked
      read = spoken.reader(framing)
    }
    // The end mark is one that many share
    if (event === first || !isEndMark(event)) known ||= spoken.detect?.(event) ?? true
    return read(event)
  }

  function howItEnded(): ChatResult['outcome'] {
    if (answer.finished) return 'done'
    const { outcome } = stream.ending ?? {}
    if (outcome !== 'done') return outcome === 'stopped' ? 'stopped' : 'truncated'
    // Without a response to read: the server said "no content"
    if (framing === undefined) return 'done'
    return framing === 'text' || spoken.endsAtEof ? 'done' : 'truncated'
  }

  function settle(outcome: ChatResult['outcome']) {
    const timing = close(outcome)
    resolve({ ...answer.result(), outcome, lastEventId: stream.lastEventId, timing })
  }

  function fail(error: unknown): unknown {
    if (!settled) close('failed', error as StreamError)
    reject(error)
    return error
  }

  function close(outcome: Ending['outcome'], error?: StreamError) {
    settled = true
    clearTimeout(grace)
    signal?.removeEventListener('abort', stop)
    const timing = stopwatch.stop(outcome === 'done')
    showTiming(stream.url, timing)
    callSafely(onClose, { outcome, lastEventId: stream.lastEventId, ...(error && { error }) })
    return timing
  }

  function stop() {
    stream.stop()
    if (!settled) settle(howItEnded())
  }

  /** Reads to the end for whoever awaits the result, unless a loop does. */
  async function drain() {
    if (readBy) return
    readBy = 'await'
    try {
      while (!(await deltas.next()).done);
    } catch {
      // the result tells
    }
  }

  if (signal?.aborted) {
    stream.stop()
    queueMicrotask(stop)
  } else signal?.addEventListener('abort', stop)

  return {
    [Symbol.asyncIterator]() {
      if (readBy === 'await') throw new TypeError('Cannot iterate the stream: it is awaited already; start the loop first')
      readBy = 'loop'
      return deltas
    },
    ...thenable(result, () => queueMicrotask(() => void drain())), // the loop may stand on the next line
    ...disposable(stop),
    stop,
    get text() {
      return answer.text
    },
  }
}

/** Whether a body has begun as a page or as JSON, whatever its content type says. */
function isForeign(head: string): boolean {
  return /^\s*[<{[]/.test(head)
}
