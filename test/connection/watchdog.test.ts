import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createWatchdog } from '../../src/connection/watchdog.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('createWatchdog()', () => {
  test('barks when one wait is too long', () => {
    const bark = vi.fn()
    createWatchdog(1000, bark).start()
    vi.advanceTimersByTime(999)
    expect(bark).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(bark).toHaveBeenCalledOnce()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('counts each wait anew, and none in between', () => {
    const bark = vi.fn()
    const watchdog = createWatchdog(1000, bark)
    for (let wait = 0; wait < 10; wait++) {
      watchdog.start()
      vi.advanceTimersByTime(900)
      watchdog.stop()
      vi.advanceTimersByTime(5000)
    }
    expect(bark).not.toHaveBeenCalled()
    watchdog.start()
    vi.advanceTimersByTime(1000)
    expect(bark).toHaveBeenCalledOnce()
  })

  test('has one timer, however many waits there are', () => {
    const set = vi.spyOn(globalThis, 'setTimeout')
    const watchdog = createWatchdog(1000, () => {})
    for (let wait = 0; wait < 1000; wait++) {
      watchdog.start()
      watchdog.stop()
    }
    expect(set).toHaveBeenCalledOnce()
    watchdog.close()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('gives a wait that the machine slept through its time again', () => {
    const bark = vi.fn()
    createWatchdog(1000, bark).start()
    vi.setSystemTime(Date.now() + 3_600_000)
    vi.advanceTimersByTime(1000)
    expect(bark).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1000)
    expect(bark).toHaveBeenCalledOnce()
  })

  test('watches times that no timer holds', () => {
    const bark = vi.fn()
    createWatchdog(2 ** 32, bark).start()
    vi.advanceTimersByTime(2 ** 32 - 1)
    expect(bark).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(bark).toHaveBeenCalledOnce()
  })

  test('is off at 0', () => {
    createWatchdog(0, () => {}).start()
    expect(vi.getTimerCount()).toBe(0)
  })
})
