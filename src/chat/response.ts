import { StreamError, type StreamErrorDetails } from '../errors.ts'
import { isObject, parseJson } from '../json.ts'
import type { Framing } from '../sse/framing.ts'
import { describeProviderError, type Dialect } from './dialect.ts'

/** What an answer may come as. */
export const ACCEPT = 'text/event-stream, application/x-ndjson;q=0.9, text/plain;q=0.8, application/json;q=0.7'

const FRAMINGS: Partial<Record<string, Framing>> = { 'text/event-stream': 'sse', 'text/plain': 'text' }

/** One JSON document a line, under all the names that it goes by, and JSON itself: a server that does not stream, or says so. */
const JSON_LINES = /^application\/(x-)?(nd|stream\+)?json(l|-?lines)?$/

/** How an answer of a content type, as its header has it, becomes events; `undefined` where it is none. */
export function chooseFraming(header: string, dialect: Dialect): Framing | undefined {
  const contentType = header.toLowerCase().split(';', 1)[0]?.trim() ?? ''
  // A server's error page, or JSON in place of a stream, is what it is, whatever the dialect expects
  if (contentType === 'text/html') return undefined
  if (contentType === 'application/json') return 'ndjson'
  return dialect.framing ?? FRAMINGS[contentType] ?? (JSON_LINES.test(contentType) ? 'ndjson' : undefined)
}

/** A refused answer whose body is the provider's own error says more than its status. */
export function explainProviderError(error: StreamError): StreamError {
  const details: StreamErrorDetails = error
  const value = [parseJson(error.body ?? '')].flat()[0] // Gemini's comes in a list
  if (!isObject(value) || !value['error']) return error
  return new StreamError('provider', `Provider reported an error: ${describeProviderError(value)}`, { ...details, cause: error })
}
