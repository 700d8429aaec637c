// Cohere's chat, version 2, as a stream: https://docs.cohere.com/v2/docs/streaming
import { textOf } from '../../json.ts'
import { providerError, type Dialect } from '../dialect.ts'
import { hasField, jsonReader, typeOf, type DeltaDraft } from '../json-reader.ts'
import { chatRequest } from './openai.ts'

/** What is read of an event; one of its deltas, and a whole answer, have the form of an answer. */
interface Chunk extends Answer {
  event_type?: string // of version 1, as are the next two
  text?: string
  response?: { meta?: Answer['usage'] }
  type?: string
  index?: number
  delta?: Answer & { error?: unknown }
}

interface Answer {
  message?: {
    content?: Part | Part[] | null
    tool_plan?: string
    tool_calls?: ToolCall | ToolCall[] | null
  }
  finish_reason?: string | undefined
  usage?: { tokens?: TokenCounts; billed_units?: TokenCounts } | undefined
}

interface Part {
  text?: string
  thinking?: string
}

interface ToolCall {
  id?: string
  function?: { name?: string; arguments?: string }
}

interface TokenCounts {
  input_tokens?: number
  output_tokens?: number
}

/**
 * Cohere's chat, version 2; the text of version 1 too.
 *
 * Requests `{ messages, stream: true, model?, …params }`. The plan that it makes before it calls tools is reasoning. An answer that
 * ends by an error is thrown as {@link StreamError} `provider`.
 *
 * @example
 * ```ts
 * const stream = streamText('Hi', { url: '/api/chat', dialect: cohere, model: 'command-a-03-2025' })
 * console.log((await stream).text)
 * ```
 */
export const cohere: Dialect = {
  name: 'cohere',
  request: chatRequest,
  reader: () => jsonReader<Chunk>('cohere', (chunk, event) => {
    const { type = event.type, index = 0, delta, finish_reason: finishReason } = chunk
    if (delta?.error || (delta ?? chunk).finish_reason === 'ERROR') throw providerError(event, delta?.error)
    if (chunk.event_type !== undefined) return readOlder(chunk)
    if (delta) return { ...readAnswer(delta, index), done: type === 'message-end' }
    if (!finishReason) return {} // some events have no delta
    const whole = readAnswer(chunk, index)
    return chunk.text === undefined ? whole : { ...whole, text: chunk.text }
  }),
  detect: event => /^(message|content|tool-plan|tool-call|citation)-(start|delta|end)$/.test(typeOf(event))
    || hasField(event, 'is_finished', 'generation_id') || (hasField(event, 'message') && hasField(event, 'finish_reason')),
}

/** A line of version 1, which is NDJSON. */
function readOlder({ event_type: type, text, finish_reason: finishReason, response }: Chunk): DeltaDraft {
  if (type === 'text-generation') return { text }
  return type === 'stream-end' ? { ...readAnswer({ finish_reason: finishReason, usage: response?.meta }, 0), done: true } : {}
}

function readAnswer({ message, finish_reason: finishReason, usage }: Answer, index: number): DeltaDraft {
  const { content, tool_plan: plan, tool_calls: calls } = message ?? {}
  const parts = [content ?? []].flat()
  const counts = usage?.tokens ?? usage?.billed_units
  return {
    text: parts,
    reasoning: textOf(parts, 'thinking') + textOf(plan),
    toolCalls: [calls ?? []].flat().map(({ id, function: call }, position) =>
      ({ index: index + position, id, name: call?.name, arguments: call?.arguments })),
    finishReason,
    usage: { inputTokens: counts?.input_tokens, outputTokens: counts?.output_tokens, raw: usage },
  }
}
