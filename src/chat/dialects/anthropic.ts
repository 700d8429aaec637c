// Anthropic's messages, as a stream: https://docs.anthropic.com/en/docs/build-with-claude/streaming
import { splitSystem, type Dialect } from '../dialect.ts'
import { jsonReader, objectOf, typeOf, type DeltaDraft } from '../json-reader.ts'

/** What is read of an event, or of a whole message. */
interface Chunk extends Message {
  type?: string
  index?: number
  message?: Message
  content_block?: Block
  delta?: { text?: string; thinking?: string; partial_json?: string; stop_reason?: string | null }
}

interface Message {
  usage?: TokenCounts | null
  content?: Block[]
  stop_reason?: string | null
}

interface Block {
  type?: string
  text?: string
  thinking?: string
  id?: string
  name?: string
  input?: object
}

interface TokenCounts {
  input_tokens?: number
  output_tokens?: number
}

/** The API wants a limit; this is no more than any model of it can write. */
const MAX_TOKENS = 4096

/**
 * Anthropic's messages.
 *
 * Requests `{ messages, max_tokens: 4096, stream: true, system?, model?, …params }` with the header `anthropic-version: 2023-06-01`;
 * system messages become `system`. Tool calls that the provider runs by itself, as a web search, are left out. An `error` inside
 * the stream is thrown as {@link StreamError} `provider`.
 *
 * @example
 * ```ts
 * const stream = streamText('Hi', { url: '/api/messages', dialect: anthropic, model: 'claude-haiku-4-5', params: { max_tokens: 1000 } })
 * console.log((await stream).text)
 * ```
 */
export const anthropic: Dialect = {
  name: 'anthropic',
  request(messages, { model, params }) {
    const { system, others } = splitSystem(messages)
    return {
      json: { model, max_tokens: MAX_TOKENS, system, messages: others, stream: true, ...params },
      headers: { 'anthropic-version': '2023-06-01' },
    }
  },
  reader() {
    const calls = new Set<number>() // the blocks that are calls of the caller's tools
    let counts: TokenCounts | undefined // some come first, some last

    function readUsage(usage: TokenCounts | null | undefined): NonNullable<DeltaDraft['usage']> {
      if (usage) counts = { ...counts, ...usage }
      return { inputTokens: counts?.input_tokens, outputTokens: counts?.output_tokens, raw: usage && counts }
    }

    function readBlock({ type, text, thinking, id, name, input = {} }: Block, index: number): DeltaDraft {
      calls.delete(index) // an index may be used again
      if (type !== 'tool_use') return { text, reasoning: thinking }
      calls.add(index)
      // Empty where the arguments come in pieces
      return { toolCalls: [{ index, id, name, arguments: Object.keys(input).length > 0 ? input : undefined }] }
    }

    /** One that is no stream, or begins one; some begin with more than their usage. */
    function readMessage({ content = [], stop_reason: finishReason, usage }: Message): DeltaDraft[] {
      return [...content.map(readBlock), { finishReason, usage: readUsage(usage) }]
    }

    return jsonReader<Chunk>('anthropic', (chunk, event) => {
      const { type = event.type, index = 0, message = {}, content_block: block, delta = {}, usage } = chunk
      switch (type) {
        case 'message':
          return readMessage(chunk)
        case 'message_start':
          return readMessage(message)
        case 'content_block_start':
          return block ? readBlock(block, index) : {}
        case 'content_block_delta':
          if (calls.has(index)) return { toolCalls: [{ index, arguments: delta.partial_json }] }
          return { text: delta.text, reasoning: delta.thinking }
        case 'message_delta':
          return { finishReason: delta.stop_reason, usage: readUsage(usage) }
        case 'message_stop':
          return { done: true }
        default:
          return {}
      }
    })
  },
  detect: event => /^((message|content_block)_(start|delta|stop)|ping)$/.test(typeOf(event)) || objectOf(event)['type'] === 'message',
}
