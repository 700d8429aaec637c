import { describe, expect, test } from 'vitest'
import { agUi } from '../../../src/chat/dialects/ag-ui.ts'
import { event, HARMLESS, play, readAll } from '../../helpers/play.ts'

const content = (messageId: string, delta: string) => ({ type: 'TEXT_MESSAGE_CONTENT', messageId, delta })
const start = (messageId: string, role?: string) => ({ type: 'TEXT_MESSAGE_START', messageId, role })
const tool = (type: string, toolCallId: string, fields: object = {}) => ({ type: `TOOL_CALL_${type}`, toolCallId, ...fields })
const finish = { type: 'RUN_FINISHED', threadId: 't', runId: 'r' }

describe('agUi', () => {
  test('requests a run', () => {
    const { json } = agUi.request([{ role: 'system', content: 'Be brief' }, { role: 'user', content: 'Hi' }],
      { model: 'm', params: { threadId: 'mine', state: { n: 1 } } })
    expect(json).toEqual({
      threadId: 'mine', runId: expect.any(String) as string, tools: [], context: [], state: { n: 1 },
      forwardedProps: { model: 'm' },
      messages: [
        { id: expect.any(String) as string, role: 'system', content: 'Be brief' },
        { id: expect.any(String) as string, role: 'user', content: 'Hi' },
      ],
    })
    const other = agUi.request([], {}).json as { threadId: string; runId: string }
    expect(other.threadId).not.toBe(other.runId)
    expect(other).toMatchObject({ messages: [], forwardedProps: {} })
  })

  test("takes the assistant's text, and nobody else's", () => {
    expect(play(agUi,
      start('u', 'user'), content('u', 'No'), start('d', 'developer'), start('m', 'assistant'), content('m', 'O'),
      content('d', 'No'), content('m', 'k'),
      { type: 'TEXT_MESSAGE_END', messageId: 'm' }, start('n'), content('n', '!'), content('unannounced', '?'),
    )).toMatchObject({ text: 'Ok!?' })
  })

  test('takes chunks, which name their message once', () => {
    const chunk = (fields: object) => ({ type: 'TEXT_MESSAGE_CHUNK', ...fields })
    expect(play(agUi,
      chunk({ messageId: 'm', role: 'assistant', delta: 'O' }), chunk({ delta: 'k' }),
      chunk({ messageId: 'u', role: 'user', delta: 'No' }), chunk({ delta: 'No' }),
      chunk({ messageId: 'm', delta: '!' }), chunk({ delta: '?' }), chunk({}),
    ).text).toBe('Ok!?')
  })

  test('takes thoughts under both names, and what an agent makes another one say', () => {
    expect(play(agUi,
      { type: 'REASONING_MESSAGE_CONTENT', messageId: 'r', delta: 'a' }, { type: 'REASONING_MESSAGE_CHUNK', delta: 'b' },
      { type: 'THINKING_TEXT_MESSAGE_CONTENT', delta: 'c' }, { ...content('s', 'd'), subagentRunId: 'x' },
      { type: 'REASONING_ENCRYPTED_VALUE', encryptedValue: 'No' }, content('m', 'Ok'),
    )).toMatchObject({ text: 'Ok', reasoning: 'abcd' })
  })

  test('puts calls together, by their id, or by the last one where a chunk has none', () => {
    expect(play(agUi,
      tool('START', 'a', { toolCallName: 'run', parentMessageId: 'm' }), tool('START', 'b', { toolCallName: 'stop' }),
      tool('ARGS', 'a', { delta: '{"n"' }), tool('ARGS', 'b', { delta: '{}' }), tool('ARGS', 'a', { delta: ':1}' }),
      tool('END', 'a'), tool('END', 'b'),
      { type: 'TOOL_CALL_CHUNK', toolCallId: 'c', toolCallName: 'go', delta: '{"n"' }, { type: 'TOOL_CALL_CHUNK', delta: ':2}' },
      tool('START', 'd', { toolCallName: 'none' }), tool('END', 'd'), finish,
    ).toolCalls).toEqual([
      { id: 'a', name: 'run', arguments: '{"n":1}' }, { id: 'b', name: 'stop', arguments: '{}' },
      { id: 'c', name: 'go', arguments: '{"n":2}' },
      { id: 'd', name: 'none', arguments: '{}' },
    ])
  })

  test('leaves out the calls whose result comes too, also of a call that came before', () => {
    expect(play(agUi,
      tool('RESULT', 'earlier', { messageId: 'x', content: 'No', role: 'tool' }), tool('START', 'a', { toolCallName: 'run' }),
      tool('ARGS', 'a', { delta: '{}' }), tool('END', 'a'),
      tool('RESULT', 'a', { messageId: 'y', content: 'No' }), content('m', 'Ok'), tool('START', 'b', { toolCallName: 'ask' }),
      finish,
    )).toMatchObject({ text: 'Ok', toolCalls: [{ id: 'b', name: 'ask', arguments: '{}' }] })
  })

  test.each([
    [{}, undefined, undefined], [{ outcome: { type: 'success' } }, 'stop', 'success'],
    [{ outcome: { type: 'interrupt', interrupts: [] } }, 'other', 'interrupt'],
    [{ result: { text: 'No' } }, undefined, undefined],
  ])('is whole by RUN_FINISHED: %j', (fields, reason, raw) => {
    const { finishReason, rawFinishReason, finished, text } = play(agUi, content('m', 'Ok'), { ...finish, ...fields })
    expect([finishReason, rawFinishReason, finished, text]).toEqual([reason, raw, true, 'Ok'])
  })

  test('is not whole where the run was cancelled', () => {
    expect(play(agUi, content('m', 'Ok'), { ...finish, outcome: { type: 'cancelled' } })).toEqual({
      text: 'Ok', reasoning: '', toolCalls: [], finished: false,
    })
  })

  test("counts all models' tokens", () => {
    const usage = [{ inputTokens: 3, outputTokens: 4 }, { inputTokens: 5 }, { outputTokens: 1, totalTokens: 1 }]
    expect(play(agUi, { ...finish, usage }).usage).toEqual({ inputTokens: 8, outputTokens: 5, raw: usage })
    expect(play(agUi, finish)).not.toHaveProperty('usage')
  })

  test.each([
    [{ type: 'RUN_ERROR', message: 'The agent is gone', code: 'GONE' }, 'The agent is gone (GONE)'],
    [{ type: 'RUN_ERROR', message: 'The agent is gone' }, 'The agent is gone'], [event('Overloaded', 'error'), 'Overloaded'],
  ])("throws the server's error: %j", (failure, message) => {
    expect(() => readAll(agUi, [content('m', 'Ok'), failure])).toThrow(expect.objectContaining({
      code: 'provider', message: `Provider reported an error: ${message}`,
    }))
  })

  test.each([
    ...HARMLESS, { type: 'STATE_DELTA', delta: [{ op: 'add', path: '/x', value: 'No' }] },
    { type: 'CUSTOM', name: 'x', value: 'No' }, { type: 'RAW', event: { delta: 'No' } },
    { type: 'MESSAGES_SNAPSHOT', messages: [{ id: 'm', role: 'assistant', content: 'No' }] },
    { type: 'ACTIVITY_DELTA', messageId: 'm', patch: [] },
    { type: 'STEP_STARTED', stepName: 'No' }, { type: 'NEW_KIND', delta: 'No' },
  ].map(chunk => [JSON.stringify(chunk), chunk]))('takes no harm from %s', (_name, chunk) => {
    expect(play(agUi, chunk)).toEqual({ text: '', reasoning: '', toolCalls: [], finished: false })
  })

  test.each([
    'text', '[]', '{"type":"RUN_FINISHED","usage":{}}', '{"type":"RUN_FINISHED","usage":[null]}',
  ])('throws the garbage %s', data => {
    expect(() => readAll(agUi, [data])).toThrow(expect.objectContaining({
      code: 'dialect', message: `Cannot read the event as agUi: ${data}`,
    }))
  })
})
