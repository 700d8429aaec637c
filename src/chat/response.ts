import { StreamError } from '../errors.ts'
import { isObject, parseJson } from '../json.ts'
import type { Framing } from '../sse/framing.ts'
import { describeProviderError, type Dialect } from './dialect.ts'

/** What an answer may come as. */
export const ACCEPT = 'text/event-stream, application/x-ndjson;q=0.9, text/plain;q=0.8, application/json;q=0.7'

const FRAMINGS: Partial<Record<string, Framing>> = {
  'text/event-stream': 'sse',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
  'application/x-jsonlines': 'ndjson',
  'application/json-lines': 'ndjson',
  'application/stream+json': 'ndjson',
  'application/json': 'ndjson', // a server that does not stream, or that does under a wrong name
  'text/plain': 'text',
}

/** How an answer of a content type, as its header has it, becomes events; `undefined` where it is none. */
export function chooseFraming(header: string, dialect: Dialect): Framing | undefined {
  const contentType = header.toLowerCase().split(';', 1)[0]?.trim() ?? ''
  // A server's error page, or JSON in place of a stream, is what it is, whatever the dialect expects
  if (contentType === 'text/html') return undefined
  return contentType === 'application/json' ? 'ndjson' : dialect.framing ?? FRAMINGS[contentType]
}

/** A refused answer whose body is the provider's own error says more than its status. */
export function explainProviderError(error: StreamError): StreamError {
  const { status, headers, body = '' } = error
  const value = [parseJson(body)].flat()[0] // Gemini's comes in a list
  if (!isObject(value) || !value['error']) return error
  return new StreamError('provider', `Provider reported an error: ${describeProviderError(value)}`, {
    cause: error, body, ...(status !== undefined && { status }), ...(headers && { headers }),
  })
}
