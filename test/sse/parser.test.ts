import { isDeepStrictEqual } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test, vi } from 'vitest'
import { StreamError } from '../../src/errors.ts'
import { createParser, type ParserOptions, type ServerSentEvent } from '../../src/sse/parser.ts'
import { cutEvery, everyByteCut, everyCut, everyStringCut, randomCut, toBytes } from '../helpers/every-cut.ts'
import { referenceParse, type Happening, type Interpretation } from '../helpers/reference-parser.ts'
import { createRecorder, dataOf, event, interpret } from './interpret.ts'

interface Case {
  name: string
  stream: string | Uint8Array
  log: Happening[]
  /** At the end of the stream. */
  lastEventId?: string
  options?: Pick<ParserOptions, 'lastEventId'>
}

const BOM = '\uFEFF'

/** Bytes from text and numbers, for what no string can say. */
function bytes(...parts: (string | number)[]): Uint8Array {
  return new Uint8Array(parts.flatMap(part => (typeof part === 'string' ? [...toBytes(part)] : [part])))
}

/** Lengths and counts past the sizes of chunk at which a parser may change its ways. */
const LONG = 70_000
const MANY = 10_000

const cases: Case[] = [
  // The byte order mark
  { name: 'drops a byte order mark at the start of the stream', stream: `${BOM}data: a\n\n`, log: [event('a')] },
  { name: 'drops a byte order mark before a comment', stream: `${BOM}: a\n\n`, log: [{ comment: 'a' }] },
  { name: 'drops a byte order mark before a blank line', stream: `${BOM}\ndata: a\n\n`, log: [event('a')] },
  { name: 'drops only one byte order mark', stream: `${BOM}${BOM}data: a\ndata: b\n\n`, log: [event('b')] },
  {
    name: 'keeps a byte order mark later in the stream, so that its line is of another field',
    stream: `data: a\n\n${BOM}data: b\ndata: c${BOM}\n\n`,
    log: [event('a'), event(`c${BOM}`)],
  },
  {
    name: 'keeps U+FEFF at the start of a value',
    stream: `data: ${BOM}a\n\ndata:${BOM}b\n\n`,
    log: [event(`${BOM}a`), event(`${BOM}b`)],
  },

  // Line ends
  { name: 'takes LF for a line end', stream: 'event: t\ndata: a\ndata: b\n\ndata: c\n\n', log: [event('a\nb', 't'), event('c')] },
  { name: 'takes CR for a line end', stream: 'event: t\rdata: a\rdata: b\r\rdata: c\r\r', log: [event('a\nb', 't'), event('c')] },
  {
    name: 'takes CRLF for one line end, wherever it is cut',
    stream: 'event: t\r\ndata: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n',
    log: [event('a\nb', 't'), event('c')],
  },
  {
    name: 'takes all three line ends in one stream',
    stream: 'data: a\r\ndata: b\rdata: c\n\r\ndata: d\r\rdata: e\r\n\ndata: f\n\r',
    log: [event('a\nb\nc'), event('d'), event('e'), event('f')],
  },
  { name: 'takes LF and CR in this order for two line ends', stream: 'data: a\n\rdata: b\n\r', log: [event('a'), event('b')] },

  // Data
  { name: 'takes `data` without a colon for an empty line of data', stream: 'data\n\n', log: [event('')] },
  { name: 'joins two lines of `data` without a colon to a line feed', stream: 'data\ndata\n\n', log: [event('\n')] },
  { name: 'dispatches the empty data of `data:` alone', stream: 'data:\n\n', log: [event('')] },
  { name: 'takes `data:` and a space for empty data', stream: 'data: \n\n', log: [event('')] },
  {
    name: 'keeps the line feed after an empty first line of data',
    stream: 'data:\ndata: a\n\ndata\ndata: b\n\n',
    log: [event('\na'), event('\nb')],
  },
  { name: 'keeps the line feed before an empty last line of data', stream: 'data: a\ndata:\n\n', log: [event('a\n')] },
  { name: 'removes one space at the start of a value', stream: 'data: a\n\ndata:b\n\n', log: [event('a'), event('b')] },
  {
    name: 'removes no second space at the start of a value',
    stream: 'data:  a\n\ndata:   \n\n',
    log: [event(' a'), event('  ')],
  },
  { name: 'removes no tab at the start of a value', stream: 'data:\ta\n\n', log: [event('\ta')] },
  { name: 'removes no space at the end of a value', stream: 'data: a \nevent: t \n\n', log: [event('a ', 't ')] },
  { name: 'joins several lines of data by line feeds', stream: 'data: a\ndata: b\ndata: c\n\n', log: [event('a\nb\nc')] },
  { name: 'keeps an empty line in the middle of data', stream: 'data: a\ndata:\ndata: b\n\n', log: [event('a\n\nb')] },
  {
    name: 'joins lines of data that are not neighbours',
    stream: 'data: a\nevent: t\nid: 1\ndata: b\n\n',
    log: [{ id: '1' }, event('a\nb', 't', '1')],
    lastEventId: '1',
  },

  // Comments and blank lines
  {
    name: 'reads comments anywhere, also within an event',
    stream: ': a\ndata: x\n:b\n:  c: d\ndata: y\n:\n\n: e\n',
    log: [{ comment: 'a' }, { comment: 'b' }, { comment: ' c: d' }, { comment: '' }, event('x\ny'), { comment: 'e' }],
  },
  {
    name: 'dispatches nothing for a heartbeat',
    stream: ':\n\n: beat\n\ndata: a\n\n',
    log: [{ comment: '' }, { comment: 'beat' }, event('a')],
  },
  {
    name: 'dispatches nothing for extra blank lines',
    stream: '\n\n\ndata: a\n\n\n\ndata: b\n\n\n',
    log: [event('a'), event('b')],
  },

  // Types and names
  { name: 'dispatches nothing for an event without data', stream: 'event: t\n\nevent: u\nid: 1\n\n', log: [], lastEventId: '1' },
  { name: 'forgets the type of an event without data', stream: 'event: t\n\ndata: a\n\n', log: [event('a')] },
  {
    name: 'forgets the type at the end of its event',
    stream: 'event: t\ndata: a\n\ndata: b\n\n',
    log: [event('a', 't'), event('b')],
  },
  {
    name: 'takes an empty type for message',
    stream: 'event:\ndata: a\n\nevent: t\nevent\ndata: b\n\n',
    log: [event('a'), event('b')],
  },
  { name: 'takes the last type of an event', stream: 'event: t\ndata: a\nevent: u\n\n', log: [event('a', 'u')] },
  {
    name: 'keeps the case of names apart',
    stream: 'Data: a\nDATA: b\nEvent: t\nID: 1\nRetry: 5\ndata: c\n\n',
    log: [event('c')],
  },
  { name: 'ignores unknown fields', stream: 'foo: a\nfoo\ndat: b\ndatas: c\ndata : d\n{"e": 1}\ndata: f\n\n', log: [event('f')] },
  {
    name: 'ignores a field with a blank before its name',
    stream: ' data: a\n\tdata: b\n event: t\n : c\ndata: d\n\n',
    log: [event('d')],
  },
  { name: 'ignores a field with NUL in its name', stream: '\0data: a\nda\0ta: b\ndata\0: c\ndata: d\n\n', log: [event('d')] },
  {
    name: 'takes the names of Object.prototype for unknown fields',
    stream: 'constructor: a\n__proto__: b\ntoString\ndata: c\n\n',
    log: [event('c')],
  },
  {
    name: 'takes a type from Object.prototype as it is',
    stream: 'event: __proto__\ndata: a\n\n',
    log: [event('a', '__proto__')],
  },

  // Ids
  {
    name: 'keeps an id for the events after its own',
    stream: 'id: 1\ndata: a\n\ndata: b\n\nid: 2\ndata: c\n\n',
    log: [{ id: '1' }, event('a', 'message', '1'), event('b', 'message', '1'), { id: '2' }, event('c', 'message', '2')],
    lastEventId: '2',
  },
  {
    name: 'keeps an id as the string that it is',
    stream: 'id: 007e1 \ndata: a\n\n',
    log: [{ id: '007e1 ' }, event('a', 'message', '007e1 ')],
    lastEventId: '007e1 ',
  },
  {
    name: 'ignores an id with NUL in it',
    stream: 'id: 1\ndata: a\n\nid: 2\0\ndata: b\n\nid: \0\ndata: c\n\n',
    log: [{ id: '1' }, event('a', 'message', '1'), event('b', 'message', '1'), event('c', 'message', '1')],
    lastEventId: '1',
  },
  {
    name: 'keeps the id before one with NUL in the same event',
    stream: 'id: 1\nid: 2\0\ndata: a\n\n',
    log: [{ id: '1' }, event('a', 'message', '1')],
    lastEventId: '1',
  },
  {
    name: 'takes an empty id for a reset',
    stream: 'id: 1\ndata: a\n\nid:\ndata: b\n\nid: 2\ndata: c\n\nid\ndata: d\n\ndata: e\n\n',
    log: [
      { id: '1' }, event('a', 'message', '1'), { id: '' }, event('b'),
      { id: '2' }, event('c', 'message', '2'), { id: '' }, event('d'), event('e'),
    ],
  },
  {
    name: 'takes the last id of an event',
    stream: 'id: 1\ndata: a\nid: 2\n\n',
    log: [{ id: '2' }, event('a', 'message', '2')],
    lastEventId: '2',
  },
  {
    name: 'lets an id in a block without data take effect at the blank line',
    stream: 'id: 1\n\ndata: a\n\n',
    log: [event('a', 'message', '1')],
    lastEventId: '1',
  },
  {
    name: 'lets no id take effect before the blank line',
    stream: 'id: 1\ndata: a\n\nid: 2\ndata: b\n',
    log: [{ id: '1' }, event('a', 'message', '1')],
    lastEventId: '1',
  },
  {
    name: 'starts from the id that it is given',
    stream: 'data: a\n\nid: 2\ndata: b\n\n',
    options: { lastEventId: '1' },
    log: [event('a', 'message', '1'), { id: '2' }, event('b', 'message', '2')],
    lastEventId: '2',
  },

  // Reconnection times
  {
    name: 'hears a reconnection time at its line',
    stream: 'retry: 10\ndata: a\n\ndata: b\nretry:20\n\n',
    log: [{ retry: 10 }, event('a'), { retry: 20 }, event('b')],
  },
  {
    name: 'hears a reconnection time without data or a blank line',
    stream: 'retry: 10\n\nretry: 20\n',
    log: [{ retry: 10 }, { retry: 20 }],
  },
  {
    name: 'ignores a reconnection time of anything but ASCII digits',
    stream: ['12x', '-1', '+1', '1.5', ' 5', '5 ', '', '1e3', '0x10', '١٢', '1 2'].map(time => `retry: ${time}\n`).join('') + 'retry:\nretry\n',
    log: [],
  },
  {
    name: 'reads a reconnection time with leading zeros as decimal',
    stream: 'retry: 010\nretry: 0\nretry: 0009\n',
    log: [{ retry: 10 }, { retry: 0 }, { retry: 9 }],
  },

  // The end of the stream
  { name: 'drops an open event at the end of the stream', stream: 'data: a\n\nevent: t\nid: 1\ndata: b\n', log: [event('a')] },
  {
    name: 'drops a partial line at the end of the stream',
    stream: 'data: a\n\nretry: 10\n: b',
    log: [event('a'), { retry: 10 }],
  },
  { name: 'drops a partial retry line at the end of the stream', stream: 'data: a\n\nretry: 10', log: [event('a')] },
  { name: 'drops an event whose last line ends in CR without a blank line', stream: 'data: a\r\rdata: b\r', log: [event('a')] },
  {
    name: 'drops an event whose last line ends in CRLF without a blank line',
    stream: 'data: a\r\n\r\ndata: b\r\n',
    log: [event('a')],
  },

  // Characters
  {
    name: 'reads invalid UTF-8 as U+FFFD',
    stream: bytes(
      'data: a', 0xff, 'b', 0xc3, '\ndata: ', 0xf0, 0x9f, 0x98, '\n', 0x80, ':x\ndata:', 0xed, 0xa0, 0x80, 0xc0, 0xaf, '\n\n',
    ),
    log: [event('a\uFFFDb\uFFFD\n\uFFFD\n\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD')],
  },
  { name: 'reads an incomplete byte order mark as U+FFFD', stream: bytes(0xef, 0xbb, 'data: a\ndata: b\n\n'), log: [event('b')] },
  {
    name: 'joins characters that are cut anywhere',
    stream: 'data: é€𝄞👨‍👩‍👧\nevent: ё\nid: 🆔\n\n: 注\n',
    log: [{ id: '🆔' }, event('é€𝄞👨‍👩‍👧', 'ё', '🆔'), { comment: '注' }],
    lastEventId: '🆔',
  },
  {
    name: 'takes none of U+2028, U+2029, U+0085, VT and FF for a line end',
    stream: 'data: a\u2028data: b\u2029c\u0085d\u000Be\u000Cf\n\n',
    log: [event('a\u2028data: b\u2029c\u0085d\u000Be\u000Cf')],
  },
  {
    name: 'keeps NUL in data, types and comments',
    stream: 'data: a\0b\nevent: t\0\n: \0\n\n',
    log: [{ comment: '\0' }, event('a\0b', 't\0')],
  },
  {
    name: 'keeps colons in the value',
    stream: 'data: a: b:c\ndata::\nevent: x:y\nid::1\n\n',
    log: [{ id: ':1' }, event('a: b:c\n:', 'x:y', ':1')],
    lastEventId: ':1',
  },
]

/** Compared outright, and told in full only where it differs: there are hundreds of thousands of these. */
function expectSame(actual: Interpretation, expected: Interpretation, message: string) {
  if (!isDeepStrictEqual(actual, expected)) expect(actual, message).toEqual(expected)
}

/** Whole, in the chunks of many networks, and at random: at every point would take hours. */
function chunkings(stream: string): Uint8Array[][] {
  const whole = toBytes(stream)
  const sizes = [1, 2, 3, 7, 16, 255, 256, 257, 1000, 2047, 2048, 2049, 2050, 4096, 16_384, 32_767, 32_768, 32_769, 65_536]
  const random = Array.from({ length: 20 }, (_, seed) => randomCut(seed, whole))
  return [[whole], ...sizes.map(size => cutEvery(size, whole)), ...random]
}

/** All bytes that are decoded or copied while it runs: the parser's work, in a measure that no slow machine changes. */
function countWork(run: () => void): number {
  let work = 0
  const count = (owner: object, method: string, lengthOf: (argument: unknown) => number) => {
    const original = Reflect.get(owner, method) as (...args: unknown[]) => unknown
    const counted = function (this: unknown, ...args: unknown[]) {
      work += lengthOf(args[0])
      return original.apply(this, args)
    }
    Reflect.set(owner, method, counted)
    return () => Reflect.set(owner, method, original)
  }
  const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as object
  const restoreSet = count(typedArray, 'set', source => (source as ArrayLike<number>).length)
  const restoreDecode = count(TextDecoder.prototype, 'decode', source => (source as Uint8Array | undefined)?.byteLength ?? 0)
  try {
    run()
  } finally {
    restoreSet()
    restoreDecode()
  }
  return work
}

const tooLarge = (limit: number) =>
  new StreamError('too-large', `Cannot parse: an event of more bytes than maxBufferSize: ${limit}`)

/** The bytes of all that is alive. */
async function measureHeld(): Promise<number> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  await new Promise(setImmediate) // memory counts as freed a little later than it is
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** Feeds until something is thrown; gives that. */
function feedAll(parser: { feed(chunk: Uint8Array | string): void }, chunks: readonly (Uint8Array | string)[]): unknown {
  try {
    for (const chunk of chunks) parser.feed(chunk)
  } catch (error) {
    return error
  }
  return undefined
}

describe('createParser() at every cut', () => {
  for (const { name: what, stream, options, log, lastEventId = '' } of cases) {
    const expected = { log, lastEventId }

    test(`createParser() ${what}`, () => {
      expect(interpret([toBytes(stream)], options)).toEqual(expected)
      for (const { name, chunks } of everyCut(stream)) expectSame(interpret(chunks, options), expected, name)
    })

    test(`createParser() ${what}, also with empty chunks between`, () => {
      const empty = new Uint8Array(0)
      expect(interpret([empty, ...cutEvery(1, toBytes(stream)).flatMap(byte => [byte, empty])], options)).toEqual(expected)
    })

    test(`referenceParse() ${what}`, () => {
      expect(referenceParse(toBytes(stream), options?.lastEventId)).toEqual(expected)
    })
  }
})

test('createParser() drops a byte order mark that is cut across chunks', () => {
  const rest = toBytes('data: a\n\n')
  for (const mark of [[[0xef], [0xbb], [0xbf]], [[0xef], [], [0xbb, 0xbf]], [[], [0xef, 0xbb], [0xbf]]]) {
    expect(interpret([...mark.map(part => new Uint8Array(part)), rest]).log, JSON.stringify(mark)).toEqual([event('a')])
  }
})

describe('createParser() and size', () => {
  test.each(['\n', '\r', '\r\n'])('createParser() reads very long lines, with %j', eol => {
    const long = 'aé€𝄞'.repeat(LONG / 10)
    const lines = [`data: ${long}`, `: ${long}`, `event: ${long}`, `id: ${long}`, 'data: y', '', `${long}: z`, 'data: z', '', '']
    const stream = ['data: x', '', ...lines].join(eol)
    const log = [event('x'), { comment: long }, { id: long }, event(`${long}\ny`, long, long), event('z', 'message', long)]
    const expected = { log, lastEventId: long }
    for (const chunks of chunkings(stream)) expectSame(interpret(chunks), expected, `chunks from ${chunks[0]?.length}`)
  })

  test.each(['\n', '\r', '\r\n'])('createParser() reads very many lines, with %j', eol => {
    const lines = Array.from({ length: MANY }, (_, i) => `é${i}`)
    const stream = [...lines.map(line => `data: ${line}`), '', ...lines.map(line => `data: ${line}${eol}`), ''].join(eol)
    const log = [event(lines.join('\n')), ...lines.map(line => event(line))]
    const whole = toBytes(stream)
    const sizes = [1, 1000, 32_769, whole.length]
    for (const chunks of [...sizes.map(size => cutEvery(size, whole)), randomCut(1, whole), randomCut(2, whole)]) {
      expectSame(interpret(chunks), { log, lastEventId: '' }, `chunks from ${chunks[0]?.length}`)
    }
  })

  test('createParser() finds a CRLF that lies across the points at which it slices a large chunk', () => {
    for (let length = 32_750; length < 32_790; length++) {
      const stream = `: ${'x'.repeat(length)}\r\ndata: a\r\ndata: b\r\n\r\ndata: ${'é'.repeat(16_384)}\r\n\r\n`
      expect(dataOf(interpret([toBytes(stream)]).log), `${length}`).toEqual(['a\nb', 'é'.repeat(16_384)])
      expect(dataOf(interpret([stream]).log), `${length}, string`).toEqual(['a\nb', 'é'.repeat(16_384)])
    }
  })

  test('createParser() finds lines that end at the points at which it cuts the text of a large chunk', () => {
    for (const size of [16_381, 2 * 16_381, 65_536]) {
      for (let length = size - 6; length < size + 4; length++) {
        for (const eol of ['\n', '\r', '\r\n']) {
          for (const rest of [`${eol}x\ndata: a${eol}${eol}`, `${eol}x${eol}data: a${eol}${eol}`, `${eol}${eol}x${eol}data: a${eol}${eol}`, `${eol}data: a${eol}${eol}`]) {
            const whole = toBytes(`: ${'x'.repeat(length - 2)}${rest}${'data: b\n\n'.repeat(4000)}`)
            expectSame(interpret([whole]), referenceParse(whole), JSON.stringify([length, eol, rest]))
          }
        }
      }
    }
  }, 30_000)

  test('createParser() finishes a pending line by a large chunk that holds its end and more', () => {
    for (const eol of ['\n', '\r', '\r\n']) {
      for (const rest of [0, 1, 2000, 2040, 2048, 2060, 40_000]) {
        const stream = `data: a${eol}data: pending${eol}${eol}data: ${'b'.repeat(rest)}${eol}${eol}`
        const whole = toBytes(stream)
        for (let cut = 8; cut < 28; cut++) {
          const chunks = [whole.slice(0, cut), whole.slice(cut)]
          const message = `${JSON.stringify(eol)}, ${rest}, cut at ${cut}`
          expect(dataOf(interpret(chunks).log), message).toEqual(['a\npending', 'b'.repeat(rest)])
        }
      }
    }
  })

  test('createParser() does work in proportion to the length of a giant line in small pieces', () => {
    const line = 'x'.repeat(4 * 1024 * 1024)
    const chunks = cutEvery(1024, toBytes(`data: ${line}\n\n`))
    const parser = createRecorder()
    const work = countWork(() => chunks.forEach(chunk => parser.feed(chunk)))
    expect(dataOf(parser.log)).toEqual([line])
    expect(work).toBeGreaterThan(line.length)
    expect(work).toBeLessThan(8 * line.length)
  })

  test('createParser() reads a giant line in tiny pieces, and holds little more than that', async () => {
    const size = 8_000_000
    const before = await measureHeld()
    let length = 0
    const parser = createParser({ onEvent: ({ data }) => (length = data.length) })
    parser.feed('data: ')
    let most = 0
    for (let fed = 0; fed < size; fed += 64) {
      parser.feed(new Uint8Array(64).fill(120))
      if (fed % 1_000_000 === 0) most = Math.max(most, (await measureHeld()) - before - fed)
    }
    expect(most).toBeLessThan(1_500_000)
    parser.feed('\n\n')
    expect(length).toBe(size)
    expect((await measureHeld()) - before).toBeLessThan(1_500_000)
  })

  test.each([
    ['of a number', 1, (index: number) => `data: ${index}\n\n`],
    ['of 20 characters', 1, (index: number) => `data: ${String(index).padEnd(20, '.')}\n\n`],
    ['of 60 characters with ids', 1, (index: number) => `id: ${String(index).padEnd(36, '-')}\ndata: ${String(index).padEnd(60, '.')}\n\n`],
    ['of exactly 256 bytes', 10, (index: number) => `data: ${String(index).padEnd(248, '.')}\n\n`],
    ['of many lengths', 10, (index: number) => `event: e\ndata: ${String(index).padEnd(100 + (index % 100), '.')}\n\n`],
  ])('createParser() gives events %s that hold few bytes beside their own when they are kept', async (_, megabytes, make) => {
    const kept: ServerSentEvent[] = []
    let count = 0
    let wanted = 3 // one event of each chunk, from all over it
    const parser = createParser({
      onEvent(heard) {
        if (count === wanted) kept.push(heard)
        count++
      },
    })
    const before = await measureHeld()
    for (let chunk = 0, made = 0; chunk < 500; chunk++) {
      wanted = made + 1 + ((chunk * 7) % 200)
      let text = ''
      while (text.length < 65_536) text += make(made++)
      parser.feed(toBytes(text))
    }
    expect(kept).toHaveLength(500)
    expect((await measureHeld()) - before).toBeLessThan(megabytes * 1_000_000)
    expect(kept).toHaveLength(500) // and alive till here
  })

  test('createParser() does work in proportion to the length of an event of many lines', () => {
    const line = 'x'.repeat(57)
    const stream = toBytes(`${`data: ${line}\n`.repeat(MANY)}\n`)
    const parser = createRecorder()
    const work = countWork(() => cutEvery(100, stream).forEach(chunk => parser.feed(chunk)))
    expect(dataOf(parser.log)).toEqual([`${line}\n`.repeat(MANY).slice(0, -1)])
    expect(work).toBeGreaterThanOrEqual(stream.length)
    expect(work).toBeLessThan(8 * stream.length)
  })
})

describe('createParser() and promptness', () => {
  test.each([
    ['LF', 'data: a\n\n'],
    ['CR', 'data: a\r\r'],
    ['CRLF', 'data: a\r\n\r\n'],
    ['LF then CR', 'data: a\n\r'],
  ])('createParser() dispatches within the feed() that brings the blank line, with %s', (_, stream) => {
    const parser = createRecorder()
    parser.feed(stream.slice(0, -1))
    const early = stream === 'data: a\r\n\r\n' ? [event('a')] : []
    expect(parser.log).toEqual(early)
    parser.feed(stream.slice(-1))
    expect(parser.log).toEqual([event('a')])
  })

  test("createParser() takes a CR at a chunk's end for a line end at once", () => {
    const parser = createRecorder()
    parser.feed('retry: 10\r')
    expect(parser.log).toEqual([{ retry: 10 }])
    parser.feed('\n: a\r')
    expect(parser.log).toEqual([{ retry: 10 }, { comment: 'a' }])
    parser.feed('data: b\r')
    parser.feed('\r')
    expect(parser.log).toEqual([{ retry: 10 }, { comment: 'a' }, event('b')])
  })

  test('createParser() dispatches at a CRLF blank line before its LF has come, and only once', () => {
    const parser = createRecorder()
    parser.feed('data: a\r\n\r')
    expect(parser.log).toEqual([event('a')])
    parser.feed('\n')
    parser.feed('data: b\r\n\r\n')
    expect(parser.log).toEqual([event('a'), event('b')])
  })

  test('createParser() swallows only one LF after a CR', () => {
    const parser = createRecorder()
    parser.feed('data: a\r')
    parser.feed('\n')
    expect(parser.log).toEqual([])
    parser.feed('\n')
    expect(parser.log).toEqual([event('a')])
  })

  test('createParser() still swallows the LF after a CR when empty chunks come between', () => {
    const parser = createRecorder()
    parser.feed('data: a\r')
    parser.feed('')
    parser.feed(new Uint8Array(0))
    parser.feed('\ndata: b\n\n')
    expect(parser.log).toEqual([event('a\nb')])
  })

  test('createParser() hears comments and reconnection times in the feed() that ends their line', () => {
    const parser = createRecorder()
    parser.feed(': a')
    parser.feed('b')
    expect(parser.log).toEqual([])
    parser.feed('\nretry: 1')
    expect(parser.log).toEqual([{ comment: 'ab' }])
    parser.feed('0\n')
    expect(parser.log).toEqual([{ comment: 'ab' }, { retry: 10 }])
  })

  test('createParser() reads the next event in the same chunk as the one before', () => {
    const parser = createRecorder()
    parser.feed('data: a\n\ndata: b\n\ndata: c')
    expect(parser.log).toEqual([event('a'), event('b')])
    parser.feed('\n\n')
    expect(parser.log).toEqual([event('a'), event('b'), event('c')])
  })
})

describe('createParser() between streams', () => {
  const unfinished = [
    'data: a', 'data: a\n', 'event: t\n', 'id: 9\n', 'id: 9\ndata: a\n', 'data: a\r', '\r', 'da', ': a', `${BOM}data: a`,
    bytes('data: ', 0xf0, 0x9f), 'data: \uD83D', 'x'.repeat(100_000), BOM, bytes(0xef, 0xbb),
  ]

  test.each(unfinished.map(stream => [stream]))('createParser() forgets %j at reset()', stream => {
    const parser = createRecorder()
    parser.feed('id: 1\ndata: before\n\n')
    parser.feed(stream)
    parser.reset()
    expect(parser.lastEventId).toBe('1')
    expect(parser.incomplete).toBe(false)
    parser.log.length = 0
    parser.feed('\ndata: after\n\n')
    expect(parser.log).toEqual([event('after', 'message', '1')])
  })

  test.each(unfinished.map(stream => [stream]))('createParser() drops the byte order mark of the stream after %j', stream => {
    const parser = createRecorder()
    parser.feed(stream)
    parser.reset()
    parser.feed(`${BOM}data: after\n\n`)
    expect(parser.log).toEqual([event('after')])
  })

  test('createParser() keeps the last event id over a reconnect that sends none', () => {
    const parser = createRecorder({ lastEventId: '0' })
    expect(parser.lastEventId).toBe('0')
    parser.feed('data: a\n\nid: 1\ndata: b\n\nid: 2\ndata: never finished')
    expect(parser.lastEventId).toBe('1')
    parser.reset()
    parser.feed('data: c\n\n')
    parser.reset()
    parser.feed('id:\ndata: d\n\n')
    expect(parser.log).toEqual([
      event('a', 'message', '0'), { id: '1' }, event('b', 'message', '1'),
      event('c', 'message', '1'),
      { id: '' }, event('d'),
    ])
    expect(parser.lastEventId).toBe('')
  })

  test('createParser() knows the new last event id while onEvent() runs', () => {
    const heard: string[] = []
    const parser = createParser({ onEvent: () => heard.push(parser.lastEventId) })
    parser.feed('id: 1\ndata: a\n\nid: 2\n\ndata: b\n\n')
    expect(heard).toEqual(['1', '2'])
  })

  test('createParser() shares nothing between two parsers', () => {
    const [one, other] = [createRecorder(), createRecorder()]
    one.feed('id: 1\nevent: t\ndata: a')
    other.feed('data: b\n\n')
    one.feed('\n\n')
    expect(one.log).toEqual([{ id: '1' }, event('a', 't', '1')])
    expect(other.log).toEqual([event('b')])
  })
})

describe('createParser() and incomplete', () => {
  test.each<[string, string | Uint8Array, boolean]>([
    ['at the start', '', false],
    ['after an event', 'data: a\n\n', false],
    ['after a CR blank line', 'data: a\r\r', false],
    ['after the CR of a CRLF blank line', 'data: a\r\n\r', false],
    ['after comments', ': a\n: b\n\n', false],
    ['after a reconnection time', 'retry: 10\n', false],
    ['after an unknown field', 'foo: a\n', false],
    ['in a comment', ': a', false],
    ['in a comment after an event', 'data: a\n\n:', false],
    ['after an id that took effect without data', 'id: 1\n\n', false],
    ['after a type that was forgotten', 'event: t\n\n', false],
    ['after a line of data', 'data: a\n', true],
    ['after an empty line of data', 'data\n', true],
    ['after a line of data and a CR', 'data: a\r', true],
    ['after a type', 'event: t\n', true],
    ['after an id', 'id: 1\n', true],
    ['after an id that resets', 'id\n', true],
    ['in a comment within an event', 'data: a\n: b', true],
    ['in a line of data', 'data: a', true],
    ['in a field name', 'd', true],
    ['in a character', bytes('data: a\n\ndata: ', 0xe2, 0x82), true],
    ['in a surrogate pair', 'data: a\n\n\uD83D', true],
    ['after a byte order mark', BOM, false],
    ['in a comment after a byte order mark', `${BOM}: a`, false],
    ['in a line of data after a byte order mark', `${BOM}data: a`, true],
  ])('createParser() says %s whether the stream would end in the middle of an event', (_, stream, incomplete) => {
    const whole = createRecorder()
    whole.feed(stream)
    expect(whole.incomplete).toBe(incomplete)
    const cut = createRecorder()
    for (const chunk of typeof stream === 'string' ? stream : cutEvery(1, stream)) cut.feed(chunk)
    expect(cut.incomplete).toBe(incomplete)
  })

  test('createParser() loses nothing where a listener asks for incomplete', () => {
    const heard: string[] = []
    const parser = createParser({
      onEvent({ data }) {
        heard.push(data, String(parser.incomplete))
      },
    })
    for (const chunk of ['data: a\n\ndata: b', '\n\n']) parser.feed(toBytes(chunk))
    expect(heard).toEqual(['a', 'false', 'b', 'false'])
  })

  test('createParser() gives incomplete and lastEventId for reading only', () => {
    const parser = createParser({ onEvent() {} })
    expect(() => Object.assign(parser, { lastEventId: '1' })).toThrow(TypeError)
    expect(() => Object.assign(parser, { incomplete: true })).toThrow(TypeError)
  })
})

describe('createParser() and its listeners', () => {
  test('createParser() needs none but onEvent()', () => {
    const events: ServerSentEvent[] = []
    const parser = createParser({ onEvent: heard => events.push(heard) })
    parser.feed(': a\nretry: 10\nid: 1\nevent: t\ndata: b\n\n')
    expect(events).toEqual([{ type: 't', data: 'b', lastEventId: '1' }])
  })

  test('createParser() gives every event an object of its own', () => {
    const events: ServerSentEvent[] = []
    const parser = createParser({ onEvent: heard => events.push(heard) })
    parser.feed('data: a\n\ndata: b\n\n')
    expect(events.map(({ data }) => data)).toEqual(['a', 'b'])
    expect(new Set(Object.keys(events[0] ?? {}))).toEqual(new Set(['type', 'data', 'lastEventId']))
  })

  test("createParser() tells onId() an event's own ids only, before the event", () => {
    const parser = createRecorder({ lastEventId: '0' })
    parser.feed('data: a\n\nid: 1\ndata: b\n\ndata: c\n\nid: 1\ndata: d\n\nid: 2\n\ndata: e\n\n')
    parser.feed('id: 3\nid: x\0\ndata: f\n\nid: x\0\ndata: g\n\n')
    expect(parser.log.map(heard => ('id' in heard ? heard.id : 'event' in heard ? heard.event : heard))).toEqual([
      { type: 'message', data: 'a', lastEventId: '0' },
      '1', { type: 'message', data: 'b', lastEventId: '1' },
      { type: 'message', data: 'c', lastEventId: '1' },
      '1', { type: 'message', data: 'd', lastEventId: '1' },
      { type: 'message', data: 'e', lastEventId: '2' },
      '3', { type: 'message', data: 'f', lastEventId: '3' },
      { type: 'message', data: 'g', lastEventId: '3' },
    ])
  })

  test('createParser() hears every comment line, each on its own', () => {
    const parser = createRecorder()
    parser.feed(':\n: \n:a\n: a\n:  a\n::\n: data: b\n:\u00A0\n')
    const comments = parser.log.map(heard => ('comment' in heard ? heard.comment : heard))
    expect(comments).toEqual(['', '', 'a', 'a', ' a', ':', 'data: b', '\u00A0'])
  })

  test('createParser() lets what onEvent() throws out of feed(), and loses no more than the rest of that chunk', () => {
    const heard: string[] = []
    const parser = createParser({
      onEvent({ data }) {
        heard.push(data)
        if (data === 'bad') throw new Error('A bug of the app')
      },
    })
    parser.feed('id: 1\ndata: a\n\n')
    expect(() => parser.feed('event: t\nid: 2\ndata: bad\n\ndata: lost\n\n')).toThrow('A bug of the app')
    expect(parser.lastEventId).toBe('2')
    expect(parser.incomplete).toBe(false)
    parser.feed('data: b\n\n')
    expect(heard).toEqual(['a', 'bad', 'b'])
    // Small, so that its last line is held as bytes, and ends within a character
    expect(() => parser.feed(toBytes('data: bad\n\ndata: \u5929').subarray(0, -1))).toThrow('A bug of the app')
    expect(parser.incomplete).toBe(false) // and to ask keeps nothing of it
    parser.feed(toBytes('data: c\n\n'))
    expect(heard).toEqual(['a', 'bad', 'b', 'bad', 'c'])
  })

  test.each<[string, keyof ParserOptions, string]>([
    ['onEvent', 'onEvent', 'data: bad\n\n'],
    ['onId', 'onId', 'id: 1\ndata: bad\n\n'],
    ['onRetry', 'onRetry', 'retry: 10\n'],
    ['onComment', 'onComment', ': bad\n'],
  ])('createParser() is sound after %s() threw, wherever the chunks were cut', (_, listener, bad) => {
    for (const eol of ['\n', '\r', '\r\n']) {
      const stream = bad.replaceAll('\n', eol)
      for (const { name, chunks } of everyCut(stream)) {
        const heard: ServerSentEvent[] = []
        let thrown = 0
        const throwOnce = () => {
          if (thrown++ === 0) throw new Error('A bug of the app')
        }
        const parser = createParser({
          onEvent: heardEvent => heard.push(heardEvent),
          [listener]: (argument: ServerSentEvent) => {
            throwOnce()
            if (listener === 'onEvent') heard.push(argument)
          },
        })
        let caught = 0
        for (const chunk of [...chunks, `data: a${eol}data: b${eol}${eol}`]) {
          try {
            parser.feed(chunk)
          } catch (error) {
            expect(error).toHaveProperty('message', 'A bug of the app')
            caught++
          }
        }
        const lastEventId = listener === 'onId' ? '1' : ''
        expect({ heard, caught }, `${JSON.stringify(stream)}, ${name}`).toEqual({
          heard: [{ type: 'message', data: 'a\nb', lastEventId }],
          caught: 1,
        })
      }
    }
  })

  test('createParser() reads the chunk after one that made a listener throw, whatever character that was cut in', () => {
    for (const size of [600, 33_000]) {
      for (const rest of [bytes('é'.repeat(size), 0xe2), toBytes(`x${'é'.repeat(size)}\n\n`)]) {
        const heard: string[] = []
        const parser = createParser({
          onEvent({ data }) {
            heard.push(data)
            if (data === 'a') throw new Error('A bug of the app')
          },
        })
        expect(() => parser.feed(bytes('data: a\n\n: ', ...rest))).toThrow('A bug of the app')
        parser.feed(toBytes('data: b\n\n'))
        expect(heard).toEqual(['a', 'b'])
      }
    }
  })

  test('createParser() takes the CRLF for one line end whose CR made a listener throw', () => {
    for (const head of ['', ': pend', 'data: a\n: pend']) {
      const heard: string[] = []
      const parser = createParser({
        onEvent: ({ data }) => heard.push(data),
        onComment() {
          throw new Error('A bug of the app')
        },
      })
      if (head) parser.feed(head)
      expect(() => parser.feed(`${head ? '' : 'data: a\n: '}ing\r`)).toThrow('A bug of the app')
      parser.feed('\ndata: b\n\n')
      expect(heard, JSON.stringify(head)).toEqual([head === ': pend' ? 'b' : 'a\nb'])
    }
  })
})

describe('createParser() and maxBufferSize', () => {
  test.each<[string, string]>([
    ['a line of data', `data: ${'x'.repeat(200)}`],
    ['a comment', `: ${'x'.repeat(200)}`],
    ['a field name', 'x'.repeat(200)],
    ['a line of multi-byte characters', `data: ${'€'.repeat(100)}`],
    ['many lines of data', 'data: xxxxxxxxx\n'.repeat(20)],
    ['a type', `event: ${'x'.repeat(101)}\n`],
    ['an id', `id: ${'x'.repeat(101)}\n`],
    ['a type, an id and data', `event: ${'x'.repeat(40)}\nid: ${'x'.repeat(40)}\ndata: ${'x'.repeat(40)}\n`],
    ['many lines of one character', 'data: x\n'.repeat(200)],
    ['many empty lines of data', 'data\n'.repeat(200)],
    ['lines of data and a long last one', `data: ${'x'.repeat(60)}\ndata: ${'x'.repeat(60)}`],
  ])('createParser() throws too-large for %s past the limit, however it is cut', (_, stream) => {
    for (const { name, chunks } of everyCut(stream)) {
      const parser = createRecorder({ maxBufferSize: 100 })
      parser.feed('id: 1\ndata: before\n\n')
      const error = feedAll(parser, chunks)
      expect(error, name).toBeInstanceOf(StreamError)
      expect(error, name).toEqual(tooLarge(100))
      expect(error, name).toHaveProperty('code', 'too-large')
      expect(parser.log, name).toEqual([{ id: '1' }, event('before', 'message', '1')])
    }
  })

  test('createParser() counts bytes, and characters of strings: the limit itself is allowed, one more is not', () => {
    for (const line of ['data: 7890', 'data: \u20AC0', ': €€34', '0123456789']) {
      expect(toBytes(line)).toHaveLength(10)
      for (const [size, cuts] of [[10, everyByteCut(line)], [line.length, everyStringCut(line)]] as const) {
        for (const { name, chunks } of cuts) {
          expect(feedAll(createRecorder({ maxBufferSize: size }), chunks), name).toBeUndefined()
          expect(feedAll(createRecorder({ maxBufferSize: size - 1 }), chunks), name).toEqual(tooLarge(size - 1))
        }
      }
    }
  })

  test('createParser() counts many short lines by the memory that they take', async () => {
    const before = await measureHeld()
    const parser = createParser({ onEvent() {}, maxBufferSize: 4_000_000 })
    const chunk = toBytes('data\n'.repeat(10_000))
    let fed = 0
    let error: unknown
    while (!error) {
      error = feedAll(parser, [chunk])
      fed += 10_000
      if (fed === 60_000) expect((await measureHeld()) - before).toBeLessThan(3 * 4_000_000)
    }
    expect(error).toEqual(tooLarge(4_000_000))
    expect(fed).toBe(70_000)
  })

  test('createParser() counts the finished lines of an event too', () => {
    const stream = 'data: 12345\ndata: 789'
    for (const { name, chunks } of everyCut(stream)) {
      expect(feedAll(createRecorder({ maxBufferSize: 14 }), chunks), name).toBeUndefined()
      expect(feedAll(createRecorder({ maxBufferSize: 13 }), chunks), name).toEqual(tooLarge(13))
    }
  })

  test('createParser() forgets the count at the end of an event', () => {
    const stream = 'data: 12345\n\n: 123456\nevent: t\n\n'.repeat(50)
    for (const { name, chunks } of everyCut(stream)) {
      const error = feedAll(createRecorder({ maxBufferSize: 13 }), chunks)
      if (error) expect(error, name).toBeUndefined()
    }
  })

  test('createParser() has dispatched all that comes before the too large event in the same chunk', () => {
    for (const tail of [`data: ${'x'.repeat(200)}`, `data: ${'x'.repeat(200)}\n\ndata: after\n\n`, 'data: x\n'.repeat(100)]) {
      const parser = createRecorder({ maxBufferSize: 100 })
      expect(() => parser.feed(`id: 1\ndata: a\n\nretry: 5\n\n: b\n\nid: 2\ndata: c\n\n${tail}`)).toThrow(tooLarge(100))
      expect(parser.log).toEqual([
        { id: '1' }, event('a', 'message', '1'), { retry: 5 }, { comment: 'b' }, { id: '2' }, event('c', 'message', '2'),
      ])
      expect(parser.lastEventId).toBe('2')
    }
  })

  test('createParser() throws too-large at every feed() until reset(), and dispatches nothing', () => {
    const parser = createRecorder({ maxBufferSize: 100 })
    expect(() => parser.feed(`id: 1\ndata: a\n\nid: 2\nevent: t\ndata: ${'x'.repeat(100)}`)).toThrow(tooLarge(100))
    for (const chunk of ['\n\n', 'data: b\n\n', '', new Uint8Array(0), toBytes('data: b\n\n')]) {
      expect(() => parser.feed(chunk)).toThrow(tooLarge(100))
    }
    expect(parser.log).toEqual([{ id: '1' }, event('a', 'message', '1')])
    parser.reset()
    parser.feed(`${BOM}data: c\n\n`)
    expect(parser.log).toEqual([{ id: '1' }, event('a', 'message', '1'), event('c', 'message', '1')])
  })

  test('createParser() does not take the id of an event that is too large for delivered', () => {
    for (const { name, chunks } of everyCut(`id: 2\ndata: ${'x'.repeat(101)}\n\n`)) {
      const parser = createRecorder({ maxBufferSize: 100 })
      parser.feed('id: 1\ndata: a\n\n')
      expect(feedAll(parser, chunks), name).toEqual(tooLarge(100))
      expect(parser.lastEventId, name).toBe('1')
    }
  })

  test('createParser() frees what it held when that grows too large', async () => {
    const parser = createRecorder({ maxBufferSize: 64 * 1024 * 1024 })
    const chunk = new Uint8Array(1024 * 1024).fill(120)
    for (let i = 0; i < 64; i++) parser.feed(chunk)
    const full = await measureHeld()
    expect(() => parser.feed(chunk)).toThrow(tooLarge(64 * 1024 * 1024))
    expect(full - (await measureHeld())).toBeGreaterThan(32 * 1024 * 1024)
    expect(parser.incomplete).toBe(false)
  })

  test('createParser() frees what it held of a giant line when that ends', async () => {
    const parser = createParser({ onEvent() {}, maxBufferSize: Infinity })
    const chunk = new Uint8Array(1024 * 1024).fill(120)
    for (let i = 0; i < 64; i++) parser.feed(chunk)
    const full = await measureHeld()
    parser.feed('\ndata: a')
    expect(full - (await measureHeld())).toBeGreaterThan(32 * 1024 * 1024)
    expect(parser.incomplete).toBe(true)
  })

  test('createParser() holds 16 MiB by default', () => {
    const chunk = new Uint8Array(1024 * 1024).fill(120)
    const parser = createRecorder()
    for (let i = 0; i < 16; i++) parser.feed(chunk)
    expect(() => parser.feed('x')).toThrow(tooLarge(16 * 1024 * 1024))
  })

  test('createParser() holds anything where the limit is Infinity', () => {
    const parser = createRecorder({ maxBufferSize: Infinity })
    const chunk = new Uint8Array(1024 * 1024).fill(120)
    for (let i = 0; i < 20; i++) parser.feed(chunk)
    parser.feed('\ndata: a\n\n')
    expect(parser.log).toEqual([event('a')])
  })
})

describe('createParser() and chunks', () => {
  const stream = `${BOM}id: é\nevent: t\ndata: 注意\r\ndata: 𝄞\n\n: c\ndata: ${'long €'.repeat(1000)}\n\ndata: d\r\r`

  test("createParser() lets a chunk's memory be reused once feed() has returned", () => {
    const whole = toBytes(stream)
    const expected = referenceParse(whole)
    expect(expected.log).toHaveLength(5)
    for (const size of [1, 2, 3, 5, 16, 100, 1000, 2500, whole.length]) {
      const memory = new Uint8Array(size + 20)
      const parser = createRecorder()
      for (const chunk of cutEvery(size, whole)) {
        const view = memory.subarray(7, 7 + chunk.length)
        view.set(chunk)
        parser.feed(view)
        memory.fill(10) // line feeds, which would end whatever is held
      }
      expect({ log: parser.log, lastEventId: parser.lastEventId }, `${size}`).toEqual(expected)
    }
  })

  test("createParser() leaves a chunk's memory as it is", () => {
    const whole = toBytes(stream)
    const copy = whole.slice()
    createRecorder().feed(whole)
    expect(whole).toEqual(copy)
  })

  test("createParser() reads a view of its own bytes only, and a Buffer", () => {
    const memory = toBytes('data: before\n\ndata: a\n\ndata: after\n\n')
    expect(interpret([memory.subarray(14, 23)]).log).toEqual([event('a')])
    expect(interpret([Buffer.from('data: é\n\n')]).log).toEqual([event('é')])
  })

  test('createParser() reads bytes of another realm', () => {
    const foreign = runInNewContext('new Uint8Array([100, 97, 116, 97, 58, 97, 10, 10])') as Uint8Array
    expect(foreign).not.toBeInstanceOf(Uint8Array)
    expect(interpret([foreign]).log).toEqual([event('a')])
  })

  test('createParser() joins a character whose surrogates come in two strings', () => {
    const text = 'data: 😀\nevent: 𝄞\nid: 🆔\n\n'
    for (const { name, chunks } of everyStringCut(text)) {
      expectSame(interpret(chunks), { log: [{ id: '🆔' }, event('😀', '𝄞', '🆔')], lastEventId: '🆔' }, name)
    }
    expect(interpret(['data: \uD83D', '', '\uDE00\n\n']).log).toEqual([event('😀')])
  })

  test('createParser() leaves half a surrogate pair of a string as it is', () => {
    expect(interpret(['data: a\uD83D', 'b\n\n']).log).toEqual([event('a\uD83Db')])
    expect(interpret(['data: \uD83D', '\uD83D', '\uDE00\n\n']).log).toEqual([event('\uD83D😀')])
    expect(interpret(['data: \uD83D', toBytes('b\n\n')]).log).toEqual([event('\uD83Db')])
  })

  test('createParser() forgets nothing for a chunk that it refuses', () => {
    for (const size of [1, 600]) {
      const parser = createRecorder()
      parser.feed(bytes('data: ', 'x'.repeat(size), 0xe2, 0x82))
      expect(() => parser.feed(null as never)).toThrow(TypeError)
      parser.feed(bytes(0xac, '\n\n'))
      expect(parser.log).toEqual([event(`${'x'.repeat(size)}€`)])
    }
  })

  test('createParser() takes strings and bytes in turns', () => {
    expect(interpret([toBytes('é'.repeat(600)), bytes(0xe2), '€\ndata: é', toBytes('é'.repeat(600)), '\n\n']).log).toEqual([event('é'.repeat(601))])
    expect(interpret([bytes('data: ', 'x'.repeat(600), 0xe2), '€\n\n']).log).toEqual([event(`${'x'.repeat(600)}\uFFFD€`)])
    expect(interpret(['da', toBytes('ta: é'), 'é', toBytes('é\n'), '\n']).log).toEqual([event('ééé')])
    expect(interpret([bytes('data: ', 0xe2, 0x82), '', bytes(0xac), '\n\n']).log).toEqual([event('€')])
    expect(interpret([bytes('data: ', 0xc3), 'b\n\n']).log).toEqual([event('\uFFFDb')])
  })
})

describe('createParser() and bad arguments', () => {
  test.each<[unknown, string]>([
    [undefined, 'undefined'],
    [null, 'null'],
    ['log', 'log'],
    [{}, '[object Object]'],
    [Symbol('s'), 'Symbol(s)'],
  ])('createParser() throws a TypeError where onEvent is %s', (onEvent, shown) => {
    const error = new TypeError(`Cannot parse: onEvent is not a function: ${shown}`)
    expect(() => createParser({ onEvent } as unknown as ParserOptions)).toThrow(error)
  })

  test('createParser() does not compile without onEvent', () => {
    // @ts-expect-error onEvent is missing
    expect(() => createParser({})).toThrow(TypeError)
    // @ts-expect-error there is no such option
    expect(createParser({ onEvent() {}, onError() {} })).toHaveProperty('feed')
  })

  test.each([0, -1, NaN, -Infinity])('createParser() throws a RangeError where maxBufferSize is %d', maxBufferSize => {
    const error = new RangeError(`Cannot parse: maxBufferSize is not a positive number: ${maxBufferSize}`)
    expect(() => createParser({ onEvent() {}, maxBufferSize })).toThrow(error)
  })

  test.each<[string, unknown, string]>([
    ['undefined', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a number', 1, '1'],
    ['an array', [100, 97], '100,97'],
    ['an object', {}, '[object Object]'],
    ['an ArrayBuffer', new ArrayBuffer(8), '[object ArrayBuffer]'],
    ['a DataView', new DataView(new ArrayBuffer(8)), '[object DataView]'],
    ['a Uint16Array', new Uint16Array([100, 97]), '100,97'],
  ])('createParser() throws a TypeError at feed() of %s, and goes on', (_, chunk, shown) => {
    const parser = createRecorder()
    parser.feed('data: a')
    const error = new TypeError(`Cannot parse: neither a Uint8Array nor a string: ${shown}`)
    expect(() => parser.feed(chunk as string)).toThrow(error)
    parser.feed('b\n\n')
    expect(parser.log).toEqual([event('ab')])
  })
})

describe('createParser(), reset by a listener,', () => {
  test('leaves out what is left of the chunk, and parses the next stream cleanly', () => {
    for (const lineEnd of ['\n', '\r\n', '\r']) {
      const data: string[] = []
      const parser = createParser({
        onEvent({ data: text }) {
          data.push(text)
          if (text === 'stop') parser.reset()
        },
      })
      parser.feed(['data: a', '', 'data: stop', '', 'data: c', '', 'data: unfin'].join(lineEnd))
      parser.feed(['data: next', '', ''].join(lineEnd))
      expect(data).toEqual(['a', 'stop', 'next'])
    }
  })
})

describe('createParser(), of lines without a colon,', () => {
  test('looks for one in the line and its end alone', () => {
    const searched: number[] = []
    const spy = vi.spyOn(String.prototype, 'indexOf').mockImplementation(function (this: string, search: string, from?: number) {
      if (search === ':') searched.push(this.length)
      const found = this.slice(from).split(search)[0] as string
      return found.length === this.length - (from ?? 0) ? -1 : found.length + (from ?? 0)
    })
    const data: string[] = []
    createParser({ onEvent: ({ data: text }) => data.push(text) }).feed(`${'junk\n'.repeat(1000)}data\n\n`)
    spy.mockRestore()
    expect(data).toEqual([''])
    expect(searched).toHaveLength(1001)
    expect(Math.max(...searched)).toBe('junk\n'.length)
  })
})
