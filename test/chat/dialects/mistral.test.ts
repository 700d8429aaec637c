import { describe, expect, test } from 'vitest'
import { mistral } from '../../../src/chat/dialects/mistral.ts'
import { HARMLESS, play, readAll } from '../../helpers/play.ts'

const say = (content: unknown, finish: string | null = null) =>
  ({ choices: [{ index: 0, delta: { content }, finish_reason: finish }] })

describe('mistral', () => {
  test('requests as openai does', () => {
    const messages = [{ role: 'user', content: 'Hi' }]
    expect(mistral.request(messages, { model: 'm', params: { safe_prompt: true } })).toEqual({
      json: { model: 'm', messages, stream: true, safe_prompt: true },
    })
  })

  test('keeps thoughts apart, in whatever form they come', () => {
    expect(play(mistral,
      say([{ type: 'thinking', thinking: [{ type: 'text', text: 'h' }, { type: 'text', text: 'm' }] }]),
      say([{ type: 'thinking', thinking: '…', closed: true }, { type: 'text', text: 'O' }]), say('k'),
      say([{ type: 'reference', reference_ids: [1] }, { type: 'image_url', image_url: 'No' }, null]),
    )).toMatchObject({ text: 'Ok', reasoning: 'hm…' })
  })

  test('takes calls whole', () => {
    const calls = [
      { id: 'a', index: 0, function: { name: 'run', arguments: '{"n":1}' } },
      { id: 'b', index: 1, function: { name: 'stop', arguments: {} } },
    ]
    const last = { choices: [{ index: 0, delta: { content: '', tool_calls: calls }, finish_reason: 'tool_calls' }] }
    expect(play(mistral, last)).toMatchObject({
      toolCalls: [{ id: 'a', name: 'run', arguments: '{"n":1}' }, { id: 'b', name: 'stop', arguments: '{}' }],
      finishReason: 'tool-calls',
    })
  })

  test.each([
    ['stop', 'stop'], ['length', 'length'], ['model_length', 'length'], ['tool_calls', 'tool-calls'],
  ])('says of the finish reason %s: %s', (raw, reason) => {
    expect(play(mistral, say('Ok'), say('', raw))).toMatchObject({
      text: 'Ok', finishReason: reason, rawFinishReason: raw, finished: true,
    })
  })

  test("throws a stream that finishes by error as the provider's", () => {
    const last = say('', 'error')
    expect(() => readAll(mistral, [say('Ok'), last])).toThrow(expect.objectContaining({
      code: 'provider', message: `Provider reported an error: ${JSON.stringify(last)}`,
    }))
  })

  test.each(HARMLESS.map(chunk => [JSON.stringify(chunk), chunk]))('takes no harm from %s', (_name, chunk) => {
    expect(play(mistral, chunk)).toEqual({ text: '', reasoning: '', toolCalls: [], finished: false })
  })

  test.each(['{"choices":[null]}', '[]', 'text'])('throws the garbage %s under its own name', data => {
    expect(() => readAll(mistral, [data])).toThrow(expect.objectContaining({
      code: 'dialect', message: `Cannot read the event as mistral: ${data}`,
    }))
  })
})
