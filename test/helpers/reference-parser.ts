// The standard's own words, in its own order, on the whole stream at once: slow, and right at sight.
// https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
import type { ServerSentEvent } from '../../src/sse/parser.ts'

/** What a stream says, one thing at a time. */
export type Happening = { event: ServerSentEvent } | { id: string } | { retry: number } | { comment: string }

/** Everything that a stream says, in order, and the last event id at its end. */
export interface Interpretation {
  log: Happening[]
  lastEventId: string
}

export function referenceParse(stream: Uint8Array, initialLastEventId = ''): Interpretation {
  const log: Happening[] = []
  let lastEventId = initialLastEventId // of the event source
  let dataBuffer = ''
  let eventTypeBuffer = ''
  let lastEventIdBuffer = initialLastEventId
  let idOfBlock: string | undefined // no part of the standard: whether this block has set the last event ID buffer

  // "Streams must be decoded using the UTF-8 decode algorithm." It strips one leading UTF-8 byte order mark, if any.
  const text = new TextDecoder('utf-8').decode(stream)

  // "lines must be separated by either a CRLF pair, a single LF character, or a single CR character"
  const lines = text.split(/\r\n|\n|\r/)

  // "Once the end of the file is reached, any pending data must be discarded." What follows the last line end is no line.
  lines.pop()

  for (const line of lines) processLine(line)
  return { log, lastEventId }

  function processLine(line: string) {
    if (line === '') {
      // "If the line is empty (a blank line): Dispatch the event, as defined below."
      dispatchEvent()
    } else if (line.startsWith(':')) {
      // "If the line starts with a U+003A COLON character (:): Ignore the line." Its text is what onComment hears.
      log.push({ comment: withoutLeadingSpace(line.slice(1)) })
    } else if (line.includes(':')) {
      // "Collect the characters on the line before the first U+003A COLON character (:), and let field be that string."
      // "Collect the characters on the line after the first U+003A COLON character (:), and let value be that string."
      const colon = line.indexOf(':')
      processField(line.slice(0, colon), withoutLeadingSpace(line.slice(colon + 1)))
    } else {
      // "using the whole line as the field name, and the empty string as the field value"
      processField(line, '')
    }
  }

  function processField(field: string, value: string) {
    if (field === 'event') {
      eventTypeBuffer = value
    } else if (field === 'data') {
      dataBuffer += value
      dataBuffer += '\n'
    } else if (field === 'id') {
      if (!value.includes('\u0000')) {
        lastEventIdBuffer = value
        idOfBlock = value
      }
    } else if (field === 'retry') {
      // "If the field value consists of only ASCII digits, then interpret the field value as an integer in base ten"
      if (/^[0-9]+$/.test(value)) log.push({ retry: parseInt(value, 10) })
    }
    // "Otherwise: The field is ignored."
  }

  function dispatchEvent() {
    const id = idOfBlock
    idOfBlock = undefined
    // 1. "Set the last event ID string of the event source to the value of the last event ID buffer."
    lastEventId = lastEventIdBuffer
    // 2. "If the data buffer is an empty string, set the data buffer and the event type buffer to the empty string and return."
    if (dataBuffer === '') {
      eventTypeBuffer = ''
      return
    }
    // 3. "If the data buffer's last character is a U+000A LINE FEED (LF) character, then remove the last character"
    if (dataBuffer.endsWith('\n')) dataBuffer = dataBuffer.slice(0, -1)
    // 4. to 6. The event's type is "message", or the event type buffer where that is not empty
    const event = { type: eventTypeBuffer === '' ? 'message' : eventTypeBuffer, data: dataBuffer, lastEventId }
    // 7. "Set the data buffer and the event type buffer to the empty string."
    dataBuffer = ''
    eventTypeBuffer = ''
    // 8. "Queue a task which […] dispatches the newly created event"; onId hears the id just before it
    if (id !== undefined) log.push({ id })
    log.push({ event })
  }
}

/** "If value starts with a U+0020 SPACE character, remove it from value." */
function withoutLeadingSpace(value: string): string {
  return value.startsWith(' ') ? value.slice(1) : value
}
