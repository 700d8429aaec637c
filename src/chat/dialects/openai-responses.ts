// OpenAI's Responses, as a stream: https://platform.openai.com/docs/api-reference/responses-streaming
import { StreamError } from '../../errors.ts'
import { describeProviderError, type ChatDelta, type Dialect, type ToolCallDelta } from '../dialect.ts'
import { jsonReader, objectOf, textOf, toDelta, toUsage } from '../json-reader.ts'

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
  request: (messages, { model, params }) => ({ json: { ...(model !== undefined && { model }), input: messages, stream: true, ...params } }),
  reader() {
    const begun = new Set<number>() // the calls whose arguments have come, or come in pieces

    return jsonReader<Chunk>('openaiResponses', (chunk, event) => {
      const { type = event.type, delta, output_index: index = 0, item = {}, response = {} } = chunk
      if (chunk.object === 'response') return readWhole(chunk)
      switch (type) {
        case 'response.output_text.delta':
        case 'response.refusal.delta':
          return toDelta(textOf(delta))
        case 'response.reasoning_summary_text.delta':
        case 'response.reasoning_text.delta':
          return toDelta('', textOf(delta))
        case 'response.output_item.added':
          return isCall(item) ? { toolCalls: [nameCall(item, index)] } : {}
        case 'response.function_call_arguments.delta':
          begun.add(index)
          return { toolCalls: [{ index, arguments: textOf(delta) }] }
        case 'response.output_item.done': // arguments in one piece, or the input of a custom tool
          return isCall(item) && !begun.has(index) ? { toolCalls: [{ index, arguments: argumentsOf(item) }] } : {}
        case 'response.completed':
        case 'response.incomplete':
          return { ...readEnd(response), done: true }
        case 'response.failed':
          throw new StreamError('provider', `Provider reported an error: ${describeProviderError(response.error)}`, { event })
        default:
          return {}
      }
    })
  },
  detect(event) {
    const { type, object } = objectOf(event)
    return /^response\.\w/.test(textOf(type) || event.type) || object === 'response'
  },
}

function isCall({ type }: Item): boolean {
  return type === 'function_call' || type === 'custom_tool_call'
}

function nameCall({ call_id: id = '', name = '' }: Item, index: number): ToolCallDelta {
  return { index, id, name }
}

/** A custom tool takes a text: as JSON, for all arguments are. */
function argumentsOf({ arguments: json, input }: Item): string {
  return json ?? JSON.stringify(input ?? '')
}

function readEnd({ status, incomplete_details: incomplete, usage }: Response): ChatDelta {
  const finishReason = incomplete?.reason ?? status
  return { ...(finishReason && { finishReason }), ...(usage && toUsage(usage.input_tokens, usage.output_tokens, usage)) }
}

/** A response that is no stream. */
function readWhole(response: Response): ChatDelta[] {
  const deltas = (response.output ?? []).map((item, index): ChatDelta => {
    if (isCall(item)) return { toolCalls: [{ ...nameCall(item, index), arguments: argumentsOf(item) }] }
    const content = item.content?.map(({ text, refusal }) => textOf(text) || textOf(refusal)).join('') ?? ''
    return item.type === 'reasoning' ? toDelta('', textOf(item.summary) || content) : toDelta(content)
  })
  return [...deltas, readEnd(response)]
}
