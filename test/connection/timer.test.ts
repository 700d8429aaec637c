import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { startTimer } from '../../src/connection/timer.ts'

const START = Date.UTC(2026, 0, 1)
const HOUR = 3_600_000

beforeEach(() => void vi.useFakeTimers({ now: START }))
afterEach(() => void vi.useRealTimers())

function start(delayMs: number, sleptMs = 5000) {
  const onDue = vi.fn<() => void>()
  const onWake = vi.fn<() => void>()
  const stop = startTimer(delayMs, sleptMs, lateMs => (lateMs > 0 ? onWake : onDue)())
  return { onDue, onWake, stop, calls: () => [onDue.mock.calls.length, onWake.mock.calls.length] }
}

/** The machine sleeps: the clock goes on, timers stand still. */
const sleep = (ms: number) => vi.setSystemTime(Date.now() + ms)

describe('startTimer()', () => {
  test.each([0, 1, 29_999, 30_000, 30_001, 72_345, 86_400_000])('is due after %i ms, not a millisecond before, and once', delayMs => {
    const { calls } = start(delayMs)
    if (delayMs > 0) vi.advanceTimersByTime(delayMs - 1)
    expect(calls()).toEqual([0, 0])
    vi.advanceTimersByTime(delayMs > 0 ? 1 : 0)
    expect(calls()).toEqual([1, 0])
    vi.advanceTimersByTime(HOUR)
    expect(calls()).toEqual([1, 0])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('is due after more than a timer of the platform holds', () => {
    const { calls } = start(2 ** 31 + 4000)
    vi.advanceTimersByTime(2 ** 31 + 3999)
    expect(calls()).toEqual([0, 0])
    vi.advanceTimersByTime(1)
    expect(calls()).toEqual([1, 0])
  })

  test('never asks the platform for more than it holds, and has one timer at a time', () => {
    const set = vi.spyOn(globalThis, 'setTimeout')
    start(360_000)
    for (let step = 0; step < 11; step++) {
      expect(vi.getTimerCount()).toBe(1)
      vi.advanceTimersByTime(30_000)
    }
    expect(set.mock.calls.map(([, ms]) => ms)).toEqual(Array.from({ length: 12 }, () => 30_000))
  })

  test.each([0, 1, 29_999, 30_000, 71_000, 599_999])('finds within half a minute of waking that the machine slept, %i ms after its start', awakeMs => {
    const { calls } = start(600_000)
    vi.advanceTimersByTime(awakeMs)
    sleep(HOUR)
    expect(calls()).toEqual([0, 0])
    vi.advanceTimersByTime(30_000)
    expect(calls()).toEqual([0, 1])
    vi.advanceTimersByTime(HOUR)
    expect(calls()).toEqual([0, 1])
    expect(vi.getTimerCount()).toBe(0)
  })

  test.each([
    [5000, 5000, 'due'], [5000, 5001, 'slept'], [61_000, 60_000, 'due'], [61_000, 61_001, 'slept'],
  ] as const)('told that %i ms are a sleep, takes %i ms too late for %s', (sleptMs, lateMs, what) => {
    const { calls } = start(10_000, sleptMs)
    sleep(lateMs)
    vi.advanceTimersByTime(10_000)
    expect(calls()).toEqual(what === 'due' ? [1, 0] : [0, 1])
  })

  test('does not take a busy page for a sleep', () => {
    const { calls } = start(360_000)
    for (let step = 0; step < 12; step++) {
      sleep(4900) // each step is so late
      vi.advanceTimersByTime(30_000)
    }
    expect(calls()).toEqual([1, 0])
  })

  test('takes a clock that is put forward by much for a sleep: the two look alike', () => {
    const { calls } = start(60_000)
    vi.advanceTimersByTime(1000)
    vi.setSystemTime(Date.now() + HOUR)
    vi.advanceTimersByTime(29_000)
    expect(calls()).toEqual([0, 1])
  })

  test('is due at its time where the clock is put back', () => {
    const { calls } = start(60_000)
    vi.advanceTimersByTime(1000)
    vi.setSystemTime(Date.now() - HOUR)
    vi.advanceTimersByTime(58_999)
    expect(calls()).toEqual([0, 0])
    vi.advanceTimersByTime(1)
    expect(calls()).toEqual([1, 0])
  })

  test('calls nothing once it is stopped, in any step and after its end', () => {
    for (const awakeMs of [0, 1, 30_000, 42_000, 72_000, 80_000]) {
      const { stop, calls } = start(72_000)
      vi.advanceTimersByTime(awakeMs)
      const before = calls()
      stop()
      expect(vi.getTimerCount()).toBe(0)
      sleep(HOUR)
      vi.advanceTimersByTime(HOUR)
      expect(calls()).toEqual(before)
      stop()
    }
  })

  test('may be stopped, and started anew, by what it calls', () => {
    let left = 3
    const due = vi.fn(() => {
      stop()
      if (--left > 0) stop = startTimer(7000, 5000, due)
    })
    let stop = startTimer(7000, 5000, due)
    vi.advanceTimersByTime(HOUR)
    expect(due).toHaveBeenCalledTimes(3)
    expect(vi.getTimerCount()).toBe(0)
  })
})
