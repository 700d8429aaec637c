import { describe, expect, test } from 'vitest'
import { tgi } from '../../../src/chat/dialects/tgi.ts'
import { event, HARMLESS, play, readAll } from '../../helpers/play.ts'

const token = (text: string, fields: object = {}) =>
  ({ token: { id: 1, text, logprob: -1, special: false }, generated_text: null, details: null, ...fields })

describe('tgi', () => {
  test('requests the messages as one text', () => {
    expect(tgi.request([{ role: 'system', content: 'Be brief' }, { role: 'user', content: 'Hi' }],
      { model: 'm', params: { parameters: { top_k: 1 } } }))
      .toEqual({ json: { inputs: 'Be brief\n\nHi', stream: true, parameters: { top_k: 1 } } })
    expect(tgi.request([{ role: 'user', content: 'Hi' }], { params: { inputs: '<s>Hi' } })).toEqual({
      json: { inputs: '<s>Hi', stream: true },
    })
  })

  test('takes the tokens, none of the marks, and not all of it again', () => {
    expect(play(tgi,
      { token: { text: '<s>', special: true } }, token('O'), token('k'),
      { token: { text: '</s>', special: true }, generated_text: 'Ok', details: null },
    )).toEqual({ text: 'Ok', reasoning: '', toolCalls: [], finished: true })
  })

  test('takes the last token where it is text', () => {
    expect(play(tgi, token('O'), token('k', { generated_text: 'Ok' }))).toMatchObject({ text: 'Ok', finished: true })
  })

  test('ends by the whole text, also where it is empty', () => {
    expect(readAll(tgi, [token('a'), { token: { text: '</s>', special: true }, generated_text: '' }]))
      .toEqual([{ text: 'a' }, { done: true }])
  })

  test.each([
    ['eos_token', 'stop'], ['stop_sequence', 'stop'], ['length', 'length'],
  ])('says of the finish reason %s: %s', (raw, reason) => {
    const details = { finish_reason: raw, generated_tokens: 2, input_length: 0 }
    expect(play(tgi, token('Ok', { generated_text: 'Ok', details }))).toMatchObject({
      finishReason: reason, rawFinishReason: raw, usage: { inputTokens: 0, outputTokens: 2, raw: details },
    })
  })

  test('takes a whole answer', () => {
    expect(play(tgi, { generated_text: 'Ok' })).toMatchObject({ text: 'Ok', finished: true })
  })

  test.each([
    [{ error: 'Request failed', error_type: 'generation' }, 'message', 'Request failed'],
    [{ error: 'Overloaded', error_type: 'overloaded' }, 'error', 'Overloaded'],
    [{ error: { message: 'Gone', http_status_code: 422 } }, 'message', 'Gone'],
  ])("throws the provider's error: %j", (value, type, message) => {
    expect(() => readAll(tgi, [token('Ok'), event(value, type)])).toThrow(expect.objectContaining({
      code: 'provider', message: `Provider reported an error: ${message}`,
    }))
  })

  test.each([
    ...HARMLESS, { token: null, generated_text: null }, { prefill: [] },
  ].map(chunk => [JSON.stringify(chunk), chunk]))('takes no harm from %s', (_name, chunk) => {
    expect(play(tgi, chunk)).toEqual({ text: '', reasoning: '', toolCalls: [], finished: false })
  })

  test.each(['text', '[]', '{'])('throws the garbage %s', data => {
    expect(() => readAll(tgi, [data])).toThrow(expect.objectContaining({
      code: 'dialect', message: `Cannot read the event as tgi: ${data}`,
    }))
  })
})
