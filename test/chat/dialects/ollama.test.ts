import { describe, expect, test } from 'vitest'
import { ollama } from '../../../src/chat/dialects/ollama.ts'
import { HARMLESS, play, readAll } from '../../helpers/play.ts'

const say = (message: object) => ({ model: 'm', message: { role: 'assistant', content: '', ...message }, done: false })
const end = (fields: object = { done_reason: 'stop' }) =>
  ({ model: 'm', message: { role: 'assistant', content: '' }, done: true, ...fields })

describe('ollama', () => {
  test('requests as openai does', () => {
    const messages = [{ role: 'user', content: 'Hi' }]
    expect(ollama.request(messages, { model: 'm', params: { think: true } })).toEqual({
      json: { model: 'm', messages, stream: true, think: true },
    })
  })

  test('reads chat and generate, thoughts apart', () => {
    expect(play(ollama, say({ thinking: 'hm' }), say({ content: 'O' }), say({ content: 'k' }), end())).toMatchObject({
      text: 'Ok', reasoning: 'hm',
    })
    expect(play(ollama, { response: '', thinking: 'hm', done: false }, { response: 'Ok', done: false },
      { response: '', done: true, context: [1] }))
      .toMatchObject({ text: 'Ok', reasoning: 'hm', finished: true })
  })

  test('takes calls whole, each for itself, with and without an id or arguments', () => {
    const calls = (...list: object[]) => say({ tool_calls: list.map(made => ({ function: made })) })
    expect(play(ollama,
      calls({ name: 'run', arguments: { n: 1 } }, { index: 0, name: 'run', arguments: { n: 2 } }),
      calls({ name: 'stop', arguments: {} }), calls({ name: 'go' }),
      say({ tool_calls: [{ id: 'a', function: { name: 'text', arguments: '{"n":3}' } }] }), end(),
    )).toMatchObject({
      finishReason: 'tool-calls', rawFinishReason: 'stop',
      toolCalls: [
        { id: '', name: 'run', arguments: '{"n":1}' }, { id: '', name: 'run', arguments: '{"n":2}' },
        { id: '', name: 'stop', arguments: '{}' },
        { id: '', name: 'go', arguments: '{}' }, { id: 'a', name: 'text', arguments: '{"n":3}' },
      ],
    })
  })

  test('counts from the last line, and only where it counts', () => {
    const last = end({ done_reason: 'stop', prompt_eval_count: 9, eval_count: 4 })
    expect(play(ollama, say({ content: 'Ok' }), last).usage).toEqual({ inputTokens: 9, outputTokens: 4, raw: last })
    const cached = end({ eval_count: 4 }) // the prompt was in its cache
    expect(play(ollama, cached).usage).toEqual({ outputTokens: 4, raw: cached })
    expect(play(ollama, say({ content: 'Ok' }), end())).not.toHaveProperty('usage')
    // Where it only loads the model, or all of the answer was a stop
    expect(readAll(ollama, [end({ done_reason: 'load', eval_count: 0 })])[0]).not.toHaveProperty('usage', 0)
  })

  test.each([
    ['stop', 'stop'], ['length', 'length'], ['load', 'other'], ['unload', 'other'],
  ])('says of the reason %s: %s', (raw, reason) => {
    expect(play(ollama, end({ done_reason: raw }))).toMatchObject({ finishReason: reason, rawFinishReason: raw, finished: true })
  })

  test('ends by `done`, also without a reason', () => {
    expect(readAll(ollama, [say({}), end({})])).toEqual([{}, { done: true }])
  })

  test.each([
    [{ error: 'out of memory' }, 'out of memory'], [{ error: { message: 'Gone', code: 410 } }, 'Gone (410)'],
  ])("throws the provider's error: %j", (line, message) => {
    expect(() => readAll(ollama, [say({ content: 'Ok' }), line])).toThrow(expect.objectContaining({
      code: 'provider', message: `Provider reported an error: ${message}`,
    }))
  })

  test.each(HARMLESS.map(chunk => [JSON.stringify(chunk), chunk]))('takes no harm from %s', (_name, chunk) => {
    expect(play(ollama, chunk)).toEqual({ text: '', reasoning: '', toolCalls: [], finished: false })
  })

  test.each([
    '{"message":{"tool_calls":[null]}}', '{"message":{"tool_calls":5}}', '[]', 'text',
  ])('throws the garbage %s', data => {
    expect(() => readAll(ollama, [data])).toThrow(expect.objectContaining({
      code: 'dialect', message: `Cannot read the event as ollama: ${data}`,
    }))
  })
})
