import { describe, expect, test } from 'vitest'
import { gemini } from '../../../src/chat/dialects/gemini.ts'
import { event, HARMLESS, play, readAll } from '../../helpers/play.ts'

const parts = (...list: object[]) => ({ candidates: [{ content: { role: 'model', parts: list }, index: 0 }] })
const call = (functionCall: object) => parts({ functionCall })
const piece = (jsonPath: string, rest: object) => call({ partialArgs: [{ jsonPath, ...rest }], willContinue: true })
const end = (finishReason: string) => ({ candidates: [{ finishReason, index: 0 }] })

/** The arguments that the pieces make. */
function argumentsOf(...pieces: object[]): unknown {
  const { toolCalls } = play(gemini, call({ name: 'run', willContinue: true }), ...pieces, call({}), end('STOP'))
  expect(toolCalls).toHaveLength(1)
  return JSON.parse(toolCalls[0]?.arguments ?? '')
}

describe('gemini', () => {
  test('requests contents by its own roles, and the system messages apart', () => {
    expect(gemini.request([
      { role: 'system', content: 'Be brief' }, { role: 'user', content: 'Hi' }, { role: 'assistant', content: 'Yes?' },
      { role: 'user', content: 'Why?' }, { role: 'system', content: 'Be kind' },
    ], { model: 'in the URL', params: { generationConfig: { temperature: 0 } } })).toEqual({
      json: {
        contents: [
          { role: 'user', parts: [{ text: 'Hi' }] }, { role: 'model', parts: [{ text: 'Yes?' }] },
          { role: 'user', parts: [{ text: 'Why?' }] },
        ],
        systemInstruction: { parts: [{ text: 'Be brief\n\nBe kind' }] },
        generationConfig: { temperature: 0 },
      },
    })
    expect(gemini.request([{ role: 'user', content: 'Hi' }], { params: { contents: [] } })).toEqual({ json: { contents: [] } })
  })

  test('takes the text and the thoughts of all parts, and of none but the first candidate', () => {
    expect(play(gemini,
      { candidates: [{ index: 1, content: { parts: [{ text: 'second' }] } }, { index: 0, content: { parts: [{ text: 'O' }] } }] },
      parts({ text: 'hm', thought: true }, { text: 'k' }, { text: '…', thought: true }, { text: '!', thought: false }),
      { candidates: [{ content: { parts: [{ text: '?' }] } }] }, // the index 0 is left out
    )).toMatchObject({ text: 'Ok!?', reasoning: 'hm…' })
  })

  test.each([
    ['a signature', parts({ thoughtSignature: 'c2ln' })],
    ['a signature beside no text', parts({ text: '', thoughtSignature: 'c2ln' })],
    ['code', parts({ executableCode: { code: 'No' } }, { codeExecutionResult: { output: 'No' } })],
    ['a picture', parts({ inlineData: { mimeType: 'image/png', data: 'Tm8=' } })],
    ['no parts', { candidates: [{ content: { role: 'model' }, index: 0 }] }], ['no content', { candidates: [{ index: 0 }] }],
    ['no candidates', { candidates: [] }],
    ['grounding', { candidates: [{ index: 0, groundingMetadata: { webSearchQueries: ['No'] } }] }],
    ...HARMLESS.map((chunk): [string, unknown] => [JSON.stringify(chunk), chunk]),
  ])('takes no harm from %s', (_name, chunk) => {
    expect(play(gemini, chunk)).toEqual({ text: '', reasoning: '', toolCalls: [], finished: false })
  })

  test('takes whole calls, each for itself, with and without an id or arguments', () => {
    expect(play(gemini,
      parts({ functionCall: { id: 'a', name: 'run', args: { n: 1 } } }, { text: 'Ok' },
        { functionCall: { name: 'run', args: {} } }),
      call({ name: 'stop' }), end('STOP'),
    )).toMatchObject({
      text: 'Ok', finishReason: 'tool-calls', rawFinishReason: 'STOP',
      toolCalls: [{ id: 'a', name: 'run', arguments: '{"n":1}' }, { id: '', name: 'run', arguments: '{}' },
        { id: '', name: 'stop', arguments: '{}' }],
    })
  })

  test('puts arguments together from pieces', () => {
    expect(argumentsOf(
      piece('$.city', { stringValue: 'Zü', willContinue: true }), piece('$.city', { stringValue: 'rich' }),
      piece('$.city', { stringValue: '' }),
      piece('$.days', { numberValue: 0 }), piece('$.sunny', { boolValue: false }), piece('$.wind', { nullValue: 'NULL_VALUE' }),
      piece('$.places[0].name', { stringValue: 'A' }), piece('$.places[1].name', { stringValue: 'B' }),
      piece('$.places[1].tags[0]', { stringValue: 'x' }),
      piece("$['two words'].deep", { stringValue: 'y' }),
    )).toEqual({
      'city': 'Zürich', 'days': 0, 'sunny': false, 'wind': null,
      'places': [{ name: 'A' }, { name: 'B', tags: ['x'] }], 'two words': { deep: 'y' },
    })
  })

  test('keeps the pieces of one call apart from the next', () => {
    const { toolCalls } = play(gemini,
      call({ id: 'a', name: 'first', willContinue: true }), piece('$.n', { numberValue: 1 }), call({}),
      call({ id: 'b', name: 'second', willContinue: true }), piece('$.n', { numberValue: 2 }), call({}),
        call({ id: 'c', name: 'third' }))
    expect(toolCalls.map(({ id, arguments: json }) => [id, json])).toEqual([['a', '{"n":1}'], ['b', '{"n":2}'], ['c', '{}']])
  })

  test.each([
    '$.__proto__.polluted', '$.__proto__', '$.constructor.prototype.polluted', '$.list[0].__proto__.polluted',
    '$.list.__proto__.polluted',
    "$['__proto__']['polluted']", '$.a.constructor.polluted', '$.__proto__.__proto__.polluted', '$.toString.polluted',
    '$.list.constructor.polluted',
  ])('pollutes nothing by the path %s', path => {
    const before = JSON.stringify([Object, Array, Function, String].map(({ prototype }) => Object.getOwnPropertyNames(prototype)))
    argumentsOf(piece('$.list[0].n', { numberValue: 1 }), piece('$.a.n', { numberValue: 1 }), piece(path, { stringValue: 'yes' }))
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    expect(([] as { polluted?: unknown }).polluted).toBeUndefined()
    expect((() => {}) as { polluted?: unknown }).not.toHaveProperty('polluted')
    expect(JSON.stringify([Object, Array, Function, String].map(({ prototype }) => Object.getOwnPropertyNames(prototype))))
      .toBe(before)
  })

  test('pollutes nothing by arguments that are named as prototypes are', () => {
    const { toolCalls } = play(gemini,
      '{"candidates":[{"content":{"parts":[{"functionCall":{"name":"run","args":{"__proto__":{"polluted":1},"n":1}}}]}}]}')
    expect(toolCalls[0]?.arguments).toContain('"n":1')
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })

  test.each(['SAFETY', 'PROHIBITED_CONTENT', 'BLOCKLIST', 'IMAGE_SAFETY'])('ends a blocked prompt by its reason: %s', reason => {
    expect(play(gemini, { promptFeedback: { blockReason: reason, safetyRatings: [] }, usageMetadata: { promptTokenCount: 3 } }))
      .toEqual({
      text: '', reasoning: '', toolCalls: [], finishReason: 'content-filter', rawFinishReason: reason, finished: true,
      usage: { inputTokens: 3, raw: { promptTokenCount: 3 } },
    })
  })

  test('takes feedback without a reason for none', () => {
    expect(play(gemini, { promptFeedback: { safetyRatings: [] } }, { promptFeedback: {}, ...parts({ text: 'Ok' }) }))
      .toMatchObject({ text: 'Ok', finished: false })
  })

  test.each([
    ['STOP', 'stop'], ['MAX_TOKENS', 'length'], ['SAFETY', 'content-filter'], ['RECITATION', 'content-filter'],
    ['SPII', 'content-filter'],
    ['MALFORMED_FUNCTION_CALL', 'other'], ['OTHER', 'other'], ['LANGUAGE', 'other'],
  ])('says of the finish reason %s: %s', (raw, reason) => {
    expect(play(gemini, parts({ text: 'Ok' }), end(raw))).toMatchObject({
      text: 'Ok', finishReason: reason, rawFinishReason: raw, finished: true,
    })
  })

  test.each([
    [{ promptTokenCount: 3, candidatesTokenCount: 4, thoughtsTokenCount: 5 }, { inputTokens: 3, outputTokens: 9 }],
    [{ promptTokenCount: 3, candidatesTokenCount: 4 }, { inputTokens: 3, outputTokens: 4 }],
    [{ promptTokenCount: 3, thoughtsTokenCount: 5 }, { inputTokens: 3, outputTokens: 5 }],
    [{ promptTokenCount: 0, candidatesTokenCount: 0 }, { inputTokens: 0, outputTokens: 0 }],
    [{ promptTokenCount: 3 }, { inputTokens: 3 }], [{ trafficType: 'ON_DEMAND' }, {}],
  ])('counts the thoughts as output: %j', (raw, usage) => {
    expect(play(gemini, { usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1 } }, { usageMetadata: raw }).usage)
      .toEqual({ ...usage, raw })
  })

  test("throws the provider's error", () => {
    const failure = event({ error: { code: 503, message: 'Overloaded', status: 'UNAVAILABLE' } })
    expect(() => readAll(gemini, [parts({ text: 'Ok' }), failure])).toThrow(expect.objectContaining({
      code: 'provider', message: 'Provider reported an error: Overloaded (503)', event: failure,
    }))
  })

  test.each([
    '{"candidates":{}}', '{"candidates":[null]}', '[]', 'text', '{"candidates":[{"content":{"parts":[null]}}]}',
  ])('throws the garbage %s', data => {
    expect(() => readAll(gemini, [data])).toThrow(expect.objectContaining({
      code: 'dialect', message: `Cannot read the event as gemini: ${data}`,
    }))
  })
})
