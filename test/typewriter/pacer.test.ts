import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createPacer, FOREVER_MS, type PacerOptions } from '../../src/typewriter/pacer.ts'
import { figures, mean, pacings, screens, simulate as play, traces, variation } from '../bench/pacing.ts'
import type { Chunk, Pacing, Run, Screen } from '../bench/pacing.ts'
import { createRandom } from '../helpers/every-cut.ts'

const HERTZ = [30, 60, 120, 144]

function simulate(trace: Chunk[], options: PacerOptions & Screen & { ends?: boolean } = {}): Run {
  const { hz = 60, janky = 0, ends = false, ...pace } = options
  return play(trace, createPacer(pace), { hz, janky, ends })
}

/** Chunks of about `size` characters, about every `gap` milliseconds, for so many seconds. */
function chunks({ gap, size, seconds, spread = 0.2 }: { gap: number; size: number; seconds: number; spread?: number }): Chunk[] {
  const random = createRandom(gap * 1000 + size)
  const about = (value: number) => value * (1 - spread + 2 * spread * random())
  const trace: Chunk[] = []
  for (let at = 5; at < seconds * 1000; at += about(gap)) trace.push({ at, size: Math.max(1, Math.round(about(size))) })
  return trace
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

test.each<PacerOptions>([{}, { speed: 0.1 }, { speed: Infinity }, { maxDelay: Infinity }])('createPacer(%j) has all due after for ever', pace => {
  const pacer = createPacer(pace)
  pacer.arrive(0, 1000)
  expect(pacer.frame(FOREVER_MS, 1000)).toBe(1000)
  pacer.shown(990)
  pacer.arrive(500, 1010)
  const due = pacer.frame(1000 / 60, 1010)
  expect(due).toBeGreaterThanOrEqual(10)
  if (pace.speed !== Infinity) expect(due).toBeLessThan(505)
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

const SMOOTH = ['50 tokens/s', '2,000 tokens/s', ...Object.keys(traces).filter(name => name.startsWith('recorded'))]
const ALL = Object.entries(traces)
const traceOf = (name: string) => traces[name] as Chunk[]

/** The longest time without a frame. */
const longestFrame = ({ frames }: Run) => max(frames.map(({ time }, i) => time - (frames[i - 1]?.time ?? 0)))

describe.each(Object.entries(screens))('at %s', (_, screen) => {
  const read = (trace: Chunk[], pace: PacerOptions = {}) => simulate(trace, { ...screen, ...pace, ends: true })
  // Late frames have more to show, which no pacer can help
  const { janky = 0 } = screen

  test.each(ALL)('createPacer() shows all of %s, its first character at the first frame', (__, trace) => {
    const run = read(trace)
    expect(run.lags).toHaveLength(total(trace))
    expect(run.frames.find(({ shown }) => shown > 0)?.time).toBe(run.frames.find(({ time }) => time >= (trace[0]?.at ?? 0))?.time)
  })

  test('createPacer() shows bursts of 250 ms as an even stream', () => {
    expect(figures(read(traceOf('80 tokens/s, in bursts of 250 ms'))).variation).toBeLessThanOrEqual(janky ? 1.2 : 0.6)
  })

  test.each(SMOOTH)('createPacer() lags at most 150 ms behind %s, but for a twentieth', name => {
    const late = janky ? 1000 / 60 : 0
    expect(figures(read(traceOf(name))).lag.p95).toBeLessThanOrEqual(150 + late)
  })

  test.each(ALL)('createPacer() lets nothing of %s wait longer than 1.3 s', (__, trace) => {
    expect(figures(read(trace)).lag.max).toBeLessThanOrEqual(1300)
  })

  test.each(ALL)('createPacer() has shown all of %s by the first frame after 300 ms', (__, trace) => {
    const run = read(trace)
    expect(run.tail).toBeLessThanOrEqual(300 + (screen.hz === 30 ? longestFrame(run) : 0))
  })

  test.each(ALL)('createPacer() respects a shorter maxDelay with %s', (__, trace) => {
    const run = read(trace, { maxDelay: 200 })
    expect(max(run.lags)).toBeLessThanOrEqual(200 + longestFrame(run))
  })

  test.each([7, 50, 1000])('createPacer() is exact at %i characters a second, at every frame', speed => {
    const { frames } = simulate([{ at: 5, size: 20 * speed }], { ...screen, speed })
    const [first, ...others] = frames.filter(({ shown }, i) => shown > 0 || i > 0)
    let shown = first?.shown ?? 0
    const wrong = others.filter(({ time, shown: count }) => {
      shown += count
      // The first is due at once, and the first frame is given a frame's time
      const due = 1 + ((time - (first?.time ?? 0) + 1000 / 60) / 1000) * speed
      return shown < 20 * speed && (shown > due + 1e-6 || shown < due - 1 - 1e-6)
    })
    expect(wrong).toEqual([])
  })
})

const paced = (trace: Chunk[], pacing: string) => figures(play(trace, (pacings[pacing] as () => Pacing)(), { ends: true }))

test.each(ALL.filter(([name]) => !name.endsWith('at once')))('createPacer() makes %s calmer than it comes', (_, trace) => {
  const [ours, raw] = ['teleprinter', 'raw, each frame'].map(name => paced(trace, name))
  expect(ours?.variation).toBeLessThan(raw?.variation ?? 0)
})

test.each(SMOOTH)('createPacer() lags less than half as far behind %s as an exponential drain', name => {
  const [ours, other] = ['teleprinter', 'exponential, 250 ms'].map(pacing => paced(traceOf(name), pacing))
  expect(ours?.lag.mean).toBeLessThan((other?.lag.mean ?? 0) / 2)
})

/** The mean lag, with the text at other places between two frames: where it comes at once, that place is most of its lag. */
const meanLag = (trace: Chunk[], hz: number) => mean(Array.from({ length: 8 }, (_, phase) => {
  return mean(simulate(trace.map(({ at, size }) => ({ at: at + phase * 1000 / 30 / 8, size })), { hz, ends: true }).lags)
}))

test.each(ALL)('createPacer() lags as much behind %s at any frame rate', (_, trace) => {
  const [slowest = 0, ...others] = HERTZ.map(hz => meanLag(trace, hz))
  expect(max(others) / Math.min(...others)).toBeLessThan(1.15)
  // A frame of 30 Hz is half of a short lag
  for (const other of others) expect(Math.abs(slowest - other)).toBeLessThan(Math.max(0.15 * other, 1000 / 30))
})

const anyGap = fc.oneof(fc.integer({ min: 0, max: 1500 }), fc.integer({ min: 0, max: 50 }))
const anySize = fc.oneof(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 8 }))
const anyTrace = fc.array(fc.tuple(anyGap, anySize), { minLength: 1, maxLength: 40 }).map(steps => {
  let at = 0
  return steps.map(([gap, size]) => ({ at: (at += gap), size }))
})
const anyHertz = fc.constantFrom(...HERTZ)

test('createPacer() lets no text wait longer than maxDelay and a frame, whatever comes', () => {
  fc.assert(fc.property(anyTrace, anyHertz, fc.constantFrom(200, 500, 1000, 3000), (trace, hz, maxDelay) => {
    const { lags } = simulate(trace, { hz, maxDelay })
    expect(lags).toHaveLength(total(trace))
    expect(max(lags)).toBeLessThanOrEqual(maxDelay + 1000 / hz + 1e-6)
  }), { seed: 1, numRuns: 300 })
})

test('createPacer() shows all at the first frame after 300 ms from the end, whatever came', () => {
  fc.assert(fc.property(anyTrace, anyHertz, fc.constantFrom(200, 1000, 3000), (trace, hz, maxDelay) => {
    const { lags, tail } = simulate(trace, { hz, maxDelay, ends: true })
    expect(lags).toHaveLength(total(trace))
    expect(tail).toBeLessThanOrEqual(300 + 1000 / hz + 1e-6)
  }), { seed: 3, numRuns: 300 })
})

test('createPacer() lets no text wait longer than maxDelay and two frames, however late they are', () => {
  fc.assert(fc.property(anyTrace, anyHertz, fc.constantFrom(200, 500, 1000, 3000), (trace, hz, maxDelay) => {
    const run = simulate(trace, { hz, maxDelay, janky: 0.1, ends: true })
    expect(max(run.lags)).toBeLessThanOrEqual(maxDelay + 2 * longestFrame(run))
    expect(run.tail).toBeLessThanOrEqual(300 + 2 * longestFrame(run))
  }), { seed: 4, numRuns: 300 })
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
