// Many clients that a server dropped at the same moment, and how they come back: a simulation in virtual time, with the real policy.
import { backoff, type Failure, type RetryPolicy } from '../../src/connection/retry.ts'
import { StreamError } from '../../src/errors.ts'
import { createRandom } from '../helpers/every-cut.ts'

export const CLIENTS = 100_000
/** What peaks are counted in, in milliseconds. */
export const WINDOW_MS = 100
/** What arrivals are counted in, so that a window may begin anywhere, or nearly. */
const BIN_MS = 10
const SPAN_MS = 120_000

/** Ours beside what clients do that wait the same each time. */
export const policies: Record<string, () => RetryPolicy> = {
  'backoff()': () => backoff(),
  'fixed 1 s': () => () => 1000,
  'fixed 3 s': () => () => 3000,
}

/** What a server goes through. */
export interface Stampede {
  /** Attempts that arrive in each window from the drop on. */
  attempts: number[]
  /** The most that arrive in any 100 ms. */
  peak: number
  /** The most of those that arrive once the server is back. */
  peakOnReturn: number
  total: number
  /** Milliseconds after the server's return when so many in a hundred clients are back. */
  backAfter: (percent: number) => number
}

/** Latency one way: 10 ms, and at random 20 ms more on the average. */
const latency = (random: () => number) => 10 - 20 * Math.log(1 - random())

/** Drops all clients at 0; the server answers again after `downMs`, and refuses every attempt before. */
export function stampede(policy: RetryPolicy, downMs: number, seed = 1): Stampede {
  const random = createRandom(seed)
  const reason = new StreamError('network', 'Event stream broke')
  const bins = new Uint32Array(SPAN_MS / BIN_MS)
  const returns = new Float64Array(CLIENTS)
  const own = Math.random
  Math.random = random // which the policy asks
  try {
    for (let client = 0; client < CLIENTS; client++) {
      let at = latency(random) // until it hears of the drop
      for (let attempt = 1; ; attempt++) {
        const failure: Failure = { attempt, reason, method: 'GET', received: attempt === 1, lastEventId: '1' }
        const arrives = at + Number(policy(failure)) + latency(random)
        const bin = Math.floor(arrives / BIN_MS)
        if (bin < bins.length) bins[bin] = (bins[bin] ?? 0) + 1
        returns[client] = arrives - downMs
        if (arrives >= downMs) break
        at = arrives + latency(random)
      }
    }
  } finally {
    Math.random = own
  }
  returns.sort()

  const inWindow = WINDOW_MS / BIN_MS
  const windowAt = (bin: number) => bins.subarray(bin, bin + inWindow).reduce((sum, count) => sum + count, 0)
  const peakFrom = (start: number) => {
    let peak = 0
    for (let bin = start; bin < bins.length; bin++) peak = Math.max(peak, windowAt(bin))
    return peak
  }
  return {
    attempts: Array.from({ length: SPAN_MS / WINDOW_MS }, (_, i) => windowAt(i * inWindow)),
    peak: peakFrom(0),
    peakOnReturn: peakFrom(Math.ceil(downMs / BIN_MS)),
    total: bins.reduce((sum, count) => sum + count, 0),
    backAfter: percent => returns[Math.ceil(CLIENTS * percent / 100) - 1] ?? NaN,
  }
}
