import { StreamError } from '../errors.ts'
import { isObject, parseJson, textOf } from '../json.ts'
import type { ServerSentEvent } from '../sse/parser.ts'
import { dialectError, providerError, type ChatDelta, type ToolCallDelta, type Usage } from './dialect.ts'

/** What an event adds to an answer, as a provider says it: what is empty, or of a wrong type, is left out of the delta. */
export interface DeltaDraft {
  /** A text, or a list of parts that have a `text`. */
  text?: unknown
  /** The same. */
  reasoning?: unknown
  /** The arguments are JSON text, or the value itself. */
  toolCalls?: ({ index: number; arguments?: unknown } & { [Key in 'id' | 'name' | 'executed']?: ToolCallDelta[Key] | null | undefined })[] | undefined
  /** Why the answer ends, in the provider's own word. */
  finishReason?: string | null | undefined
  /** Left out where `raw` is missing. */
  usage?: { [Key in keyof Usage]?: Usage[Key] | null | undefined }
  /** The answer is whole, though the provider says no reason. */
  finished?: boolean | undefined
  /** The stream's end mark. */
  done?: boolean | undefined
}

/**
 * The reader of a dialect whose events are JSON objects: what nearly all providers have in common.
 *
 * `[DONE]` is the end mark, blank data nothing. An event named `error`, or an object with an `error` or of the type `error`, is thrown as
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
 *   reader: () => jsonReader<{ words?: string; last?: boolean }>('haiku', ({ words, last }) => ({ text: words, done: last })),
 * }
 * ```
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- a name for what `read` takes for granted
export function jsonReader<Chunk extends object>(
  dialect: string, read: (chunk: Chunk, event: ServerSentEvent) => DeltaDraft | DeltaDraft[]): (event: ServerSentEvent) => ChatDelta | ChatDelta[] {
  const what = `read the event as ${dialect}`
  return event => {
    const value = parseJson(event.data)
    // Before anything else: an error may come in a chunk of the answer too
    if (isError(event, value)) throw providerError(event)
    if (!event.data.trim()) return {} // some servers keep the connection alive by it
    if (isEndMark(event)) return { done: true }
    if (!isObject(value)) {
      if (event.type === 'message') throw dialectError(event, what)
      return {}
    }
    try {
      const drafts = read(value as Chunk, event)
      return Array.isArray(drafts) ? drafts.map(tidy) : tidy(drafts)
    } catch (error) {
      throw error instanceof StreamError ? error : dialectError(event, what, { cause: error })
    }
  }
}

/** Whether an event is an error, by its name or by what the object in it says. */
export function isError(event: ServerSentEvent, value: unknown = parseJson(event.data)): boolean {
  return event.type === 'error' || (isObject(value) && (Boolean(value['error']) || value['type'] === 'error' || value['object'] === 'error'))
}

/** Whether an event is OpenAI's end mark, which others took over; better-sse puts it in quotes. */
export function isEndMark({ data }: ServerSentEvent): boolean {
  return /^"?\[DONE\]"?$/.test(data.trim())
}

/** Whether an event only keeps the connection alive, as proxies and servers do by these names, or by blank data. */
export function isLifeSign({ type, data }: ServerSentEvent): boolean {
  return /^(ping|heartbeat|keep-?alive)$/i.test(type) || !data.trim()
}

/** The object that an event holds; an empty one where it holds none. For `detect()`. */
export function objectOf(event: ServerSentEvent): Record<string, unknown> {
  const value = parseJson(event.data)
  return isObject(value) ? value : {}
}

/** Whether the object that an event holds has any of these fields. For `detect()`. */
export function hasField(event: ServerSentEvent, ...names: string[]): boolean {
  const value = objectOf(event)
  return names.some(name => name in value)
}

/** What an object says that an event is, else the event's own name. For `detect()`. */
export function typeOf(event: ServerSentEvent): string {
  return textOf(objectOf(event)['type']) || event.type
}

function tidy({ text, reasoning, toolCalls, finishReason, usage, finished, done }: DeltaDraft): ChatDelta {
  const calls = toolCalls?.filter(({ index }) => typeof index === 'number').map(tidyCall)
  return prune({
    text: textOf(text),
    reasoning: textOf(reasoning),
    toolCalls: calls?.[0] && calls,
    finishReason: textOf(finishReason),
    usage: typeof usage?.raw === 'object' && usage.raw && prune({
      inputTokens: countOf(usage.inputTokens),
      outputTokens: countOf(usage.outputTokens),
      raw: usage.raw,
    }),
    finished: finished === true,
    done: done === true,
  })
}

function tidyCall({ index, id, name, arguments: json, executed }: NonNullable<DeltaDraft['toolCalls']>[number]): ToolCallDelta {
  return prune({
    index,
    id: textOf(id),
    name: textOf(name),
    arguments: typeof json === 'string' ? json : JSON.stringify(json ?? undefined),
    executed: executed === true,
  }) as ToolCallDelta
}

function countOf(tokens: unknown) {
  return typeof tokens === 'number' && tokens
}

/** An object without what is empty; 0 is not. */
function prune(object: object): object {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value || value === 0))
}
