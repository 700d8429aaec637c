import { parseJson } from '../../json.ts'
import { isEndMark, isError } from '../json-reader.ts'
import { dialectError, providerError, type Dialect } from '../dialect.ts'
import { chatRequest } from './openai.ts'

/**
 * Text as it is: the chunks of a plain-text body, or the data of each event.
 *
 * The end of the stream is the end of the answer; in an event stream `[DONE]` is too, and an event named `error` an error of
 * the provider's. A body that is JSON is text only where that is a string. Requests as {@link openai} does.
 *
 * @example
 * ```ts
 * const stream = streamText('Hi', { url: '/api/text', dialect: rawText })
 * for await (const { text } of stream) console.log(text)
 * ```
 */
export const rawText: Dialect = {
  name: 'rawText',
  endsAtEof: true,
  request: chatRequest,
  reader: framing => event => {
    if (event.type === 'error') throw providerError(event)
    if (framing !== 'ndjson') return framing !== 'text' && isEndMark(event) ? { done: true } : { text: event.data }
    const value = parseJson(event.data)
    if (typeof value === 'string') return { text: value }
    throw isError(event, value) ? providerError(event) : dialectError(event, 'read the event as rawText')
  },
}
