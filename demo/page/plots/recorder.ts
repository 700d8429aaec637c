import type { Run } from './figures.ts'

/** A frame of the page: when it was, how many units were new in it, and the longest that any of them, or of those to come, had waited. */
export interface Frame { time: number; shown: number; lag: number }

/** A run with what a plot shows of it. */
export interface Recording extends Run { frames: Frame[] }

/** Writes down when text came and when it was shown; all times in milliseconds, by one clock. */
export interface Recorder {
  arrive(time: number, size: number): void
  /** The next so many units that wait are on the page. @throws {Error} where fewer had come */
  show(time: number, size: number): void
  /** A frame begins: what was shown since the last one is new in it. Those before the first text are no part of the record. */
  frame(time: number): void
  readonly shown: number
  readonly run: Recording
}

export function createRecorder(): Recorder {
  const lags: number[] = []
  const frames: Frame[] = []
  const come: { at: number; left: number }[] = []
  let first = 0 // of those that wait
  let fresh = 0 // units since the last frame
  let longest = 0 // that one of them waited
  let lastShow = 0

  return {
    arrive: (at, size) => void come.push({ at, left: size }),
    show(time, size) {
      for (let left = size; left > 0;) {
        const chunk = come[first]
        if (!chunk) throw new Error(`Cannot show ${left} characters: they had not come`)
        const count = Math.min(left, chunk.left)
        const lag = time - chunk.at
        for (let i = 0; i < count; i++) lags.push(lag)
        longest = Math.max(longest, lag)
        left -= count
        chunk.left -= count
        if (chunk.left === 0) first++
      }
      fresh += size
      lastShow = time
    },
    frame(time) {
      if (come.length === 0) return
      const next = come[first]
      frames.push({ time, shown: fresh, lag: Math.max(longest, next ? time - next.at : 0) })
      fresh = 0
      longest = 0
    },
    get shown() {
      return lags.length
    },
    get run() {
      return { lags, frames, tail: lastShow - (come.at(-1)?.at ?? 0) }
    },
  }
}
