import { describe, expect, test, vi } from 'vitest'
import type { ChatMessage, Dialect } from '../../src/chat/dialect.ts'
import { openai } from '../../src/chat/dialects/openai.ts'
import { layHeaders, shapeRequest, toMessages } from '../../src/chat/request.ts'
import type { FetchEventsInit } from '../../src/connection/request.ts'

const attempt = { attempt: 1, lastEventId: '' }

/** What a headers option comes to. */
async function ask(headers: FetchEventsInit['headers'], at = attempt) {
  return Object.fromEntries(new Headers(typeof headers === 'function' ? await headers(at) : headers))
}

const messages: ChatMessage[] = [{ role: 'system', content: 'Be brief' }, { role: 'user', content: 'Why?' }]

describe('toMessages()', () => {
  test("takes a text for the user's words, an empty one too", () => {
    expect(toMessages('Why?')).toEqual([{ role: 'user', content: 'Why?' }])
    expect(toMessages('')).toEqual([{ role: 'user', content: '' }])
  })

  test('takes messages as they are, in a list of its own', () => {
    const list = toMessages(messages)
    expect(list).toEqual(messages)
    expect(list).not.toBe(messages)
    expect(toMessages(Object.freeze([]))).toEqual([])
    expect(toMessages(Object.freeze([...messages]))).toEqual(messages)
  })

  test.each([undefined, null, 5, true, {}, messages[0], new Set(messages), new String('Why?')])('refuses %s', prompt => {
    const error = new TypeError(`Cannot send the prompt: neither a text nor messages: ${String(prompt)}`)
    expect(() => toMessages(prompt as never)).toThrow(error)
  })
})

describe('layHeaders()', () => {
  const forms: [string, (headers: Record<string, string>) => FetchEventsInit['headers']][] = [
    ['an object', headers => headers],
    ['Headers', headers => new Headers(headers)],
    ['an array', headers => Object.entries(headers)],
    ['a function', headers => () => headers],
    ['an async function', headers => () => Promise.resolve(Object.entries(headers))],
  ]
  const pairs = forms.flatMap(([below, makeBelow]) => forms.map(([above, makeAbove]) => ({ below, above, makeBelow, makeAbove })))

  test.each(pairs)('lays $above over $below', async ({ makeBelow, makeAbove }) => {
    const laid = layHeaders(makeBelow({ 'X-Below': '1', 'X-Both': '1' }), makeAbove({ 'x-above': '2', 'x-BOTH': '2' }))
    expect(await ask(laid)).toEqual({ 'x-below': '1', 'x-both': '2', 'x-above': '2' })
  })

  test('takes undefined for no headers, on either side', async () => {
    expect(await ask(layHeaders(undefined, { 'x-a': '1' }))).toEqual({ 'x-a': '1' })
    expect(await ask(layHeaders({ 'x-a': '1' }, undefined))).toEqual({ 'x-a': '1' })
    expect(await ask(layHeaders({ 'x-a': '1' }, () => undefined as never))).toEqual({ 'x-a': '1' })
    expect(await ask(layHeaders(undefined, undefined))).toEqual({})
  })

  test('keeps several values of a name, and lays all of them over those below', async () => {
    const below: [string, string][] = [['x-a', '1'], ['x-a', '2'], ['x-b', '1'], ['x-b', '2']]
    const above: [string, string][] = [['x-b', '3'], ['x-b', '4']]
    expect(await ask(layHeaders(below, above))).toEqual({ 'x-a': '1, 2', 'x-b': '3, 4' })
  })

  test('asks the functions anew at every attempt, and changes nothing that it is given', async () => {
    const below = new Headers({ 'x-a': '1' })
    const above = vi.fn((at: { attempt: number }) => ({ 'x-a': String(at.attempt * 10) }))
    const laid = layHeaders(below, above)
    expect(above).not.toHaveBeenCalled()
    expect(await ask(laid)).toEqual({ 'x-a': '10' })
    expect(await ask(laid, { attempt: 2, lastEventId: '7' })).toEqual({ 'x-a': '20' })
    expect(above).toHaveBeenLastCalledWith({ attempt: 2, lastEventId: '7' })
    expect(below.get('x-a')).toBe('1')
  })

  test('can be laid over others again', async () => {
    const laid = layHeaders({ 'x-a': '1', 'x-b': '1', 'x-c': '1' }, layHeaders({ 'x-b': '2', 'x-c': '2' }, { 'x-c': '3' }))
    expect(await ask(laid)).toEqual({ 'x-a': '1', 'x-b': '2', 'x-c': '3' })
  })

  test('rejects with what a function throws, and for what are no headers', async () => {
    const error = new Error('No token')
    const fail = () => {
      throw error
    }
    await expect(ask(layHeaders({ 'x-a': '1' }, fail))).rejects.toBe(error)
    await expect(ask(layHeaders(fail, { 'x-a': '1' }))).rejects.toBe(error)
    await expect(ask(layHeaders({ 'x-a': '1' }, { 'no name': '1' }))).rejects.toBeInstanceOf(TypeError)
    await expect(ask(layHeaders({ 'x-a': '文' }, undefined))).rejects.toBeInstanceOf(TypeError)
  })
})

describe('shapeRequest()', () => {
  const dialect: Dialect = {
    name: 'mine',
    reader: () => () => ({}),
    request: (list, options) => ({ json: { list, ...options }, headers: { 'x-a': 'mine' } }),
  }

  test("is the dialect's, with the model and the params", async () => {
    const { headers, ...rest } = shapeRequest(messages, { model: 'small', params: { n: 1 }, headers: { 'x-b': '1' } }, dialect)
    expect(rest).toEqual({ method: 'POST', json: { list: messages, model: 'small', params: { n: 1 } } })
    expect(await ask(headers)).toEqual({ 'x-a': 'mine', 'x-b': '1' })
    expect(shapeRequest(messages, {}, openai)).toEqual({ method: 'POST', json: { messages, stream: true } })
  })

  test('is what request() makes of the messages, with no headers of the dialect', () => {
    const options = { request: ([first]: ChatMessage[]) => first?.content, headers: { 'x-b': '1' } }
    expect(shapeRequest('Why?', options, dialect)).toEqual({ method: 'POST', json: 'Why?' })
    expect(shapeRequest('Why?', { request: () => null }, dialect)).toEqual({ method: 'POST', json: null })
  })

  test('gives request() a list of its own', () => {
    const list = [...messages]
    shapeRequest(list, { request: given => given.splice(0) }, dialect)
    expect(list).toEqual(messages)
  })

  test("is the caller's where they give a body, json or a method without one", () => {
    for (const options of [{ body: 'text' }, { json: 0 }, { json: null }]) {
      expect(shapeRequest('Why?', options, dialect)).toEqual({ method: 'POST' })
    }
    for (const method of ['GET', 'get', 'HEAD']) expect(shapeRequest('Why?', { method }, dialect)).toEqual({ method })
    expect(shapeRequest('Why?', { method: 'PUT' }, dialect)).toMatchObject({ method: 'PUT', json: {} })
  })

  test('refuses a prompt that is none, and a request that is nothing', () => {
    expect(() => shapeRequest(5 as never, {}, dialect)).toThrow('Cannot send the prompt: neither a text nor messages: 5')
    const nothing = { request: () => undefined }
    expect(() => shapeRequest('Why?', nothing, dialect)).toThrow('Cannot send the prompt: request() gave undefined')
    const silent = { ...dialect, request: () => ({ json: undefined }) }
    expect(() => shapeRequest('Why?', {}, silent)).toThrow('Cannot send the prompt: mine gave undefined')
  })
})
