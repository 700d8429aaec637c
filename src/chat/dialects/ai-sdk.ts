// The AI SDK's UI message stream, version 1: https://ai-sdk.dev/docs/ai-sdk-ui/stream-protocol#data-stream-protocol
import { randomKey } from '../../connection/request.ts'
import type { Dialect } from '../dialect.ts'
import { hasField, jsonReader, typeOf, type DeltaDraft } from '../json-reader.ts'

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
 * Requests what its `useChat` does: `{ id, messages, trigger, model?, …params }`, with messages that have parts. Tool calls are whole
 * when the server says so; those that it runs itself are left out. An `error` inside the stream is thrown as {@link StreamError} `provider`; one that
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
    const pieces = new Map<string, string>() // of the arguments that are on their way
    let aborted = false

    function readCall({ toolCallId: id = '', toolName: name, providerExecuted }: Chunk, json?: unknown, executed = providerExecuted) {
      const index = indexes.get(id) ?? indexes.size
      indexes.set(id, index)
      return { index, id, name, arguments: json, executed }
    }

    function hold({ toolCallId: id = '', inputTextDelta: piece = '' }: Chunk): DeltaDraft {
      pieces.set(id, (pieces.get(id) ?? '') + piece)
      return {}
    }

    /** The arguments as the server read them, and mended them: not as the model wrote them. */
    function readInput(chunk: Chunk): DeltaDraft {
      pieces.delete(chunk.toolCallId ?? '')
      return { toolCalls: [readCall(chunk, JSON.stringify(chunk.input ?? {}))] }
    }

    /** What was never said to be whole is as the model wrote it. */
    function release() {
      const calls = [...pieces].map(([toolCallId, json]) => readCall({ toolCallId }, json))
      pieces.clear()
      return calls
    }

    const read = jsonReader<Chunk>('aiSdk', chunk => {
      switch (chunk.type) {
        case 'text-delta':
          return { text: chunk.delta }
        case 'reasoning-delta':
          return { reasoning: chunk.delta }
        case 'tool-input-start':
          return { toolCalls: [readCall(chunk)] }
        case 'tool-input-delta':
          return hold(chunk)
        case 'tool-input-available':
          return readInput(chunk)
        case 'tool-input-error': // the server found the arguments wrong, and told the model so
        case 'tool-approval-request': // it runs the tool when the user agrees
        case 'tool-output-available':
        case 'tool-output-error':
        case 'tool-output-denied':
          pieces.delete(chunk.toolCallId ?? '')
          return { toolCalls: [readCall(chunk, undefined, true)] }
        case 'finish':
          return { toolCalls: release(), finishReason: chunk.finishReason, finished: !chunk.finishReason }
        case 'abort':
          aborted = true
          return {}
        default:
          return {}
      }
    })
    return event => (aborted ? {} : read(event)) // not even [DONE] makes it whole
  },
  detect: event => KNOWN.test(typeOf(event)) || hasField(event, 'errorText'),
}

const KNOWN = /^((start|finish)(-step)?|abort|file|message-metadata|(text|reasoning)-(start|delta|end)|tool-((in|out)put|approval)-.+|(source|data)-.+)$/
