/** One way to cut a stream into chunks. */
export interface Cut<T = Uint8Array | string> {
  /** Says which cut it is, for the message of a failed test. */
  name: string
  chunks: T[]
}

/** Up to this length a stream is also cut at every pair of points: the number of pairs grows with its square. */
const PAIRS_UP_TO = 100

/**
 * Every cut that tells parsers apart: whole, one unit at a time, in two at every point, and in three at every pair of points
 * where the stream is short. First as bytes and, where they are valid UTF-8, as strings too, cut between any two code units.
 */
export function* everyCut(stream: Uint8Array | string): Generator<Cut> {
  const bytes = toBytes(stream)
  yield* everyByteCut(bytes)
  const text = toText(bytes)
  if (text !== undefined) yield* everyStringCut(text)
}

/** The cuts of {@link everyCut} into bytes. A chunk is a copy: it shares no memory with the next. */
export function everyByteCut(stream: Uint8Array | string): Generator<Cut<Uint8Array>> {
  const bytes = toBytes(stream)
  return cuts('bytes', bytes.length, (start, end) => bytes.slice(start, end))
}

/** The cuts of {@link everyCut} into strings, also within a surrogate pair. */
export function everyStringCut(text: string): Generator<Cut<string>> {
  return cuts('string', text.length, (start, end) => text.slice(start, end))
}

function* cuts<T>(what: string, length: number, slice: (start: number, end: number) => T): Generator<Cut<T>> {
  yield { name: `${what}, whole`, chunks: [slice(0, length)] }
  yield { name: `${what}, one by one`, chunks: Array.from({ length }, (_, i) => slice(i, i + 1)) }
  for (let i = 1; i < length; i++) yield { name: `${what}, cut at ${i}`, chunks: [slice(0, i), slice(i, length)] }
  if (length > PAIRS_UP_TO) return
  for (let i = 1; i < length; i++) {
    for (let j = i + 1; j < length; j++) {
      yield { name: `${what}, cut at ${i} and ${j}`, chunks: [slice(0, i), slice(i, j), slice(j, length)] }
    }
  }
}

/** Chunks of `size` bytes; the last one may be shorter. */
export function cutEvery(size: number, stream: Uint8Array): Uint8Array[] {
  return Array.from({ length: Math.ceil(stream.length / size) }, (_, i) => stream.slice(i * size, (i + 1) * size))
}

/** Chunks between the given points, in any order. A point that is named twice gives an empty chunk. */
export function cutAt(points: readonly number[], stream: Uint8Array): Uint8Array[] {
  const ends = [...points, stream.length]
  ends.sort((a, b) => a - b)
  return ends.map((end, i) => stream.slice(ends[i - 1] ?? 0, end))
}

/** Chunks of random sizes, from empty to `largest`; the same for the same seed. Small sizes are as likely as large ones. */
export function randomCut(seed: number, stream: Uint8Array, largest = stream.length): Uint8Array[] {
  const random = createRandom(seed)
  const chunks: Uint8Array[] = []
  for (let start = 0; start < stream.length;) {
    const size = Math.floor((largest + 1) ** random()) - Math.floor(random() * 1.1)
    chunks.push(stream.slice(start, start + size))
    start += size
  }
  return chunks
}

/** Mulberry32: numbers from 0 up to 1, the same for the same seed. */
export function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export function toBytes(stream: Uint8Array | string): Uint8Array {
  return typeof stream === 'string' ? new TextEncoder().encode(stream) : stream
}

/** The text of valid UTF-8, its byte order mark too; `undefined` where it is not valid. */
export function toText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
