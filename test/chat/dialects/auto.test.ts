import { describe, expect, test } from 'vitest'
import { auto } from '../../../src/chat/dialects/auto.ts'
import { openai } from '../../../src/chat/dialects/openai.ts'
import { rawText } from '../../../src/chat/dialects/raw-text.ts'
import { ANSWERS } from '../../helpers/answers.ts'

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
    ['Once upon a time', 'sse'], ['{"type":"haiku"}', 'sse'], ['{"type":"haiku"}', 'ndjson'], ['5', 'ndjson'],
    ['0:"text"\n', 'text'],
    ['data: {"choices":[]}\n\n', 'text'], ['event: message_start\n', 'text'], ['{"choices":[]}', 'text'],
  ] as const)('shows %j that comes as %s, and does not take it for text', (data, framing) => {
    expect(() => auto.pick?.(event(data), framing)).toThrow(expect.objectContaining({
      code: 'dialect', message: `Cannot tell the stream's dialect, name it with the dialect option: ${data}`,
    }))
  })

  test('cuts what it shows to a length that one reads', () => {
    expect(() => auto.pick?.(event('x'.repeat(10_000)), 'sse')).toThrow(expect.objectContaining({ message: expect.stringMatching(/: x{200}…$/) as string }))
  })

  const answers = ANSWERS.filter(({ recognisable, contentType }) => recognisable && !contentType.startsWith('text/plain'))
  test.each(answers)('picks the dialect of $name', ({ dialect, contentType, events }) => {
    const [data = ''] = events.flatMap(text => /^(?:data: ?)?(\{.*)$/m.exec(text)?.[1] ?? [])
    // Mistral's are openai's
    expect(auto.pick?.(event(data), contentType.includes('json') ? 'ndjson' : 'sse'))
      .toBe(dialect.name === 'mistral' ? openai : dialect)
  })

  test.each([
    ['', 'message'], [' ', 'message'], ['\n', 'message'], ['', 'ping'], ['5', 'ping'], ['{}', 'heartbeat'],
    ['2026-01-01', 'keep-alive'], ['{"x":1}', 'keepalive'], ['now', 'Heartbeat'],
  ])('waits behind the data %j of an event named %s', (data, type) => {
    expect(auto.pick?.(event(data, type), 'sse')).toBeUndefined()
    const read = auto.reader('sse')
    expect(read(event(data, type))).toEqual({})
    expect(read(event('{"type":"content_block_delta","delta":{"text":"a"}}'))).toEqual({ text: 'a' })
    expect(read(event(data, type))).toEqual({})
  })

  test.each([
    ['{"error":{"message":"Quota","code":429}}', 'message', 'Quota (429)'], ['Overloaded', 'error', 'Overloaded'],
    ['{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}', 'message', 'Overloaded (overloaded_error)'],
    ['{"type":"error","errorText":"Gone"}', 'message', 'Gone'],
    ['{"type":"RUN_ERROR","message":"Gone","code":"GONE"}', 'message', 'Gone (GONE)'],
    ['{"error":"Bad","error_type":"validation"}', 'message', 'Bad'],
    ['{"type":"error","code":"server_error","message":"Flat"}', 'error', 'Flat (server_error)'],
    ['{"type":"error","code":"server_error","message":"Flat"}', 'message', 'Flat (server_error)'],
    ['{"type":"server_error","message":"Flat"}', 'error', 'Flat (server_error)'],
  ])("throws an error that comes first as the provider's: %s, named %s", (data, type, message) => {
    expect(() => auto.reader('sse')(event(data, type))).toThrow(expect.objectContaining({
      code: 'provider', message: `Provider reported an error: ${message}`,
    }))
  })

  test('takes the end mark for an empty answer', () => {
    expect(auto.reader('sse')(event('[DONE]'))).toEqual({ done: true })
  })

  test.each([
    'Once', '[1] A list of sources', '{braces} in a text', '1: one', 'data is a plural', '"quoted"', '<p>', '[DONE]', 'event',
  ])('takes %j for plain text', data => {
    expect(auto.pick?.(event(data), 'text')).toBe(rawText)
  })

  test.each([
    'data: {"a":1}\n\n', 'data:{"a":1}\n\n', 'data: [DONE]\n\n', 'event: ping\n', ' {"a":1}', '[{"a":1}]', '{\n  "a": 1}',
    '0:"text"\n', 'f:{"messageId":"m"}\n',
  ])('takes %j for no plain text', data => {
    expect(() => auto.pick?.(event(data), 'text')).toThrow(expect.objectContaining({ code: 'dialect' }))
  })

  test('requests as openai does, and keeps its state to one stream', () => {
    const messages = [{ role: 'user', content: 'Hi' }]
    expect(auto.request(messages, { model: 'm', params: { n: 1 } })).toEqual({
      json: { model: 'm', messages, stream: true, n: 1 },
    })
    auto.reader('sse')(event('{"choices":[]}'))
    expect(auto.reader('sse')(event('{"type":"message_stop"}'))).toEqual({ done: true })
  })
})
