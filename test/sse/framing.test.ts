import { describe, expect, test } from 'vitest'
import { StreamError } from '../../src/errors.ts'
import { createFramer, type Framing } from '../../src/sse/framing.ts'
import type { ParserOptions, ServerSentEvent } from '../../src/sse/parser.ts'
import { cutEvery, everyByteCut, toBytes } from '../helpers/every-cut.ts'

type Chunks = Iterable<Uint8Array | string>

function frame(framing: Framing, chunks: Chunks, options: Omit<ParserOptions, 'onEvent'> = {}) {
  const events: ServerSentEvent[] = []
  const framer = createFramer(framing, { ...options, onEvent: event => events.push(event) })
  for (const chunk of chunks) framer.feed(toBytes(chunk))
  framer.end?.()
  return { data: events.map(({ data }) => data), events, incomplete: framer.incomplete }
}

/** The same result at every cut. */
function expectLines(stream: string | Uint8Array, data: string[], incomplete = false) {
  for (const { name, chunks } of everyByteCut(stream)) {
    const result = frame('ndjson', chunks)
    if (JSON.stringify(result.data) !== JSON.stringify(data) || result.incomplete !== incomplete) {
      expect(result, `${JSON.stringify(stream)}, ${name}`).toMatchObject({ data, incomplete })
    }
  }
}

const tooLarge = (limit: number) =>
  new StreamError('too-large', `Cannot parse: a line of more characters than maxBufferSize: ${limit}`)

describe('createFramer()', () => {
  test('createFramer() reads Server-Sent Events as createParser() does', () => {
    expect(frame('sse', ['id: 1\nevent: t\ndata: a\n\n', 'data: b\n'])).toEqual({
      data: ['a'],
      events: [{ type: 't', data: 'a', lastEventId: '1' }],
      incomplete: true,
    })
  })

  test('createFramer() gives lines and texts no type or id of their own, but the id that it is given', () => {
    const event = { type: 'message', data: '{}', lastEventId: '' }
    expect(frame('ndjson', ['{}\n']).events).toEqual([event])
    expect(frame('text', ['{}']).events).toEqual([event])
    expect(frame('ndjson', ['{}\n'], { lastEventId: '7' }).events).toEqual([{ ...event, lastEventId: '7' }])
    expect(frame('text', ['{}'], { lastEventId: '7' }).events).toEqual([{ ...event, lastEventId: '7' }])
    for (const framing of ['sse', 'ndjson', 'text'] as const) {
      expect(createFramer(framing, { onEvent() {}, lastEventId: '7' }).lastEventId).toBe('7')
      expect(createFramer(framing, { onEvent() {} }).lastEventId).toBe('')
    }
  })
})

describe('createFramer() for NDJSON', () => {
  test('createFramer() gives one event a line, wherever that is cut', () => {
    expectLines('{"a":1}\n{"b":[2]}\n3\n', ['{"a":1}', '{"b":[2]}', '3'])
  })

  test('createFramer() gives a line as soon as its end has come', () => {
    const data: string[] = []
    const framer = createFramer('ndjson', { onEvent: event => data.push(event.data) })
    framer.feed(toBytes('{"a":'))
    framer.feed(toBytes('1}'))
    expect(data).toEqual([])
    framer.feed(toBytes('\n{"b":2}\n{'))
    expect(data).toEqual(['{"a":1}', '{"b":2}'])
  })

  test('createFramer() takes CRLF for a line end', () => {
    expectLines('{"a":1}\r\n\r\n{"b":2}\r\n', ['{"a":1}', '{"b":2}'])
  })

  test('createFramer() gives no event for blank lines', () => {
    expectLines('\n\n{"a":1}\n \n\t\n\n{"b":2}\n\n', ['{"a":1}', '{"b":2}'])
    expectLines('\n', [])
    expectLines('', [])
  })

  test('createFramer() drops the blanks around a line', () => {
    expectLines(' {"a":1} \n\t{"b":2}\t\n', ['{"a":1}', '{"b":2}'])
  })

  test('createFramer() takes the last line without its line end', () => {
    expectLines('{"a":1}\n{"b":2}', ['{"a":1}', '{"b":2}'])
    expectLines('{"a":1}\n{"b":2}\r', ['{"a":1}', '{"b":2}'])
    expectLines('{"a":1}\n "b" ', ['{"a":1}', '"b"'])
    expectLines('{"a":1}', ['{"a":1}'])
  })

  test('createFramer() gives no half document at the end, and says that it is incomplete', () => {
    for (const half of ['{', '{"b":', '{"b":"x', '{"b":2', '[1,', '"x', 'tru', '{"b":2}}']) {
      expectLines(`{"a":1}\n${half}`, ['{"a":1}'], true)
    }
  })

  test('createFramer() is complete where only blanks follow the last line', () => {
    for (const blanks of [' ', '\r', '\t ', '\n ', '\r\n\r']) expectLines(`{"a":1}\n${blanks}`, ['{"a":1}'])
  })

  test('createFramer() gives a line that is no JSON as it is: to judge it is for its reader', () => {
    expectLines('not json\n{"a":\n', ['not json', '{"a":'])
  })

  test('createFramer() joins characters that are cut anywhere', () => {
    expectLines('{"a":"é€𝄞"}\n{"b":"👩‍👧"}', ['{"a":"é€𝄞"}', '{"b":"👩‍👧"}'])
  })

  test('createFramer() says that a line is incomplete that ends within a character', () => {
    expectLines(toBytes('{"a":1}\n{"b":"é').slice(0, -1), ['{"a":1}'], true)
  })

  test('createFramer() reads invalid UTF-8 as U+FFFD', () => {
    expectLines(new Uint8Array([34, 0xff, 34, 10]), ['"\uFFFD"'])
  })

  test('createFramer() drops a byte order mark at the start', () => {
    expectLines('\uFEFF{"a":1}\n{"b":2}\n', ['{"a":1}', '{"b":2}'])
    expectLines('\uFEFF{"a":1}', ['{"a":1}'])
  })

  test('createFramer() takes none of U+2028, U+0085 and a lone CR for a line end', () => {
    expectLines('"a\u2028b\u0085c"\n[1,\r2]\n', ['"a\u2028b\u0085c"', '[1,\r2]'])
  })

  test('createFramer() reads a giant line in small pieces', () => {
    const line = JSON.stringify('é'.repeat(1_000_000))
    const stream = toBytes(`${line}\n${line}`)
    expect(frame('ndjson', cutEvery(1024, stream)).data).toEqual([line, line])
  })

  test('createFramer() reads very many lines in one chunk', () => {
    const data = Array.from({ length: 50_000 }, (_, i) => `{"i":${i}}`)
    expect(frame('ndjson', [data.join('\n')]).data).toEqual(data)
  })

  test("createFramer() lets a chunk's memory be reused", () => {
    const data: string[] = []
    const framer = createFramer('ndjson', { onEvent: event => data.push(event.data) })
    const memory = new Uint8Array(4)
    for (const chunk of cutEvery(4, toBytes('{"a":"é€"}\n'))) {
      memory.set(chunk)
      framer.feed(memory.subarray(0, chunk.length))
      memory.fill(10)
    }
    expect(data).toEqual(['{"a":"é€"}'])
  })

  test('createFramer() throws too-large for an unfinished line past the limit, after all lines before it', () => {
    for (const { name, chunks } of everyByteCut(`{"a":1}\n{"b":2}\n"${'x'.repeat(20)}`)) {
      const data: string[] = []
      const framer = createFramer('ndjson', { onEvent: event => data.push(event.data), maxBufferSize: 20 })
      expect(() => chunks.forEach(chunk => framer.feed(chunk)), name).toThrow(tooLarge(20))
      expect(data, name).toEqual(['{"a":1}', '{"b":2}'])
    }
  })

  test('createFramer() allows a line of the limit itself, and starts to count anew at each', () => {
    const line = `"${'x'.repeat(18)}"`
    expect(frame('ndjson', cutEvery(1, toBytes(`${line}\n`.repeat(5))), { maxBufferSize: 20 }).data).toEqual(Array(5).fill(line))
    expect(() => frame('ndjson', cutEvery(1, toBytes(`${line}\n`)), { maxBufferSize: 19 })).toThrow(tooLarge(19))
    expect(() => frame('ndjson', [`${line}\n`], { maxBufferSize: 19 })).toThrow(tooLarge(19))
  })

  test('createFramer() holds 16 MiB of a line by default', () => {
    const framer = createFramer('ndjson', { onEvent() {} })
    const chunk = new Uint8Array(1024 * 1024).fill(120)
    for (let i = 0; i < 16; i++) framer.feed(chunk)
    expect(() => framer.feed(toBytes('x'))).toThrow(tooLarge(16 * 1024 * 1024))
  })

  test('createFramer() lets what onEvent() throws out of feed(), and goes on', () => {
    const data: string[] = []
    const framer = createFramer('ndjson', {
      onEvent(event) {
        data.push(event.data)
        if (event.data === '"bad"') throw new Error('A bug of the app')
      },
    })
    framer.feed(toBytes('"b'))
    expect(() => framer.feed(toBytes('ad"\n'))).toThrow('A bug of the app')
    framer.feed(toBytes('"b"\n'))
    expect(data).toEqual(['"bad"', '"b"'])
  })
})

describe('createFramer() for NDJSON that is one document', () => {
  const pretty = (value: unknown, indent: number | string = 2, lineEnd = '\n') =>
    JSON.stringify(value, null, indent).replaceAll('\n', lineEnd)

  /** Documents of these values, at every cut. */
  function expectValues(stream: string | Uint8Array, values: unknown[]) {
    for (const { name, chunks } of everyByteCut(stream)) {
      const { data, incomplete } = frame('ndjson', chunks)
      const found = data.map(text => JSON.parse(text) as unknown)
      if (JSON.stringify(found) === JSON.stringify(values) && !incomplete) continue
      expect({ found, incomplete }, name).toEqual({ found: values, incomplete: false })
    }
  }

  test('createFramer() reads one over many lines, wherever that is cut', () => {
    const value = { a: 'x\ny', b: [1, { c: 'é𝄞' }], d: {} }
    for (const indent of [1, 4, '\t']) expectValues(pretty(value, indent), [value])
    expectValues(`${pretty({ a: 1 })}\n`, [{ a: 1 }])
    expectValues(`\n \n${pretty({ a: 1 })}\n\n`, [{ a: 1 }])
    expectValues(`\uFEFF${pretty({ a: 1 })}`, [{ a: 1 }])
    expectValues('{\n}', [{}])
  })

  test('createFramer() reads one over lines that end in CRLF', () => {
    const value = { a: 1, b: [2] }
    expectValues(`${pretty(value, 1, '\r\n')}\r\n`, [value])
  })

  test('createFramer() gives the objects of a list, one by one', () => {
    const items = [{ a: 1 }, { b: [{ c: 2 }] }]
    expectLines(JSON.stringify(items), ['{"a":1}', '{"b":[{"c":2}]}'])
    expectLines(`${JSON.stringify(items)}\n{"d":3}\n`, ['{"a":1}', '{"b":[{"c":2}]}', '{"d":3}'])
    expectLines(pretty(items, 1), ['{"a":1}', '{"b":[{"c":2}]}'])
    // Gemini's, as it comes
    expectLines('[{\n "a": 1\n}\n,\r\n{\n "b": 2\n}\n]\n', ['{"a":1}', '{"b":2}'])
    expectLines('[\n{"a":1},\n{"b":2}\n]', ['{"a":1}', '{"b":2}'])
  })

  test('createFramer() gives a list of anything else as it is, and nothing for an empty one', () => {
    for (const list of ['[1,2]', '[{"a":1},2]', '[[{"a":1}]]', '[null]', '["a"]']) expectLines(`${list}\n`, [list])
    expectLines('[]', [])
    expectLines('[]\n{"a":1}\n', ['{"a":1}'])
    expectLines('[\n]\n', [])
  })

  test('createFramer() gives no half of one, and says that it is incomplete', () => {
    const whole = pretty([{ a: 1 }, { b: 'x y' }], 1)
    for (let length = 1; length < whole.length; length++) {
      const half = whole.slice(0, length)
      expect(frame('ndjson', [half]), half).toEqual({ data: [], events: [], incomplete: true })
    }
    expectLines('{\n"a":1\n', [], true)
  })

  test('createFramer() gives nothing where more follows one, and says that it is incomplete', () => {
    expectLines('{\n"a":1\n}\n{\n"b":2\n}', [], true)
  })

  test('createFramer() joins no lines that make no document with their line end', () => {
    expectLines('["a\nb"]', [], true)
    expectLines('[1\n2]', [], true)
    expectLines('{"a":"x\ny"}\n', [], true)
    expectLines('{"a":1\n2}', [], true)
  })

  test('createFramer() reads on by lines where the first one is a document', () => {
    expectLines('{"a":1}\n{\n"b":2\n}\n', ['{"a":1}', '{', '"b":2', '}'])
    expectLines('"a"\n[\n', ['"a"', '['])
    expectLines('1\n{"a":\n', ['1', '{"a":'])
  })

  test('createFramer() gives a first line as it is that neither is nor begins a document', () => {
    expectLines('data: {"a":1}\n\n{"b":2}\n', ['data: {"a":1}', '{"b":2}'])
    expectLines('<html>\n{\n', ['<html>', '{'])
  })

  test('createFramer() throws too-large for one past the limit, wherever it is cut', () => {
    const document = pretty({ a: 'x'.repeat(30) }, 1)
    for (const { name, chunks } of everyByteCut(document)) {
      const framer = createFramer('ndjson', { onEvent: event => expect.unreachable(event.data), maxBufferSize: 20 })
      expect(() => chunks.forEach(chunk => framer.feed(chunk)), name).toThrow(expect.objectContaining({ code: 'too-large' }))
    }
    expect(frame('ndjson', cutEvery(1, toBytes(document)), { maxBufferSize: document.length }).data).toHaveLength(1)
  })

  test('createFramer() reads a giant one in small pieces', () => {
    const items = Array.from({ length: 50_000 }, (_, i) => ({ i, text: 'é' }))
    const { data, incomplete } = frame('ndjson', cutEvery(1024, toBytes(pretty(items))))
    expect(data).toHaveLength(50_000)
    expect(data.at(-1)).toBe('{"i":49999,"text":"é"}')
    expect(incomplete).toBe(false)
  })

  test('createFramer() has the id that it is given for every item', () => {
    const event = { type: 'message', data: '{}', lastEventId: '7' }
    expect(frame('ndjson', ['[{},\n{}]'], { lastEventId: '7' }).events).toEqual([event, event])
  })
})

describe('createFramer() for text', () => {
  test('createFramer() gives one event a chunk', () => {
    expect(frame('text', ['Hel', 'lo\n\n', 'data: x\n\n']).data).toEqual(['Hel', 'lo\n\n', 'data: x\n\n'])
    expect(frame('text', [toBytes('Hel'), toBytes('lo')]).data).toEqual(['Hel', 'lo'])
  })

  test('createFramer() gives no event for a chunk without text', () => {
    expect(frame('text', ['', 'a', new Uint8Array(0), '']).data).toEqual(['a'])
    expect(frame('text', []).data).toEqual([])
  })

  test('createFramer() gives all the text, cut between characters only', () => {
    const text = ' é€𝄞👩‍👧\r\n\0 '
    for (const { name, chunks } of everyByteCut(text)) {
      const { data, incomplete } = frame('text', chunks)
      expect(data.join(''), name).toBe(text)
      expect(data.filter(part => part === '' || part.includes('\uFFFD') || !isWellFormed(part)), name).toEqual([])
      expect(incomplete).toBe(false)
    }
  })

  test('createFramer() gives a character that is cut off by the end as U+FFFD', () => {
    expect(frame('text', [toBytes('aé').slice(0, 2)]).data).toEqual(['a', '\uFFFD'])
  })

  test('createFramer() drops a byte order mark at the start of the text, and only there', () => {
    expect(frame('text', [toBytes('\uFEFFa'), toBytes('\uFEFFb')]).data).toEqual(['a', '\uFEFFb'])
  })
})

/** Whether no surrogate stands alone. */
function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text)
}
