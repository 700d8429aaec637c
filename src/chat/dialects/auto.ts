import { parseJson } from '../../json.ts'
import type { Framing } from '../../sse/framing.ts'
import type { ServerSentEvent } from '../../sse/parser.ts'
import { dialectError, type Dialect } from '../dialect.ts'
import { isEndMark, isLifeSign } from '../json-reader.ts'
import { agUi } from './ag-ui.ts'
import { aiSdk } from './ai-sdk.ts'
import { anthropic } from './anthropic.ts'
import { cohere } from './cohere.ts'
import { gemini } from './gemini.ts'
import { ollama } from './ollama.ts'
import { chatRequest, openai } from './openai.ts'
import { openaiResponses } from './openai-responses.ts'
import { rawText } from './raw-text.ts'
import { tgi } from './tgi.ts'

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
  request: chatRequest,
  reader(framing = 'sse') {
    let read: ReturnType<Dialect['reader']> | undefined
    return event => {
      read ??= pick(event, framing)?.reader(framing)
      return read ? read(event) : {}
    }
  },
  pick,
}

/** An event stream, JSON, or the AI SDK's older `0:"text"`: under a wrong content type, and no text for a page. */
const NO_TEXT = /^\s*(data: ?[[{]|event:|[[{]\s*["{]|[\da-g]:["{[])/

function pick(event: ServerSentEvent, framing: Framing): Dialect | undefined {
  const { type, data } = event
  if (isLifeSign(event)) return undefined
  // A greeting in words, before the answer
  if (type !== 'message' && type !== 'error' && parseJson(data) === undefined && !isEndMark(event)) return undefined
  if (framing === 'text' && !NO_TEXT.test(data)) return rawText
  // OpenAI's last: any error in any words is taken for its own
  const known = [anthropic, openaiResponses, gemini, cohere, ollama, tgi, aiSdk, agUi, openai]
  const found = framing !== 'text' && known.find(dialect => dialect.detect?.(event))
  if (found) return found
  throw dialectError(event, "tell the stream's dialect, name it with the dialect option")
}
