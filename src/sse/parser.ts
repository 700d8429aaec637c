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
  /**
   * Hears every event, in order, while `feed()` runs. What this listener throws, or one of the others, comes out of `feed()`; the
   * rest of that chunk is lost. A listener may call `reset()`, which leaves out the rest of the chunk, but not
   * `feed()`, which would mix two chunks.
   */
  onEvent: (event: ServerSentEvent) => void
  /** Hears a new reconnection time, in milliseconds, at its `retry:` line. */
  onRetry?: ((reconnectionTime: number) => void) | undefined
  /** Hears the text of every comment line, without the colon and one space after it. */
  onComment?: ((text: string) => void) | undefined
  /** Hears an id just before the event that carries it as its own, rather than by inheritance from an earlier one. */
  onId?: ((id: string) => void) | undefined
  /** The last event id to start from, as carried over a reconnect. @default '' */
  lastEventId?: string | undefined
  /** The type of an event for which the server names none. @default 'message' */
  defaultType?: string | undefined
  /**
   * Bytes that one unfinished event may hold; what of it is text already, counts a byte a character, and past a thousand lines of
   * data each line 64 bytes more.
   * @default 16777216 (16 MiB)
   */
  maxBufferSize?: number | undefined
}

/** An incremental parser of one event stream at a time. */
export interface EventStreamParser {
  /**
   * Takes the next piece of the stream, cut anywhere. Bytes are read as UTF-8; their memory may be reused once this returns.
   *
   * @throws {StreamError} `too-large` where an event grows past `maxBufferSize`, and from then on until `reset()`
   * @throws {TypeError} where the chunk is neither a Uint8Array nor a string
   */
  feed(chunk: Uint8Array | string): void
  /** Forgets what is unfinished, so that a new stream parses cleanly, its byte order mark too. `lastEventId` stays. */
  reset(): void
  /** The last event id of the stream so far: what a reconnect sends as `Last-Event-ID`. */
  readonly lastEventId: string
  /** Whether the stream, were it to end now, would end in the middle of an event. To be asked at the end: it looks at all of a line. */
  readonly incomplete: boolean
}

const LF = '\n'
const CR = '\r'
const BOM = '\uFEFF'
const STREAM = { stream: true }

/** 16 MiB, unless the caller says: see {@link ParserOptions}. */
export const MAX_BUFFER_SIZE = 2 ** 24

/** 64 KiB: a megabyte at once is decoded at half the speed or less. */
const SLICE_SIZE = 64 * 1024

/**
 * Chunks of up to so many bytes are held as bytes until a line ends: in Chromium those of 16 bytes parse 3 times as fast, those of
 * 100 bytes 1.4 times. Node has the quicker decoder, and gains up to 64 bytes only.
 */
const SMALL_CHUNK = 128

/** As many bytes are held at most, before they are decoded after all. */
const HELD_SIZE = 2048

/**
 * Engines let a part of a string hold the whole of it in memory. So the text of a larger chunk is parsed in copies of 16 KiB, and
 * 500 events that an app keeps of 32 MB hold 8, not 32. Copies of 4 KiB would hold 2 MB, and cost 15 % of the speed.
 *
 * A prime, so that a stream of events of one length is not cut at their ends: joined to the rest of a line, a block is a copy already.
 */
const BLOCK_SIZE = 16_381

/** Data and ids of up to so many characters are copied: 500 events with such hold 0.2 MB. Each copy takes 40 ns. */
const OWN_SIZE = 64

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
  const { onEvent, onRetry, onComment, onId, defaultType = 'message', maxBufferSize = MAX_BUFFER_SIZE } = options
  if (typeof onEvent !== 'function') throw new TypeError(`Cannot parse: onEvent is not a function: ${String(onEvent)}`)
  if (!(maxBufferSize > 0)) throw new RangeError(`Cannot parse: maxBufferSize is not a positive number: ${maxBufferSize}`)

  const decoder = createDecoder()
  const streamDecoder = createDecoder()
  let ascii = true // all of the bytes before were

  // The unfinished line: what is decoded of it, then what is not
  let line: string
  const held = new Uint8Array(HELD_SIZE + SMALL_CHUNK)
  let heldLength: number
  let skip: string // the character that is ignored where it comes next: U+FEFF at the start, LF after CR

  // The unfinished event: undefined where the block has no such line, or an empty `event`
  let type: string | undefined
  let data: string | undefined
  let ownId: string | undefined
  let lines: number // that were joined to the data
  let lastEventId = options.lastEventId ?? ''

  let overflow: boolean
  let interrupted = false // the last feed(), by what a listener threw; a `try` would halve the speed of small chunks in Node 20
  let stale: boolean // reset() was called by a listener: what is left of the chunk belongs to the stream before
  reset()

  function feed(chunk: Uint8Array | string) {
    const isText = typeof chunk === 'string'
    if (!isText && chunk?.[Symbol.toStringTag] !== 'Uint8Array') {
      throw new TypeError(`Cannot parse: neither a Uint8Array nor a string: ${String(chunk)}`)
    }
    if (overflow) fail()
    if (interrupted) forgetBytes() // they belong to what was lost then
    interrupted = true
    stale = false
    if (isText) feedText(chunk)
    else if (chunk.length > SLICE_SIZE) {
      for (let start = 0; start < chunk.length && !stale; start += SLICE_SIZE) feedBytes(chunk.subarray(start, start + SLICE_SIZE))
    } else feedBytes(chunk)
    interrupted = false
    checkSize()
  }

  function checkSize() {
    // Each join takes up to 64 bytes, which tells where lines are many and short
    const joins = lines > 1000 ? 64 * lines : 0
    if (line.length + heldLength + (data ?? '').length + (ownId ?? '').length + (type ?? '').length + joins > maxBufferSize) fail()
  }

  function feedText(chunk: string) {
    if (!chunk) return
    takeHeld()
    take(forgetCharacter() + chunk)
  }

  function feedBytes(chunk: Uint8Array) {
    const { length } = chunk
    if (length <= SMALL_CHUNK && (heldLength > 0 || chunk[length - 1] !== 10)) hold(chunk)
    else {
      takeHeld()
      take(decode(chunk))
    }
  }

  function hold(chunk: Uint8Array) {
    let to = heldLength
    let linesEnd = 0
    for (let from = 0; from < chunk.length; from++) {
      const byte = chunk[from] as number
      held[to++] = byte
      if (byte === 10 || byte === 13) linesEnd = to
    }
    heldLength = to
    takeHeld(to > HELD_SIZE ? to : linesEnd)
  }

  function takeHeld(end = heldLength) {
    if (end === 0) return
    const text = decode(held.subarray(0, end))
    // A loop copies so few bytes faster than `copyWithin()`, as it does in hold() than `set()`
    let to = 0
    while (end < heldLength) held[to++] = held[end++] as number
    heldLength = to
    take(text)
  }

  /** Leaves in `streamDecoder` what the bytes have of a character that they end within. */
  function decode(bytes: Uint8Array): string {
    // Node 20 has a path that takes ASCII seven times as fast as the other, and all else at half its speed, and a decoder leaves
    // that path for good once it was used in stream mode. Browsers have one path
    const whole = (bytes[bytes.length - 1] as number) < 128
    const text = ascii && whole ? decoder.decode(bytes) : streamDecoder.decode(bytes, STREAM)
    ascii = whole && text.length === bytes.length
    return text
  }

  /** Gives what is left of a character that was cut off, as U+FFFD. */
  function forgetCharacter(): string {
    const text = ascii ? '' : streamDecoder.decode()
    ascii = true
    return text
  }

  /** Takes text, cut anywhere. */
  function take(text: string) {
    for (let start = 0; start < text.length && !stale; start += BLOCK_SIZE) {
      const block = text.slice(start, start + BLOCK_SIZE)
      takeBlock(line || block === text ? block : copy(block))
    }
  }

  function takeBlock(text: string) {
    // [spec] one leading U+FEFF BYTE ORDER MARK character is ignored if any are present
    if (text[0] === skip) text = text.slice(1)
    skip = ''
    if (!text.includes(LF) && !text.includes(CR)) line += text
    else {
      // join() gives a flat copy, which is faster to read than what `+` gives, or a browser's decoder
      if (line) text = [line, text].join('')
      line = ''
      const rest = parseLines(text)
      if (!stale) line = text.slice(rest)
    }
  }

  /** Parses the whole lines; says where the rest starts. */
  function parseLines(text: string): number {
    const { length } = text
    let lineFeed = text.indexOf(LF)
    let carriageReturn = text.indexOf(CR)
    let start = 0
    while (!stale) {
      const end = carriageReturn < 0 || (lineFeed >= 0 && lineFeed < carriageReturn) ? lineFeed : carriageReturn
      if (end < 0) break
      let next = end + 1
      if (end === carriageReturn) {
        if (next === length) skip = LF
        else if (lineFeed === next) next++
        carriageReturn = text.indexOf(CR, next)
      }
      if (isData(text, start)) {
        const content = value(text, start + 5, end)
        // Never look behind the end of a string: V8, once it has seen that, reads all its characters a slow way
        if (data !== undefined || next === length || text.charCodeAt(next) !== 10) appendData(content)
        else {
          // An event of one line. Without an id of its own it needs no call: tiny events take a tenth less
          next++
          if (ownId !== undefined) dispatch(own(content))
          else {
            if (content.length > maxBufferSize) fail()
            const eventType = type ?? defaultType
            type = undefined
            onEvent({ type: eventType, data: own(content), lastEventId })
          }
        }
      } else if (start === end) dispatch(data)
      else if (text.charCodeAt(start) === 58) onComment?.(value(text, start + 1, end))
      else if (isEvent(text, start)) type = value(text, start + 6, end) || undefined
      else parseField(text.slice(start, end + 1)) // a copy, as a search for a colon in the text would not end with the line
      start = next
      if (lineFeed >= 0 && lineFeed < start) lineFeed = text.indexOf(LF, start)
    }
    return start
  }

  /** Parses a line with its end, of one character. */
  function parseField(text: string) {
    const end = text.length - 1
    const colon = text.indexOf(':')
    // [spec] Otherwise, the string is not empty but does not contain a U+003A COLON character: the whole line is the field name
    const nameEnd = colon < 0 ? end : colon
    const name = text.slice(0, nameEnd)
    const content = value(text, Math.min(nameEnd + 1, end), end)
    if (name === 'data') appendData(content)
    else if (name === 'event') type = content || undefined
    // [spec] If the field value does not contain U+0000 NULL, then set the last event ID buffer to the field value.
    else if (name === 'id' && !content.includes('\0')) ownId = own(content)
    // [spec] If the field value consists of only ASCII digits, then interpret the field value as an integer in base ten
    else if (name === 'retry' && /^\d+$/.test(content)) onRetry?.(Number(content))
    // [spec] Otherwise: the field is ignored.
  }

  function appendData(content: string) {
    if (data === undefined) data = content
    else {
      data += LF + content
      lines++
    }
  }

  /** [spec] If the line is empty (a blank line): Dispatch the event */
  function dispatch(content: string | undefined) {
    if (content !== undefined && content.length > maxBufferSize) fail() // before its id is the last: it is not delivered
    const eventType = type ?? defaultType
    const id = ownId
    // [spec] Set the last event ID string of the event source to the value of the last event ID buffer, also without data.
    if (id !== undefined) lastEventId = id
    // All is settled before an app's code runs, so that what it throws leaves the parser sound
    forgetEvent()
    if (content === undefined) return
    if (id !== undefined) onId?.(id)
    onEvent({ type: eventType, data: content, lastEventId })
  }

  function forgetEvent() {
    type = data = ownId = undefined
    lines = 0
  }

  function forgetBytes() {
    forgetCharacter()
    heldLength = 0
  }

  function reset() {
    forgetBytes()
    forgetEvent()
    line = ''
    skip = BOM
    stale = true
    overflow = false
  }

  function fail(): never {
    reset()
    overflow = true
    throw new StreamError('too-large', `Cannot parse: an event of more bytes than maxBufferSize: ${maxBufferSize}`)
  }

  return {
    feed,
    reset,
    get lastEventId() {
      return lastEventId
    },
    get incomplete() {
      if (!interrupted) takeHeld() // else a listener asks, or one has thrown: what is held is taken, or lost, by others
      return /^[^:]/.test(line) || (data ?? ownId ?? type) !== undefined
    },
  }
}

function createDecoder(): TextDecoder {
  return new TextDecoder('utf-8', { ignoreBOM: true })
}

/** Whether the line at `start` begins with `data:`. `startsWith()` takes twice as long. */
function isData(text: string, start: number): boolean {
  return text.charCodeAt(start) === 100 && text.charCodeAt(start + 1) === 97 && text.charCodeAt(start + 2) === 116
    && text.charCodeAt(start + 3) === 97 && text.charCodeAt(start + 4) === 58
}

/** Whether the line at `start` begins with `event:`. */
function isEvent(text: string, start: number): boolean {
  return text.charCodeAt(start) === 101 && text.charCodeAt(start + 1) === 118 && text.charCodeAt(start + 2) === 101
    && text.charCodeAt(start + 3) === 110 && text.charCodeAt(start + 4) === 116 && text.charCodeAt(start + 5) === 58
}

/** [spec] If value starts with a U+0020 SPACE character, remove it from value. */
function value(text: string, start: number, end: number): string {
  return text.slice(text.charCodeAt(start) === 32 ? start + 1 : start, end)
}

/** The same text, as a copy where it is short. */
function own(text: string): string {
  return text.length > 12 && text.length <= OWN_SIZE ? copy(text) : text // engines copy shorter ones by themselves
}

/** The same text, in memory of its own. */
function copy(text: string): string {
  return (' ' + text).slice(1)
}
