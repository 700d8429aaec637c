// The AI SDK's UI message stream, version 1: https://ai-sdk.dev/docs/ai-sdk-ui/stream-protocol#data-stream-protocol
import { randomKey } from '../../connection/request.ts'
import type { ChatDelta, Dialect, ToolCallDelta } from '../dialect.ts'
import { jsonReader, objectOf, textOf, toArguments, toDelta } from '../json-reader.ts'

/** What is read of an event. */
interface Chunk {
  type?: string
  delta?: string
  toolCallId?: string
  toolName?: string
  inputTextDelta?: string
  input?: unknown
  providerExecuted?: boolean
  finishReason?: string
}

/**
 * The AI SDK's UI message stream, version 1: what its `toUIMessageStreamResponse()` sends.
 *
 * Requests what its `useChat` does: `{ id, messages, trigger, model?, …params }`, with messages that have parts. Tool calls whose
 * output the server sends too are left out. An `error` inside the stream is thrown as {@link StreamError} `provider`; one that
 * the server aborted is `truncated`.
 *
 * @example
 * ```ts
 * const stream = streamText('Hi', { url: '/api/chat', dialect: aiSdk })
 * console.log((await stream).text)
 * ```
 */
export const aiSdk: Dialect = {
  name: 'aiSdk',
  request: (messages, { model, params }) => ({
    json: {
      id: randomKey(),
      messages: messages.map(({ role, content }) => ({ id: randomKey(), role, parts: [{ type: 'text', text: content }] })),
      trigger: 'submit-message', ...(model !== undefined && { model }), ...params,
    },
  }),
  reader() {
    const indexes = new Map<string, number>()
    const begun = new Set<number>() // the calls whose arguments come in pieces
    let aborted = false

    function readCall({ toolCallId: id = '', toolName: name, providerExecuted }: Chunk, rest: Partial<ToolCallDelta> = {}): ChatDelta {
      const index = indexes.get(id) ?? indexes.size
      indexes.set(id, index)
      return { toolCalls: [{ index, id, ...(name && { name }), ...(providerExecuted && { executed: true }), ...rest }] }
    }

    function readInput(chunk: Chunk): ChatDelta {
      const index = indexes.get(chunk.toolCallId ?? '')
      if (index !== undefined && begun.has(index)) return readCall(chunk)
      return readCall(chunk, { arguments: toArguments(chunk.input) })
    }

    const read = jsonReader<Chunk>('aiSdk', chunk => {
      switch (chunk.type) {
        case 'text-delta':
          return toDelta(textOf(chunk.delta))
        case 'reasoning-delta':
          return toDelta('', textOf(chunk.delta))
        case 'tool-input-start':
          return readCall(chunk)
        case 'tool-input-delta': {
          const delta = readCall(chunk, { arguments: textOf(chunk.inputTextDelta) })
          begun.add(indexes.get(chunk.toolCallId ?? '') ?? 0)
          return delta
        }
        case 'tool-input-available':
          return readInput(chunk)
        case 'tool-input-error': // the server found them wrong, and told the model so
        case 'tool-output-available':
        case 'tool-output-error':
        case 'tool-output-denied':
          return readCall(chunk, { executed: true })
        case 'finish':
          return chunk.finishReason ? { finishReason: chunk.finishReason } : { finished: true }
        case 'abort':
          aborted = true
          return {}
        default:
          return {}
      }
    })
    return event => (aborted ? {} : read(event)) // not even [DONE] makes it whole
  },
  detect(event) {
    const { type, errorText } = objectOf(event)
    return typeof errorText === 'string'
      || /^((start|finish)(-step)?|abort|file|message-metadata|(text|reasoning)-(start|delta|end)|tool-(input|output|approval)-.+|(source|data)-.+)$/
        .test(textOf(type))
  },
}
