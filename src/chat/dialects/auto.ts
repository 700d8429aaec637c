import { StreamError } from '../../errors.ts'
import type { Framing } from '../../sse/framing.ts'
import type { ServerSentEvent } from '../../sse/parser.ts'
import { shorten, type Dialect } from '../dialect.ts'
import { openai } from './openai.ts'
import { rawText } from './raw-text.ts'

/**
 * Whatever the provider speaks: recognised by the stream's first event; plain text is read as {@link rawText}.
 *
 * What it does not recognise it does not print: it throws a {@link StreamError} `dialect` that shows the event. Requests as
 * {@link openai} does.
 *
 * @example
 * ```ts
 * const stream = streamText('Hi', { url: '/api/chat', dialect: auto })
 * console.log((await stream).text)
 * ```
 */
export const auto: Dialect = {
  name: 'auto',
  request: (messages, options) => openai.request(messages, options),
  reader(framing = 'sse') {
    let read: ReturnType<Dialect['reader']> | undefined
    return event => (read ??= pick(event, framing).reader(framing))(event)
  },
  pick,
}

function pick(event: ServerSentEvent, framing: Framing): Dialect {
  // An event stream or JSON under a wrong content type is no text for a page
  if (framing === 'text' && !/^\s*(data: ?[[{]|event:|\{")/.test(event.data)) return rawText
  const found = framing !== 'text' && [openai].find(dialect => dialect.detect?.(event))
  if (found) return found
  throw new StreamError('dialect', `Cannot tell the stream's dialect, name it with the dialect option: ${shorten(event.data)}`, { event })
}
