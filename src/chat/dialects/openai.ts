// OpenAI's chat completions, as a stream: https://platform.openai.com/docs/api-reference/chat-streaming
import { textOf } from '../../json.ts'
import { providerError, type ChatMessage, type Dialect, type DialectRequestOptions } from '../dialect.ts'
import { isEndMark, isError, jsonReader, objectOf, type DeltaDraft } from '../json-reader.ts'

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
  text?: string // the older completions API; Together sends a chat's text here too
  finish_reason?: string | null
}

interface Message {
  content?: string | Part[] | null
  refusal?: string | null
  reasoning_content?: string | null // DeepSeek, Qwen, vLLM, llama.cpp
  reasoning?: string | null // Groq, OpenRouter
  reasoning_details?: Part[] | null
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
  request: chatRequest,
  reader: () => chunkReader('openai'),
  detect: event => isEndMark(event) || isError(event) || 'choices' in objectOf(event),
}

/** The request of chat completions, which many others took over. */
export function chatRequest(messages: ChatMessage[], { model, params }: DialectRequestOptions): { json: unknown } {
  return { json: { model, messages, stream: true, ...params } }
}

/** The reader of chat completions under the name of a dialect. */
export function chunkReader(dialect: string): ReturnType<Dialect['reader']> {
  let streamed = false // then a whole message repeats what has come
  return jsonReader<Chunk>(dialect, ({ choices, usage, x_groq: groq }, event) => {
    // Azure's first chunk and OpenAI's last have no choice at all
    const { delta, message, text, finish_reason: finishReason } = choices?.find(({ index = 0 }) => index === 0) ?? {}
    if (finishReason === 'error') throw providerError(event)
    const piece = delta ? readMessage(delta) : { text }
    streamed ||= hasContent(piece)
    // Perplexity sends it beside the delta, which is empty in an answer that is no stream
    const whole = streamed ? {} : readMessage(message ?? {})
    const finished = hasContent(whole)
    return { ...(finished ? whole : piece), finishReason, finished, usage: readUsage(usage ?? groq?.usage) }
  })
}

function hasContent(draft: DeltaDraft): boolean {
  return Object.values(draft).some(value => (value as unknown[] | string | null | undefined)?.length)
}

function readMessage(message: Message) {
  const { content, refusal, reasoning_content: thoughts, reasoning, reasoning_details: details } = message
  const { tool_calls: calls, function_call: call } = message
  return {
    text: textOf(content) || refusal,
    // Mistral's are parts of the content; OpenRouter says it twice, Snowflake in the details alone
    reasoning: (Array.isArray(content) && textOf(content, 'thinking')) || thoughts || reasoning || textOf(details),
    toolCalls: (calls ?? (call ? [{ function: call }] : [])).map(({ index, id, function: made }: ToolCall, position) =>
      ({ index: index ?? position, id, name: made?.name, arguments: made?.arguments })),
  }
}

function readUsage(counts: TokenCounts | null | undefined): NonNullable<DeltaDraft['usage']> {
  // What is not told is no number, and makes no sum
  const { prompt_tokens: inputTokens = NaN, completion_tokens: output = NaN, total_tokens: total, completion_tokens_details: details } = counts ?? {}
  const thoughts = details?.reasoning_tokens ?? 0
  // xAI alone counts its thoughts beside the answer
  const isBeside = inputTokens + output + thoughts === total
  return { inputTokens, outputTokens: isBeside ? output + thoughts : output, raw: counts }
}
