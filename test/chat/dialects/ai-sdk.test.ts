import { describe, expect, test } from 'vitest'
import { aiSdk } from '../../../src/chat/dialects/ai-sdk.ts'
import { event, HARMLESS, play, readAll } from '../../helpers/play.ts'

const say = (delta: string) => ({ type: 'text-delta', id: 't', delta })
const tool = (type: string, toolCallId: string, fields: object = {}) => ({ type: `tool-${type}`, toolCallId, ...fields })
const piece = (toolCallId: string, inputTextDelta: string) => tool('input-delta', toolCallId, { inputTextDelta })
const finish = { type: 'finish', finishReason: 'stop' }

describe('aiSdk', () => {
  test('requests what useChat does', () => {
    const { json } = aiSdk.request([{ role: 'system', content: 'Be brief' }, { role: 'user', content: 'Hi' }],
      { model: 'm', params: { id: 'mine', extra: 1 } })
    expect(json).toEqual({
      id: 'mine', extra: 1, model: 'm', trigger: 'submit-message', messages: [
        { id: expect.any(String) as string, role: 'system', parts: [{ type: 'text', text: 'Be brief' }] },
        { id: expect.any(String) as string, role: 'user', parts: [{ type: 'text', text: 'Hi' }] },
      ],
    })
    const { messages } = json as { messages: { id: string }[] }
    expect(new Set(messages.map(({ id }) => id)).size).toBe(2)
    expect(JSON.stringify(aiSdk.request([], {}).json)).toMatch(/^\{"id":"[^"]+","messages":\[\],"trigger":"submit-message"\}$/)
  })

  test('takes text and thoughts, and no data for text', () => {
    expect(play(aiSdk, { type: 'start' }, { type: 'reasoning-delta', id: 'r', delta: 'hm' }, say('O'),
      { type: 'data-note', data: { delta: 'No' }, delta: 'No' }, { type: 'source-url', url: 'https://no.example' },
      { type: 'file', url: 'data:,No' }, say('k'), finish,
    )).toEqual({ text: 'Ok', reasoning: 'hm', toolCalls: [], finishReason: 'stop', rawFinishReason: 'stop', finished: true })
  })

  test('takes the arguments as the server read them, not as the model wrote them', () => {
    expect(play(aiSdk,
      tool('input-start', 'a', { toolName: 'run' }), piece('a', '{"n": 1,'), piece('a', '}'),
      tool('input-available', 'a', { toolName: 'run', input: { n: 1 } }),
      tool('input-available', 'b', { toolName: 'unannounced', input: [1] }), tool('input-available', 'c', { toolName: 'none' }),
      tool('input-available', 'd', { toolName: 'text', input: 'words' }),
      tool('input-available', 'e', { toolName: 'no', input: false }), finish,
    )).toMatchObject({
      finishReason: 'tool-calls',
      toolCalls: [
        { id: 'a', name: 'run', arguments: '{"n":1}' }, { id: 'b', name: 'unannounced', arguments: '[1]' },
        { id: 'c', name: 'none', arguments: '{}' },
        { id: 'd', name: 'text', arguments: '"words"' }, { id: 'e', name: 'no', arguments: 'false' },
      ],
    })
  })

  test('takes the arguments as the model wrote them where the server never says that they are whole', () => {
    expect(play(aiSdk, tool('input-start', 'a', { toolName: 'run' }), piece('a', '{"n"'),
      tool('input-start', 'b', { toolName: 'none' }), piece('a', ':1}'), finish).toolCalls)
      .toEqual([{ id: 'a', name: 'run', arguments: '{"n":1}' }, { id: 'b', name: 'none', arguments: '{}' }])
    expect(play(aiSdk, tool('input-start', 'a', { toolName: 'run' }), piece('a', '{"n"'))).toMatchObject({
      toolCalls: [{ arguments: '' }], finished: false,
    })
  })

  test('keeps the pieces that come before a call is announced', () => {
    expect(play(aiSdk, piece('a', '{"n"'), tool('input-start', 'a', { toolName: 'run' }), piece('a', ':1}'), finish)).toMatchObject({
      toolCalls: [{ id: 'a', name: 'run', arguments: '{"n":1}' }],
    })
  })

  test('keeps the pieces of calls apart that come at once', () => {
    expect(play(aiSdk,
      tool('input-start', 'a', { toolName: 'first' }), tool('input-start', 'b', { toolName: 'second' }), piece('b', '{"b"'),
      piece('a', '{"a"'), piece('b', ':2}'), piece('a', ':1}'),
      tool('input-available', 'b', { toolName: 'second', input: { b: 2 } }), finish,
    ).toolCalls).toEqual([{ id: 'a', name: 'first', arguments: '{"a":1}' }, { id: 'b', name: 'second', arguments: '{"b":2}' }])
  })

  test.each([
    ['runs by itself', [
      tool('input-start', 'a', { toolName: 'run', providerExecuted: true }),
      tool('input-available', 'a', { input: {}, providerExecuted: true }),
    ]],
    ['has run', [tool('input-available', 'a', { toolName: 'run', input: {} }), tool('output-available', 'a', { output: 'Ok' })]],
    ['failed to run',
      [tool('input-available', 'a', { toolName: 'run', input: {} }), tool('output-error', 'a', { errorText: 'No' })]],
    ['was not allowed to run', [tool('input-available', 'a', { toolName: 'run', input: {} }), tool('output-denied', 'a')]],
    ['runs when the user agrees',
      [tool('input-available', 'a', { toolName: 'run', input: {} }), tool('approval-request', 'a', { approvalId: 'x' })]],
    ['found wrong', [
      tool('input-start', 'a', { toolName: 'run' }), piece('a', '{oops'),
      tool('input-error', 'a', { input: '{oops', errorText: 'No' }),
    ]],
  ])('leaves out a call that the server %s', (_name, events) => {
    expect(play(aiSdk, ...events, say('Ok'), finish)).toMatchObject({ text: 'Ok', toolCalls: [], finishReason: 'stop' })
  })

  test('is whole when it finishes, with or without a reason, and by the end mark', () => {
    expect(readAll(aiSdk, [{ type: 'finish' }, '[DONE]'])).toEqual([{ finished: true }, { done: true }])
    expect(readAll(aiSdk, [{ type: 'finish', finishReason: 'length' }])).toEqual([{ finishReason: 'length' }])
    expect(play(aiSdk, { type: 'finish-step' })).toMatchObject({ finished: false })
  })

  test('is not whole when the server aborted it, whatever it says then', () => {
    expect(play(aiSdk, say('O'), { type: 'abort' }, say('k'), { type: 'finish' }, '[DONE]')).toMatchObject({
      text: 'O', finished: false,
    })
  })

  test.each([
    [{ type: 'error', errorText: 'An error occurred.' }, 'message', 'An error occurred.'], ['Overloaded', 'error', 'Overloaded'],
    [{ error: { message: 'Gone', code: 410 } }, 'message', 'Gone (410)'],
  ])("throws the server's error: %j", (value, type, message) => {
    expect(() => readAll(aiSdk, [say('Ok'), event(value, type)])).toThrow(expect.objectContaining({
      code: 'provider', message: `Provider reported an error: ${message}`,
    }))
  })

  test.each([
    ...HARMLESS, { type: 'start', messageId: 'm', messageMetadata: { delta: 'No' } }, { type: 'text-start', id: 't' },
    { type: 'text-end', id: 't' },
    { type: 'message-metadata', messageMetadata: {} }, { type: 'custom', kind: 'x.y', delta: 'No' }, { type: 'text', text: 'No' },
  ].map(chunk => [JSON.stringify(chunk), chunk]))('takes no harm from %s', (_name, chunk) => {
    expect(play(aiSdk, chunk)).toEqual({ text: '', reasoning: '', toolCalls: [], finished: false })
  })

  test.each(['0:"text"', '[]', '{"type":"text-delta"', '5'])('throws the garbage %s', data => {
    expect(() => readAll(aiSdk, [data])).toThrow(expect.objectContaining({
      code: 'dialect', message: `Cannot read the event as aiSdk: ${data}`,
    }))
  })
})
