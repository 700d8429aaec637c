import { describe, expect, test } from 'vitest'
import { openaiResponses } from '../../../src/chat/dialects/openai-responses.ts'
import { event, HARMLESS, play, readAll } from '../../helpers/play.ts'

const say = (delta: string) => ({ type: 'response.output_text.delta', output_index: 0, delta })
const added = (output_index: number, item: object) => ({ type: 'response.output_item.added', output_index, item })
const finished = (output_index: number, item: object) => ({ type: 'response.output_item.done', output_index, item })
const json = (output_index: number, delta: string) => ({ type: 'response.function_call_arguments.delta', output_index, delta })
const tool = (id: string, name: string, fields: object) => ({ type: 'function_call', call_id: id, name, ...fields })
const end = (type: string, response: object) =>
  ({ type: `response.${type}`, response: { object: 'response', status: type, ...response } })

describe('openaiResponses', () => {
  test('requests the messages as input', () => {
    const messages = [{ role: 'system', content: 'Be brief' }, { role: 'user', content: 'Hi' }]
    expect(openaiResponses.request(messages, { model: 'm', params: { store: false } }))
      .toEqual({ json: { model: 'm', input: messages, stream: true, store: false } })
    expect(openaiResponses.request(messages, { params: { input: 'Hi' } })).toEqual({ json: { input: 'Hi', stream: true } })
  })

  test('takes text, refusals and both kinds of thoughts, and nothing again', () => {
    expect(play(openaiResponses,
      { type: 'response.reasoning_summary_text.delta', delta: 'h' }, { type: 'response.reasoning_text.delta', delta: 'm' },
      { type: 'response.reasoning_summary_text.done', text: 'hm' }, say('O'), say('k'),
      { type: 'response.output_text.done', text: 'Ok' },
      { type: 'response.content_part.done', part: { type: 'output_text', text: 'Ok' } },
      finished(0, { type: 'message', content: [{ type: 'output_text', text: 'Ok' }] }),
      { type: 'response.refusal.delta', delta: ' No.' }, { type: 'response.refusal.done', refusal: ' No.' },
      end('completed', { output: [{ type: 'message', content: [{ type: 'output_text', text: 'Ok' }] }] }),
    )).toMatchObject({ text: 'Ok No.', reasoning: 'hm', finishReason: 'stop', rawFinishReason: 'completed' })
  })

  test('takes the arguments of a call in pieces, whole, or as none', () => {
    expect(play(openaiResponses,
      added(0, tool('a', 'pieces', { arguments: '' })), json(0, '{"n"'), json(0, ':1}'),
      { type: 'response.function_call_arguments.done', output_index: 0, arguments: '{"n":1}' },
      finished(0, tool('a', 'pieces', { arguments: '{"n":1}' })),
      added(1, tool('b', 'whole', { arguments: '' })), finished(1, tool('b', 'whole', { arguments: '{"n":2}' })),
      finished(2, tool('c', 'unannounced', { arguments: '{"n":3}' })),
      added(3, tool('d', 'none', { arguments: '' })), finished(3, tool('d', 'none', { arguments: '' })), end('completed', {}),
    )).toMatchObject({
      finishReason: 'tool-calls', rawFinishReason: 'completed',
      toolCalls: [
        { id: 'a', name: 'pieces', arguments: '{"n":1}' }, { id: 'b', name: 'whole', arguments: '{"n":2}' },
        { id: 'c', name: 'unannounced', arguments: '{"n":3}' }, { id: 'd', name: 'none', arguments: '{}' },
      ],
    })
  })

  test("takes a custom tool's text as JSON, once", () => {
    expect(play(openaiResponses,
      added(0, { type: 'custom_tool_call', call_id: 'a', name: 'draw', input: '' }),
      { type: 'response.custom_tool_call_input.delta', output_index: 0, delta: 'a "sun' },
      { type: 'response.custom_tool_call_input.delta', output_index: 0, delta: '"\n' },
      { type: 'response.custom_tool_call_input.done', output_index: 0, input: 'a "sun"\n' },
      finished(0, { type: 'custom_tool_call', call_id: 'a', name: 'draw', input: 'a "sun"\n' }),
      finished(1, { type: 'custom_tool_call', call_id: 'b', name: 'draw', input: '' }),
      finished(2, { type: 'custom_tool_call', call_id: 'c', name: 'draw' }), end('completed', {}),
    ).toolCalls).toEqual([
      { id: 'a', name: 'draw', arguments: '"a \\"sun\\"\\n"' }, { id: 'b', name: 'draw', arguments: '""' },
      { id: 'c', name: 'draw', arguments: '""' },
    ])
  })

  test.each([
    'web_search_call', 'file_search_call', 'code_interpreter_call', 'image_generation_call', 'mcp_call', 'mcp_list_tools',
    'computer_call', 'tool_search_call',
  ])('leaves out what the provider runs: %s', type => {
    const item = { type, id: 's', call_id: 's', name: 'search', arguments: '{"q":1}', status: 'completed' }
    const shown = play(openaiResponses, added(0, item), { type: `response.${type}.in_progress`, output_index: 0 },
      finished(0, item), say('Found'), end('completed', {}))
    expect(shown).toMatchObject({ text: 'Found', toolCalls: [], finishReason: 'stop' })
    expect(play(openaiResponses, { object: 'response', status: 'completed', output: [item] })).toMatchObject({
      text: '', toolCalls: [], finished: true,
    })
  })

  test.each([
    ['max_output_tokens', 'length'], ['content_filter', 'content-filter'], ['new_reason', 'other'],
  ])('says of what is incomplete for %s: %s', (reason, expected) => {
    const usage = { input_tokens: 3, output_tokens: 4 }
    expect(play(openaiResponses, say('Ok'), end('incomplete', { incomplete_details: { reason }, usage }))).toEqual({
      text: 'Ok', reasoning: '', toolCalls: [], finishReason: expected, rawFinishReason: reason, finished: true,
      usage: { inputTokens: 3, outputTokens: 4, raw: usage },
    })
  })

  test.each([
    [end('failed', { error: { code: 'server_error', message: 'It broke' } }), 'message', 'It broke (server_error)'],
    [{ type: 'error', error: { type: 'quota', code: 'insufficient_quota', message: 'Pay' } }, 'error',
      'Pay (insufficient_quota)'],
    [{ type: 'error', code: 'server_error', message: 'Flat', param: null, sequence_number: 3 }, 'error', 'Flat (server_error)'],
    [{ type: 'error', code: null, message: 'Unnamed', param: null }, 'message', 'Unnamed'],
    [{ object: 'response', status: 'failed', error: { code: 'server_error', message: 'Whole' }, output: [] }, 'message',
      'Whole (server_error)'],
  ])("throws the provider's error: %j", (value, type, message) => {
    expect(() => readAll(openaiResponses, [say('Ok'), event(value, type)])).toThrow(expect.objectContaining({
      code: 'provider', message: `Provider reported an error: ${message}`,
    }))
  })

  test('throws what failed without a word', () => {
    expect(() => readAll(openaiResponses, [end('failed', { error: null })])).toThrow(expect.objectContaining({
      code: 'provider', message: expect.stringContaining('Provider reported an error: {"type":"response.failed"') as string,
    }))
  })

  test('takes the name of an event for its type where the data has none', () => {
    expect(play(openaiResponses, event({ delta: 'Ok' }, 'response.output_text.delta'),
      event({ response: { status: 'completed' } }, 'response.completed')))
      .toMatchObject({ text: 'Ok', rawFinishReason: 'completed' })
  })

  test('takes a whole response', () => {
    expect(play(openaiResponses, {
      object: 'response', status: 'completed', error: null, usage: { input_tokens: 3, output_tokens: 4 }, output: [
        { type: 'reasoning', summary: [{ text: 'h' }, { text: 'm' }] },
        { type: 'reasoning', summary: [], content: [{ type: 'reasoning_text', text: '…' }] },
        { type: 'message', content: [{ type: 'output_text', text: 'O' }, { text: 'k' }, { type: 'refusal', refusal: ' No.' }] },
        { type: 'message', content: [] }, tool('a', 'run', { arguments: '{"n":1}' }), tool('b', 'run', { arguments: '' }),
      ],
    })).toMatchObject({
      text: 'Ok No.', reasoning: 'hm…', toolCalls: [{ id: 'a', arguments: '{"n":1}' }, { id: 'b', arguments: '{}' }],
      finishReason: 'tool-calls', usage: { inputTokens: 3, outputTokens: 4 },
    })
    expect(play(openaiResponses,
      { object: 'response', status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }))
      .toMatchObject({ text: '', finishReason: 'length' })
  })

  test.each([
    ...HARMLESS, { type: 'response.created', response: { status: 'in_progress', usage: null, error: null } },
    { type: 'response.queued', response: {} },
    { type: 'response.output_text.annotation.added', annotation: { text: 'No' } },
    { type: 'response.image_generation_call.partial_image', delta: 'No' },
    { type: 'response.code_interpreter_call_code.delta', delta: 'No' },
    { type: 'response.mcp_call_arguments.delta', delta: 'No' }, added(0, { type: 'message' }),
    { type: 'response.audio.transcript.delta', delta: 'No' },
  ].map(chunk => [JSON.stringify(chunk), chunk]))('takes no harm from %s', (_name, chunk) => {
    expect(play(openaiResponses, chunk)).toEqual({ text: '', reasoning: '', toolCalls: [], finished: false })
  })

  test.each([
    '{"object":"response","output":[null]}', '{"type":"response.completed","response":null}', '[]', 'text',
  ])('throws the garbage %s', data => {
    expect(() => readAll(openaiResponses, [data])).toThrow(expect.objectContaining({
      code: 'dialect', message: `Cannot read the event as openaiResponses: ${data}`,
    }))
  })
})
