// Hugging Face's Text Generation Inference, /generate_stream: https://huggingface.github.io/text-generation-inference/
import type { Dialect } from '../dialect.ts'
import { hasField, jsonReader } from '../json-reader.ts'

/** What is read of an event, or of a whole answer. */
interface Chunk {
  token?: { text?: string; special?: boolean }
  generated_text?: string | null // all of it again, with the last token
  details?: { finish_reason?: string; generated_tokens?: number; input_length?: number } | null
}

/**
 * Hugging Face's Text Generation Inference, `/generate_stream`; its `/v1` is {@link openai}'s.
 *
 * Requests `{ inputs, stream: true, …params }`, the inputs being what the messages say, with blank lines between them: a model's own
 * template is for the caller's `request()`. Tokens that are marks of the model's are no text. An `error` inside the stream is
 * thrown as {@link StreamError} `provider`.
 *
 * @example
 * ```ts
 * const stream = streamText('Hi', { url: '/api/generate', dialect: tgi, params: { parameters: { max_new_tokens: 100 } } })
 * console.log((await stream).text)
 * ```
 */
export const tgi: Dialect = {
  name: 'tgi',
  request: (messages, { params }) => ({ json: { inputs: messages.map(({ content }) => content).join('\n\n'), stream: true, ...params } }),
  reader: () => jsonReader<Chunk>('tgi', ({ token, generated_text: whole, details }) => ({
    text: token ? !token.special && token.text : whole,
    finishReason: details?.finish_reason,
    usage: { inputTokens: details?.input_length, outputTokens: details?.generated_tokens, raw: details },
    done: typeof whole === 'string',
  })),
  detect: event => hasField(event, 'token', 'generated_text'),
}
