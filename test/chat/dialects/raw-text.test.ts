import { describe, expect, test } from 'vitest'
import { rawText } from '../../../src/chat/dialects/raw-text.ts'

const event = (data: string, type = 'message') => ({ type, data, lastEventId: '' })

describe('rawText', () => {
  test('takes text as it is', () => {
    for (const framing of ['sse', 'text'] as const) {
      const read = rawText.reader(framing)
      for (const text of ['a', ' b', '\n', '{"c":1}', '']) expect(read(event(text))).toEqual({ text })
    }
  })

  test('takes [DONE] for the end mark of an event stream, and for text in a text', () => {
    expect(rawText.reader('sse')(event('[DONE]'))).toEqual({ done: true })
    expect(rawText.reader('text')(event('[DONE]'))).toEqual({ text: '[DONE]' })
    expect(rawText.endsAtEof).toBe(true)
  })

  test.each([['Overloaded', 'Overloaded'], ['{"error":{"message":"Overloaded","code":529}}', 'Overloaded (529)']])("throws an event named error as the provider's: %s", (data, message) => {
    expect(() => rawText.reader('sse')(event(data, 'error'))).toThrow(expect.objectContaining({ code: 'provider', message: `Provider reported an error: ${message}` }))
  })

  test('requests as openai does', () => {
    const messages = [{ role: 'user', content: 'Hi' }]
    expect(rawText.request(messages, { model: 'm', params: { n: 1 } })).toEqual({
      json: { model: 'm', messages, stream: true, n: 1 },
    })
  })

  test('takes events where no framing is named, and a string out of JSON', () => {
    expect(rawText.reader()(event('a'))).toEqual({ text: 'a' })
    expect(rawText.reader()(event('"[DONE]"'))).toEqual({ done: true })
    expect(rawText.reader('ndjson')(event('"a \\ud83d\\ude00"'))).toEqual({ text: 'a 😀' })
  })

  test.each([
    '{"text":"No"}', '[]', '["No"]', '5', 'null', 'true', 'No', '{"error":""}',
  ])('takes the JSON %s for no text', data => {
    expect(() => rawText.reader('ndjson')(event(data))).toThrow(expect.objectContaining({
      code: 'dialect', message: `Cannot read the event as rawText: ${data}`,
    }))
  })

  test.each(['{"error":{"message":"Gone"}}', '{"type":"error","message":"Gone"}'])('throws the error %s in JSON as the provider\'s', data => {
    expect(() => rawText.reader('ndjson')(event(data))).toThrow(expect.objectContaining({
      code: 'provider', message: 'Provider reported an error: Gone',
    }))
  })
})
