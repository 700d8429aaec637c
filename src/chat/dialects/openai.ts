// OpenAI's chat completions, as a stream: https://platform.openai.com/docs/api-reference/chat-streaming
import { isObject } from '../../json.ts'
import type { ServerSentEvent } from '../../sse/parser.ts'
import { providerError, type ChatDelta, type Dialect, type ToolCallDelta } from '../dialect.ts'
import { jsonReader, objectOf, textOf, thoughtsOf, toArguments, toDelta, toUsage } from '../json-reader.ts'

/** What is read of a chunk, over all servers that speak this dialect. */
interface Chunk {
  choices?: Choice[] | null
  usage?: TokenCounts | null
  x_groq?: { usage?: TokenCounts } | null
}

interface Choice {
  index?: number
  delta?: Message | null
  message?: Message | null // of an answer that is no stream
  text?: string // the older completions API
  finish_reason?: string | null
}

interface Message {
  content?: string | Part[] | null
  refusal?: string | null
  reasoning_content?: string | null // DeepSeek, Qwen, vLLM, llama.cpp
  reasoning?: string | null // Groq, OpenRouter
  tool_calls?: ToolCall[] | null
  function_call?: ToolCall['function'] // before there were tools
}

/** Mistral sends the content in parts, its thoughts too. */
interface Part {
  text?: string
  thinking?: string | Part[]
}

interface ToolCall {
  index?: number
  id?: string
  function?: { name?: string; arguments?: string | object }
}

interface TokenCounts {
  prompt_tokens?: number
  completion_tokens?: number
  total_tokens?: number
  completion_tokens_details?: { reasoning_tokens?: number } | null
}

/**
 * OpenAI's chat completions, and every server that speaks them: Azure, DeepSeek, Groq, OpenRouter, Qwen, xAI, Together,
 * Fireworks, vLLM, llama.cpp, Zhipu, Perplexity …
 *
 * Requests `{ messages, stream: true, model?, …params }`. An `error` inside the stream is thrown as {@link StreamError}
 * `provider`.
 *
 * @example
 * ```ts
 * const stream = streamText('Hi', { url: '/api/chat', dialect: openai, model: 'gpt-4o-mini' })
 * console.log((await stream).text)
 * ```
 */
export const openai: Dialect = {
  name: 'openai',
  request: (messages, { model, params }) => ({ json: { ...(model !== undefined && { model }), messages, stream: true, ...params } }),
  reader: () => chunkReader('openai'),
  detect(event) {
    const value = objectOf(event)
    return event.data.trim() === '[DONE]' || event.type === 'error' || 'choices' in value || Boolean(value['error'])
  },
}

/** The reader of chat completions under the name of a dialect. */
export function chunkReader(dialect: string): ReturnType<Dialect['reader']> {
  let streamed = false // then a whole message repeats what has come
  return jsonReader<Chunk>(dialect, ({ choices, usage, x_groq: groq }, event) => {
    // Azure's first chunk and OpenAI's last have no choice at all
    const choice = choices?.find(({ index = 0 }) => index === 0)
    const counts = usage ?? groq?.usage
    if (choice?.delta) streamed = true
    return { ...(choice && readChoice(choice, streamed, event)), ...(isObject(counts) && readUsage(counts)) }
  })
}

function readChoice({ delta, message, text: completion, finish_reason: finishReason }: Choice, streamed: boolean, event: ServerSentEvent): ChatDelta {
  if (finishReason === 'error') throw providerError(event)
  const part = delta ?? (streamed ? undefined : message)
  const content = part?.content
  // Together sends a chat's text in both places, OpenRouter its reasoning in reasoning_details too
  const text = part ? textOf(content) || textOf(part.refusal) : textOf(completion)
  const reasoning = thoughtsOf(content) || textOf(part?.reasoning_content) || textOf(part?.reasoning)
  const calls = part?.tool_calls ?? (part?.function_call ? [{ function: part.function_call }] : [])
  return {
    ...toDelta(text, reasoning),
    ...(calls.length > 0 && { toolCalls: calls.map(readToolCall) }),
    ...(finishReason && { finishReason }),
  }
}

function readToolCall({ index, id, function: call }: ToolCall, position: number): ToolCallDelta {
  return {
    index: index ?? position,
    ...(id && { id }),
    ...(call?.name && { name: call.name }),
    ...(call?.arguments && { arguments: toArguments(call.arguments) }),
  }
}

function readUsage(counts: TokenCounts): Pick<ChatDelta, 'usage'> {
  const { prompt_tokens: input, completion_tokens: output, total_tokens: total, completion_tokens_details: details } = counts
  const thoughts = details?.reasoning_tokens ?? 0
  // xAI alone counts its thoughts beside the answer
  const beside = thoughts > 0 && input !== undefined && output !== undefined && input + output + thoughts === total
  return toUsage(input, beside ? output + thoughts : output, counts)
}
