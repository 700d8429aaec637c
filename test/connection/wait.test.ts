import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { waitToRetry } from '../../src/connection/wait.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** Waits, and tells whether that is over. */
function start(delayMs: number, signal = new AbortController().signal, floorMs?: number) {
  const state = { over: false }
  void waitToRetry(delayMs, signal, floorMs).then(() => (state.over = true))
  return state
}

/** A page, as far as a wait knows one. */
function stubPage(onLine: boolean) {
  const page = new EventTarget()
  const navigator = { onLine }
  vi.stubGlobal('navigator', navigator)
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
  return { page, navigator, listeners: () => ['online', 'pageshow'].flatMap(type => getEventListeners(page, type)) }
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

  test('leaves the page a turn, also where a policy says 0', async () => {
    const state = start(0)
    for (let i = 0; i < 100; i++) await Promise.resolve()
    expect(state.over).toBe(false)
    await vi.advanceTimersByTimeAsync(0)
    expect(state.over).toBe(true)
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
    const state = start(1000, controller.signal)
    controller.abort()
    await vi.advanceTimersByTimeAsync(0)
    expect(state.over).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
    const late = start(1000, controller.signal)
    await vi.advanceTimersByTimeAsync(0)
    expect(late.over).toBe(true)
  })

  test('waits on while the machine is offline, until it is online again', async () => {
    const { page, listeners } = stubPage(false)
    const state = start(1000)
    await vi.advanceTimersByTimeAsync(100_000)
    expect(state.over).toBe(false)
    page.dispatchEvent(new Event('online'))
    await vi.advanceTimersByTimeAsync(0)
    expect(state.over).toBe(true)
    expect(listeners()).toEqual([])
  })

  test('ends when the page returns from the back/forward cache, but not before the server lets it', async () => {
    const { page, listeners } = stubPage(true)
    const returned = (persisted: boolean) => Object.assign(new Event('pageshow'), { persisted })
    const own = start(10_000)
    const told = start(10_000, undefined, 5000)
    const longSince = start(10_000, undefined, 1000)
    await vi.advanceTimersByTimeAsync(2000)
    page.dispatchEvent(returned(false)) // a page that loads
    await vi.advanceTimersByTimeAsync(0)
    expect([own.over, told.over, longSince.over]).toEqual([false, false, false])
    page.dispatchEvent(returned(true))
    await vi.advanceTimersByTimeAsync(0)
    expect([own.over, told.over, longSince.over]).toEqual([true, false, true])
    await vi.advanceTimersByTimeAsync(2999)
    expect(told.over).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(told.over).toBe(true)
    expect(listeners()).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })
})
