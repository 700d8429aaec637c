import * as fc from 'fast-check'
import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import { cutAt, cutEvery, everyCut, randomCut, toBytes, toText } from '../helpers/every-cut.ts'
import { referenceParse, type Happening } from '../helpers/reference-parser.ts'
import { createRecorder, interpret } from './interpret.ts'

// A failure prints its seed and its path: give both to fc.assert() to see it again. SEED=7 npm run test:unit tries other streams
const SEED = Number(process.env.SEED ?? 20_240_229)

function join(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

const text = (...choices: string[]) => fc.constantFrom(...choices).map(toBytes)
const raw = (...choices: number[][]) => fc.constantFrom(...choices).map(choice => new Uint8Array(choice))

const eol = text('\n', '\n', '\r', '\r\n', '\r\n')
const field = text(
  'data', 'data', 'data', 'event', 'id', 'retry', '', '',
  'Data', 'DATA', 'dat', 'datas', ' data', 'da\0ta', 'constructor', '\uFEFF', '\uFEFFdata',
)
const colon = text(':', ': ', ': ', ':  ', ':\t', '::', '', ' :')
const words = text(
  '', 'a', 'b c', ' ', 'é', '€', '𝄞', '👩‍👧', '注意', '\uFEFF', '\u2028', '\u0085', '\0', 'x:y', 'data: z', '{"a":"\\n"}',
)
const invalid = raw(
  [0xff], [0x80], [0xc3], [0xe2, 0x82], [0xf0, 0x9f, 0x98], [0xed, 0xa0, 0x80], [0xc0, 0x8a], [0xef, 0xbb], [0xef, 0xbb, 0xbf],
)
const value = fc.oneof(
  { weight: 6, arbitrary: words },
  { weight: 3, arbitrary: text('0', '10', '007', '3000', '12x', '-1', '1.5', '1e3', '٣') },
  { weight: 1, arbitrary: invalid },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }).map(toBytes) },
)
const line = fc.tuple(field, colon, value, eol).map(join)
const blankLine = text('\n\n', '\r\r', '\r\n\r\n', '\n\r', '\r\n\n')
const wholeEvent = fc.tuple(text('data:', 'data: ', 'id: 1\ndata: ', 'event: t\r\ndata:'), value, blankLine).map(join)
const junk = fc.oneof(fc.uint8Array({ maxLength: 8 }), raw([0xef, 0xbb, 0xbf], [13], [10], [0], [58], [0xef], [0xbb]))
const fragment = fc.oneof(
  { weight: 5, arbitrary: line },
  { weight: 3, arbitrary: wholeEvent },
  { weight: 3, arbitrary: eol },
  { weight: 1, arbitrary: junk },
)
const start = text('', '', '', '\uFEFF', '\uFEFF\uFEFF')

const points = fc.array(fc.nat(400), { maxLength: 12 })
const stream = fc.tuple(start, fc.array(fragment, { maxLength: 24 })).map(([first, rest]) => join([first, ...rest]))

/** The same with some fragments blown up, so that lines and chunks pass every size at which a parser may change its ways. */
const times = (count: number, unit: Uint8Array) => join(Array.from({ length: count }, () => unit))
const longFragment = fc
  .tuple(field, colon, value, fc.constantFrom(1, 100, 700, 1024, 5000, 11_000), eol)
  .map(([name, separator, unit, count, end]) => join([name, separator, times(count, unit), end]))
const manyFragments = fc.tuple(fragment, fc.constantFrom(10, 300, 2000)).map(([unit, count]) => times(count, unit))
const longStream = fc
  .tuple(start, fc.array(fc.oneof({ weight: 2, arbitrary: fragment }, longFragment, manyFragments), { maxLength: 12 }))
  .map(([first, rest]) => join([first, ...rest]))

test('createParser() reads any stream, cut anywhere, as the standard says', () => {
  fc.assert(
    fc.property(stream, points, fc.constantFrom('', '0', 'é'), (whole, cuts, lastEventId) => {
      const expected = referenceParse(whole, lastEventId)
      const options = { lastEventId }
      const chunks = cutAt(cuts.map(cut => cut % (whole.length + 1)), whole)
      expect(interpret(chunks, options)).toEqual(expected)
      expect(interpret([whole], options)).toEqual(expected)
      expect(interpret(cutEvery(1, whole), options)).toEqual(expected)
    }),
    { seed: SEED, numRuns: 12_000 },
  )
})

test('createParser() reads any stream of text, cut into strings anywhere, as the standard says', () => {
  fc.assert(
    fc.property(stream, points, (whole, cuts) => {
      const characters = toText(whole) ?? new TextDecoder('utf-8', { ignoreBOM: true }).decode(whole)
      const ends = [...cuts.map(cut => cut % (characters.length + 1)), characters.length]
      ends.sort((a, b) => a - b)
      const chunks = ends.map((end, i) => characters.slice(ends[i - 1] ?? 0, end))
      expect(interpret(chunks)).toEqual(referenceParse(toBytes(characters)))
    }),
    { seed: SEED, numRuns: 5000 },
  )
})

test('createParser() reads any short stream as the standard says, at every cut', () => {
  const short = fc.tuple(start, fc.array(fragment, { maxLength: 4 })).map(([first, rest]) => join([first, ...rest]).slice(0, 40))
  fc.assert(
    fc.property(short, whole => {
      const expected = referenceParse(whole)
      for (const { name, chunks } of everyCut(whole)) {
        const actual = interpret(chunks)
        if (!isDeepStrictEqual(actual, expected)) expect(actual, name).toEqual(expected)
      }
    }),
    { seed: SEED, numRuns: 300 },
  )
})

test('createParser() reads any stream of long lines and many, cut anywhere, as the standard says', () => {
  fc.assert(
    fc.property(longStream, fc.integer(), fc.constantFrom(100, 3000, 40_000, 200_000), (whole, seed, largest) => {
      const expected = referenceParse(whole)
      for (const chunks of [randomCut(seed, whole, largest), [whole]]) {
        const actual = interpret(chunks)
        if (!isDeepStrictEqual(actual, expected)) expect(actual).toEqual(expected)
      }
    }),
    { seed: SEED, numRuns: 700 },
  )
})

test('createParser() reads any second stream after reset() as if it were the first, but for the last event id', () => {
  fc.assert(
    fc.property(stream, stream, fc.nat(), (first, second, point) => {
      const parser = createRecorder()
      parser.feed(first.slice(0, point % (first.length + 1)))
      parser.reset()
      const { lastEventId } = parser
      parser.log.length = 0
      parser.feed(second)
      expect({ log: parser.log, lastEventId: parser.lastEventId }).toEqual(referenceParse(second, lastEventId))
    }),
    { seed: SEED, numRuns: 1000 },
  )
})

test('createParser() loses no more than the rest of a chunk to a listener that throws', () => {
  fc.assert(
    fc.property(stream, fc.nat(20), (whole, nth) => {
      const log: Happening[] = []
      const parser = createRecorder()
      // Byte by byte a chunk has no rest: nothing at all may be lost
      const { push } = parser.log
      parser.log.push = (...heard) => {
        log.push(...heard)
        push.apply(parser.log, heard)
        if (log.length === nth) throw new Error('A bug of the app')
        return log.length
      }
      const caught: unknown[] = []
      for (const byte of cutEvery(1, whole)) {
        try {
          parser.feed(byte)
        } catch (error) {
          caught.push(error)
        }
      }
      const expected = referenceParse(whole)
      const thrower = expected.log[nth - 1]
      // onId() comes before its event, in the same feed(): where it throws, that event is lost with it
      if (thrower && 'id' in thrower) expected.log.splice(nth, 1)
      expect(log).toEqual(expected.log)
      expect(caught).toHaveLength(thrower ? 1 : 0)
      expect(parser.lastEventId).toBe(expected.lastEventId)
    }),
    { seed: SEED, numRuns: 1000 },
  )
})
