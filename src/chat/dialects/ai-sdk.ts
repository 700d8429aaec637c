// The AI SDK's UI message stream, version 1: https://ai-sdk.dev/docs/ai-sdk-ui/stream-protocol#data-stream-protocol
import { randomKey } from '../../connection/request.ts'
import type { Dialect } from '../dialect.ts'
import { jsonReader, objectOf, typeOf, type DeltaDraft } from '../json-reader.ts'

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
      trigger: 'submit-message', model, ...params,
    },
  }),
  reader() {
    const indexes = new Map<string, number>()
    const begun = new Set<string>() // the calls whose arguments come in pieces
    let aborted = false

    function readCall({ toolCallId: id = '', toolName: name, providerExecuted, inputTextDelta, input }: Chunk, done?: 'executed'): DeltaDraft {
      const index = indexes.get(id) ?? indexes.size
      indexes.set(id, index)
      if (inputTextDelta) begun.add(id)
      const json = inputTextDelta ?? (done || begun.has(id) ? undefined : input)
      return { toolCalls: [{ index, id, name, arguments: json, executed: Boolean(providerExecuted ?? done) }] }
    }

    const read = jsonReader<Chunk>('aiSdk', chunk => {
      switch (chunk.type) {
        case 'text-delta':
          return { text: chunk.delta }
        case 'reasoning-delta':
          return { reasoning: chunk.delta }
        case 'tool-input-start':
        case 'tool-input-delta':
        case 'tool-input-available':
          return readCall(chunk)
        case 'tool-input-error': // the server found them wrong, and told the model so
        case 'tool-output-available':
        case 'tool-output-error':
        case 'tool-output-denied':
          return readCall(chunk, 'executed')
        case 'finish':
          return { finishReason: chunk.finishReason, finished: !chunk.finishReason }
        case 'abort':
          aborted = true
          return {}
        default:
          return {}
      }
    })
    return event => (aborted ? {} : read(event)) // not even [DONE] makes it whole
  },
  detect: event => KNOWN.test(typeOf(event)) || 'errorText' in objectOf(event),
}

const KNOWN = /^((start|finish)(-step)?|abort|file|message-metadata|(text|reasoning)-(start|delta|end)|tool-((in|out)put|approval)-.+|(source|data)-.+)$/
