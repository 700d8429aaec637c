// The two other forms of a streamed body, read by a part of the event stream parser's interface
import { StreamError } from '../errors.ts'
import { isObject, parseJson } from '../json.ts'
import { createParser, MAX_BUFFER_SIZE, type EventStreamParser, type ParserOptions } from './parser.ts'

/**
 * The forms of a streamed body: Server-Sent Events, one JSON document a line (NDJSON; or one document over many lines), or plain
 * text.
 */
export type Framing = 'sse' | 'ndjson' | 'text'

/** What reads one body. */
export interface Framer extends Pick<EventStreamParser, 'lastEventId' | 'incomplete'> {
  feed(chunk: Uint8Array): void
  /** The body has ended: gives out what the format still holds then. */
  end?(): void
}

/** Creates the parser of a framing. Lines and texts have no type, id or retry time of their own. */
export function createFramer(framing: Framing, options: ParserOptions): Framer {
  if (framing === 'sse') return createParser(options)
  const { onEvent, lastEventId = '', maxBufferSize = MAX_BUFFER_SIZE } = options
  const decoder = new TextDecoder()
  const { take, end } = framing === 'ndjson' ? createLineReader(emit, maxBufferSize) : { take: emit } // one event a chunk
  const framer = {
    feed: (chunk: Uint8Array) => take(decoder.decode(chunk, { stream: true })),
    end() {
      take(decoder.decode())
      framer.incomplete = end?.() ?? false
    },
    lastEventId,
    incomplete: false,
  }
  return framer

  function emit(data: string) {
    if (data) onEvent({ type: 'message', data, lastEventId })
  }
}

/** One document a line; blank lines are none. Where the first line is no document but begins one, the whole body is one. */
function createLineReader(emit: (line: string) => void, maxBufferSize: number) {
  let held = '' // of the unfinished line or body
  let isBody: boolean | undefined // as the first line tells

  function take(text: string) {
    for (const [index, piece] of text.split('\n').entries()) {
      if (index > 0) endLine()
      held += piece
      if (held.length > maxBufferSize) throw new StreamError('too-large', `Cannot parse: a line of more characters than maxBufferSize: ${maxBufferSize}`)
    }
  }

  function endLine() {
    if (!isBody) {
      const line = held.trim()
      if (line) isBody ??= /^[[{]/.test(line) && parseJson(line) === undefined
      if (!isBody) return emitLine(line)
    }
    held += '\n'
  }

  function emitLine(text: string) {
    held = ''
    // A list of objects stands for them: Gemini's stream without `alt=sse` is one
    const list = text.startsWith('[') ? parseJson(text) : undefined
    if (Array.isArray(list) && list.every(isObject)) for (const item of list) emit(JSON.stringify(item))
    else emit(text)
  }

  /** Whether it ends in half a document, which is none. The last line needs no line end. */
  function end(): boolean {
    const text = held.trim()
    const incomplete = (isBody === false ? /./ : /^[[{"]/).test(text) && parseJson(text) === undefined
    if (!incomplete) emitLine(text)
    return incomplete
  }

  return { take, end }
}
