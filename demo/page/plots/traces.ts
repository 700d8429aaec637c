// Text as it comes: cut into tokens by the demo's own tokenizer, made at an even pace, and brought by a network of some kind
import { createRandom } from '../../server/chat/model/random.ts'
import { tokenize } from '../../server/chat/model/tokens.ts'
import { inBursts, withStalls, type Deliver } from './deliveries.ts'

/** Text that comes in one piece. */
export interface Chunk {
  /** In milliseconds. */
  at: number
  text: string
}

export const TRACES = ['smooth', 'bursts', 'slowBursts', 'stall', 'fast'] as const
export type TraceName = (typeof TRACES)[number]

const FIRST_MS = 5
const PER_SECOND = 50

/** Given how long it takes to make the whole text. */
const deliveries: Record<TraceName, (lengthMs: number) => Deliver> = {
  smooth: () => madeAt => madeAt,
  bursts: () => inBursts(250),
  slowBursts: () => inBursts(1000),
  // After more than half of it: once, and not twice
  stall: lengthMs => withStalls(1500, 0.6 * lengthMs),
  fast: () => madeAt => madeAt / 10,
}

/** The text as it comes; the same at every call. */
export function createTrace(name: TraceName, text: string): Chunk[] {
  const random = createRandom(name)
  const tokens = tokenize(text)
  const gap = 1000 / PER_SECOND
  const deliver = deliveries[name](tokens.length * gap)
  let madeAt = FIRST_MS
  return tokens.map(token => {
    const at = deliver(madeAt, random)
    madeAt += gap * (0.7 + 0.6 * random())
    return { at, text: token }
  })
}
