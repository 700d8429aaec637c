import { describe, expect, test } from 'vitest'
import { figures, variation } from '../../demo/page/plots/figures.ts'
import { read } from '../../demo/page/plots/reading.ts'
import { createRecorder } from '../../demo/page/plots/recorder.ts'

describe('createRecorder()', () => {
  test('createRecorder() knows how long each character waited, also where what is shown is cut elsewhere than what came', () => {
    const recorder = createRecorder()
    recorder.arrive(0, 3)
    recorder.arrive(10, 2)
    recorder.show(20, 2)
    recorder.show(35, 3)
    expect(recorder.run.lags).toEqual([20, 20, 35, 25, 25])
    expect(recorder.shown).toBe(5)
    expect(recorder.run.tail).toBe(25)
  })

  test('createRecorder() begins with the first text, and counts what was shown since the last frame', () => {
    const recorder = createRecorder()
    recorder.frame(0)
    recorder.arrive(5, 10)
    recorder.frame(16)
    recorder.show(17, 1)
    recorder.show(30, 2)
    recorder.frame(33)
    recorder.frame(50)
    expect(recorder.run.frames.map(({ time, shown }) => [time, shown])).toEqual([[16, 0], [33, 3], [50, 0]])
  })

  test('createRecorder() takes for the lag of a frame what has waited longest: shown in it, or still to come', () => {
    const recorder = createRecorder()
    recorder.arrive(0, 1)
    recorder.arrive(30, 1)
    recorder.frame(40)
    recorder.show(45, 1)
    recorder.frame(50)
    recorder.show(55, 1)
    recorder.frame(60)
    recorder.frame(70)
    expect(recorder.run.frames.map(({ lag }) => lag)).toEqual([40, 45, 25, 0])
  })

  test('createRecorder() refuses to show what has not come', () => {
    const recorder = createRecorder()
    recorder.arrive(0, 1)
    expect(() => recorder.show(1, 2)).toThrow('Cannot show 1 characters: they had not come')
  })
})

describe('figures()', () => {
  const run = { lags: [10, 20, 30, 40], frames: [0, 2, 0, 2, 0].map((shown, i) => ({ time: 16 * i, shown })), tail: 40 }

  test('figures() counts frames from the first with text to the last', () => {
    const { lag, variation: uneven, still, tail } = figures(run)
    expect(lag).toEqual({ mean: 25, p95: 40, max: 40 })
    expect(uneven).toBeCloseTo(variation([2, 0, 2]))
    expect(still).toBeCloseTo(1 / 3)
    expect(tail).toBe(40)
  })

  test('figures() counts the frames before it too, where it is told to', () => {
    expect(figures(run, 0).still).toBe(0.5)
    expect(figures(run, 0).variation).toBeCloseTo(1)
  })
})

describe('read()', () => {
  const of = (mean: number, uneven: number) => ({ lag: { mean, p95: mean, max: mean }, variation: uneven, still: 0, tail: 0 })

  test('read() finds who is the most even and who the quickest, whoever they are', () => {
    const reading = read({ ours: of(200, 0.5), raw: of(8, 4), fixed: of(5000, 0.9) })
    expect(reading).toEqual({
      even: { name: 'ours', variation: 0.5, lag: 200 }, quick: { name: 'raw', variation: 4, lag: 8 }, beside: { times: 8, later: 192 },
    })
    expect(read({ ours: of(5, 2), raw: of(8, 1) })).toMatchObject({ even: { name: 'raw' }, quick: { name: 'ours' }, beside: { times: 0.5, later: -3 } })
  })

  test('read() says nothing of a display that has shown nothing', () => {
    expect(read({ smooth: of(NaN, NaN) })).toBeUndefined()
    expect(read({ smooth: of(NaN, NaN), raw: of(8, 1) })).toMatchObject({ even: { name: 'raw' }, beside: undefined })
  })
})
