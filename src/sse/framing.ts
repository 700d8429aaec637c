// The two other forms of a streamed body, read by a part of the event stream parser's interface
import { StreamError } from '../errors.ts'
import { createParser, type EventStreamParser, type ParserOptions } from './parser.ts'

/** The forms of a streamed body: Server-Sent Events, one JSON document a line (NDJSON), or plain text. */
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

/** One event a line; blank lines are none. */
function createLineFramer({ onEvent, lastEventId = '', maxBufferSize = 16 * 1024 * 1024 }: ParserOptions): Framer {
  const decoder = new TextDecoder()
  let fragments: string[] = [] // joined once, so that a line in many pieces costs what its length does
  let held = 0
  let incomplete = false

  function take(text: string) {
    let start = 0
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      emit(text.slice(start, end))
      start = end + 1
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

  function emit(tail: string) {
    hold(tail)
    const data = fragments.join('').trim()
    fragments = []
    held = 0
    if (data) onEvent({ type: 'message', data, lastEventId })
  }

  return {
    feed: chunk => take(decoder.decode(chunk, { stream: true })),
    end() {
      take(decoder.decode())
      // The last line needs no line end, but half a document is none
      incomplete = !isJson(fragments.join('').trim())
      if (!incomplete) emit('')
    },
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
