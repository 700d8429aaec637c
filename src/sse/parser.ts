// The event stream format, to the letter: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
import { StreamError } from '../errors.ts'

/** One event of a stream, in MessageEvent's own words. */
export interface ServerSentEvent {
  /** The event's type; `'message'` where the server names none. */
  type: string
  /** The payload: the event's `data` lines, joined by line feeds. */
  data: string
  /** The last id that the server sent, in this event or before it; `''` while there was none. */
  lastEventId: string
}

/** What {@link createParser} takes: the listeners, where to go on from, and a limit. */
export interface ParserOptions {
  /** Hears every event, in order, while `feed()` runs. What it throws comes out of `feed()`; the rest of that chunk is lost. */
  onEvent: (event: ServerSentEvent) => void
  /** Hears a new reconnection time, in milliseconds, at its `retry:` line. */
  onRetry?: ((reconnectionTime: number) => void) | undefined
  /** Hears the text of every comment line, without the colon and one space after it. */
  onComment?: ((text: string) => void) | undefined
  /** Hears an id just before the event that carries it as its own, rather than by inheritance from an earlier one. */
  onId?: ((id: string) => void) | undefined
  /** The last event id to start from, as carried over a reconnect. @default '' */
  lastEventId?: string | undefined
  /**
   * Bytes that one unfinished event may hold: those of its unfinished line, and the characters of its finished ones.
   * @default 16777216 (16 MiB)
   */
  maxBufferSize?: number | undefined
}

/** An incremental parser of one event stream at a time. */
export interface EventStreamParser {
  /**
   * Takes the next piece of the stream, cut anywhere. Bytes are read as UTF-8; their memory may be reused once this returns.
   *
   * @throws {StreamError} `too-large` where an unfinished event grows past `maxBufferSize`, and from then on until `reset()`
   */
  feed(chunk: Uint8Array | string): void
  /** Forgets what is unfinished, so that a new stream parses cleanly, its byte order mark too. `lastEventId` stays. */
  reset(): void
  /** The last event id of the stream so far: what a reconnect sends as `Last-Event-ID`. */
  readonly lastEventId: string
  /** Whether the stream, were it to end now, would end in the middle of an event. */
  readonly incomplete: boolean
}

const LF = 10
const CR = 13
const SPACE = 32
const COLON = 58
const BOM = 0xfeff

/** 32 KiB: larger blocks decode slower (2.3 times at 1 MiB), and an event that an app keeps holds its whole block in memory. */
const SLICE_SIZE = 32 * 1024

/** Up to this many bytes, a loop copies faster than a view and its `set()`: 16-byte chunks parse 1.5 times as fast. */
const SMALL_COPY = 64

/**
 * Creates a parser for Server-Sent Events: bytes in, events out, as they complete.
 *
 * Linear in the length of the stream, however it is cut, also within a character or a CRLF.
 *
 * @param options listeners, the last event id to start from, and the limit of an unfinished event
 * @returns the parser: `feed()` it chunks, `reset()` it between streams
 * @throws {TypeError} where `onEvent` is not a function
 * @throws {RangeError} where `maxBufferSize` is not a positive number
 *
 * @example
 * ```ts
 * const parser = createParser({ onEvent: event => console.log(event.type, event.data) })
 * parser.feed('event: greeting\ndata: hel')
 * parser.feed('lo\n\n') // logs: greeting hello
 * ```
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function createParser(options: ParserOptions): EventStreamParser {
  const { onEvent, onRetry, onComment, onId, maxBufferSize = 16 * 1024 * 1024 } = options
  if (typeof onEvent !== 'function') throw new TypeError(`Cannot create a parser: onEvent is not a function: ${String(onEvent)}`)
  if (!(maxBufferSize > 0)) throw new RangeError(`Cannot create a parser: maxBufferSize is not a positive number: ${maxBufferSize}`)

  // A line end is always a character boundary, so whole lines are decoded in one shot each: no stream mode, which costs more
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let encoder: TextEncoder | undefined
  let highSurrogate = '' // a string chunk's last unit, where it is half a character

  // An unfinished line stays bytes until its end arrives: a chunk without a line end costs one copy, whatever came before it
  let pending = new Uint8Array(0)
  let pendingLength = 0
  let atStart = true
  let skipLineFeed = false // the last chunk ended in CR: an LF at the start of the next one belongs to it
  let overflow = false
  let stale = false // reset() was called by a listener: what is left of the chunk belongs to the stream before

  let type = ''
  let data: string | undefined // undefined is the empty buffer; '' is one empty data line
  let ownId: string | undefined // the id that this block set
  let lastEventId = options.lastEventId ?? ''

  function feed(chunk: Uint8Array | string) {
    if (overflow) throw tooLarge()
    if (typeof chunk !== 'string' && !isBytes(chunk)) {
      throw new TypeError(`Cannot parse the chunk: neither a Uint8Array nor a string: ${String(chunk)}`)
    }
    stale = false
    // Half a character of text before bytes stays alone: with anything behind it, it is encoded as U+FFFD
    if (typeof chunk !== 'string' && highSurrogate) feedSlice(encode(' ').subarray(0, 3))
    let bytes = typeof chunk === 'string' ? encode(chunk) : chunk
    for (; bytes.length > SLICE_SIZE; bytes = bytes.subarray(SLICE_SIZE)) feedSlice(bytes.subarray(0, SLICE_SIZE))
    feedSlice(bytes)
  }

  function feedSlice(bytes: Uint8Array) {
    if (stale) return
    let start = 0
    if (skipLineFeed && bytes.length > 0) {
      skipLineFeed = false
      if (bytes[0] === LF) start = 1
    }
    let end = bytes.length
    while (end > start && bytes[end - 1] !== LF && bytes[end - 1] !== CR) end--
    if (end > start) {
      skipLineFeed = end === bytes.length && bytes[end - 1] === CR
      if (pendingLength > 0) {
        hold(bytes, start, end)
        const lines = decoder.decode(pending.subarray(0, pendingLength))
        pendingLength = 0
        // A giant line's buffer is not kept for its small successors
        if (pending.length > 4 * SLICE_SIZE) pending = new Uint8Array(0)
        parseBlock(lines)
      } else parseBlock(decoder.decode(bytes.subarray(start, end)))
    }
    if (bytes.length > end && !stale) {
      hold(bytes, Math.max(start, end), bytes.length)
      if (pendingLength + (data?.length ?? 0) > maxBufferSize) fail()
    }
  }

  function hold(bytes: Uint8Array, start: number, end: number) {
    const length = pendingLength + end - start
    if (length > pending.length) {
      // Doubling keeps the copies linear in the line's length
      const larger = new Uint8Array(Math.max(length, 2 * pending.length, 256))
      larger.set(pending.subarray(0, pendingLength))
      pending = larger
    }
    if (end - start > SMALL_COPY) pending.set(bytes.subarray(start, end), pendingLength)
    else for (let to = pendingLength, from = start; from < end; from++) pending[to++] = bytes[from] as number
    pendingLength = length
  }

  /** Parses whole lines: every block ends with a line end. */
  function parseBlock(block: string) {
    let position = 0
    if (atStart) {
      atStart = false
      // [spec] one leading U+FEFF BYTE ORDER MARK character is ignored if any are present
      if (block.charCodeAt(0) === BOM) position = 1
    }
    const carriageReturn = block.indexOf('\r', position)
    if (carriageReturn === -1) parseLines(block, position)
    else parseMixedLines(block, position, carriageReturn)
  }

  /** The usual case: all lines end in LF. */
  function parseLines(block: string, position: number) {
    while (position < block.length && !stale) {
      // An empty line needs no search for its end
      const end = block.charCodeAt(position) === LF ? position : block.indexOf('\n', position)
      parseLine(block, position, end)
      position = end + 1
    }
  }

  function parseMixedLines(block: string, position: number, carriageReturn: number) {
    let lineFeed = -1
    while (position < block.length && !stale) {
      // Either search runs again only when it was passed, so that a block of bare CRs stays linear
      if (lineFeed < position) lineFeed = indexOrEnd(block, '\n', position)
      if (carriageReturn < position) carriageReturn = indexOrEnd(block, '\r', position)
      const end = Math.min(lineFeed, carriageReturn)
      parseLine(block, position, end)
      position = end + 1
      if (lineFeed === position) position++ // of a CRLF
    }
  }

  function parseLine(block: string, start: number, end: number) {
    if (start === end) return dispatch()
    if (block.startsWith('data:', start)) return appendData(value(block, start + 5, end))
    if (block.charCodeAt(start) === COLON) return onComment?.(value(block, start + 1, end))
    // Searched in the line alone: a block of lines without colons would be searched to its end for each
    const line = block.slice(start, end)
    const colon = line.indexOf(':')
    // [spec] Otherwise, the string is not empty but does not contain a U+003A COLON character: the whole line is the field name
    if (colon === -1) field(line, '')
    else field(line.slice(0, colon), value(line, colon + 1, line.length))
  }

  function appendData(line: string) {
    data = data === undefined ? line : data + '\n' + line
    if (data.length > maxBufferSize) fail()
  }

  function field(name: string, text: string) {
    switch (name) {
      case 'event':
        type = text
        break
      case 'data':
        appendData(text)
        break
      case 'id':
        // [spec] If the field value does not contain U+0000 NULL, then set the last event ID buffer to the field value.
        if (!text.includes('\0')) ownId = text
        break
      case 'retry':
        // [spec] If the field value consists of only ASCII digits, then interpret the field value as an integer in base ten
        if (/^\d+$/.test(text)) onRetry?.(Number(text))
        break
      // [spec] Otherwise: the field is ignored.
    }
  }

  function dispatch() {
    const event = data === undefined ? undefined : { type: type || 'message', data, lastEventId: ownId ?? lastEventId }
    const id = ownId
    // [spec] Set the last event ID string of the event source to the value of the last event ID buffer, also without data.
    if (id !== undefined) lastEventId = id
    // All is settled before an app's code runs, so that what it throws leaves the parser sound
    clearBlock()
    if (!event) return
    if (id !== undefined) onId?.(id)
    onEvent(event)
  }

  function clearBlock() {
    type = ''
    data = undefined
    ownId = undefined
  }

  function reset() {
    clearBlock()
    pending = new Uint8Array(0)
    pendingLength = 0
    highSurrogate = ''
    atStart = true
    skipLineFeed = false
    overflow = false
    stale = true
  }

  function fail(): never {
    reset()
    overflow = true
    throw tooLarge()
  }

  function tooLarge() {
    return new StreamError('too-large', `Cannot hold an unfinished event of more bytes than maxBufferSize: ${maxBufferSize}`)
  }

  function encode(chunk: string): Uint8Array {
    encoder ??= new TextEncoder()
    let text = highSurrogate + chunk
    highSurrogate = ''
    const last = text.charCodeAt(text.length - 1)
    if (last >= 0xd800 && last <= 0xdbff) {
      highSurrogate = text.slice(-1)
      text = text.slice(0, -1)
    }
    return encoder.encode(text)
  }

  return {
    feed,
    reset,
    get lastEventId() {
      return lastEventId
    },
    get incomplete() {
      const line = decoder.decode(pending.subarray(0, pendingLength)).replace(atStart ? '\uFEFF' : '', '') + highSurrogate
      return (line !== '' && !line.startsWith(':')) || data !== undefined || type !== '' || ownId !== undefined
    },
  }
}

/** Also of another realm, as a page's frames have them. */
function isBytes(chunk: unknown): chunk is Uint8Array {
  return chunk instanceof Uint8Array || Object.prototype.toString.call(chunk) === '[object Uint8Array]'
}

function indexOrEnd(block: string, character: string, start: number): number {
  const index = block.indexOf(character, start)
  return index === -1 ? block.length : index
}

/** [spec] If value starts with a U+0020 SPACE character, remove it from value. */
function value(block: string, start: number, end: number): string {
  return block.slice(block.charCodeAt(start) === SPACE ? start + 1 : start, end)
}
