import { StreamError } from '../errors.ts'
import { isObject, parseJson } from '../json.ts'
import type { ServerSentEvent } from '../sse/parser.ts'
import { providerError, unreadable, type ChatDelta } from './dialect.ts'

/**
 * The reader of a dialect whose events are JSON objects: what nearly all providers have in common.
 *
 * `[DONE]` is the end mark. An event named `error`, or an object with an `error` or of the type `error`, is thrown as
 * {@link StreamError} `provider`. What is no JSON object is thrown as `dialect`, and so is an object that `read` stumbles over;
 * only where an event has a name of its own, and no JSON, is it taken for none of the answer's.
 *
 * @param dialect its name, for messages
 * @param read what an object adds to the answer; its type is the caller's word, nothing is checked
 * @returns a reader of events, with no state but that of `read`
 *
 * @example
 * ```ts
 * const haiku: Dialect = {
 *   name: 'haiku',
 *   request: messages => ({ json: { prompt: messages.at(-1)?.content } }),
 *   reader: () => jsonReader<{ line?: string; last?: boolean }>('haiku', ({ line, last }) => ({
 *     ...(line && { text: `${line}\n` }), ...(last && { done: true }),
 *   })),
 * }
 * ```
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- a name for what `read` takes for granted
export function jsonReader<Chunk extends object>(
  dialect: string, read: (chunk: Chunk, event: ServerSentEvent) => ChatDelta | ChatDelta[]): (event: ServerSentEvent) => ChatDelta | ChatDelta[] {
  return event => {
    if (event.data.trim() === '[DONE]') return { done: true }
    if (event.type === 'error') throw providerError(event)
    const value = parseJson(event.data)
    if (!isObject(value)) {
      if (event.type === 'message') throw unreadable(event, dialect)
      return {}
    }
    // Before anything else: an error may come in a chunk of the answer too
    if (value['error'] || value['type'] === 'error') throw providerError(event)
    try {
      return read(value as Chunk, event)
    } catch (error) {
      throw error instanceof StreamError ? error : unreadable(event, dialect, error)
    }
  }
}

/** A text, or the texts of a list of parts; `''` for anything else. */
export function textOf(content: unknown): string {
  if (Array.isArray(content)) return content.map(part => (isObject(part) ? textOf(part['text']) : '')).join('')
  return typeof content === 'string' ? content : ''
}

/** The thoughts of a list of parts. */
export function thoughtsOf(content: unknown): string {
  return Array.isArray(content) ? content.map(part => (isObject(part) ? textOf(part['thinking']) : '')).join('') : ''
}

/** Text and reasoning as a delta, without what is empty. */
export function toDelta(text: string, reasoning = ''): ChatDelta {
  return { ...(text && { text }), ...(reasoning && { reasoning }) }
}

/** Tokens as a delta; `raw` is what the provider says. */
export function toUsage(inputTokens: unknown, outputTokens: unknown, raw: unknown): Pick<ChatDelta, 'usage'> {
  return {
    usage: {
      ...(typeof inputTokens === 'number' && { inputTokens }),
      ...(typeof outputTokens === 'number' && { outputTokens }),
      raw,
    },
  }
}

/** The arguments of a tool call as JSON text, whether they come as such or as a value. */
export function toArguments(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? {})
}

/** The object that an event holds; an empty one where it holds none. For `detect()`. */
export function objectOf(event: ServerSentEvent): Record<string, unknown> {
  const value = parseJson(event.data)
  return isObject(value) ? value : {}
}
