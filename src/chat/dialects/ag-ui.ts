// AG-UI's events: https://docs.ag-ui.com/concepts/events
import { randomKey } from '../../connection/request.ts'
import { providerError, type Dialect } from '../dialect.ts'
import { jsonReader, typeOf, type DeltaDraft } from '../json-reader.ts'

/** What is read of an event. */
interface Chunk {
  type?: string
  messageId?: string
  role?: string
  delta?: string
  toolCallId?: string
  toolCallName?: string
  subagentRunId?: string
  outcome?: { type?: string }
  usage?: { inputTokens?: number; outputTokens?: number }[] // a model each
}

/**
 * AG-UI, the protocol of agents and pages.
 *
 * Requests a `RunAgentInput`: `{ threadId, runId, messages, tools: [], context: [], state: {}, forwardedProps: {}, …params }`. Tool calls
 * whose result the server sends too are left out. `RUN_ERROR` is thrown as {@link StreamError} `provider`; a run that was cancelled
 * is `truncated`.
 *
 * @example
 * ```ts
 * const stream = streamText('Hi', { url: '/api/agent', dialect: agUi, params: { threadId: 'mine' } })
 * console.log((await stream).text)
 * ```
 */
export const agUi: Dialect = {
  name: 'agUi',
  request: (messages, { model, params }) => ({
    json: {
      threadId: randomKey(), runId: randomKey(), messages: messages.map(message => ({ id: randomKey(), ...message })),
      tools: [], context: [], state: {}, forwardedProps: { model }, ...params,
    },
  }),
  reader() {
    const indexes = new Map<string, number>()
    const others = new Set<string>() // the messages that are not the assistant's
    let lastCall = '' // a chunk without an id goes on with it
    let lastMessage = ''

    function readCall({ toolCallId: id = lastCall, toolCallName: name, delta: json }: Chunk, executed: boolean): DeltaDraft {
      const index = indexes.get(id) ?? indexes.size
      indexes.set(id, index)
      lastCall = id
      return { toolCalls: [{ index, id, name, arguments: json, executed }] }
    }

    function readText({ messageId = lastMessage, role = 'assistant', delta: text, subagentRunId }: Chunk): DeltaDraft {
      if (subagentRunId) return { reasoning: text } // what an agent makes another one say is no answer yet
      if (role !== 'assistant') others.add(messageId)
      lastMessage = messageId
      return others.has(messageId) ? {} : { text }
    }

    return jsonReader<Chunk>('agUi', (chunk, event) => {
      switch (chunk.type) {
        case 'TEXT_MESSAGE_START':
        case 'TEXT_MESSAGE_CONTENT':
        case 'TEXT_MESSAGE_CHUNK':
          return readText(chunk)
        case 'REASONING_MESSAGE_CONTENT':
        case 'REASONING_MESSAGE_CHUNK':
        case 'THINKING_TEXT_MESSAGE_CONTENT': // the older name
          return { reasoning: chunk.delta }
        case 'TOOL_CALL_START':
        case 'TOOL_CALL_ARGS':
        case 'TOOL_CALL_CHUNK':
          return readCall(chunk, false)
        case 'TOOL_CALL_RESULT':
          return readCall(chunk, true)
        case 'RUN_FINISHED':
          return readEnd(chunk)
        case 'RUN_ERROR':
          throw providerError(event)
        default:
          return {}
      }
    })
  },
  detect: event => /^((RUN|STEP|TEXT_MESSAGE|THINKING|REASONING|TOOL_CALL|STATE|MESSAGES|ACTIVITY)_[A-Z_]+|RAW|CUSTOM)$/.test(typeOf(event)),
}

function readEnd({ outcome, usage }: Chunk): DeltaDraft {
  const sum = (key: 'inputTokens' | 'outputTokens') => usage?.reduce((total, counts) => total + (counts[key] ?? 0), 0)
  return {
    finishReason: outcome?.type === 'cancelled' ? undefined : outcome?.type, // that breaks off: no end of an answer
    finished: !outcome?.type,
    usage: { inputTokens: sum('inputTokens'), outputTokens: sum('outputTokens'), raw: usage },
  }
}
