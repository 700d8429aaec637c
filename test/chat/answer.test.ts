import { describe, expect, test } from 'vitest'
import { createAnswer } from '../../src/chat/answer.ts'
import type { ChatDelta, ToolCallDelta } from '../../src/chat/dialect.ts'

function put(...deltas: ChatDelta[]) {
  const answer = createAnswer()
  for (const delta of deltas) answer.add(delta)
  return answer
}

const calls = (...toolCalls: ToolCallDelta[]): ChatDelta => ({ toolCalls })

describe('createAnswer()', () => {
  test('is empty at first, and says no more than it knows', () => {
    const answer = put()
    expect(answer.result()).toEqual({ text: '', reasoning: '', toolCalls: [] })
    expect([answer.text, answer.finished]).toEqual(['', false])
    expect(put({}, {}).result()).toEqual({ text: '', reasoning: '', toolCalls: [] })
  })

  test('grows by text and reasoning, also by half a character', () => {
    const answer = createAnswer()
    answer.add({ text: 'Hi \ud83d', reasoning: 'h' })
    expect(answer.text).toBe('Hi \ud83d')
    answer.add({ text: '\ude00', reasoning: 'm' })
    expect(answer.text).toBe('Hi 😀')
    expect(answer.result()).toMatchObject({ text: 'Hi 😀', reasoning: 'hm' })
  })

  test.each([[{ done: true }], [{ finished: true }], [{ finishReason: 'stop' }]])('is finished by %j, for good', delta => {
    expect(put(delta, { text: 'more' }).finished).toBe(true)
    expect(put({ done: false, finished: false, finishReason: '' }).finished).toBe(false)
  })

  test('keeps the last finish reason and the last usage', () => {
    expect(put({ finishReason: 'length', usage: { inputTokens: 1, raw: 1 } }, { finishReason: 'stop' },
      { usage: { outputTokens: 2, raw: 2 } }, { text: 'a' }).result())
      .toMatchObject({ finishReason: 'stop', rawFinishReason: 'stop', usage: { outputTokens: 2, raw: 2 } })
    expect(put({ finished: true }).result()).toEqual({ text: '', reasoning: '', toolCalls: [] })
  })

  test('puts calls together by their index, in the order in which they began', () => {
    expect(put(
      calls({ index: 7, id: 'a', name: 'run', arguments: '{' }),
      calls({ index: 2, id: 'b', name: 'stop' }, { index: 7, arguments: '"n":1' }),
      calls({ index: 7, arguments: '}' }, { index: 2, arguments: '{}' }),
    ).result().toolCalls).toEqual([{ id: 'a', name: 'run', arguments: '{"n":1}' }, { id: 'b', name: 'stop', arguments: '{}' }])
  })

  test('takes another id for another call, and the same id or none for the same', () => {
    expect(put(
      calls({ index: 0, id: 'a', name: 'run', arguments: '{"n"' }), calls({ index: 0, id: 'a', arguments: ':1}' }),
      calls({ index: 0, id: 'b', name: 'run' }), calls({ index: 0, arguments: '{}' }),
    ).result().toolCalls).toEqual([{ id: 'a', name: 'run', arguments: '{"n":1}' }, { id: 'b', name: 'run', arguments: '{}' }])
  })

  test('takes an id and a name once, whenever they come', () => {
    expect(put(calls({ index: 0, arguments: '{' }), calls({ index: 0, id: 'a' }),
      calls({ index: 0, name: 'run', arguments: '}' }), calls({ index: 0, name: 'run' })).result().toolCalls)
      .toEqual([{ id: 'a', name: 'run', arguments: '{}' }])
  })

  test('takes no arguments for an empty object where the answer is whole, and for none where it is not', () => {
    expect(put(calls({ index: 0, id: 'a', name: 'run' }), { finishReason: 'tool_calls' }).result().toolCalls)
      .toEqual([{ id: 'a', name: 'run', arguments: '{}' }])
    expect(put(calls({ index: 0, id: 'a', name: 'run' })).result().toolCalls).toEqual([{ id: 'a', name: 'run', arguments: '' }])
  })

  test('leaves out what the server runs, whenever it says so', () => {
    const run = { index: 0, id: 'a', name: 'run', arguments: '{}' }
    expect(put(calls({ ...run, executed: true }, { index: 1, id: 'b', name: 'ask' })).result().toolCalls)
      .toEqual([{ id: 'b', name: 'ask', arguments: '' }])
    expect(put(calls(run), calls({ index: 0, executed: true }), { finishReason: 'stop' }).result()).toMatchObject({
      toolCalls: [], finishReason: 'stop',
    })
    expect(put(calls({ ...run, executed: true }), calls({ index: 0, executed: false })).result().toolCalls).toEqual([])
  })

  test.each([
    ['stop', 'tool-calls'], ['end_turn', 'tool-calls'], ['tool_use', 'tool-calls'], ['length', 'length'],
    ['SAFETY', 'content-filter'], ['new', 'other'],
  ])(
    'calls an answer with calls that ends by %s: %s', (raw, reason) => {
      expect(put(calls({ index: 0, name: 'run' }), { finishReason: raw }).result()).toMatchObject({
        finishReason: reason, rawFinishReason: raw,
      })
    })

  test('gives results that do not change', () => {
    const answer = put(calls({ index: 0, id: 'a', name: 'run', arguments: '{' }))
    const before = answer.result()
    answer.add(calls({ index: 0, arguments: '}' }))
    answer.add({ text: 'a' })
    expect(before).toEqual({ text: '', reasoning: '', toolCalls: [{ id: 'a', name: 'run', arguments: '{' }] })
  })
})
