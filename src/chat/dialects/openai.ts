// OpenAI's chat completions, as a stream: https://platform.openai.com/docs/api-reference/chat-streaming
import type { ServerSentEvent } from '../../sse/parser.ts'
import {
  isObject, parseJson, providerError, readJson, unreadable, type ChatDelta, type Dialect, type ToolCallDelta, type Usage,
} from '../dialect.ts'

/** What is read of a chunk, over all servers that speak this dialect. */
interface Chunk {
  choices?: Choice[] | null
  usage?: TokenCounts | null
  x_groq?: { usage?: TokenCounts } | null
  error?: unknown
}

interface Choice {
  index?: number
  delta?: Delta | null
  text?: string // the older completions API
  finish_reason?: string | null
}

interface Delta {
  content?: string | { text?: string }[] | null // Mistral sends parts
  refusal?: string | null
  reasoning_content?: string | null // DeepSeek, Qwen, vLLM, llama.cpp
  reasoning?: string | null // Groq, OpenRouter
  tool_calls?: { index?: number; id?: string; function?: { name?: string; arguments?: string } }[] | null
}

interface TokenCounts {
  prompt_tokens?: number
  completion_tokens?: number
}

/**
 * OpenAI's chat completions, and every server that speaks them: Azure, DeepSeek, Groq, OpenRouter, Qwen, vLLM, llama.cpp …
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
  reader: () => readEvent,
  detect(event) {
    if (event.data.trim() === '[DONE]') return true
    if (event.type === 'error') return true
    const value = parseJson(event.data)
    return isObject(value) && ('choices' in value || 'error' in value)
  },
}

function readEvent(event: ServerSentEvent): ChatDelta {
  if (event.data.trim() === '[DONE]') return { done: true }
  if (event.type === 'error') throw providerError(event)
  const chunk: Chunk = readJson(event, 'openai')
  // Before anything else: an error may come in a chunk that has choices too
  if (chunk.error) throw providerError(event)
  const { choices } = chunk
  // Azure's first chunk and OpenAI's last have no choice at all
  if (choices && !(Array.isArray(choices) && choices.every(isObject))) throw unreadable(event, 'openai')
  const delta: ChatDelta = {}
  const choice = choices?.find(({ index = 0 }) => index === 0)
  if (choice) readChoice(choice, delta)
  const counts = chunk.usage ?? chunk.x_groq?.usage
  if (counts) delta.usage = readUsage(counts)
  return delta
}

function readChoice({ delta: part, text: completion, finish_reason: finishReason }: Choice, delta: ChatDelta) {
  // Together sends a chat's text in both places
  const text = part ? textOf(part.content) || textOf(part.refusal) : textOf(completion)
  if (text) delta.text = text
  // OpenRouter repeats it in reasoning_details
  const reasoning = textOf(part?.reasoning_content) || textOf(part?.reasoning)
  if (reasoning) delta.reasoning = reasoning
  if (part?.tool_calls?.length) delta.toolCalls = part.tool_calls.map(readToolCall)
  if (finishReason) delta.finishReason = finishReason
}

function textOf(content: unknown): string {
  if (Array.isArray(content)) return content.map(part => (isObject(part) ? textOf(part['text']) : '')).join('')
  return typeof content === 'string' ? content : ''
}

function readToolCall({ index, id, function: call }: NonNullable<Delta['tool_calls']>[number], position: number): ToolCallDelta {
  return {
    index: index ?? position,
    ...(id && { id }),
    ...(call?.name && { name: call.name }),
    ...(call?.arguments && { arguments: call.arguments }),
  }
}

function readUsage(counts: TokenCounts): Usage {
  return {
    ...(counts.prompt_tokens !== undefined && { inputTokens: counts.prompt_tokens }),
    ...(counts.completion_tokens !== undefined && { outputTokens: counts.completion_tokens }),
    raw: counts,
  }
}
