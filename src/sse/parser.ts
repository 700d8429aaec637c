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

/** 64 KiB: a megabyte at once is decoded at half the speed or less. */
const SLICE_SIZE = 64 * 1024

/** Chunks of up to so many bytes are held as bytes until a line ends: those of 16 bytes parse 2 to 3 times as fast. */
const SMALL_CHUNK = 512

/** Up to so many bytes, a loop copies faster than `set()`: chunks of 16 bytes parse 1.3 times as fast. */
const SMALL_COPY = 64

/** As many bytes are held at most, before they are decoded after all. */
const HELD_SIZE = 2048

/**
 * Engines let a part of a string hold the whole of it in memory. So the text of a larger chunk is parsed in copies of 16 KiB, and
 * 500 events that an app keeps of 32 MB hold 8, not 32. Copies of 4 KiB would hold 2 MB, and cost 15 % of the speed.
 *
 * A prime, so that a stream of events of one length is not cut at their ends: the rest of a line is what makes a copy of the next.
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
  const { onEvent, onRetry, onComment, onId, defaultType = 'message', maxBufferSize = 2 ** 24 } = options
  if (typeof onEvent !== 'function') throw new TypeError(`Cannot parse: onEvent is not a function: ${String(onEvent)}`)
  if (!(maxBufferSize > 0)) throw new RangeError(`Cannot parse: maxBufferSize is not a positive number: ${maxBufferSize}`)

  const decoder = createDecoder()
  const streamDecoder = createDecoder()
  let ascii = true // all of the bytes before were

  // The unfinished line: what is decoded of it, then what is not
  let line: string
  const held = new Uint8Array(HELD_SIZE + 2 * SMALL_CHUNK)
  let heldLength: number
  let skip: string // the character that is ignored where it comes next: U+FEFF at the start, LF after CR

  let type: string
  let data: string | undefined // undefined is the empty buffer; '' is one empty data line
  let lines: number // that were joined to it
  let ownId: string | undefined // the id that this event set
  let lastEventId = options.lastEventId ?? ''

  let overflow: boolean
  let interrupted = false // the last feed(), by what a listener threw; a `try` would halve the speed of small chunks in Node 20
  let stale: boolean // reset() was called by a listener: what is left of the chunk belongs to the stream before
  reset()

  function feed(chunk: Uint8Array | string) {
    if (overflow) fail()
    if (interrupted) forgetCharacter() // it belonged to what was lost then
    interrupted = true
    stale = false
    if (typeof chunk === 'string') feedText(chunk)
    else if (chunk?.[Symbol.toStringTag] !== 'Uint8Array') {
      interrupted = false
      throw new TypeError(`Cannot parse: neither a Uint8Array nor a string: ${String(chunk)}`)
    } else if (chunk.length <= SLICE_SIZE) feedBytes(chunk)
    else for (let start = 0; start < chunk.length && !stale; start += SLICE_SIZE) feedBytes(chunk.subarray(start, start + SLICE_SIZE))
    interrupted = false
    checkSize()
  }

  function checkSize() {
    const fields = (data ?? '').length + (ownId ?? '').length + (type === defaultType ? 0 : type.length)
    // Each join takes up to 64 bytes, which tells where lines are many and short
    if (line.length + heldLength + fields + (lines > 1000 ? 64 * lines : 0) > maxBufferSize) fail()
  }

  function feedText(chunk: string) {
    if (!chunk) return
    takeHeld()
    take(forgetCharacter() + chunk)
  }

  function feedBytes(chunk: Uint8Array) {
    const { length } = chunk
    let end = length
    if (length > SMALL_CHUNK) takeHeld()
    else while (end > 0 && chunk[end - 1] !== 10 && chunk[end - 1] !== 13) end--
    if (end > 0 && heldLength > 0) {
      hold(chunk, 0, end)
      takeHeld()
    } else if (end > 0) take(decode(end < length ? chunk.subarray(0, end) : chunk))
    if (!stale) hold(chunk, end, length)
    if (heldLength > HELD_SIZE) takeHeld()
  }

  function hold(bytes: Uint8Array, start: number, end: number) {
    if (end - start > SMALL_COPY) held.set(bytes.subarray(start, end), heldLength)
    else for (let to = heldLength, from = start; from < end;) held[to++] = bytes[from++] as number
    heldLength += end - start
  }

  function takeHeld() {
    const bytes = held.subarray(0, heldLength)
    heldLength = 0
    if (bytes.length > 0) take(decode(bytes))
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
    if (!text) return
    // [spec] one leading U+FEFF BYTE ORDER MARK character is ignored if any are present
    if (text[0] === skip) text = text.slice(1)
    skip = ''
    let lineFeed = text.indexOf(LF)
    // Not twice, for the text and then for its blocks
    let carriageReturn = lineFeed < 0 || text.length <= BLOCK_SIZE ? text.indexOf(CR) : -1
    if (lineFeed < 0 && carriageReturn < 0) line += text
    else if (text.length > BLOCK_SIZE) {
      for (let start = 0; start < text.length && !stale; start += BLOCK_SIZE) {
        // What there is of a line makes a copy of the block; so at least its first character, where that ends no line
        if (!line && text.charCodeAt(start) > 13) {
          line = text[start++] as string
          skip = ''
        }
        take(text.slice(start, start + BLOCK_SIZE))
      }
    } else {
      const from = line.length
      if (from > 0) {
        // join() gives a flat copy, which is faster to read than what `+` gives, or a browser's decoder
        text = [line, text].join('')
        line = ''
        if (lineFeed >= 0) lineFeed += from
        if (carriageReturn >= 0) carriageReturn += from
      }
      const rest = parseLines(text, lineFeed, carriageReturn)
      if (rest < text.length && !stale) line = text.slice(rest)
    }
  }

  /** Parses the whole lines, given the first LF and the first CR, or -1; says where the rest starts. */
  function parseLines(text: string, lineFeed: number, carriageReturn: number): number {
    const last = text.length - 1
    let start = 0
    while (!stale) {
      const end = carriageReturn < 0 || (lineFeed >= 0 && lineFeed < carriageReturn) ? lineFeed : carriageReturn
      if (end < 0) break
      let next = end + 1
      if (end === carriageReturn) {
        if (end === last) skip = LF
        else if (lineFeed === next) next++
        carriageReturn = text.indexOf(CR, next)
      }
      if (isData(text, start)) {
        const content = value(text, start + 5, end)
        // Never look behind the end of a string: V8, once it has seen that, reads all its characters a slow way
        if (data !== undefined || next > last || text.charCodeAt(next) !== 10) appendData(content)
        else {
          // An event of one line. Without an id of its own it needs no call: tiny events take a tenth less
          next++
          if (ownId !== undefined) dispatch(own(content))
          else {
            if (content.length > maxBufferSize) fail()
            const eventType = type
            type = defaultType
            onEvent({ type: eventType, data: own(content), lastEventId })
          }
        }
      } else if (start === end) finishBlock()
      else if (text.charCodeAt(start) === 58) onComment?.(value(text, start + 1, end))
      else if (isEvent(text, start)) type = value(text, start + 6, end) || defaultType
      else parseField(text.slice(start, end)) // a copy, as a search for a colon in the text would not end with the line
      start = next
      if (lineFeed >= 0 && lineFeed < start) lineFeed = text.indexOf(LF, start)
    }
    return start
  }

  function parseField(text: string) {
    const colon = text.indexOf(':')
    // [spec] Otherwise, the string is not empty but does not contain a U+003A COLON character: the whole line is the field name
    const name = colon < 0 ? text : text.slice(0, colon)
    const content = colon < 0 || colon === text.length - 1 ? '' : value(text, colon + 1, text.length)
    if (name === 'data') appendData(content)
    else if (name === 'event') type = content || defaultType
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
  function finishBlock() {
    if (data !== undefined) return dispatch(data)
    // [spec] Set the last event ID string of the event source to the value of the last event ID buffer, also without data.
    lastEventId = ownId ?? lastEventId
    type = defaultType
    ownId = undefined
  }

  function dispatch(content: string) {
    if (content.length > maxBufferSize) fail()
    const id = ownId
    if (id !== undefined) lastEventId = id
    const event = { type, data: content, lastEventId }
    // All is settled before an app's code runs, so that what it throws leaves the parser sound
    type = defaultType
    data = ownId = undefined
    lines = 0
    if (id !== undefined) onId?.(id)
    onEvent(event)
  }

  function reset() {
    forgetCharacter()
    stale = true
    line = ''
    lines = 0
    heldLength = 0
    skip = BOM
    type = defaultType
    data = ownId = undefined
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
      takeHeld()
      return (line !== '' && line[0] !== ':') || (data ?? ownId) !== undefined || type !== defaultType
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
  return text.length > 12 && text.length <= OWN_SIZE ? (' ' + text).slice(1) : text // engines copy shorter ones by themselves
}
