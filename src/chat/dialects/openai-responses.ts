// OpenAI's Responses, as a stream: https://platform.openai.com/docs/api-reference/responses-streaming
import { textOf } from '../../json.ts'
import { providerError, type Dialect } from '../dialect.ts'
import { jsonReader, objectOf, typeOf, type DeltaDraft } from '../json-reader.ts'

/** What is read of an event, or of a whole response. */
interface Chunk extends Response {
  type?: string
  delta?: string
  output_index?: number
  arguments?: string
  item?: Item
  response?: Response
}

interface Response {
  object?: string
  output?: Item[]
  status?: string
  error?: unknown
  incomplete_details?: { reason?: string } | null
  usage?: { input_tokens?: number; output_tokens?: number } | null
}

interface Item {
  type?: string
  call_id?: string
  name?: string
  arguments?: string
  input?: string
  content?: { text?: string; refusal?: string }[] | null
  summary?: { text?: string }[]
}

/**
 * OpenAI's Responses.
 *
 * Requests `{ input, stream: true, model?, …params }`. Tool calls have the provider's `call_id`; those that it runs by itself, as a
 * web search, are left out. `error` and `response.failed` are thrown as {@link StreamError} `provider`.
 *
 * @example
 * ```ts
 * const stream = streamText('Hi', { url: '/api/responses', dialect: openaiResponses, model: 'gpt-5-mini' })
 * console.log((await stream).text)
 * ```
 */
export const openaiResponses: Dialect = {
  name: 'openaiResponses',
  request: (messages, { model, params }) => ({ json: { model, input: messages, stream: true, ...params } }),
  reader() {
    const begun = new Set<number>() // the calls whose arguments have come in pieces

    return jsonReader<Chunk>('openaiResponses', (chunk, event) => {
      const { type = event.type, delta, output_index: index = 0, item = {}, response = {} } = chunk
      if (chunk.object === 'response') return readWhole(chunk)
      switch (type) {
        case 'response.output_text.delta':
        case 'response.refusal.delta':
          return { text: delta }
        case 'response.reasoning_summary_text.delta':
        case 'response.reasoning_text.delta':
          return { reasoning: delta }
        case 'response.output_item.added':
          return { toolCalls: readCall(item, index, false) }
        case 'response.function_call_arguments.delta':
          begun.add(index)
          return { toolCalls: [{ index, arguments: delta }] }
        case 'response.output_item.done': // arguments in one piece, or the input of a custom tool
          return { toolCalls: readCall(item, index, !begun.has(index)) }
        case 'response.completed':
        case 'response.incomplete':
          return { ...readEnd(response), done: true }
        case 'response.failed':
          throw providerError(event, response.error)
        default:
          return {}
      }
    })
  },
  detect: event => typeOf(event).startsWith('response.') || objectOf(event)['object'] === 'response',
}

/** The call that an item is, if it is one of the caller's. A custom tool takes a text: as JSON, for all arguments are. */
function readCall({ type, call_id: id, name, arguments: json, input }: Item, index: number, whole: boolean): NonNullable<DeltaDraft['toolCalls']> {
  // xAI runs some of its own tools under the type of a caller's
  if ((type !== 'function_call' && type !== 'custom_tool_call') || id?.startsWith('xs_call')) return []
  return [{ index, id, name, arguments: whole ? json ?? JSON.stringify(input ?? '') : undefined }]
}

function readEnd({ status, incomplete_details: incomplete, usage }: Response): DeltaDraft {
  return {
    finishReason: incomplete?.reason ?? (status === 'queued' || status === 'in_progress' ? undefined : status),
    usage: { inputTokens: usage?.input_tokens, outputTokens: usage?.output_tokens, raw: usage },
  }
}

/** A response that is no stream. */
function readWhole(response: Response): DeltaDraft[] {
  const drafts = (response.output ?? []).map((item, index) => {
    const text = item.content?.map(({ text: words, refusal }) => textOf(words) || textOf(refusal)).join('')
    return item.type === 'reasoning' ? { reasoning: textOf(item.summary) || text } : { text, toolCalls: readCall(item, index, true) }
  })
  return [...drafts, readEnd(response)]
}
