import { createRandom } from '../chat/model/random.ts'

/** A price, and how it has moved since midnight. */
export interface Quote {
  symbol: string
  price: number
  /** In percent. */
  change: number
  time: string
}

/** Nobody's shares, and what they are worth on an average day. */
const SYMBOLS: readonly (readonly [symbol: string, mean: number])[] = [['BAUD', 110], ['INKS', 245], ['KEYS', 61], ['TAPE', 348], ['WIRE', 78.4]]
const DAY_MS = 24 * 60 * 60_000
/** The walk's shortest stride, in ms; each further octave's is twice as long, up to some days. */
const STRIDE_MS = 2000
const OCTAVES = 17
/** How far the shortest stride leads at most, as a share of the price. */
const STEP = 0.0003

/** What is quoted at a tick; the same whoever asks, and whenever. */
export function quote(tick: number, time: number): Quote {
  const random = createRandom(`quote ${tick}`)
  const [symbol, mean] = SYMBOLS[Math.floor(random() * SYMBOLS.length)] as (typeof SYMBOLS)[number]
  const price = mean * (1 + walk(symbol, time))
  const opening = mean * (1 + walk(symbol, time - time % DAY_MS))
  return { symbol, price: round(price), change: round((price / opening - 1) * 100), time: new Date(time).toISOString() }
}

/**
 * A random walk that can be asked for any moment without walking there: waves of growing length between random points, each as
 * much higher as a walk gets further in its time, which is the square root of it.
 */
function walk(symbol: string, time: number): number {
  let sum = 0
  for (let octave = 0; octave < OCTAVES; octave++) {
    const strides = time / (STRIDE_MS * 2 ** octave)
    const index = Math.floor(strides)
    const [from, to] = [point(symbol, octave, index), point(symbol, octave, index + 1)]
    sum += STEP * Math.sqrt(2 ** octave) * (from + (to - from) * (strides - index))
  }
  return sum
}

/** From -1 to 1. */
function point(symbol: string, octave: number, index: number): number {
  return createRandom(`${symbol} ${octave} ${index}`)() * 2 - 1
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
