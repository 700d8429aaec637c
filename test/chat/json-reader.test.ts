import { describe, expect, test } from 'vitest'
import type { ChatDelta } from '../../src/chat/dialect.ts'
import { isEndMark, jsonReader, objectOf, typeOf, type DeltaDraft } from '../../src/chat/json-reader.ts'
import { textOf } from '../../src/json.ts'
import { StreamError } from '../../src/errors.ts'
import { event } from '../helpers/play.ts'

/** What a reader makes of a draft. */
const tidied = (draft: DeltaDraft | DeltaDraft[]): ChatDelta | ChatDelta[] => jsonReader('haiku', () => draft)(event({}))
const untyped = (draft: object) => tidied(draft)

describe('jsonReader()', () => {
  test('reads what an object adds, and hands over the event', () => {
    const read = jsonReader<{ words?: string; last?: boolean }>('haiku',
      ({ words, last }, { type }) => ({ text: words, reasoning: type, done: last }))
    expect(read(event({ words: 'Old pond', last: false }, 'line'))).toEqual({ text: 'Old pond', reasoning: 'line' })
    expect(read(event({ last: true }))).toEqual({ reasoning: 'message', done: true })
  })

  test('leaves out what is empty, but no 0', () => {
    expect(tidied({ text: '', reasoning: null, toolCalls: [], finishReason: null, usage: { inputTokens: 3, raw: undefined },
      done: false, finished: false })).toEqual({})
    expect(tidied({})).toEqual({})
    expect(tidied({
      usage: { inputTokens: 0, outputTokens: null, raw: { a: 1 } },
      toolCalls: [{ index: 0, id: null, name: '', arguments: undefined, executed: false }],
    }))
      .toEqual({ usage: { inputTokens: 0, raw: { a: 1 } }, toolCalls: [{ index: 0 }] })
    expect(tidied({ toolCalls: undefined, text: undefined })).toEqual({})
  })

  test('takes texts out of parts, and none out of anything else', () => {
    expect(tidied({ text: ['No', { text: 'O' }, null, 5, { text: [{ text: 'k' }] }, {}], reasoning: [] })).toEqual({ text: 'Ok' })
    for (const value of [5, 0, true, {}, { text: 'No' }, [[]], [null],
      null]) expect(untyped({ text: value, reasoning: value, finishReason: value })).toEqual({})
  })

  test('makes JSON text of arguments that are none', () => {
    const json = (value: unknown) => tidied({ toolCalls: [{ index: 1, arguments: value }] })
    expect(json('{"n":')).toEqual({ toolCalls: [{ index: 1, arguments: '{"n":' }] })
    expect(json({ n: 1 })).toEqual({ toolCalls: [{ index: 1, arguments: '{"n":1}' }] })
    expect(json([])).toEqual({ toolCalls: [{ index: 1, arguments: '[]' }] })
    for (const none of [undefined, null, '']) expect(json(none)).toEqual({ toolCalls: [{ index: 1 }] })
  })

  test('leaves out what is of a wrong type', () => {
    expect(untyped({ usage: { inputTokens: '3', outputTokens: { n: 1 }, raw: { a: 1 } } })).toEqual({ usage: { raw: { a: 1 } } })
    expect(untyped({ toolCalls: [{ index: 0, id: 5, name: ['a'], executed: 'no' }] })).toEqual({ toolCalls: [{ index: 0 }] })
    expect(untyped({ finished: 'yes', done: 1 })).not.toMatchObject({ done: 1 })
  })

  test('gives many deltas for many drafts', () => {
    expect(tidied([{ text: 'a' }, {}, { text: ['No'], done: true }])).toEqual([{ text: 'a' }, {}, { done: true }])
    expect(tidied([])).toEqual([])
  })

  test('takes blank data for nothing, and [DONE] for the end, without asking', () => {
    const read = jsonReader('haiku', () => {
      throw new Error('Asked')
    })
    for (const data of ['', ' ', '\n\t ']) expect(read(event(data))).toEqual({})
    for (const data of ['[DONE]', '"[DONE]"', ' [DONE]\n']) expect(read(event(data))).toEqual({ done: true })
  })

  test.each([
    [{ error: { message: 'Bad', code: 'bad' } }, 'Bad (bad)'],
    [{ error: { message: 'Bad', type: 'bad_type', code: null } }, 'Bad (bad_type)'],
    [{ error: { message: 'Bad', status: 'UNAVAILABLE' } }, 'Bad (UNAVAILABLE)'], [{ error: 'Bad' }, 'Bad'],
    [{ error: true }, 'true'], [{ error: 5 }, '5'],
    [{ error: { detail: 'Bad' } }, '{"detail":"Bad"}'], [{ error: {} }, '{}'], [{ error: { message: '' } }, '{"message":""}'],
    [{ error: { message: { deep: 1 } } }, '{"message":{"deep":1}}'], [{ error: ['Bad'] }, 'Bad'],
    [{ type: 'error', message: 'Bad', code: 7 }, 'Bad (7)'], [{ type: 'error', errorText: 'Bad' }, 'Bad'],
    [{ type: 'error' }, '{"type":"error"}'],
    [{ type: 'error', error: { message: 'x'.repeat(300) } }, 'x'.repeat(300)],
    [{ error: 'x'.repeat(300) }, `${'x'.repeat(200)}…`],
  ])("throws %j as the provider's error", (value, message) => {
    const failure = event(value)
    expect(() => jsonReader('haiku', () => ({ text: 'No' }))(failure)).toThrow(expect.objectContaining({
      name: 'StreamError', code: 'provider', message: `Provider reported an error: ${message}`, event: failure,
    }))
  })

  test.each([
    ['Overloaded', 'Overloaded'], ['{"message":"Bad"}', 'Bad'], ['{"oops', '{"oops'], ['5', '5'], ['["Bad"]', 'Bad'],
    ['null', 'null'], ['"Bad"', 'Bad'],
  ])("throws an event named error as the provider's: %s", (data, message) => {
    expect(() => jsonReader('haiku', () => ({ text: 'No' }))(event(data, 'error'))).toThrow(expect.objectContaining({
      code: 'provider', message: `Provider reported an error: ${message}`,
    }))
  })

  test.each([null, '', false, 0])('takes the error %j for none', error => {
    expect(jsonReader<{ text: string }>('haiku', ({ text }) => ({ text }))(event({ error, text: 'Ok' }))).toEqual({ text: 'Ok' })
  })

  test.each([
    'text', '5', 'null', '[]', '[{}]', '"text"', '{', 'true',
  ])('throws %s, unless its event has a name of its own', data => {
    const read = jsonReader('haiku', () => ({ text: 'No' }))
    const unnamed = event(data)
    expect(() => read(unnamed)).toThrow(expect.objectContaining({
      name: 'StreamError', code: 'dialect', message: `Cannot read the event as haiku: ${data}`, event: unnamed,
    }))
    expect(read(event(data, 'progress'))).toEqual({})
  })

  test('throws what the reader stumbles over, with the cause, and its own errors as they are', () => {
    const cause = new TypeError('Of null')
    const own = new StreamError('provider', 'Mine')
    const thrown = (error: Error) => {
      try {
        jsonReader('haiku', () => {
          throw error
        })(event({}))
      } catch (caught) {
        return caught
      }
      return undefined
    }
    expect(thrown(cause)).toMatchObject({ code: 'dialect', message: 'Cannot read the event as haiku: {}', cause })
    expect(thrown(own)).toBe(own)
  })

  test('throws a StreamError where a draft makes no sense', () => {
    for (const draft of [null, undefined, { toolCalls: [null] }, [null]]) {
      expect(() => jsonReader('haiku', () => draft as never)(event({}))).toThrow(expect.objectContaining({
        name: 'StreamError', code: 'dialect',
      }))
    }
  })

  test('shows no more of an event than one reads', () => {
    expect(() => jsonReader('haiku', () => ({}))(event('x'.repeat(10_000)))).toThrow(expect.objectContaining({
      message: `Cannot read the event as haiku: ${'x'.repeat(200)}…`,
    }))
  })
})

test('isEndMark() knows the mark in its forms', () => {
  for (const data of ['[DONE]', '"[DONE]"', ' [DONE] ', '[DONE]\n']) expect(isEndMark(event(data)), data).toBe(true)
  for (const data of ['', 'DONE', '[done]', '[DONE] ok', '{"data":"[DONE]"}', '[[DONE]]',
    '["DONE"]']) expect(isEndMark(event(data)), data).toBe(false)
})

test('objectOf() gives the object of an event, and an empty one for anything else', () => {
  expect(objectOf(event({ a: 1 }))).toEqual({ a: 1 })
  for (const data of ['', 'text', '{', '[]', '[{"a":1}]', 'null', '5']) expect(objectOf(event(data)), data).toEqual({})
})

test("typeOf() gives the object's type, else the event's name", () => {
  expect(typeOf(event({ type: 'a' }, 'b'))).toBe('a')
  for (const value of [{ type: '' }, { type: 5 }, { type: null }, {}, 'text', '[]']) expect(typeOf(event(value, 'b'))).toBe('b')
})

test('textOf() gives a text, or the texts of parts', () => {
  expect(['a', '', [{ text: 'a' }, { text: 'b' }], [], [null, 'a', { text: 5 }]].map(content => textOf(content))).toEqual(['a', '', 'ab', '', ''])
  expect(textOf([{ thinking: 'a', text: 'No' }, { thinking: [{ text: 'b' }] }, 'No', null], 'thinking')).toBe('ab')
  expect([null, undefined, 5, {}, { text: 'a' }, true].map(content => textOf(content))).toEqual(['', '', '', '', '', ''])
})
