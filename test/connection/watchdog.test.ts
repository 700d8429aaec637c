import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createWatchdog } from '../../src/connection/watchdog.ts'
import { fetchEvents, StreamError } from '../../src/index.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A watchdog of an attempt, and what hears that it barks. */
function watch(limitMs: number, bark: (reason: unknown) => void) {
  const attempt = new AbortController()
  attempt.signal.addEventListener('abort', () => {
    if (attempt.signal.reason instanceof StreamError) bark(attempt.signal.reason)
  })
  return { ...createWatchdog(limitMs, attempt, 'Silent for'), close: () => attempt.abort() }
}

describe('createWatchdog()', () => {
  test('barks when one wait is too long', () => {
    const bark = vi.fn()
    watch(1000, bark).start()
    vi.advanceTimersByTime(999)
    expect(bark).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(bark).toHaveBeenCalledExactlyOnceWith(new StreamError('timeout', 'Silent for 1000 ms'))
    expect(vi.getTimerCount()).toBe(0)
  })

  test('counts each wait anew, and none in between', () => {
    const bark = vi.fn()
    const watchdog = watch(1000, bark)
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
    const watchdog = watch(1000, () => {})
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
    watch(1000, bark).start()
    vi.setSystemTime(Date.now() + 3_600_000)
    vi.advanceTimersByTime(1000)
    expect(bark).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1000)
    expect(bark).toHaveBeenCalledOnce()
  })

  test('gives a wait that was slept through for less than its limit its time again too, once', () => {
    const bark = vi.fn()
    const watchdog = watch(3000, bark)
    watchdog.start()
    vi.setSystemTime(Date.now() + 2000)
    vi.advanceTimersByTime(3000)
    expect(bark).not.toHaveBeenCalled()
    vi.setSystemTime(Date.now() + 2000)
    vi.advanceTimersByTime(3000)
    expect(bark).toHaveBeenCalledOnce()
  })

  test('watches times that no timer holds', () => {
    const bark = vi.fn()
    watch(2 ** 32, bark).start()
    vi.advanceTimersByTime(2 ** 32 - 1)
    expect(bark).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(bark).toHaveBeenCalledOnce()
  })

  test('is off at 0', () => {
    watch(0, () => {}).start()
    expect(vi.getTimerCount()).toBe(0)
  })

  /** The machine sleeps, or the page is frozen: the clock goes on, timers stand still. */
  const sleep = (ms: number) => vi.setSystemTime(Date.now() + ms)

  test('stands still while the page is frozen, and grants one wait more from when it finds that', () => {
    const bark = vi.fn()
    watch(120_000, bark).start()
    vi.advanceTimersByTime(61_000)
    sleep(3_600_000)
    vi.advanceTimersByTime(29_000) // the end of the step
    vi.advanceTimersByTime(119_999)
    expect(bark).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(bark).toHaveBeenCalledOnce()
  })

  test('grants one wait more for each sleep', () => {
    const bark = vi.fn()
    watch(10_000, bark).start()
    for (let night = 0; night < 5; night++) {
      vi.advanceTimersByTime(7000)
      sleep(8 * 3_600_000)
      vi.advanceTimersByTime(3000)
    }
    expect(bark).not.toHaveBeenCalled()
    vi.advanceTimersByTime(10_000)
    expect(bark).toHaveBeenCalledOnce()
  })

  test('says nothing of a sleep where bytes have come since, and counts from them', () => {
    const bark = vi.fn()
    const watchdog = watch(10_000, bark)
    watchdog.start()
    vi.advanceTimersByTime(7000)
    sleep(3_600_000)
    watchdog.stop()
    watchdog.start()
    vi.advanceTimersByTime(9999)
    expect(bark).not.toHaveBeenCalled()
    vi.advanceTimersByTime(3001) // found by the timer of before, which grants one wait more
    expect(bark).toHaveBeenCalledOnce()
  })

  test('sleeps through nothing that it does not watch', () => {
    const bark = vi.fn()
    const watchdog = watch(10_000, bark)
    watchdog.start()
    watchdog.stop()
    sleep(3_600_000)
    vi.advanceTimersByTime(3_600_000)
    expect(bark).not.toHaveBeenCalled()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('barks no more once its attempt is aborted, and once for one wait', () => {
    const bark = vi.fn()
    const watchdog = watch(1000, bark)
    watchdog.start()
    watchdog.close()
    expect(vi.getTimerCount()).toBe(0)
    watchdog.start()
    vi.advanceTimersByTime(5000)
    expect(bark).not.toHaveBeenCalled()
    watch(1000, bark).start()
    vi.advanceTimersByTime(60_000)
    expect(bark).toHaveBeenCalledOnce()
  })
})

describe('idleTimeout', () => {
  test('takes no stream for dead that a machine slept through, and sends nothing again', async () => {
    let body: ReadableStreamDefaultController<Uint8Array> | undefined
    const write = (text: string) => body?.enqueue(new TextEncoder().encode(text))
    const own = vi.fn(() => Promise.resolve(new Response(new ReadableStream<Uint8Array>({ start: controller => void (body = controller) }), { headers: { 'content-type': 'text/event-stream' } })))
    const answer = fetchEvents('http://localhost/', { method: 'POST', fetch: own, idleTimeout: 120_000 })
    const first = answer.next()
    await vi.advanceTimersByTimeAsync(60_000)
    vi.setSystemTime(Date.now() + 3_600_000)
    await vi.advanceTimersByTimeAsync(100_000)
    write('data: it goes on\n\n')
    expect((await first).value).toMatchObject({ data: 'it goes on' })
    const second = answer.next()
    const refused = expect(second).rejects.toMatchObject({ code: 'timeout' })
    await vi.advanceTimersByTimeAsync(120_000)
    await refused
    expect(own).toHaveBeenCalledOnce()
    expect(vi.getTimerCount()).toBe(0)
  })
})
