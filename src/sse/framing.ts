// The two other forms of a streamed body, read by a part of the event stream parser's interface
import { StreamError } from '../errors.ts'
import { isObject, parseJson } from '../json.ts'
import { createParser, type EventStreamParser, type ParserOptions } from './parser.ts'

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
  return framing === 'ndjson' ? createLineFramer(options) : createTextFramer(options)
}

/** One event a line; blank lines are none. Where the first line is no document but begins one, the whole body is one. */
function createLineFramer({ onEvent, lastEventId = '', maxBufferSize = 16 * 1024 * 1024 }: ParserOptions): Framer {
  const decoder = new TextDecoder()
  let fragments: string[] = [] // joined once, so that a line in many pieces costs what its length does
  let held = 0
  let incomplete = false
  let unit: 'line' | 'body' | undefined // what one document is, as the first line tells

  function take(text: string) {
    let start = 0
    for (let end = text.indexOf('\n'); end !== -1 && unit !== 'body'; end = text.indexOf('\n', start)) {
      hold(text.slice(start, end))
      start = end + 1
      endLine()
    }
    hold(text.slice(start))
  }

  function hold(text: string) {
    fragments.push(text)
    held += text.length
    if (held <= maxBufferSize) return
    fragments = []
    throw new StreamError('too-large', `Cannot parse: a line of more characters than maxBufferSize: ${maxBufferSize}`)
  }

  function endLine() {
    const line = fragments.join('').trim()
    if (line) unit ??= /^[[{]/.test(line) && parseJson(line) === undefined ? 'body' : 'line'
    if (unit === 'body') hold('\n')
    else emit(line)
  }

  function emit(data: string) {
    fragments = []
    held = 0
    if (!data) return
    // A list of objects stands for them: Gemini's stream without `alt=sse` is one
    const value = data.startsWith('[') ? parseJson(data) : undefined
    const items = Array.isArray(value) && value.every(isObject) ? value.map(item => JSON.stringify(item)) : [data]
    for (const item of items) onEvent({ type: 'message', data: item, lastEventId })
  }

  return {
    feed: chunk => take(decoder.decode(chunk, { stream: true })),
    end() {
      take(decoder.decode())
      // The last line needs no line end, but half a document is none
      const data = fragments.join('').trim()
      incomplete = (unit === 'line' ? data !== '' : /^[[{"]/.test(data)) && parseJson(data) === undefined
      if (!incomplete) emit(data)
    },
    lastEventId,
    get incomplete() {
      return incomplete
    },
  }
}

/** One event a chunk, cut between characters. */
function createTextFramer({ onEvent, lastEventId = '' }: ParserOptions): Framer {
  const decoder = new TextDecoder()

  function emit(data: string) {
    if (data) onEvent({ type: 'message', data, lastEventId })
  }

  return {
    feed: chunk => emit(decoder.decode(chunk, { stream: true })),
    end: () => emit(decoder.decode()),
    lastEventId,
    incomplete: false,
  }
}
