import { StreamError } from '../errors.ts'
import type { Framing } from '../sse/framing.ts'
import { describeProviderError, isObject, parseJson, type Dialect } from './dialect.ts'

/** What an answer may come as. */
export const ACCEPT = 'text/event-stream, application/x-ndjson;q=0.9, text/plain;q=0.8, application/json;q=0.7'

const FRAMINGS: Partial<Record<string, Framing>> = {
  'text/event-stream': 'sse',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
  'application/x-jsonlines': 'ndjson',
  'text/plain': 'text',
}

/** How an answer of a content type becomes events; `undefined` where it is none. */
export function chooseFraming(contentType: string, dialect: Dialect): Framing | undefined {
  // A server's error page, or its error in JSON, is no answer, whatever the dialect expects
  if (contentType === 'text/html' || contentType === 'application/json') return undefined
  return dialect.framing ?? FRAMINGS[contentType]
}

/** A refused answer whose body is the provider's own error says more than its status. */
export function explainProviderError(error: StreamError): StreamError {
  const { status, headers, body = '' } = error
  const value = parseJson(body)
  if (!isObject(value) || !value['error']) return error
  return new StreamError('provider', `Provider reported an error: ${describeProviderError(value)}`, {
    cause: error, body, ...(status !== undefined && { status }), ...(headers && { headers }),
  })
}
