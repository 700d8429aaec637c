import { describe, expect, test } from 'vitest'
import { auto } from '../../../src/chat/dialects/auto.ts'
import { openai } from '../../../src/chat/dialects/openai.ts'
import { rawText } from '../../../src/chat/dialects/raw-text.ts'

const event = (data: string, type = 'message') => ({ type, data, lastEventId: '' })

describe('auto', () => {
  test('picks by the first event, and reads on with what it picked', () => {
    expect(auto.pick?.(event('{"choices":[]}'), 'sse')).toBe(openai)
    expect(auto.pick?.(event('Once upon a time'), 'text')).toBe(rawText)
    const read = auto.reader('sse')
    expect(read(event('{"choices":[{"delta":{"content":"a"}}]}'))).toEqual({ text: 'a' })
    expect(read(event('{"usage":{"completion_tokens":1}}'))).toEqual({ usage: { outputTokens: 1, raw: { completion_tokens: 1 } } })
  })

  test.each([
    ['Once upon a time', 'sse'], ['{"type":"haiku"}', 'sse'], ['', 'sse'],
    ['data: {"choices":[]}\n\n', 'text'], ['event: message_start\n', 'text'], ['{"choices":[]}', 'text'],
  ] as const)('shows %j that comes as %s, and does not take it for text', (data, framing) => {
    expect(() => auto.pick?.(event(data), framing)).toThrow(expect.objectContaining({
      code: 'dialect', message: `Cannot tell the stream's dialect, name it with the dialect option: ${data}`,
    }))
  })

  test('cuts what it shows to a length that one reads', () => {
    expect(() => auto.pick?.(event('x'.repeat(10_000)), 'sse')).toThrow(expect.objectContaining({ message: expect.stringMatching(/: x{200}…$/) as string }))
  })
})
