import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createPacer, type PacerOptions } from '../../src/typewriter/pacer.ts'

const HERTZ = [30, 60, 120, 144]

interface Chunk {
  /** In milliseconds. */
  at: number
  /** In characters. */
  size: number
}

interface Run {
  /** How long each character waited, in milliseconds and in order. */
  lags: number[]
  frames: { time: number; shown: number }[]
  /** From the end of the stream, or its last chunk, to the last character. */
  tail: number
}

/** Does with a pacer what a typewriter does: frames while there is text, none while there is none. */
function simulate(trace: Chunk[], options: PacerOptions & { hz?: number; ends?: boolean } = {}): Run {
  const { hz = 60, ends = false, ...pace } = options
  const pacer = createPacer(pace)
  const run: Run = { lags: [], frames: [], tail: 0 }
  const waiting: Chunk[] = []
  const lastChunk = trace.at(-1)?.at ?? 0
  let backlog = 0
  let next = 0
  let lastFrame: number | undefined
  for (let frame = 1; next < trace.length || backlog > 0; frame++) {
    if (frame > 100_000) throw new Error(`Still ${backlog} characters to show after ${frame} frames`)
    const time = (frame * 1000) / hz
    for (let chunk = trace[next]; chunk && chunk.at <= time; chunk = trace[++next]) {
      backlog += chunk.size
      waiting.push({ ...chunk })
      pacer.arrive(chunk.at, backlog)
      if (ends && next === trace.length - 1) pacer.end(backlog)
    }
    let shown = 0
    if (backlog > 0) {
      shown = pacer.frame(lastFrame === undefined ? 1000 / 60 : time - lastFrame, backlog)
      pacer.shown(shown)
      backlog -= shown
    }
    run.frames.push({ time, shown })
    lastFrame = backlog > 0 ? time : undefined
    for (let left = shown; left > 0;) {
      const first = waiting[0]
      if (!first) throw new Error('More was due than had come')
      const count = Math.min(left, first.size)
      for (let i = 0; i < count; i++) run.lags.push(time - first.at)
      left -= count
      first.size -= count
      if (first.size === 0) waiting.shift()
    }
    run.tail = time - lastChunk
  }
  return run
}

/** The same numbers between 0 and 1 at every run. */
function createRandom(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Chunks of about `size` characters, about every `gap` milliseconds, for so many seconds. */
function chunks({ gap, size, seconds, spread = 0.2 }: { gap: number; size: number; seconds: number; spread?: number }): Chunk[] {
  const random = createRandom(gap * 1000 + size)
  const about = (value: number) => value * (1 - spread + 2 * spread * random())
  const trace: Chunk[] = []
  for (let at = 5; at < seconds * 1000; at += about(gap)) trace.push({ at, size: Math.max(1, Math.round(about(size))) })
  return trace
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** How uneven: the standard deviation as a share of the mean. */
function variation(values: number[]): number {
  const middle = mean(values)
  return Math.sqrt(mean(values.map(value => (value - middle) ** 2))) / middle
}

/** Characters a frame, from two seconds on and while text comes. */
function perFrame({ frames }: Run, trace: Chunk[]): number[] {
  const end = trace.at(-1)?.at ?? 0
  return frames.filter(({ time }) => time > 2000 && time < end).map(({ shown }) => shown)
}

const max = (values: number[]): number => values.reduce((most, value) => Math.max(most, value), 0)
const total = (trace: Chunk[]): number => trace.reduce((sum, { size }) => sum + size, 0)

const smooth = chunks({ gap: 20, size: 4, seconds: 12 })
const bursts = chunks({ gap: 250, size: 80, seconds: 12 })
const slowBursts = chunks({ gap: 1000, size: 400, seconds: 12 })

describe.each(HERTZ)('at %i Hz', hz => {
  const interval = 1000 / hz

  test('createPacer() shows a first character at once, and not all of the rest', () => {
    const pacer = createPacer()
    pacer.arrive(0, 100)
    const due = pacer.frame(interval, 100)
    expect(due).toBeGreaterThanOrEqual(1)
    expect(due).toBeLessThan(100)
  })

  test('createPacer() lags little behind a smooth stream', () => {
    const { lags } = simulate(smooth, { hz })
    expect(lags).toHaveLength(total(smooth))
    expect(mean(lags)).toBeLessThan(100)
    expect(max(lags.slice(400))).toBeLessThan(150 + interval)
  })

  test('createPacer() makes bursts even', () => {
    const run = simulate(bursts, { hz })
    expect(run.lags).toHaveLength(total(bursts))
    expect(variation(perFrame(run, bursts))).toBeLessThanOrEqual(0.6)
    expect(max(run.lags)).toBeLessThan(500)
  })

  test('createPacer() does not wait for a third burst to make them even', () => {
    const { frames } = simulate(bursts, { hz })
    const second = bursts[1]?.at ?? 0
    const third = bursts[2]?.at ?? 0
    const shown = frames.filter(({ time }) => time > second && time < third).map(({ shown: count }) => count)
    expect(max(shown)).toBeLessThan(80 / 3)
  })

  test('createPacer() spreads bursts that come a second apart for as long as maxDelay allows', () => {
    const run = simulate(slowBursts, { hz })
    expect(max(run.lags)).toBeLessThanOrEqual(1000 + 100 + interval)
    expect(mean(run.lags)).toBeGreaterThan(300)
    const hasty = simulate(slowBursts, { hz, maxDelay: 300 })
    expect(max(hasty.lags)).toBeLessThanOrEqual(300 + 100 + interval)
  })

  test('createPacer() takes chunks that come together for one', () => {
    const split = bursts.flatMap(({ at, size }) => {
      return [0, 1, 2, 3].map(part => ({ at: at + part / 2, size: Math.floor((size + part) / 4) }))
    })
    expect(variation(perFrame(simulate(split, { hz }), split))).toBeLessThanOrEqual(0.6)
  })

  test('createPacer() does not take two chunks in quick succession for a smooth stream', () => {
    const pairs = bursts.flatMap(({ at, size }) => [{ at, size: size - 10 }, { at: at + 10, size: 10 }])
    const run = simulate(pairs, { hz })
    expect(run.lags).toHaveLength(total(bursts))
    expect(variation(perFrame(run, pairs))).toBeLessThanOrEqual(0.6)
  })

  test('createPacer() keeps up with two thousand tokens a second', () => {
    const flood = chunks({ gap: 5, size: 40, seconds: 8 })
    expect(max(simulate(flood, { hz }).lags.slice(4000))).toBeLessThan(150 + interval)
  })

  test.each([
    ['a smooth stream', smooth], ['bursts', bursts], ['slow bursts', slowBursts], ['one long chunk', [{ at: 5, size: 80_000 }]],
  ])('createPacer() has shown all of %s 300 ms after its end', (_, trace) => {
    const run = simulate(trace, { hz, ends: true })
    expect(run.lags).toHaveLength(total(trace))
    expect(run.tail).toBeLessThanOrEqual(300 + interval)
  })

  test('createPacer() types at a given speed', () => {
    const { lags } = simulate([{ at: 5, size: 501 }], { hz, speed: 50 })
    expect(max(lags) / 10_000).toBeCloseTo(1, 1)
  })
})

test('createPacer() does not depend on the frame rate', () => {
  for (const trace of [bursts, slowBursts]) {
    const lags = HERTZ.map(hz => mean(simulate(trace, { hz }).lags))
    expect(max(lags) / Math.min(...lags)).toBeLessThan(1.1)
  }
  // Half a frame of 30 Hz counts here
  const lags = HERTZ.map(hz => mean(simulate(smooth, { hz }).lags))
  expect(max(lags) - Math.min(...lags)).toBeLessThan(1000 / 30)
})

test('createPacer() takes up a new speed as soon at any frame rate', () => {
  const shown = [3, 6, 12, 24].map(frames => {
    const pacer = createPacer()
    pacer.arrive(0, 20)
    pacer.shown(pacer.frame(1, 20))
    pacer.arrive(250, 10_000)
    let left = 10_000
    for (let i = 0; i < frames; i++) {
      const due = pacer.frame(100 / frames, left)
      pacer.shown(due)
      left -= due
    }
    return 10_000 - left
  })
  expect(max(shown) / Math.min(...shown)).toBeLessThan(1.3)
})

test('createPacer() makes up for the time of a late frame', () => {
  const early = createPacer()
  const late = createPacer()
  early.arrive(0, 1000)
  late.arrive(0, 1000)
  let shown = 0
  for (let frame = 0; frame < 10; frame++) {
    const due = early.frame(16, 1000 - shown)
    early.shown(due)
    shown += due
  }
  expect(Math.abs(late.frame(160, 1000) - shown)).toBeLessThanOrEqual(1)
})

test('createPacer() makes no tail that slows down for ever', () => {
  const { frames } = simulate([{ at: 5, size: 300 }])
  const shown = frames.map(({ shown: count }) => count)
  const middle = shown.slice(2, -2)
  expect(middle.length).toBeGreaterThan(8)
  expect(max(middle) - Math.min(...middle)).toBeLessThanOrEqual(2)
})

test('createPacer() never types slower than 20 characters a second', () => {
  const { lags } = simulate([{ at: 5, size: 3 }, { at: 3000, size: 3 }, { at: 6000, size: 3 }])
  expect(max(lags)).toBeLessThanOrEqual(3 * 50 + 1000 / 60)
})

test('createPacer() saves up no credit in a silence', () => {
  for (const speed of ['auto', 200] as const) {
    const pacer = createPacer({ speed })
    pacer.arrive(0, 20)
    expect(pacer.frame(10_000, 20)).toBe(20)
    pacer.shown(20)
    expect(pacer.frame(10_000, 0)).toBe(0)
    pacer.shown(0)
    pacer.arrive(20_000, 500)
    expect(pacer.frame(1000 / 60, 500)).toBeLessThan(50)
  }
})

test('createPacer() keeps what is due and was not shown', () => {
  const pacer = createPacer({ speed: 100 })
  pacer.arrive(0, 8)
  expect(pacer.frame(30, 8)).toBe(4)
  pacer.shown(0)
  expect(pacer.frame(50, 8)).toBe(8)
})

// A speed of one's own may be any
test.each([10, 50, 1000])('createPacer() ignores maxDelay at a speed of %i', speed => {
  const lags = simulate([{ at: 5, size: 1001 }], { speed, maxDelay: 50 }).lags
  expect(max(lags) / (1_000_000 / speed)).toBeCloseTo(1, 1)
  const ended = simulate([{ at: 5, size: 1001 }], { speed, maxDelay: 50, ends: true })
  expect(ended.tail / (1_000_000 / speed)).toBeCloseTo(1, 1)
})

test('createPacer() shows all there is at a speed without limit, however soon a frame comes', () => {
  const pacer = createPacer({ speed: Infinity })
  pacer.arrive(0, 7)
  expect(pacer.frame(0, 7)).toBeGreaterThanOrEqual(1)
  expect(pacer.frame(16, 7)).toBe(7)
})

test.each([0, -1, NaN, -Infinity])('createPacer() refuses a speed of %d', speed => {
  expect(() => createPacer({ speed })).toThrow(new RangeError(`Cannot type at this speed: ${speed}`))
})

test.each([0, -1, NaN, -Infinity])('createPacer() refuses a maxDelay of %d', maxDelay => {
  expect(() => createPacer({ maxDelay })).toThrow(new RangeError(`Cannot type with this maxDelay: ${maxDelay}`))
  expect(() => createPacer({ speed: 10, maxDelay })).toThrow(RangeError)
})

test('createPacer() refuses a speed that is a word', () => {
  expect(() => createPacer({ speed: 'fast' as 'auto' })).toThrow(new RangeError('Cannot type at this speed: fast'))
})

const anyGap = fc.integer({ min: 0, max: 1500 })
const anySize = fc.integer({ min: 1, max: 3000 })
const anyTrace = fc.array(fc.tuple(anyGap, anySize), { minLength: 1, maxLength: 40 }).map(steps => {
  let at = 0
  return steps.map(([gap, size]) => ({ at: (at += gap), size }))
})
const anyHertz = fc.constantFrom(...HERTZ)

test('createPacer() lets no text wait longer than maxDelay, whatever comes', () => {
  fc.assert(fc.property(anyTrace, anyHertz, fc.constantFrom(200, 500, 1000, 3000), (trace, hz, maxDelay) => {
    const { lags } = simulate(trace, { hz, maxDelay })
    expect(lags).toHaveLength(total(trace))
    expect(max(lags)).toBeLessThanOrEqual(maxDelay + 100 + 2 * (1000 / hz))
  }), { seed: 1, numRuns: 300 })
})

// The plainest of what the property finds
test('createPacer() shows a long answer within maxDelay, though single characters follow it', () => {
  const trace = Array.from({ length: 16 }, (_, i) => ({ at: 800 * i, size: i === 5 ? 10_000 : 1 }))
  expect(max(simulate(trace).lags)).toBeLessThanOrEqual(1000 + 100 + 2 * (1000 / 60))
})

test('createPacer() lets all become due after the end, and never more than there is', () => {
  const steps = fc.array(fc.record({
    wait: fc.integer({ min: 0, max: 2000 }),
    size: fc.integer({ min: 0, max: 500 }),
    kept: fc.integer({ min: 0, max: 12 }), // units of a grapheme that would have been split
  }), { maxLength: 60 })
  const speeds = fc.constantFrom('auto' as const, 0.5, 40, 100_000)
  fc.assert(fc.property(steps, speeds, fc.constantFrom(1, 300, 1000, Infinity), anyHertz, (script, speed, maxDelay, hz) => {
    const pacer = createPacer({ speed, maxDelay })
    let backlog = 0
    let now = 0
    const frame = (elapsed: number, kept: number) => {
      const due = pacer.frame(elapsed, backlog)
      if (!Number.isInteger(due) || due < 0 || due > backlog) throw new Error(`${due} of ${backlog} due`)
      const shown = Math.max(0, due - kept)
      pacer.shown(shown)
      backlog -= shown
    }
    for (const { wait, size, kept } of script) {
      now += wait
      backlog += size
      if (size > 0) pacer.arrive(now, backlog)
      frame(wait, kept)
    }
    pacer.end(backlog)
    const left = speed === 'auto' ? 300 : (1000 * backlog) / speed
    const interval = Math.max(1000 / hz, left / 100)
    for (let spent = 0; spent < left + interval; spent += interval) frame(interval, 0)
    expect(backlog).toBe(0)
  }), { seed: 2, numRuns: 500 })
})
