import { describe, expect, test } from 'vitest'
import { anthropic } from '../../../src/chat/dialects/anthropic.ts'
import { event, HARMLESS, play, readAll } from '../../helpers/play.ts'

const start = (block: object, index = 0) => ({ type: 'content_block_start', index, content_block: block })
const add = (delta: object, index = 0) => ({ type: 'content_block_delta', index, delta })
const say = (text: string, index = 0) => add({ type: 'text_delta', text }, index)
const json = (piece: string, index = 0) => add({ type: 'input_json_delta', partial_json: piece }, index)
const begin = (message: object = {}) =>
  ({ type: 'message_start', message: { type: 'message', content: [], stop_reason: null, ...message } })
const end = (reason: string | null, usage?: object | null) => ({ type: 'message_delta', delta: { stop_reason: reason }, usage })

describe('anthropic', () => {
  test('requests the system messages apart, with a limit and the version', () => {
    const conversation = ['Hi', 'Yes?', 'Why?']
      .map((content, index) => ({ role: ['user', 'assistant'][index % 2] ?? '', content }))
    const { json: body, headers } = anthropic.request(
      [{ role: 'system', content: 'Be brief' }, ...conversation, { role: 'system', content: 'Be kind' }], { model: 'm' })
    expect(body).toEqual({ model: 'm', max_tokens: 4096, system: 'Be brief\n\nBe kind', messages: conversation, stream: true })
    expect(headers).toEqual({ 'anthropic-version': '2023-06-01' })
  })

  test('requests no system where there is none, and lets params say otherwise', () => {
    const messages = [{ role: 'user', content: 'Hi' }]
    expect(JSON.stringify(anthropic.request(messages, {}).json))
      .toBe(`{"max_tokens":4096,"messages":${JSON.stringify(messages)},"stream":true}`)
    expect(anthropic.request(messages, { model: 'm', params: { max_tokens: 9, model: 'n', top_k: 1 } }).json)
      .toEqual({ model: 'n', max_tokens: 9, top_k: 1, messages, stream: true })
  })

  test('takes the arguments of a call whole, in pieces, or as none', () => {
    expect(play(anthropic,
      start({ type: 'tool_use', id: 'a', name: 'whole', input: { city: 'Rome' } }, 0),
      start({ type: 'tool_use', id: 'b', name: 'pieces', input: {} }, 1), json('', 1), json('{"n"', 1), json(':1}', 1),
      start({ type: 'tool_use', id: 'c', name: 'none', input: {} }, 2), start({ type: 'tool_use', id: 'd', name: 'nothing' }, 3),
      end('tool_use'),
    ).toolCalls).toEqual([
      { id: 'a', name: 'whole', arguments: '{"city":"Rome"}' }, { id: 'b', name: 'pieces', arguments: '{"n":1}' },
      { id: 'c', name: 'none', arguments: '{}' }, { id: 'd', name: 'nothing', arguments: '{}' },
    ])
  })

  test.each(['server_tool_use', 'mcp_tool_use', 'advisor_tool_use'])('leaves out the calls that the provider runs: %s', type => {
    expect(play(anthropic, start({ type, id: 's', name: 'web_search', input: { q: 1 } }), json('{"q":1}'), say('Found', 1),
      end('end_turn')))
      .toMatchObject({ text: 'Found', toolCalls: [], finishReason: 'stop' })
  })

  test('takes no text from what is none', () => {
    expect(play(anthropic, begin(),
      start({ type: 'redacted_thinking', data: 'b3BhcXVl' }), add({ type: 'signature_delta', signature: 'c2ln' }),
      add({ type: 'citations_delta', citation: { cited_text: 'No' } }), add({ type: 'compaction_delta', content: 'No' }),
      start({ type: 'web_search_tool_result', content: [{ type: 'web_search_result', title: 'No' }] }, 1),
      start({ type: 'code_execution_tool_result', content: { stdout: 'No' } }, 2), ...HARMLESS,
    )).toMatchObject({ text: '', reasoning: '', toolCalls: [], finished: false })
  })

  test('reads what a block, or a message, begins with', () => {
    expect(play(anthropic, start({ type: 'thinking', thinking: 'Hm' }), add({ thinking: '…' }),
      start({ type: 'text', text: 'O' }, 1), say('k', 1)))
      .toMatchObject({ text: 'Ok', reasoning: 'Hm…' })
    expect(play(anthropic, begin({
      stop_reason: 'tool_use',
      content: [{ type: 'text', text: 'Ok' }, { type: 'tool_use', id: 'a', name: 'run', input: { n: 1 } }],
    }))).toMatchObject({ text: 'Ok', toolCalls: [{ id: 'a', name: 'run', arguments: '{"n":1}' }], rawFinishReason: 'tool_use' })
  })

  test("keeps apart what comes under one index, where a proxy joins two messages", () => {
    const { text, toolCalls } = play(anthropic,
      begin(), start({ type: 'tool_use', id: 'a', name: 'first', input: {} }), json('{"n":1}'),
      begin(), start({ type: 'tool_use', id: 'b', name: 'second', input: {} }), json('{"n":2}'),
      begin(), start({ type: 'text', text: '' }), say('Ok'))
    expect(toolCalls.map(({ name, arguments: made }) => [name, made])).toEqual([['first', '{"n":1}'], ['second', '{"n":2}']])
    expect(text).toBe('Ok')
  })

  test('takes the name of an event for its type where the data has none', () => {
    expect(play(anthropic, event({ delta: { text: 'Ok' } }, 'content_block_delta'),
      event({ delta: { stop_reason: 'end_turn' } }, 'message_delta')))
      .toMatchObject({ text: 'Ok', rawFinishReason: 'end_turn' })
    expect(readAll(anthropic, [event({}, 'message_stop')])).toEqual([{ done: true }])
  })

  test('merges the usage of the start and of the end', () => {
    const first = { input_tokens: 9, cache_read_input_tokens: 3, output_tokens: 1 }
    expect(play(anthropic, begin({ usage: first }), end('end_turn', { output_tokens: 7 })).usage)
      .toEqual({ inputTokens: 9, outputTokens: 7, raw: { ...first, output_tokens: 7 } })
    expect(play(anthropic, begin({ usage: first }), end('end_turn', { input_tokens: 20, output_tokens: 7 })).usage)
      .toMatchObject({ inputTokens: 20, outputTokens: 7 })
    expect(play(anthropic, begin({ usage: first }), end('end_turn', null)).usage).toEqual({
      inputTokens: 9, outputTokens: 1, raw: first,
    })
    expect(play(anthropic, end('end_turn', { output_tokens: 7 })).usage).toEqual({ outputTokens: 7, raw: { output_tokens: 7 } })
    expect(play(anthropic, begin({ usage: { input_tokens: 0, output_tokens: 0 } })).usage).toMatchObject({
      inputTokens: 0, outputTokens: 0,
    })
    expect(play(anthropic, begin(), end('end_turn'))).not.toHaveProperty('usage')
  })

  test.each([
    ['end_turn', 'stop'], ['stop_sequence', 'stop'], ['max_tokens', 'length'], ['model_context_window_exceeded', 'length'],
    ['tool_use', 'tool-calls'], ['refusal', 'content-filter'], ['pause_turn', 'other'],
  ])('says of the stop reason %s: %s', (raw, reason) => {
    expect(play(anthropic, say('Ok'), end(raw))).toMatchObject({ finishReason: reason, rawFinishReason: raw, finished: true })
  })

  test('ends by message_stop, and not by a message_delta without a reason', () => {
    expect(play(anthropic, say('Ok'), end(null)).finished).toBe(false)
    expect(readAll(anthropic, [{ type: 'message_stop' }])).toEqual([{ done: true }])
    expect(readAll(anthropic, ['[DONE]', '"[DONE]"'])).toEqual([{ done: true }, { done: true }])
  })

  test.each([
    [event({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }, 'error'),
      'Overloaded (overloaded_error)'],
    [event({ type: 'error', error: { type: 'api_error', message: 'Internal' } }), 'Internal (api_error)'],
    [event('Overloaded', 'error'), 'Overloaded'],
    [event({ type: 'error', message: 'Flat' }), 'Flat'],
  ])("throws the provider's error: %j", (failure, message) => {
    expect(() => readAll(anthropic, [say('Ok'), failure])).toThrow(expect.objectContaining({
      name: 'StreamError', code: 'provider', message: `Provider reported an error: ${message}`, event: failure,
    }))
  })

  test.each([
    '{"type":"message_start","message":null}', '{"type":"message"', '5', '[]', '{"type":"message","content":[null]}',
  ])('throws the garbage %s', data => {
    expect(() => readAll(anthropic, [data])).toThrow(expect.objectContaining({
      code: 'dialect', message: `Cannot read the event as anthropic: ${data}`,
    }))
  })

  test('keeps its state to one stream', () => {
    const read = anthropic.reader()
    read(event(start({ type: 'tool_use', id: 'a', name: 'run', input: {} })))
    expect(play(anthropic, say('Ok')).text).toBe('Ok')
  })
})
