import { describe, expect, test } from 'vitest'
import { cohere } from '../../../src/chat/dialects/cohere.ts'
import { event, HARMLESS, play, readAll } from '../../helpers/play.ts'

const say = (content: object) => ({ type: 'content-delta', index: 0, delta: { message: { content } } })
const plan = (words: string) => ({ type: 'tool-plan-delta', delta: { message: { tool_plan: words } } })
const call = (index: number, fields: object, type = 'tool-call-delta') =>
  ({ type, index, delta: { message: { tool_calls: fields } } })
const end = (delta: object) => ({ type: 'message-end', delta })

describe('cohere', () => {
  test("requests as openai does", () => {
    const messages = [{ role: 'system', content: 'Be brief' }, { role: 'user', content: 'Hi' }]
    expect(cohere.request(messages, { model: 'm', params: { k: 5, stream: false } })).toEqual({
      json: { model: 'm', messages, stream: false, k: 5 },
    })
  })

  test('keeps thoughts and plans apart from the text', () => {
    const said = [say({ text: 'Ok' }), say({ type: 'text', text: '!' })]
    expect(play(cohere, plan('I '), plan('look'), say({ type: 'thinking', thinking: ', hm' }), ...said))
      .toMatchObject({ text: 'Ok!', reasoning: 'I look, hm' })
  })

  test('puts calls together, with arguments in pieces, whole or none', () => {
    expect(play(cohere,
      call(0, { id: 'a', type: 'function', function: { name: 'run', arguments: '' } }, 'tool-call-start'),
      call(0, { function: { arguments: '{"n"' } }), call(0, { function: { arguments: ':1}' } }),
      { type: 'tool-call-end', index: 0 },
      call(1, { id: 'b', function: { name: 'whole', arguments: '{"n":2}' } }, 'tool-call-start'),
      { type: 'tool-call-end', index: 1 },
      call(2, { id: 'c', function: { name: 'none' } }, 'tool-call-start'), { type: 'tool-call-end', index: 2 },
      end({ finish_reason: 'TOOL_CALL' }),
    )).toMatchObject({
      finishReason: 'tool-calls', rawFinishReason: 'TOOL_CALL',
      toolCalls: [
        { id: 'a', name: 'run', arguments: '{"n":1}' }, { id: 'b', name: 'whole', arguments: '{"n":2}' },
        { id: 'c', name: 'none', arguments: '{}' },
      ],
    })
  })

  test('counts tokens, or what is billed', () => {
    const tokens = { input_tokens: 9, output_tokens: 4 }
    const billed = { input_tokens: 2, output_tokens: 3 }
    const usage = (raw: object) => play(cohere, end({ finish_reason: 'COMPLETE', usage: raw })).usage
    expect(usage({ tokens, billed_units: billed })).toEqual({
      inputTokens: 9, outputTokens: 4, raw: { tokens, billed_units: billed },
    })
    expect(usage({ billed_units: billed })).toEqual({ inputTokens: 2, outputTokens: 3, raw: { billed_units: billed } })
    expect(usage({ cached_tokens: 5 })).toEqual({ raw: { cached_tokens: 5 } })
  })

  test.each([
    ['COMPLETE', 'stop'], ['STOP_SEQUENCE', 'stop'], ['MAX_TOKENS', 'length'], ['TOOL_CALL', 'tool-calls'], ['TIMEOUT', 'other'],
  ])('says of the finish reason %s: %s', (raw, reason) => {
    expect(play(cohere, say({ text: 'Ok' }), end({ finish_reason: raw }))).toMatchObject({
      finishReason: reason, rawFinishReason: raw, finished: true,
    })
  })

  test('ends by message-end, also without a reason, and by [DONE]', () => {
    expect(readAll(cohere, [end({}), '[DONE]', '"[DONE]"'])).toEqual([{ done: true }, { done: true }, { done: true }])
  })

  test.each(HARMLESS.map(chunk => [JSON.stringify(chunk), chunk]))('takes no harm from %s', (_name, chunk) => {
    expect(play(cohere, chunk)).toEqual({ text: '', reasoning: '', toolCalls: [], finished: false })
  })

  test.each([
    ['a citation',
      { type: 'citation-start', index: 0, delta: { message: { citations: { start: 0, end: 2, text: 'No', sources: [] } } } }],
    ['a debug event', { type: 'debug', prompt: 'No' }], ['an end', { type: 'content-end', index: 0 }],
    ['a start',
      { type: 'message-start', id: 'c', delta: { message: { role: 'assistant', content: [], tool_plan: '', tool_calls: [] } } }],
  ])('takes nothing from %s', (_name, chunk) => {
    expect(readAll(cohere, [chunk])).toEqual([{}])
  })

  test('takes the name of an event for its type where the data has none', () => {
    expect(readAll(cohere, [event({ delta: { finish_reason: 'COMPLETE' } }, 'message-end')]))
      .toEqual([{ finishReason: 'COMPLETE', done: true }])
  })

  test.each([
    [end({ error: 'Too many tokens', finish_reason: 'ERROR' }), 'Too many tokens'],
    [end({ error: 'Too many tokens' }), 'Too many tokens'],
    [end({ finish_reason: 'ERROR' }), '{"type":"message-end","delta":{"finish_reason":"ERROR"}}'],
    [{ finish_reason: 'ERROR', message: { role: 'assistant', content: [] } },
      '{"finish_reason":"ERROR","message":{"role":"assistant","content":[]}}'],
    [
      { is_finished: true, event_type: 'stream-end', finish_reason: 'ERROR' },
      '{"is_finished":true,"event_type":"stream-end","finish_reason":"ERROR"}',
    ],
  ])("throws an answer that ends by an error as the provider's: %j", (chunk, message) => {
    expect(() => readAll(cohere, [say({ text: 'Ok' }), chunk])).toThrow(expect.objectContaining({
      code: 'provider', message: expect.stringContaining(`Provider reported an error: ${message}`) as string,
    }))
  })

  test('reads version 1, and takes from its end no text again', () => {
    const meta = { tokens: { input_tokens: 3, output_tokens: 4 } }
    expect(play(cohere,
      { is_finished: false, event_type: 'stream-start', generation_id: 'g' },
      { is_finished: false, event_type: 'search-queries-generation', search_queries: [{ text: 'No' }] },
      { is_finished: false, event_type: 'text-generation', text: 'O' },
      { is_finished: false, event_type: 'text-generation', text: 'k' },
      { is_finished: false, event_type: 'citation-generation', citations: [{ text: 'No' }] },
      { is_finished: true, event_type: 'stream-end', finish_reason: 'MAX_TOKENS', response: { text: 'Ok', meta } },
    )).toEqual({
      text: 'Ok', reasoning: '', toolCalls: [], finishReason: 'length', rawFinishReason: 'MAX_TOKENS', finished: true,
      usage: { inputTokens: 3, outputTokens: 4, raw: meta },
    })
  })

  test("takes version 1's answer that is no stream for no empty one", () => {
    const whole = { response_id: 'r', text: 'Ok', generation_id: 'g', finish_reason: 'COMPLETE', meta: { tokens: {} } }
    expect(play(cohere, whole)).toMatchObject({ text: 'Ok', finished: true })
  })

  test.each([
    '{"delta":{"message":5,"error":null,"usage":{"tokens":null}},"type"', '[]', '5',
    '{"delta":{"message":{"tool_calls":[null]}}}',
  ])('throws the garbage %s', data => {
    expect(() => readAll(cohere, [data])).toThrow(expect.objectContaining({
      code: 'dialect', message: `Cannot read the event as cohere: ${data}`,
    }))
  })
})
