// Mistral's chat completions: https://docs.mistral.ai/api/
import type { Dialect } from '../dialect.ts'
import { chatRequest, chunkReader, openai } from './openai.ts'

/**
 * Mistral's chat completions: {@link openai}'s, whose content may be a list of texts and thoughts.
 *
 * Requests `{ messages, stream: true, model?, …params }`. A stream that finishes by `error` is thrown as {@link StreamError}
 * `provider`.
 *
 * @example
 * ```ts
 * const stream = streamText('Hi', { url: '/api/chat', dialect: mistral, model: 'mistral-small-latest' })
 * console.log((await stream).text)
 * ```
 */
export const mistral: Dialect = {
  name: 'mistral',
  request: chatRequest,
  reader: () => chunkReader('mistral'),
  detect: event => openai.detect?.(event) ?? false,
}
