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
    const calls = new Map<string, { index: number; held: string }>() // with the arguments that are on their way
    let aborted = false

    function callOf({ toolCallId: id = '' }: Chunk) {
      const call = calls.get(id) ?? { index: calls.size, held: '' }
      calls.set(id, call)
      return call
    }

    function readCall(chunk: Chunk, json?: string, executed = chunk.providerExecuted) {
      const call = callOf(chunk)
      if (json !== undefined || executed) call.held = '' // said, or for nobody to run
      return { index: call.index, id: chunk.toolCallId, name: chunk.toolName, arguments: json, executed }
    }

    const read = jsonReader<Chunk>('aiSdk', (chunk): DeltaDraft => {
      switch (chunk.type) {
        case 'text-delta':
          return { text: chunk.delta }
        case 'reasoning-delta':
          return { reasoning: chunk.delta }
        case 'tool-input-start':
          return { toolCalls: [readCall(chunk)] }
        case 'tool-input-delta':
          callOf(chunk).held += chunk.inputTextDelta ?? ''
          return {}
        case 'tool-input-available': // as the server read them, and mended them: not as the model wrote them
          return { toolCalls: [readCall(chunk, JSON.stringify(chunk.input ?? {}))] }
        case 'tool-input-error': // the server found the arguments wrong, and told the model so
        case 'tool-approval-request': // it runs the tool when the user agrees
        case 'tool-output-available':
        case 'tool-output-error':
        case 'tool-output-denied':
          return { toolCalls: [readCall(chunk, undefined, true)] }
        case 'finish':
          return {
            // What was never said to be whole is as the model wrote it
            toolCalls: [...calls].flatMap(([toolCallId, { held }]) => (held ? [readCall({ toolCallId }, held)] : [])),
            finishReason: chunk.finishReason,
            finished: !chunk.finishReason,
          }
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
