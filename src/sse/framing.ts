// The two other forms of a streamed body, read by the interface of the event stream's parser
import { StreamError } from '../errors.ts'
import { createParser, type EventStreamParser, type ParserOptions } from './parser.ts'

/** The forms of a streamed body: Server-Sent Events, one JSON document a line (NDJSON), or plain text. */
export type Framing = 'sse' | 'ndjson' | 'text'

/** A parser of any framing. `end()` hears of the end of the stream, where the format gives out what it still holds then. */
export interface Framer extends EventStreamParser {
  end?(): void
}

/** Creates the parser of a framing. Lines and texts have no type, id or retry time of their own. */
export function createFramer(framing: Framing, options: ParserOptions): Framer {
  if (framing === 'sse') return createParser(options)
  return framing === 'ndjson' ? createLineFramer(options) : createTextFramer(options)
}

/** One event a line; blank lines are none. */
function createLineFramer({ onEvent, lastEventId = '', maxBufferSize = 16 * 1024 * 1024 }: ParserOptions): Framer {
  let decoder = new TextDecoder()
  let fragments: string[] = [] // joined once, so that a line in many pieces costs what its length does
  let held = 0
  let incomplete = false

  function take(text: string) {
    let start = 0
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      emit(text.slice(start, end))
      start = end + 1
    }
    if (start < text.length) fragments.push(text.slice(start))
    held += text.length - start
    if (held <= maxBufferSize) return
    reset()
    throw new StreamError('too-large', `Cannot hold an unfinished line of more bytes than maxBufferSize: ${maxBufferSize}`)
  }

  function emit(tail: string) {
    const data = (fragments.join('') + tail).trim()
    fragments = []
    held = 0
    if (data) onEvent({ type: 'message', data, lastEventId })
  }

  function reset() {
    decoder = new TextDecoder()
    fragments = []
    held = 0
    incomplete = false
  }

  return {
    feed: chunk => take(typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })),
    end() {
      take(decoder.decode())
      // The last line needs no line end, but half a document is none
      incomplete = !isJson(fragments.join(''))
      if (!incomplete) emit('')
    },
    reset,
    lastEventId,
    get incomplete() {
      return incomplete
    },
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text || 'null')
    return true
  } catch {
    return false
  }
}

/** One event a chunk, cut between characters. */
function createTextFramer({ onEvent, lastEventId = '' }: ParserOptions): Framer {
  let decoder = new TextDecoder()

  function emit(data: string) {
    if (data) onEvent({ type: 'message', data, lastEventId })
  }

  return {
    feed: chunk => emit(typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })),
    end: () => emit(decoder.decode()),
    reset() {
      decoder = new TextDecoder()
    },
    lastEventId,
    incomplete: false,
  }
}
