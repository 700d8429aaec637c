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
})
