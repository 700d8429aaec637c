// Ollama's own chat and generate: https://docs.ollama.com/api
import type { Dialect } from '../dialect.ts'
import { hasField, jsonReader } from '../json-reader.ts'
import { chatRequest } from './openai.ts'

/** What is read of a line. */
interface Chunk {
  message?: {
    content?: string
    thinking?: string
    tool_calls?: { id?: string; function?: { name?: string; arguments?: object } }[]
  }
  response?: string // of /api/generate, as is the next one
  thinking?: string
  done?: boolean
  done_reason?: string
  prompt_eval_count?: number
  eval_count?: number
}

/**
 * Ollama's own `/api/chat` and `/api/generate`, one JSON document a line; its `/v1` is {@link openai}'s.
 *
 * Requests `{ messages, stream: true, model?, …params }`. A line with an `error` is thrown as {@link StreamError} `provider`.
 *
 * @example
 * ```ts
 * const stream = streamText('Hi', { url: '/api/chat', dialect: ollama, model: 'llama3.2' })
 * console.log((await stream).text)
 * ```
 */
export const ollama: Dialect = {
  name: 'ollama',
  request: chatRequest,
  reader() {
    let calls = 0
    return jsonReader<Chunk>('ollama', chunk => {
      const { message, response, thinking, done, done_reason: finishReason, prompt_eval_count: inputTokens, eval_count: outputTokens } = chunk
      return {
        text: message?.content ?? response,
        reasoning: message?.thinking ?? thinking,
        toolCalls: message?.tool_calls?.map(({ id, function: call }) =>
          ({ index: calls++, id, name: call?.name, arguments: call?.arguments ?? {} })),
        finishReason,
        usage: { inputTokens, outputTokens, raw: outputTokens === undefined ? undefined : chunk },
        done,
      }
    })
  },
  detect: event => hasField(event, 'done') && hasField(event, 'message', 'response'),
}
