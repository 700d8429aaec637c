import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { waitToRetry } from '../../src/connection/wait.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** Waits, and tells whether that is over. */
function start(delayMs: number, signal = new AbortController().signal) {
  const state = { over: false }
  void waitToRetry(delayMs, signal).then(() => (state.over = true))
  return state
}

/** A page, as far as a wait knows one. */
function stubPage(onLine: boolean) {
  const page = new EventTarget()
  const navigator = { onLine }
  vi.stubGlobal('navigator', navigator)
  const add = vi.fn(page.addEventListener.bind(page))
  const remove = vi.fn(page.removeEventListener.bind(page))
  vi.stubGlobal('addEventListener', add)
  vi.stubGlobal('removeEventListener', remove)
  return { page, navigator, add, remove }
}

describe('waitToRetry()', () => {
  test('waits its time', async () => {
    const state = start(1000)
    await vi.advanceTimersByTimeAsync(999)
    expect(state.over).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(state.over).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('does not fire at once for a time that no timer holds', async () => {
    const state = start(9_999_999_999)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(state.over).toBe(false)
    await vi.advanceTimersByTimeAsync(2 ** 31)
    expect(state.over).toBe(true)
  })

  test('ends at once when the signal is aborted, and leaves no timer and no listener', async () => {
    const controller = new AbortController()
    const remove = vi.spyOn(controller.signal, 'removeEventListener')
    const state = start(1000, controller.signal)
    controller.abort()
    await vi.advanceTimersByTimeAsync(0)
    expect(state.over).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
    expect(remove).toHaveBeenCalled()
    const late = start(1000, controller.signal)
    await vi.advanceTimersByTimeAsync(0)
    expect(late.over).toBe(true)
  })

  test('waits on while the machine is offline, until it is online again', async () => {
    const { page, add, remove } = stubPage(false)
    const state = start(1000)
    await vi.advanceTimersByTimeAsync(100_000)
    expect(state.over).toBe(false)
    page.dispatchEvent(new Event('online'))
    await vi.advanceTimersByTimeAsync(0)
    expect(state.over).toBe(true)
    expect(remove).toHaveBeenCalledTimes(add.mock.calls.length)
  })
})
