import type { ChatResult } from '../../src/chat/answer.ts'
import type { Dialect, Usage } from '../../src/chat/dialect.ts'
import {
  agUi, aiSdk, anthropic, cohere, gemini, mistral, ollama, openai, openaiResponses, rawText, tgi,
} from '../../src/chat/dialects/index.ts'

/** An answer of our own making, in the form in which a provider would send it. */
export interface SampleAnswer {
  name: string
  dialect: Dialect
  contentType: string
  body: string
  /** The body, cut behind its events; a comment, or a ping, counts as one. */
  events: string[]
  /** The event that makes the answer whole: without it, it is truncated. `undefined` where the end of the body does. */
  wholeAt: number | undefined
  expected: Omit<ChatResult, 'outcome' | 'lastEventId' | 'timing'>
  /** What the provider sends when it fails in mid-stream, and how that is told. */
  error?: { event: string; message: string }
  /** The same answer as one JSON document, in the provider's forms of it; their usage where that is another. */
  documents: { json: unknown; usage?: Usage }[]
  /** Whether `auto` can tell what it is. */
  recognisable: boolean
}

type Draft = Pick<SampleAnswer, 'name' | 'dialect' | 'events'> & Partial<SampleAnswer> & { whole?: string | RegExp }

/** What the pieces of a text hold: quotes, a line end, emoji, CJK, a backslash, and a surrogate pair that is cut in two. */
const WORDS = ['The sky is "blue" 🌤️', ',\n', '空は青い。 ', '\ud83d', '\ude00 \\o/ é', '</p>']
const TEXT = WORDS.join('')
const THOUGHTS = ['Light ', 'scatters… 散乱 ', '🤔']
const REASONING = THOUGHTS.join('')
const PIECES = ['{"city":', '"Zürich \\"ZH\\""', ',"days":2}']
const ARGUMENTS = PIECES.join('')
const CITY: unknown = JSON.parse(ARGUMENTS)

const call = (id: string, name: string, json: string) => ({ id, name, arguments: json })
const FORECAST = call('call_1', 'forecast', ARGUMENTS)
const CLOCK = call('call_2', 'clock', '{}')

const sse = (data: unknown, type?: string, end = '\n') =>
  `${type === undefined ? '' : `event: ${type}${end}`}data: ${typeof data === 'string' ? data : JSON.stringify(data)}${end}${end}`
const named = (data: { type: string } & Record<string, unknown>) => sse(data, data.type)
const line = (data: unknown) => `${JSON.stringify(data)}\n`
const DONE = sse('[DONE]')

function answer({ events, whole, expected, ...rest }: Omit<Draft,
  'expected'> & { expected: Partial<SampleAnswer['expected']> }): SampleAnswer {
  const wholeAt = whole === undefined ? -1 : events.findIndex(event => event.search(whole) !== -1)
  return {
    contentType: 'text/event-stream', documents: [], recognisable: true,
    ...rest,
    events, body: events.join(''), wholeAt: wholeAt === -1 ? undefined : wholeAt,
    expected: { text: TEXT, reasoning: '', toolCalls: [], ...expected },
  }
}

// OpenAI's chat completions, and those that speak them

const chunk = (fields: object) =>
  ({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_700_000_000, model: 'sample', ...fields })
const choice = (delta: object, finish: string | null = null, more: object = {}) =>
  ({ choices: [{ index: 0, delta, logprobs: null, finish_reason: finish, ...more }] })
const say = (delta: object, finish: string | null = null) => sse(chunk(choice(delta, finish)))
const completion = (message: object, finish: string, usage: object) => ({
  id: 'chatcmpl-1', object: 'chat.completion', created: 1_700_000_000, model: 'sample', usage,
  choices: [{ index: 0, message: { role: 'assistant', ...message }, logprobs: null, finish_reason: finish }],
})
const tokens = { prompt_tokens: 12, completion_tokens: 34, total_tokens: 46 }
const counted = { inputTokens: 12, outputTokens: 34, raw: tokens }
const stopped = { finishReason: 'stop', rawFinishReason: 'stop' } as const
const functionCalls = [FORECAST, CLOCK].map(({ id, ...rest }) => ({ id, type: 'function', function: rest }))

const openaiAnswers = [
  answer({
    name: 'OpenAI', dialect: openai, whole: '"finish_reason":"tool_calls"',
    contentType: 'text/event-stream; charset=utf-8',
    events: [
      sse(chunk({ ...choice({ role: 'assistant', content: '', refusal: null }), usage: null, obfuscation: 'x7' })),
      ...WORDS.map(content => say({ content })),
      say({ tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'forecast', arguments: '' } }] }),
      ...PIECES.map(piece => say({ tool_calls: [{ index: 0, function: { arguments: piece } }] })),
      say({ tool_calls: [{ index: 1, id: 'call_2', type: 'function', function: { name: 'clock', arguments: '' } }] }),
      say({ tool_calls: [{ index: 1, function: { arguments: '{}' } }] }),
      say({}, 'tool_calls'),
      sse(chunk({ choices: [], usage: tokens })),
      DONE,
    ],
    expected: { toolCalls: [FORECAST, CLOCK], finishReason: 'tool-calls', rawFinishReason: 'tool_calls', usage: counted },
    error: {
      event: sse({ error: { message: 'The server had an error', type: 'server_error', param: null, code: null } }),
      message: 'The server had an error (server_error)',
    },
    documents: [{ json: completion({ content: TEXT, refusal: null, tool_calls: functionCalls }, 'tool_calls', tokens) }],
  }),
  answer({
    name: 'Azure', dialect: openai, whole: '"finish_reason":"stop"',
    events: [
      sse({
        choices: [], created: 0, id: '', model: '', object: '',
        prompt_filter_results: [{ prompt_index: 0, content_filter_results: { hate: { filtered: false, severity: 'safe' } } }],
      }),
      sse(chunk(choice({ content: '', role: 'assistant' }, null, { content_filter_results: {} }))),
      ...WORDS.map(content => sse(chunk(choice({ content }, null, { content_filter_results: { hate: { filtered: false } } })))),
      say({}, 'stop'),
      sse({ choices: [{ index: 0, content_filter_offsets: { check_offset: 1 }, content_filter_results: {},
        finish_reason: null }] }),
      DONE,
    ],
    expected: stopped,
    error: { event: sse({ error: { code: 'content_filter', message: 'Filtered' } }), message: 'Filtered (content_filter)' },
  }),
  answer({
    name: 'DeepSeek', dialect: openai, whole: '"finish_reason":"stop"',
    events: [
      ': keep-alive\n\n', ': keep-alive\n\n',
      sse(chunk({ ...choice({ role: 'assistant', content: null, reasoning_content: '' }), usage: null })),
      ...THOUGHTS.map(words => say({ content: null, reasoning_content: words })),
      ...WORDS.map(content => say({ content, reasoning_content: null })),
      sse(chunk({ ...choice({ content: '', reasoning_content: null }, 'stop'), usage: tokens })),
      DONE,
    ],
    expected: { reasoning: REASONING, ...stopped, usage: counted },
    error: { event: sse({ error: { message: 'Overloaded', code: 503 } }), message: 'Overloaded (503)' },
    documents: [{ json: completion({ content: TEXT, reasoning_content: REASONING }, 'stop', tokens) }],
  }),
  answer({
    name: 'Groq', dialect: openai, whole: '"finish_reason":"stop"',
    events: [
      sse(chunk({ ...choice({ role: 'assistant', content: '' }), x_groq: { id: 'req_1', seed: 5 } })),
      ...THOUGHTS.map(reasoning => say({ reasoning, channel: 'analysis' })),
      ...WORDS.map(content => say({ content })),
      sse(chunk({ ...choice({}, 'stop'), x_groq: { id: 'req_1', usage: tokens } })),
      DONE,
    ],
    expected: { reasoning: REASONING, ...stopped, usage: counted },
    error: {
      event: sse({ error: { message: 'No tool', type: 'invalid_request_error', code: 'tool_use_failed', status_code: 400 } },
        'error'),
      message: 'No tool (tool_use_failed)',
    },
    documents: [{ json: completion({ content: TEXT, reasoning: REASONING }, 'stop', tokens) }],
  }),
  answer({
    name: 'OpenRouter', dialect: openai, whole: '"finish_reason":"stop"',
    events: [
      ': OPENROUTER PROCESSING\n\n', ': OPENROUTER PROCESSING\n\n',
      ...THOUGHTS.map(text => say({
        content: '', reasoning: text, reasoning_details: [{ type: 'reasoning.text', text, index: 0 }],
      })),
      ': OPENROUTER PROCESSING\n\n',
      ...WORDS.map(content => say({ role: 'assistant', content, reasoning: null, reasoning_details: [] })),
      sse(chunk(choice({ role: 'assistant', content: '' }, 'stop', { native_finish_reason: 'stop' }))),
      sse(chunk({ ...choice({ role: 'assistant', content: '' }), usage: tokens })),
      DONE,
    ],
    expected: { reasoning: REASONING, ...stopped, usage: counted },
    error: {
      event: sse(chunk({ ...choice({ content: '' }, 'error'), error: { code: 502, message: 'Upstream is down' } })) + DONE,
      message: 'Upstream is down (502)',
    },
  }),
  answer({
    name: 'xAI', dialect: openai, whole: '"finish_reason":"stop"',
    events: [
      ...THOUGHTS.map(words => sse(chunk({ choices: [{ index: 0, delta: { role: 'assistant', reasoning_content: words } }] }))),
      ...WORDS.map(content => sse(chunk({ choices: [{ index: 0, delta: { content } }] }))),
      say({}, 'stop'),
      sse(chunk({ choices: [], usage: { ...tokens, total_tokens: 146, completion_tokens_details: { reasoning_tokens: 100 } } })),
      DONE,
    ],
    expected: {
      reasoning: REASONING, ...stopped,
      usage: { inputTokens: 12, outputTokens: 134,
        raw: { ...tokens, total_tokens: 146, completion_tokens_details: { reasoning_tokens: 100 } } },
    },
    error: { event: sse({ code: 'Internal', error: 'It broke' }), message: 'It broke' },
  }),
  answer({
    name: 'Perplexity', dialect: openai, whole: '"finish_reason":"stop"',
    events: [
      ...WORDS.map((content, index) => sse(chunk({
        citations: ['https://sky.example'], usage: { ...tokens, completion_tokens: index },
        ...choice({ role: 'assistant', content }, null,
          { message: { role: 'assistant', content: WORDS.slice(0, index + 1).join('') } }),
      }), undefined, '\r\n')),
      sse(chunk({
        object: 'chat.completion.done', usage: tokens,
        ...choice({ role: 'assistant', content: '' }, 'stop', { message: { role: 'assistant', content: TEXT } }),
      }), undefined, '\r\n'),
    ],
    expected: { ...stopped, usage: counted },
    error: { event: sse({ error: { message: 'Quota', type: 'quota', code: 429 } }, undefined, '\r\n'), message: 'Quota (429)' },
    documents: [{ json: { ...completion({ content: TEXT }, 'stop', tokens), citations: ['https://sky.example'] } }],
  }),
  answer({
    name: 'Together', dialect: openai, whole: '"finish_reason":"length"',
    events: [
      ...WORDS.map(content => sse(chunk({
        ...choice({ token_id: 7, role: 'assistant', content }, null, { text: content }), usage: null,
      }))),
      sse(chunk({ ...choice({ content: '', tool_calls: [] }, 'length', { text: '' }), usage: tokens })),
      DONE,
    ],
    expected: { finishReason: 'length', rawFinishReason: 'length', usage: counted },
    error: { event: sse({ id: null, error: { message: 'Too long', type: 'bad_request' } }), message: 'Too long (bad_request)' },
  }),
  answer({
    name: 'completions', dialect: openai, whole: '"finish_reason":"length"',
    events: [
      ...WORDS.map(text => sse({
        id: 'cmpl-1', object: 'text_completion', choices: [{ text, index: 0, logprobs: null, finish_reason: null }],
      })),
      sse({ id: 'cmpl-1', object: 'text_completion',
        choices: [{ text: '', index: 0, logprobs: null, finish_reason: 'length' }] }),
      DONE,
    ],
    expected: { finishReason: 'length', rawFinishReason: 'length' },
    error: { event: sse({ error: { message: 'Gone', code: 'gone' } }), message: 'Gone (gone)' },
    documents: [{ json: { id: 'cmpl-1', object: 'text_completion',
      choices: [{ text: TEXT, index: 0, finish_reason: 'length' }] } }],
  }),
]

const mistralAnswers = [
  answer({
    name: 'Mistral', dialect: mistral, whole: '"finish_reason":"tool_calls"',
    events: [
      say({ role: 'assistant', content: '' }),
      ...THOUGHTS.map(text => say({ content: [{ type: 'thinking', thinking: [{ type: 'text', text }] }] })),
      say({ content: [{ type: 'text', text: WORDS[0] }, { type: 'reference', reference_ids: [1] }] }),
      ...WORDS.slice(1).map(content => say({ content })),
      sse(chunk({
        ...choice({ content: '', tool_calls: [FORECAST, CLOCK].map(({ id, ...rest }, index) => ({ id, index, function: rest })) },
          'tool_calls'),
        usage: tokens,
      })),
      DONE,
    ],
    expected: {
      reasoning: REASONING, toolCalls: [FORECAST, CLOCK], finishReason: 'tool-calls', rawFinishReason: 'tool_calls',
      usage: counted,
    },
    error: { event: sse({ error: { message: 'Service unavailable', code: '3000' } }), message: 'Service unavailable (3000)' },
    documents: [{
      json: completion({
        content: [{ type: 'thinking', thinking: [{ type: 'text', text: REASONING }] }, { type: 'text', text: TEXT }],
        tool_calls: functionCalls,
      }, 'tool_calls', tokens),
    }],
  }),
]

// OpenAI's Responses

const responseUsage = { input_tokens: 12, input_tokens_details: { cached_tokens: 0 }, output_tokens: 34, total_tokens: 46 }
const response = (fields: object) =>
  ({ id: 'resp_1', object: 'response', status: 'in_progress', error: null, incomplete_details: null, output: [], ...fields })
const responseOutput = [
  { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: REASONING }] },
  { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: 'sky' } },
  { type: 'message', id: 'msg_1', role: 'assistant', content: [{ type: 'output_text', text: TEXT, annotations: [] }] },
  { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'forecast', arguments: ARGUMENTS },
  { type: 'function_call', id: 'fc_2', call_id: 'call_2', name: 'clock', arguments: '{}' },
  { type: 'custom_tool_call', id: 'ct_1', call_id: 'call_3', name: 'draw', input: 'a "sun"\n' },
]
const responseEvents = [
  { type: 'response.created', response: response({}) },
  { type: 'response.in_progress', response: response({}) },
  { type: 'response.output_item.added', output_index: 0, item: { type: 'reasoning', id: 'rs_1', summary: [] } },
  { type: 'response.reasoning_summary_part.added', output_index: 0, summary_index: 0, part: { type: 'summary_text', text: '' } },
  ...THOUGHTS.map(delta => ({ type: 'response.reasoning_summary_text.delta', output_index: 0, summary_index: 0, delta })),
  { type: 'response.reasoning_summary_text.done', output_index: 0, summary_index: 0, text: REASONING },
  { type: 'response.output_item.done', output_index: 0, item: responseOutput[0] },
  { type: 'response.output_item.added', output_index: 1, item: { type: 'web_search_call', id: 'ws_1', status: 'in_progress' } },
  { type: 'response.web_search_call.searching', output_index: 1, item_id: 'ws_1' },
  { type: 'response.output_item.done', output_index: 1, item: responseOutput[1] },
  { type: 'response.output_item.added', output_index: 2, item: { type: 'message', id: 'msg_1', role: 'assistant', content: [] } },
  { type: 'response.content_part.added', output_index: 2, content_index: 0,
    part: { type: 'output_text', text: '', annotations: [] } },
  ...WORDS.map(delta => ({ type: 'response.output_text.delta', output_index: 2, content_index: 0, delta, obfuscation: 'k' })),
  { type: 'response.output_text.done', output_index: 2, content_index: 0, text: TEXT },
  { type: 'response.content_part.done', output_index: 2, content_index: 0, part: { type: 'output_text', text: TEXT } },
  { type: 'response.output_item.done', output_index: 2, item: responseOutput[2] },
  { type: 'response.output_item.added', output_index: 3,
    item: { type: 'function_call', call_id: 'call_1', name: 'forecast', arguments: '' } },
  ...PIECES.map(delta => ({ type: 'response.function_call_arguments.delta', output_index: 3, item_id: 'fc_1', delta })),
  { type: 'response.function_call_arguments.done', output_index: 3, item_id: 'fc_1', arguments: ARGUMENTS },
  { type: 'response.output_item.done', output_index: 3, item: responseOutput[3] },
  { type: 'response.output_item.added', output_index: 4,
    item: { type: 'function_call', call_id: 'call_2', name: 'clock', arguments: '' } },
  { type: 'response.function_call_arguments.done', output_index: 4, item_id: 'fc_2', arguments: '{}' },
  { type: 'response.output_item.done', output_index: 4, item: responseOutput[4] },
  { type: 'response.output_item.added', output_index: 5,
    item: { type: 'custom_tool_call', call_id: 'call_3', name: 'draw', input: '' } },
  { type: 'response.custom_tool_call_input.delta', output_index: 5, delta: 'a "sun"\n' },
  { type: 'response.custom_tool_call_input.done', output_index: 5, input: 'a "sun"\n' },
  { type: 'response.output_item.done', output_index: 5, item: responseOutput[5] },
  { type: 'response.completed', response: response({ status: 'completed', output: responseOutput, usage: responseUsage }) },
].map((event, index) => ({ ...event, sequence_number: index }))
const responseExpected = {
  reasoning: REASONING, toolCalls: [FORECAST, CLOCK, call('call_3', 'draw', '"a \\"sun\\"\\n"')],
  finishReason: 'tool-calls', rawFinishReason: 'completed', usage: { inputTokens: 12, outputTokens: 34, raw: responseUsage },
} as const

const responsesAnswers = [
  answer({
    name: "OpenAI's Responses", dialect: openaiResponses, whole: '"type":"response.completed"',
    contentType: 'text/event-stream; charset=utf-8',
    events: responseEvents.map(named),
    expected: { ...responseExpected, toolCalls: [...responseExpected.toolCalls] },
    error: {
      event: named({ type: 'error', sequence_number: 9, error: { type: 'quota', code: 'insufficient_quota', message: 'Pay' } }),
      message: 'Pay (insufficient_quota)',
    },
    documents: [{ json: response({ status: 'completed', output: responseOutput, usage: responseUsage }) }],
  }),
  answer({
    name: "OpenRouter's Responses", dialect: openaiResponses, whole: '"type":"response.completed"',
    events: [': OPENROUTER PROCESSING\n\n', ...responseEvents.map(event => sse(event)), DONE],
    expected: { ...responseExpected, toolCalls: [...responseExpected.toolCalls] },
    error: {
      event: sse({ type: 'response.failed',
        response: response({ status: 'failed', error: { code: 'server_error', message: 'Failed' } }) }),
      message: 'Failed (server_error)',
    },
  }),
]

// Anthropic

const anthropicUsage = { input_tokens: 12, cache_read_input_tokens: 3, output_tokens: 1, service_tier: 'standard' }
const padded = ({ type, ...rest }: { type: string } & Record<string, unknown>, index: number) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...rest }).replace(/\}$/, `${' '.repeat(index % 7)}}`)}\n\n`
const block = (index: number, start: object, ...deltas: object[]) => [
  { type: 'content_block_start', index, content_block: start },
  ...deltas.map(delta => ({ type: 'content_block_delta', index, delta })),
  { type: 'content_block_stop', index },
]

const anthropicAnswers = [
  answer({
    name: 'Anthropic', dialect: anthropic, whole: '"stop_reason":"tool_use"',
    contentType: 'text/event-stream; charset=utf-8',
    events: [
      {
        type: 'message_start',
        message: { id: 'msg_1', type: 'message', role: 'assistant', content: [], stop_reason: null, usage: anthropicUsage },
      },
      { type: 'ping' },
      ...block(0, { type: 'thinking', thinking: '', signature: '' },
        ...THOUGHTS.map(thinking => ({ type: 'thinking_delta', thinking })), { type: 'signature_delta', signature: 'c2ln' }),
      ...block(1, { type: 'redacted_thinking', data: 'b3BhcXVl' }),
      ...block(2, { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} },
        { type: 'input_json_delta', partial_json: '' }, { type: 'input_json_delta', partial_json: '{"query":"sky"}' }),
      ...block(3,
        { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [{ type: 'web_search_result', title: 'Sky' }] }),
      ...block(4, { type: 'text', text: '' }, ...WORDS.map(text => ({ type: 'text_delta', text })),
        { type: 'citations_delta', citation: { type: 'char_location', cited_text: 'blue' } }),
      ...block(5, { type: 'tool_use', id: 'call_1', name: 'forecast', input: {} },
        ...['', ...PIECES].map(piece => ({ type: 'input_json_delta', partial_json: piece }))),
      ...block(6, { type: 'tool_use', id: 'call_2', name: 'clock', input: {} }, { type: 'input_json_delta', partial_json: '' }),
      { type: 'message_delta', delta: { stop_reason: 'tool_use', stop_sequence: null }, usage: { output_tokens: 34 } },
      { type: 'message_stop' },
    ].map(padded),
    expected: {
      reasoning: REASONING, toolCalls: [FORECAST, CLOCK], finishReason: 'tool-calls', rawFinishReason: 'tool_use',
      usage: { inputTokens: 12, outputTokens: 34, raw: { ...anthropicUsage, output_tokens: 34 } },
    },
    error: {
      event: named({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }),
      message: 'Overloaded (overloaded_error)',
    },
    documents: [{
      json: {
        id: 'msg_1', type: 'message', role: 'assistant', stop_reason: 'tool_use', usage: { ...anthropicUsage, output_tokens: 34 },
        content: [
          { type: 'thinking', thinking: REASONING, signature: 'c2ln' }, { type: 'text', text: TEXT },
          { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'sky' } },
          { type: 'tool_use', id: 'call_1', name: 'forecast', input: CITY },
          { type: 'tool_use', id: 'call_2', name: 'clock', input: {} },
        ],
      },
    }],
  }),
]

// Gemini

const part = (parts: object[], more: object = {}) => ({ candidates: [{ content: { parts, role: 'model' }, index: 0, ...more }] })
const geminiUsage = { promptTokenCount: 12, candidatesTokenCount: 30, totalTokenCount: 46, thoughtsTokenCount: 4 }
const geminiChunks = [
  ...THOUGHTS.map(text => ({
    ...part([{ text, thought: true }]), usageMetadata: { promptTokenCount: 12, thoughtsTokenCount: 4 },
  })),
  { ...part([{ text: WORDS[0] }, { text: WORDS[1] }]), usageMetadata: { promptTokenCount: 12, totalTokenCount: 12 } },
  ...WORDS.slice(2).map(text => part([{ text }])),
  part([{ functionCall: { name: 'forecast', args: CITY }, thoughtSignature: 'c2ln' },
    { functionCall: { name: 'clock', args: {} } }]),
  { ...part([{ text: '', thoughtSignature: 'c2ln' }], { finishReason: 'STOP' }), usageMetadata: geminiUsage,
    modelVersion: 'sample' },
]
const geminiExpected = {
  reasoning: REASONING, toolCalls: [{ ...FORECAST, id: '' }, { ...CLOCK, id: '' }], finishReason: 'tool-calls',
  rawFinishReason: 'STOP',
  usage: { inputTokens: 12, outputTokens: 34, raw: geminiUsage },
} as const
const vertexCall = (functionCall: object) => sse(part([{ functionCall }]), undefined, '\r\n')

const geminiAnswers = [
  answer({
    name: 'Gemini', dialect: gemini, whole: '"finishReason"',
    events: geminiChunks.map(data => sse(data, undefined, '\r\n')),
    expected: { ...geminiExpected, toolCalls: [...geminiExpected.toolCalls] },
    error: {
      event: sse({ error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } }, undefined, '\r\n'),
      message: 'The model is overloaded. (503)',
    },
    documents: [
      { json: geminiChunks }, // what it streams without `alt=sse`
      {
        json: {
          ...part([
            { text: REASONING, thought: true }, { text: TEXT },
            { functionCall: { name: 'forecast', args: CITY } }, { functionCall: { name: 'clock', args: {} } },
          ], { finishReason: 'STOP' }),
          usageMetadata: geminiUsage,
        },
      },
    ],
  }),
  answer({
    name: 'Vertex', dialect: gemini, whole: '"finishReason"',
    events: [
      ...WORDS.map(text => sse({ ...part([{ text }]), usageMetadata: { trafficType: 'ON_DEMAND' } }, undefined, '\r\n')),
      vertexCall({ id: 'call_1', name: 'forecast', willContinue: true }),
      vertexCall({ partialArgs: [{ jsonPath: '$.city', stringValue: 'Zürich', willContinue: true }], willContinue: true }),
      vertexCall({ partialArgs: [{ jsonPath: '$.city', stringValue: ' "ZH"', willContinue: true }], willContinue: true }),
      vertexCall({ partialArgs: [{ jsonPath: '$.city', stringValue: '' }, { jsonPath: '$.days', numberValue: 2 }],
        willContinue: true }),
      vertexCall({}),
      vertexCall({ id: 'call_2', name: 'clock', args: {} }),
      sse({ ...part([], { finishReason: 'STOP' }), usageMetadata: geminiUsage }, undefined, '\r\n'),
    ],
    expected: { ...geminiExpected, reasoning: '', toolCalls: [FORECAST, CLOCK] },
    error: { event: sse({ error: { code: 429, message: 'Quota' } }, undefined, '\r\n'), message: 'Quota (429)' },
  }),
]

// Cohere

const cohereUsage = { billed_units: { input_tokens: 5, output_tokens: 30 }, tokens: { input_tokens: 12, output_tokens: 34 } }
const cohereCounted = { inputTokens: 12, outputTokens: 34, raw: cohereUsage }
const cohereStart = { id: 'c1', type: 'message-start',
  delta: { message: { role: 'assistant', content: [], tool_plan: '', tool_calls: [] } } }
const content = (index: number, fields: object) => ({ type: 'content-delta', index, delta: { message: { content: fields } } })
const cohereCall = (type: string, index: number, fields: object) => ({ type, index, delta: { message: { tool_calls: fields } } })

const cohereAnswers = [
  answer({
    name: 'Cohere', dialect: cohere, whole: '"type":"message-end"',
    events: [
      ...[
        cohereStart,
        { type: 'content-start', index: 0, delta: { message: { content: { type: 'thinking', thinking: '' } } } },
        ...THOUGHTS.map(thinking => content(0, { thinking })),
        { type: 'content-end', index: 0 },
        { type: 'content-start', index: 1, delta: { message: { content: { type: 'text', text: '' } } } },
        ...WORDS.map(text => content(1, { text })),
        { type: 'citation-start', index: 0, delta: { message: { citations: { start: 0, end: 3, text: 'The' } } } },
        { type: 'citation-end', index: 0 },
        { type: 'content-end', index: 1 },
        { type: 'message-end', delta: { finish_reason: 'COMPLETE', usage: cohereUsage } },
      ].map(named),
      DONE,
    ],
    expected: { reasoning: REASONING, finishReason: 'stop', rawFinishReason: 'COMPLETE', usage: cohereCounted },
    error: {
      event: named({ type: 'message-end', delta: { error: 'Token limit', finish_reason: 'ERROR' } }),
      message: 'Token limit',
    },
    documents: [{
      json: {
        id: 'c1', finish_reason: 'COMPLETE', usage: cohereUsage,
        message: { role: 'assistant', content: [{ type: 'thinking', thinking: REASONING }, { type: 'text', text: TEXT }] },
      },
    }],
  }),
  answer({
    name: 'Cohere with tools', dialect: cohere, whole: '"type":"message-end"',
    events: [
      ...[
        cohereStart,
        ...THOUGHTS.map(plan => ({ type: 'tool-plan-delta', delta: { message: { tool_plan: plan } } })),
        cohereCall('tool-call-start', 0, { id: 'call_1', type: 'function', function: { name: 'forecast', arguments: '' } }),
        ...PIECES.map(piece => cohereCall('tool-call-delta', 0, { function: { arguments: piece } })),
        { type: 'tool-call-end', index: 0 },
        cohereCall('tool-call-start', 1, { id: 'call_2', type: 'function', function: { name: 'clock', arguments: '' } }),
        { type: 'tool-call-end', index: 1 },
        { type: 'message-end', delta: { finish_reason: 'TOOL_CALL', usage: cohereUsage } },
      ].map(named),
      DONE,
    ],
    expected: {
      text: '', reasoning: REASONING, toolCalls: [FORECAST, CLOCK],
      finishReason: 'tool-calls', rawFinishReason: 'TOOL_CALL', usage: cohereCounted,
    },
    error: {
      event: named({ type: 'message-end', delta: { finish_reason: 'ERROR', error: 'Tool failed', usage: cohereUsage } }),
      message: 'Tool failed',
    },
    documents: [{
      json: {
        id: 'c1', finish_reason: 'TOOL_CALL', usage: cohereUsage,
        message: { role: 'assistant', tool_plan: REASONING, tool_calls: functionCalls },
      },
    }],
  }),
  answer({
    name: 'Cohere, version 1', dialect: cohere, contentType: 'application/stream+json', whole: '"event_type":"stream-end"',
    events: [
      { is_finished: false, event_type: 'stream-start', generation_id: 'g1' },
      { is_finished: false, event_type: 'search-results', documents: [{ id: 'd1', text: 'Blue' }] },
      ...WORDS.map(text => ({ is_finished: false, event_type: 'text-generation', text })),
      { is_finished: false, event_type: 'citation-generation', citations: [{ start: 0, end: 3, text: 'The' }] },
      { is_finished: true, event_type: 'stream-end', finish_reason: 'COMPLETE', response: { text: TEXT, meta: cohereUsage } },
    ].map(line),
    expected: { finishReason: 'stop', rawFinishReason: 'COMPLETE', usage: cohereCounted },
  }),
]

// Ollama

const ollamaLine = (fields: object) => ({ model: 'sample', created_at: '2026-01-01T00:00:00Z', ...fields, done: false })
const ollamaEnd = { done: true, done_reason: 'stop', total_duration: 9, prompt_eval_count: 12, eval_count: 34 }
const message = (fields: object) => ollamaLine({ message: { role: 'assistant', content: '', ...fields } })
const ollamaCalls = [
  { id: 'call_1', function: { index: 0, name: 'forecast', arguments: CITY } },
  { id: 'call_2', function: { name: 'clock', arguments: {} } },
]
const lastLine = { ...ollamaLine({ message: { role: 'assistant', content: '' } }), ...ollamaEnd }
const lastGenerated = { ...ollamaLine({ response: '', context: [1, 2] }), ...ollamaEnd }
const ollamaDocument = { ...message({ content: TEXT, thinking: REASONING, tool_calls: ollamaCalls }), ...ollamaEnd }
const generatedDocument = { ...ollamaLine({ response: TEXT, thinking: REASONING }), ...ollamaEnd }
const ollamaUsage = (raw: object) => ({ inputTokens: 12, outputTokens: 34, raw })

const ollamaAnswers = [
  answer({
    name: 'Ollama', dialect: ollama, contentType: 'application/x-ndjson', whole: '"done":true',
    events: [
      ...THOUGHTS.map(thinking => message({ thinking })), ...WORDS.map(words => message({ content: words })),
      ...ollamaCalls.map(made => message({ tool_calls: [made] })), lastLine,
    ].map(line),
    expected: {
      reasoning: REASONING, toolCalls: [FORECAST, CLOCK], finishReason: 'tool-calls', rawFinishReason: 'stop',
      usage: ollamaUsage(lastLine),
    },
    error: { event: line({ error: 'llama runner process has terminated' }), message: 'llama runner process has terminated' },
    documents: [{ json: ollamaDocument, usage: ollamaUsage(ollamaDocument) }],
  }),
  answer({
    name: "Ollama's generate", dialect: ollama, contentType: 'application/x-ndjson', whole: '"done":true',
    events: [
      ...THOUGHTS.map(thinking => ollamaLine({ response: '', thinking })), ...WORDS.map(words => ollamaLine({ response: words })),
      lastGenerated,
    ].map(line),
    expected: { reasoning: REASONING, ...stopped, usage: ollamaUsage(lastGenerated) },
    error: { event: line({ error: 'out of memory' }), message: 'out of memory' },
    documents: [{ json: generatedDocument, usage: ollamaUsage(generatedDocument) }],
  }),
]

// Text Generation Inference

const token = (text: string, index: number, fields: object = {}) => ({
  index, token: { id: 100 + index, text, logprob: -0.5, special: false }, generated_text: null, details: null, ...fields,
})
const details = { finish_reason: 'eos_token', generated_tokens: 34, input_length: 12, seed: null }
const bare = (data: unknown) => `data:${JSON.stringify(data)}\n\n`

const tgiAnswers = [
  answer({
    name: 'TGI', dialect: tgi, whole: '"generated_text":"',
    events: [
      ...WORDS.map((text, index) => token(text, index)),
      token('</s>', 9, { token: { id: 2, text: '</s>', logprob: -1, special: true }, generated_text: TEXT, details }),
    ].map(bare),
    expected: { finishReason: 'stop', rawFinishReason: 'eos_token', usage: { inputTokens: 12, outputTokens: 34, raw: details } },
    error: { event: bare({ error: 'Request failed', error_type: 'generation' }), message: 'Request failed' },
    documents: [{ json: [{ generated_text: TEXT, details }] }, { json: { generated_text: TEXT, details } }],
  }),
]

// The AI SDK, and AG-UI

const aiSdkAnswers = [
  answer({
    name: 'AI SDK', dialect: aiSdk, whole: '"type":"finish"',
    events: [
      ...[
        { type: 'start', messageId: 'm1' }, { type: 'start-step' },
        { type: 'reasoning-start', id: 'r1' }, ...THOUGHTS.map(delta => ({ type: 'reasoning-delta', id: 'r1', delta })),
        { type: 'reasoning-end', id: 'r1' },
        { type: 'tool-input-start', toolCallId: 'srv_1', toolName: 'search' },
        { type: 'tool-input-delta', toolCallId: 'srv_1', inputTextDelta: '{"q":1}' },
        { type: 'tool-input-available', toolCallId: 'srv_1', toolName: 'search', input: { q: 1 } },
        { type: 'tool-output-available', toolCallId: 'srv_1', output: 'Blue' },
        { type: 'source-url', sourceId: 's1', url: 'https://sky.example' },
        { type: 'data-weather', data: { delta: 'none of the text' } },
        { type: 'finish-step' }, { type: 'start-step' },
        { type: 'text-start', id: 't1' }, ...WORDS
          .map(delta => ({ type: 'text-delta', id: 't1', delta })), { type: 'text-end', id: 't1' },
        { type: 'tool-input-start', toolCallId: 'call_1', toolName: 'forecast' },
        ...PIECES.map(inputTextDelta => ({ type: 'tool-input-delta', toolCallId: 'call_1', inputTextDelta })),
        { type: 'tool-input-available', toolCallId: 'call_1', toolName: 'forecast', input: CITY },
        { type: 'tool-input-available', toolCallId: 'call_2', toolName: 'clock', input: {} },
        { type: 'message-metadata', messageMetadata: { totalTokens: 46 } }, { type: 'finish-step' },
        { type: 'finish', finishReason: 'tool-calls' },
      ].map(event => sse(event)),
      DONE,
    ],
    expected: { reasoning: REASONING, toolCalls: [FORECAST, CLOCK], finishReason: 'tool-calls', rawFinishReason: 'tool-calls' },
    error: { event: sse({ type: 'error', errorText: 'An error occurred.' }), message: 'An error occurred.' },
  }),
]

const agentUsage = [{ model: 'a', inputTokens: 10, outputTokens: 30 }, { model: 'b', inputTokens: 2, outputTokens: 4 }]
const agUiAnswers = [
  answer({
    name: 'AG-UI', dialect: agUi, whole: '"type":"RUN_FINISHED"',
    events: [
      { type: 'RUN_STARTED', threadId: 't1', runId: 'r1' }, { type: 'STATE_SNAPSHOT', snapshot: { delta: 'none of the text' } },
      { type: 'STEP_STARTED', stepName: 'think' }, { type: 'REASONING_START', messageId: 'rm1' },
      { type: 'REASONING_MESSAGE_START', messageId: 'rm1', role: 'reasoning' },
      ...THOUGHTS.map(delta => ({ type: 'REASONING_MESSAGE_CONTENT', messageId: 'rm1', delta })),
      { type: 'REASONING_MESSAGE_END', messageId: 'rm1' }, { type: 'REASONING_END', messageId: 'rm1' },
      { type: 'STEP_FINISHED', stepName: 'think' },
      { type: 'TOOL_CALL_START', toolCallId: 'srv_1', toolCallName: 'search' },
      { type: 'TOOL_CALL_ARGS', toolCallId: 'srv_1', delta: '{"q":1}' }, { type: 'TOOL_CALL_END', toolCallId: 'srv_1' },
      { type: 'TOOL_CALL_RESULT', messageId: 'm0', toolCallId: 'srv_1', content: 'Blue' },
      { type: 'TEXT_MESSAGE_START', messageId: 'm1', role: 'assistant' },
      ...WORDS.map(delta => ({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'm1', delta })),
      { type: 'TEXT_MESSAGE_END', messageId: 'm1' },
      { type: 'TOOL_CALL_START', toolCallId: 'call_1', toolCallName: 'forecast', parentMessageId: 'm1' },
      ...PIECES.map(delta => ({ type: 'TOOL_CALL_ARGS', toolCallId: 'call_1', delta })),
      { type: 'TOOL_CALL_END', toolCallId: 'call_1' },
      { type: 'TOOL_CALL_START', toolCallId: 'call_2', toolCallName: 'clock' }, { type: 'TOOL_CALL_END', toolCallId: 'call_2' },
      { type: 'CUSTOM', name: 'delta', value: 'none of the text' }, { type: 'RAW', event: { delta: 'none of the text' } },
      { type: 'RUN_FINISHED', threadId: 't1', runId: 'r1', outcome: { type: 'success' }, usage: agentUsage },
    ].map(event => sse(event)),
    expected: {
      reasoning: REASONING, toolCalls: [FORECAST, CLOCK], finishReason: 'tool-calls', rawFinishReason: 'success',
      usage: { inputTokens: 12, outputTokens: 34, raw: agentUsage },
    },
    error: { event: sse({ type: 'RUN_ERROR', message: 'The agent is gone', code: 'GONE' }), message: 'The agent is gone (GONE)' },
  }),
]

// Text without a form

const rawAnswers = [
  answer({
    name: 'plain text', dialect: rawText, contentType: 'text/plain; charset=utf-8',
    events: ['The sky is "blue" 🌤️', ',\r\n', '空は青い。 ', '{"a":1}\n', '[DONE]'],
    expected: { text: 'The sky is "blue" 🌤️,\r\n空は青い。 {"a":1}\n[DONE]' },
  }),
  answer({
    name: 'plain text in events', dialect: rawText, recognisable: false,
    events: [sse('The sky is "blue" 🌤️'), 'data:  空は\ndata: 青い。\n\n', sse('{"a":1}'), sse(''), DONE],
    expected: { text: 'The sky is "blue" 🌤️ 空は\n青い。{"a":1}' },
    error: { event: sse('Overloaded', 'error'), message: 'Overloaded' },
  }),
]

/** At least one answer of every family. */
export const ANSWERS: readonly SampleAnswer[] = [
  ...openaiAnswers, ...mistralAnswers, ...responsesAnswers, ...anthropicAnswers, ...geminiAnswers, ...cohereAnswers,
  ...ollamaAnswers, ...tgiAnswers, ...aiSdkAnswers, ...agUiAnswers, ...rawAnswers,
]
