import { openEventStream } from '../connection/fetch-events.ts'
import type { Ending } from '../connection/request.ts'
import { disposable } from '../dispose.ts'
import type { StreamError } from '../errors.ts'
import { callSafely } from '../report.ts'
import { thenable, type Thenable } from '../thenable.ts'
import { createFramer, type Framing } from '../sse/framing.ts'
import type { ServerSentEvent } from '../sse/parser.ts'
import { createAnswer, type ChatResult } from './answer.ts'
import { showTiming } from './devtools.ts'
import { dialectError, providerError, type ChatDelta, type ChatMessage, type Dialect } from './dialect.ts'
import { openai } from './dialects/openai.ts'
import { isEndMark, isError, isLifeSign } from './json-reader.ts'
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

/** So much of a body tells what it is: any error. */
const HEAD_BYTES = 4096

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
  const { url = '/api/chat', dialect = openai, idleTimeout = IDLE_TIMEOUT, model: _m, params: _p, request: _r, signal, onClose, ...init } = options
  if (typeof dialect.reader !== 'function') throw new TypeError(`Cannot use the dialect: not an object with a reader: ${String(dialect)}`)
  const stopwatch = createStopwatch()
  const answer = createAnswer()
  let framing: Framing = 'text' // of the response, once there is one
  let head = '' // what that begins with, in case that there is no event in it
  let spoken = dialect // or what that picks by the first event
  let read: ReturnType<Dialect['reader']> | undefined
  let first: ServerSentEvent | undefined // that says anything
  let known = false // whether anything of the stream is of the dialect
  let failure: { error: unknown } | undefined // told after the deltas that came before it
  let lastEventId = options.lastEventId ?? '' // of the last event that could be read
  let grace: ReturnType<typeof setTimeout> | undefined
  let readBy: 'loop' | 'await' | undefined
  let settled = false
  let resolve: (result: ChatResult) => void
  let reject: (error: unknown) => void
  const result = new Promise<ChatResult>((...settlers) => ([resolve, reject] = settlers))
  result.catch(() => {}) // the loop throws it, and whoever awaits the stream hears it

  const stream = openEventStream(url, { ...init, idleTimeout, ...shapeRequest(prompt, options, dialect) }, {
    accept: ACCEPT,
    safe: false, // whatever the method: a prompt is paid for
    framer({ ok, status, headers }) {
      if (!ok || status === 204) return false
      const chosen = chooseFraming(headers.get('content-type') ?? '', dialect)
      framing = chosen ?? framing
      return chosen && createFramer.bind(undefined, chosen)
    },
    explain: explainProviderError,
    onSend: () => stopwatch.send(),
    onChunk(chunk) {
      stopwatch.byte()
      if (!first && head.length < HEAD_BYTES) head += new TextDecoder().decode(chunk.subarray(0, HEAD_BYTES))
    },
    isWhole: () => answer.finished,
  })
  const deltas = readDeltas()
  const leave = deltas.return.bind(deltas)
  const fail = deltas.throw.bind(deltas)
  // At once: the generator's own would wait for the event that is on its way, and before the first next() stop nothing
  deltas.return = value => {
    stop()
    return leave(value)
  }
  deltas.throw = error => {
    stop()
    return fail(error)
  }

  async function* readDeltas(): AsyncGenerator<ChatDelta, undefined> {
    try {
      while (!settled) for (const delta of await readBatch()) yield delta
    } finally {
      stop()
    }
  }

  async function readBatch(): Promise<ChatDelta[]> {
    try {
      if (failure) throw failure.error
      const events = await stream.read().catch(error => {
        if (answer.finished) return undefined // all of it is here: what breaks now breaks nothing
        throw error
      })
      if (settled) return [] // by stop(), while this batch was on its way
      if (events) return readEvents(events)
      if (framing === 'sse' && /^\s*[<{[]/.test(head)) first ??= { type: 'message', data: head, lastEventId }
      if (!known && first) {
        throw isError(first) ? providerError(first) : dialectError(first, `read the stream as ${spoken.name}, name it with the dialect option`)
      }
      settle()
      return []
    } catch (error) {
      if (settled) return [] // by stop(), before this could be told
      settle({ outcome: 'failed', error: error as StreamError })
      throw error
    }
  }

  function readEvents(events: readonly ServerSentEvent[]): ChatDelta[] {
    const batch: ChatDelta[] = []
    try {
      for (const event of events) {
        if (grace) break // nothing of the answer comes behind its end mark
        for (const delta of [readEvent(event)].flat()) if (Object.keys(delta).length > 0) batch.push(take(delta))
        lastEventId = event.lastEventId
      }
    } catch (error) {
      failure = { error }
      stream.stop(lastEventId)
    }
    return batch
  }

  function readEvent(event: ServerSentEvent) {
    const isSign = isLifeSign(event) || isEndMark(event) // one that many share
    if (!isSign) first ??= event
    if (!read) {
      const picked = dialect.pick ? dialect.pick(event, framing) : dialect
      if (!picked) return []
      spoken = picked
      read = spoken.reader(framing)
    }
    if (!isSign) known ||= spoken.detect?.(event) ?? true
    return read(event)
  }

  function take(delta: ChatDelta): ChatDelta {
    const isToken = delta.text || delta.reasoning || delta.toolCalls
    known ||= Boolean(isToken || delta.finishReason || delta.finished)
    answer.add(delta)
    if (isToken) stopwatch.token()
    if (delta.done) grace ??= setTimeout(stream.stop, GRACE_MS)
    return delta
  }

  function settle(failed?: Pick<Ending, 'outcome' | 'error'>) {
    if (settled) return
    settled = true
    clearTimeout(grace)
    signal?.removeEventListener('abort', stop)
    const ended = stream.ending?.outcome
    // Of a text, the end of the stream is the end; and of an answer without content, status 204
    const isWhole = answer.finished || (ended === 'done' && (framing === 'text' || spoken.endsAtEof))
    // What has failed and could not be told yet was stopped, for all that anybody heard
    const outcome = isWhole ? 'done' : ended === 'stopped' || ended === 'failed' ? 'stopped' : 'truncated'
    const ending = { outcome, lastEventId: stream.lastEventId } as const
    const timing = stopwatch.stop(outcome === 'done' && !failed)
    showTiming(stream.url, timing)
    callSafely(onClose, { ...ending, ...failed })
    if (failed) reject(failed.error)
    else resolve({ ...answer.result(), ...ending, timing })
  }

  function stop() {
    stream.stop()
    settle()
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
