// Cohere's chat, version 2, as a stream: https://docs.cohere.com/v2/docs/streaming
import { StreamError } from '../../errors.ts'
import { describeProviderError, providerError, type ChatDelta, type Dialect, type ToolCallDelta } from '../dialect.ts'
import type { ServerSentEvent } from '../../sse/parser.ts'
import { jsonReader, objectOf, textOf, thoughtsOf, toArguments, toDelta, toUsage } from '../json-reader.ts'

/** What is read of an event; one of its deltas, and a whole answer, have the form of an answer. */
interface Chunk extends Answer {
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
  finish_reason?: string
  usage?: { tokens?: TokenCounts; billed_units?: TokenCounts }
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
 * Cohere's chat, version 2.
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
  request: (messages, { model, params }) => ({ json: { ...(model !== undefined && { model }), messages, stream: true, ...params } }),
  reader: () => jsonReader<Chunk>('cohere', (chunk, event) => {
    const { type = event.type, index = 0, delta, finish_reason: finishReason } = chunk
    if (delta?.error) throw new StreamError('provider', `Provider reported an error: ${describeProviderError(delta.error)}`, { event })
    if (type === 'message-end') return { ...readAnswer(delta ?? {}, index, event), done: true }
    if (delta) return readAnswer(delta, index, event)
    return finishReason ? readAnswer(chunk, index, event) : {} // a whole answer; a citation's end has nothing
  }),
  detect(event) {
    const { type, message, finish_reason: finishReason } = objectOf(event)
    return /^(message|content|tool-plan|tool-call|citation)-(start|delta|end)$/.test(textOf(type) || event.type)
      || (message !== undefined && finishReason !== undefined)
  },
}

function readAnswer({ message = {}, finish_reason: finishReason, usage }: Answer, index: number, event: ServerSentEvent): ChatDelta {
  if (finishReason === 'ERROR') throw providerError(event)
  const { content, tool_plan: plan, tool_calls: calls } = message
  const parts = [content ?? []].flat()
  const toolCalls = [calls ?? []].flat().map((call, position) => readToolCall(call, index + position))
  const { input_tokens: input, output_tokens: output } = usage?.tokens ?? usage?.billed_units ?? {}
  return {
    ...toDelta(textOf(parts), thoughtsOf(parts) + textOf(plan)),
    ...(toolCalls.length > 0 && { toolCalls }),
    ...(finishReason && { finishReason }),
    ...(usage && toUsage(input, output, usage)),
  }
}

function readToolCall({ id, function: call }: ToolCall, index: number): ToolCallDelta {
  return {
    index,
    ...(id && { id }),
    ...(call?.name && { name: call.name }),
    ...(call?.arguments && { arguments: toArguments(call.arguments) }),
  }
}
