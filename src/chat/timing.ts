/** How an answer came, in milliseconds from the call. What never came has the time of the end. */
export interface Timing {
  /** The first byte of the answer. */
  firstByte: number
  /** The first piece of text, reasoning or a tool call. */
  firstToken: number
  /** The end. */
  total: number
  /** The longest silence between two arrivals, after the first. */
  longestGap: number
  /** Whether the whole answer came in one burst after a long wait: something on the way holds it back. */
  buffered: boolean
}

/** Measures one answer; see {@link Timing}. */
export interface Stopwatch {
  /** A request goes out: the first one, or its repetition. */
  send(): void
  byte(): void
  token(): void
  /** The end; whether all of the answer has come. */
  stop(whole: boolean): Timing
}

/** A whole answer in so short a time … */
const BURST_MS = 100
/** … after so long a wait … */
const WAIT_MS = 1000
/** … and of so many pieces was streamed, and held back. */
const BURST_TOKENS = 20

/** Starts to measure; the clock is the caller's. */
export function createStopwatch(now: () => number = () => performance.now()): Stopwatch {
  const start = now()
  const elapsed = () => now() - start
  let sent = 0
  let firstByte: number | undefined
  let firstToken: number | undefined
  let lastByte = 0
  let tokens = 0
  let longestGap = 0

  return {
    send() {
      sent = elapsed()
    },
    byte() {
      const at = elapsed()
      if (firstByte !== undefined) longestGap = Math.max(longestGap, at - lastByte)
      firstByte ??= at
      lastByte = at
    },
    token() {
      firstToken ??= elapsed()
      tokens++
    },
    stop(whole) {
      const total = elapsed()
      const first = firstByte ?? total
      return {
        firstByte: first,
        firstToken: firstToken ?? total,
        total,
        longestGap,
        // By bytes: a model that thinks for long sends something at first, or comments, if nothing holds them back
        buffered: whole && tokens >= BURST_TOKENS && first - sent >= WAIT_MS && lastByte - first <= BURST_MS,
      }
    },
  }
}
