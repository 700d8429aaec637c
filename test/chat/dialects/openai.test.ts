import { describe, expect, test } from 'vitest'
import { createAnswer } from '../../../src/chat/answer.ts'
import { openai } from '../../../src/chat/dialects/openai.ts'
import { HARMLESS, play, readAll } from '../../helpers/play.ts'

const event = (value: unknown, type = 'message') => ({ type, data: typeof value === 'string' ? value : JSON.stringify(value), lastEventId: '' })
const choice = (delta: object | null, rest: object = {}) => ({ choices: [{ index: 0, delta, finish_reason: null, ...rest }] })

function read(...chunks: unknown[]) {
  const reader = openai.reader()
  const answer = createAnswer()
  for (const chunk of chunks) for (const delta of [reader(event(chunk))].flat()) answer.add(delta)
  return { ...answer.result(), finished: answer.finished }
}

describe('openai', () => {
  test('requests messages as a stream, a model only where one is named, and any other field', () => {
    const messages = [{ role: 'user', content: 'Hi' }]
    expect(openai.request(messages, {})).toEqual({ json: { messages, stream: true } })
    expect(openai.request(messages, { model: 'm', params: { top_p: 1, stream_options: { include_usage: true } } }))
      .toEqual({ json: { model: 'm', messages, stream: true, top_p: 1, stream_options: { include_usage: true } } })
  })

  test('reads text, the finish reason, usage in a chunk of its own, and the end mark', () => {
    expect(read(choice({ role: 'assistant', content: '' }), choice({ content: 'Hel' }), choice({ content: 'lo' }), choice({}, { finish_reason: 'length' }),
      { choices: [], usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } }, '[DONE]')).toEqual({
      text: 'Hello', reasoning: '', toolCalls: [], finishReason: 'length', rawFinishReason: 'length', finished: true,
      usage: { inputTokens: 3, outputTokens: 2, raw: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } },
    })
  })

  test.each([
    ['reasoning_content, content null', [choice({ reasoning_content: 'hm', content: null }), choice({ content: 'ok', reasoning_content: null })]],
    ['reasoning, repeated in reasoning_details', [choice({ reasoning: 'hm', reasoning_details: [{ text: 'hm' }] }), choice({ content: 'ok' })]],
    ['content in parts', [choice({ reasoning: 'hm' }), choice({ content: [{ type: 'text', text: 'o' }, { type: 'text', text: 'k' }] })]],
  ])('keeps reasoning apart: %s', (_name, chunks) => {
    expect(read(...chunks)).toMatchObject({ text: 'ok', reasoning: 'hm' })
  })

  test('puts tool calls together by their index', () => {
    const call = (index: number, rest: object) => choice({ tool_calls: [{ index, ...rest }] })
    expect(read(
      call(0, { id: 'a', type: 'function', function: { name: 'weather', arguments: '' } }),
      call(1, { id: 'b', function: { name: 'time', arguments: '{' } }),
      call(0, { function: { arguments: '{"city":' } }), call(1, { function: { arguments: '}' } }), call(0, { function: { arguments: '"Paris"}' } }),
      choice({}, { finish_reason: 'tool_calls' }),
    )).toMatchObject({
      toolCalls: [{ id: 'a', name: 'weather', arguments: '{"city":"Paris"}' }, { id: 'b', name: 'time', arguments: '{}' }],
      finishReason: 'tool-calls', rawFinishReason: 'tool_calls',
    })
  })

  test('keeps tool calls apart that share an index', () => {
    const call = (id: string, name: string, json: string) => choice({ tool_calls: [{ index: 0, id, function: { name, arguments: json } }] })
    expect(read(call('a', 'weather', '{"a":1}'), call('b', 'time', '{"b"'), choice({ tool_calls: [{ index: 0, function: { arguments: ':2}' } }] })).toolCalls)
      .toEqual([{ id: 'a', name: 'weather', arguments: '{"a":1}' }, { id: 'b', name: 'time', arguments: '{"b":2}' }])
  })

  test.each([[5], [{ a: 1 }], [[null]], [[{ text: 5 }]]])('takes content %j for no text', content => {
    expect(read(choice({ content, reasoning: content, refusal: content }))).toMatchObject({ text: '', reasoning: '' })
  })

  test.each([
    ['no choices at first (Azure)', { choices: [], prompt_filter_results: [{}] }],
    ['choices null', { choices: null }],
    ['delta null', choice(null)],
    ['an unknown object', { object: 'ping' }],
    ['another choice', { choices: [{ index: 1, delta: { content: 'second' } }] }],
  ])('takes no harm from %s', (_name, chunk) => {
    expect(read(chunk)).toMatchObject({ text: '', finished: false })
  })

  test('reads the text once where it stands twice, a refusal, and completions', () => {
    expect(read(choice({ content: 'a' }, { text: 'a' })).text).toBe('a')
    expect(read(choice({ content: null, refusal: 'No.' })).text).toBe('No.')
    expect(read({ choices: [{ index: 0, text: 'older' }] }).text).toBe('older')
  })

  test.each([
    ['an error', { error: { message: 'Bad', code: 'bad_thing' } }, 'message', 'Bad (bad_thing)'],
    ['an error beside choices', { ...choice({ content: '' }), error: { message: 'Bad', code: 502 } }, 'message', 'Bad (502)'],
    ['an error as text', { error: 'Bad' }, 'message', 'Bad'],
    ['an event named error, in words', 'Overloaded', 'error', 'Overloaded'],
    ['an event named error', { message: 'Bad', type: 'server_error' }, 'error', 'Bad (server_error)'],
  ])("throws %s as the provider's", (_name, chunk, type, message) => {
    expect(() => openai.reader()(event(chunk, type))).toThrow(expect.objectContaining({ code: 'provider', message: `Provider reported an error: ${message}` }))
  })

  test.each(['{"choices":[', '5', 'null', '[]', '{"choices":{}}', '{"choices":[null]}'])('throws the garbage %j', data => {
    expect(() => openai.reader()(event(data))).toThrow(expect.objectContaining({ code: 'dialect', message: `Cannot read the event as openai: ${data}` }))
  })

  test.each(HARMLESS.map(chunk => [JSON.stringify(chunk), chunk]))('takes no harm from %s', (_name, chunk) => {
    expect(play(openai, chunk)).toEqual({ text: '', reasoning: '', toolCalls: [], finished: false })
  })

  test('takes [DONE] for the end mark, also in quotes or between blanks', () => {
    for (const mark of ['[DONE]', '"[DONE]"', ' [DONE] ', '[DONE]\n']) expect(readAll(openai, [mark])).toEqual([{ done: true }])
  })

  test('reads a message that comes whole, and none that repeats what has come', () => {
    const whole = { message: { role: 'assistant', content: 'Hello', reasoning_content: 'hm' } }
    expect(play(openai, { choices: [{ index: 0, ...whole, finish_reason: 'stop' }] })).toMatchObject({
      text: 'Hello', reasoning: 'hm', finishReason: 'stop',
    })
    expect(play(openai,
      { choices: [{ index: 0, ...whole, delta: { role: 'assistant', content: '' }, finish_reason: 'stop' }] }).text).toBe('Hello')
    for (const delta of [{ content: '' }, {}, null, undefined]) {
      expect(play(openai, choice({ content: 'Hel' }), choice({ content: 'lo' }),
        { choices: [{ index: 0, delta, ...whole, finish_reason: 'stop' }] }).text).toBe('Hello')
    }
    const grown = [choice({ content: 'Hel' }, { message: { content: 'Hel' } }),
      choice({ content: 'lo' }, { message: { content: 'Hello' } })]
    expect(play(openai, ...grown).text).toBe('Hello')
  })

  test('takes arguments whole, as an object, or as none', () => {
    const call = (id: string, json: unknown, index?: number) =>
      choice({ tool_calls: [{ index, id, function: { name: 'run', arguments: json } }] })
    expect(play(openai, call('a', '{"n":1}', 0), call('b', { n: 2 }, 1), call('c', '', 2), call('d', undefined, 3),
      call('e', null, 4), choice({}, { finish_reason: 'stop' })))
      .toMatchObject({
        finishReason: 'tool-calls', rawFinishReason: 'stop',
        toolCalls: ['{"n":1}', '{"n":2}', '{}', '{}', '{}']
          .map((json, index) => ({ id: 'abcde'[index], name: 'run', arguments: json })),
      })
  })

  test('tells calls without an index apart by their place, and reads the older function_call', () => {
    const calls = ['a', 'b'].map(id => ({ id, type: 'function', function: { name: id, arguments: '{}' } }))
    expect(play(openai, choice({ tool_calls: calls })).toolCalls.map(({ id }) => id)).toEqual(['a', 'b'])
    expect(play(openai, choice({ function_call: { name: 'run', arguments: '' } }),
      choice({ function_call: { arguments: '{"n":1}' } }), choice({}, { finish_reason: 'function_call' })))
      .toMatchObject({ toolCalls: [{ id: '', name: 'run', arguments: '{"n":1}' }], finishReason: 'tool-calls' })
  })

  test.each([
    ['in a chunk of its own', { choices: [], usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 } }, 3, 4],
    ['where thoughts are part of it',
      { usage: { prompt_tokens: 3, completion_tokens: 9, total_tokens: 12, completion_tokens_details: { reasoning_tokens: 5 } } },
      3, 9],
    ['where thoughts stand beside it (xAI)',
      { usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 12, completion_tokens_details: { reasoning_tokens: 5 } } },
      3, 9],
    ['in x_groq', { choices: [], x_groq: { usage: { prompt_tokens: 3, completion_tokens: 4 } } }, 3, 4],
    ['of nothing', { usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0, completion_tokens_details: null } }, 0, 0],
    ['of the prompt alone', { usage: { prompt_tokens: 3 } }, 3, undefined],
  ])('counts usage %s', (_name, chunk, inputTokens, outputTokens) => {
    expect(play(openai, { usage: { prompt_tokens: 1, completion_tokens: 1 } }, chunk, { usage: null }, { choices: [] }).usage)
      .toEqual({
        ...(inputTokens !== undefined && { inputTokens }), ...(outputTokens !== undefined && { outputTokens }),
        raw: 'x_groq' in chunk ? chunk.x_groq?.usage : chunk.usage,
      })
  })

  test("throws a choice that finishes by error as the provider's", () => {
    expect(() => readAll(openai, [choice({ content: 'Ok' }), choice({}, { finish_reason: 'error' })]))
      .toThrow(expect.objectContaining({ code: 'provider' }))
  })

  test('detects its own', () => {
    expect([choice({}), { error: {} }, '[DONE]'].map(value => openai.detect?.(event(value)))).toEqual([true, true, true])
    expect(openai.detect?.(event('Overloaded', 'error'))).toBe(true)
    expect(['text', '{"type":"message_start"}', 'null'].map(value => openai.detect?.(event(value)))).toEqual([false, false, false])
  })
})
