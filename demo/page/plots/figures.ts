// What a reader notices of text that is typed, in numbers. The benchmark of pacing reckons with these too

/** One display's record of a run. */
export interface Run {
  /** How long each unit waited, in milliseconds and in order. */
  lags: number[]
  /** The frames from the first text that came: when each was, and how many units were new in it. */
  frames: { time: number; shown: number }[]
  /** From the last chunk, which ends the stream where it ends, to the last unit. */
  tail: number
}

export interface Figures {
  /** Milliseconds that a character waits. */
  lag: { mean: number; p95: number; max: number }
  /** How uneven frames are: the standard deviation of characters a frame as a share of their mean. */
  variation: number
  /** The share of frames that show nothing new. */
  still: number
  /** Milliseconds from the last token to the last character. */
  tail: number
}

/**
 * What a reader sees of a run: of its frames, those up to the last text.
 *
 * @param from the first frame that counts; by default the first with text in it. Where pacings stand side by side it may be 0: one
 * that shows nothing for long, and then all in one frame, is not even
 */
export function figures({ lags, frames, tail }: Run, from = frames.findIndex(({ shown }) => shown > 0)): Figures {
  const sorted = Float64Array.from(lags)
  sorted.sort()
  const end = frames.reduce((last, { shown }, i) => (shown > 0 ? i + 1 : last), 0)
  const drawn = frames.slice(from, end).map(({ shown }) => shown)
  return {
    lag: { mean: mean(lags), p95: sorted[Math.ceil(0.95 * sorted.length) - 1] ?? NaN, max: sorted.at(-1) ?? NaN },
    variation: variation(drawn),
    still: drawn.filter(shown => shown === 0).length / drawn.length,
    tail,
  }
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** The standard deviation as a share of the mean. */
export function variation(values: readonly number[]): number {
  const middle = mean(values)
  return Math.sqrt(mean(values.map(value => (value - middle) ** 2))) / middle
}
