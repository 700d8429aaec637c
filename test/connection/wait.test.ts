import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { waitToRetry } from '../../src/connection/wait.ts'
import { connect, EventSource, fetchEvents, type FetchEventsInit } from '../../src/index.ts'

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

  test('ends at once when the network changes, but not before the server lets it', async () => {
    const { page, listeners } = stubPage(true)
    const own = start(60_000)
    const told = start(60_000, undefined, 5000)
    await vi.advanceTimersByTimeAsync(1000)
    page.dispatchEvent(new Event('online'))
    await vi.advanceTimersByTimeAsync(0)
    expect([own.over, told.over]).toEqual([true, false])
    await vi.advanceTimersByTimeAsync(3999)
    expect(told.over).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(told.over).toBe(true)
    expect(listeners()).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('has one timer, however often the world changes', async () => {
    const { page } = stubPage(true)
    const state = start(60_000, undefined, 50_000)
    for (let turn = 0; turn < 20; turn++) {
      page.dispatchEvent(new Event('online'))
      page.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }))
      await vi.advanceTimersByTimeAsync(100)
      expect(vi.getTimerCount()).toBe(1)
    }
    await vi.advanceTimersByTimeAsync(47_999)
    expect(state.over).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(state.over).toBe(true)
  })

  test('ends within half a minute of waking, but not before the server lets it', async () => {
    const own = start(2 ** 31)
    const told = start(2 ** 31, undefined, 3_700_000)
    const longSince = start(2 ** 31, undefined, 60_000)
    await vi.advanceTimersByTimeAsync(2000)
    vi.setSystemTime(Date.now() + 3_600_000) // sleeps
    await vi.advanceTimersByTimeAsync(28_000)
    expect([own.over, told.over, longSince.over]).toEqual([true, false, true])
    await vi.advanceTimersByTimeAsync(69_999) // what it slept counts
    expect(told.over).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(told.over).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('goes on waiting where it wakes without a network', async () => {
    const { page, navigator } = stubPage(true)
    const state = start(60_000)
    navigator.onLine = false
    vi.setSystemTime(Date.now() + 3_600_000)
    await vi.advanceTimersByTimeAsync(100_000)
    expect(state.over).toBe(false)
    page.dispatchEvent(new Event('online'))
    await vi.advanceTimersByTimeAsync(0)
    expect(state.over).toBe(true)
  })

  test('is not made longer by a floor that a policy undercuts', async () => {
    const { page } = stubPage(true)
    const state = start(1000, undefined, 60_000)
    page.dispatchEvent(new Event('online'))
    await vi.advanceTimersByTimeAsync(999)
    expect(state.over).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(state.over).toBe(true)
  })

  test('leaves no listener where it is aborted without a network', async () => {
    const { listeners } = stubPage(false)
    const controller = new AbortController()
    const state = start(0, controller.signal)
    await vi.advanceTimersByTimeAsync(1000)
    expect(state.over).toBe(false)
    controller.abort()
    await vi.advanceTimersByTimeAsync(0)
    expect(state.over).toBe(true)
    expect(listeners()).toEqual([])
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
  })
})

describe('a change of the world', () => {
  const EVENT_STREAM = { 'content-type': 'text/event-stream' }
  const streaming = (text: string) => new Response(new ReadableStream({ start: body => body.enqueue(new TextEncoder().encode(text)) }), { headers: EVENT_STREAM })
  const ending = (text: string) => new Response(text, { headers: EVENT_STREAM })
  const noNetwork = () => Promise.reject(new TypeError('no network'))
  const never = () => new Promise<Response>(() => {})

  /** Begins a feed whose requests are counted, and are answered so, the last one ever after. */
  function begin(answers: (() => Response | Promise<Response>)[], init: FetchEventsInit = {}) {
    const world = stubPage(true)
    const own = vi.fn(async () => (answers.length > 1 ? answers.shift() : answers[0])?.() as Response)
    const events = fetchEvents('http://localhost/', { fetch: own, retry: () => 60_000, ...init })
    const read = async () => {
      for await (const _ of events);
    }
    read().catch(() => {})
    return { ...world, requests: () => own.mock.calls.length, stop: () => events.return?.() }
  }

  /** All that may happen to a page, five times. */
  async function turn({ page }: { page: EventTarget }) {
    for (let time = 0; time < 5; time++) {
      for (const type of ['offline', 'online', 'visibilitychange', 'focus', 'resume']) page.dispatchEvent(new Event(type))
      for (const persisted of [true, false]) page.dispatchEvent(Object.assign(new Event('pageshow'), { persisted }))
    }
    await vi.advanceTimersByTimeAsync(0)
  }

  async function sleep(ms: number) {
    vi.setSystemTime(Date.now() + ms)
    await vi.advanceTimersByTimeAsync(30_000)
  }

  test('makes one request in the place of the one that would have come', async () => {
    const feed = begin([noNetwork])
    await vi.advanceTimersByTimeAsync(1000)
    expect(feed.requests()).toBe(1)
    await turn(feed)
    expect(feed.requests()).toBe(2)
    await vi.advanceTimersByTimeAsync(59_999)
    expect(feed.requests()).toBe(2)
    await vi.advanceTimersByTimeAsync(1)
    expect(feed.requests()).toBe(3)
    await sleep(3_600_000)
    expect(feed.requests()).toBe(4)
    await feed.stop()
    await turn(feed)
    await sleep(3_600_000)
    expect(feed.requests()).toBe(4)
    expect(feed.listeners()).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })

  test.each<[string, () => Response | Promise<Response>]>([['streams', () => streaming('data: x\n\n')], ['connects', never]])('opens nothing beside a feed that %s', async (_what, answer) => {
    const feed = begin([answer])
    await vi.advanceTimersByTimeAsync(1000)
    await turn(feed)
    await sleep(3_600_000)
    await turn(feed)
    await vi.advanceTimersByTimeAsync(3_600_000)
    expect(feed.requests()).toBe(1)
    await feed.stop()
  })

  test('burns no attempt while the network is away', async () => {
    const onRetry = vi.fn()
    const feed = begin([noNetwork, () => streaming('data: x\n\n')], { retry: () => 1000, onRetry })
    feed.navigator.onLine = false
    await vi.advanceTimersByTimeAsync(36_000_000)
    await sleep(3_600_000)
    expect(feed.requests()).toBe(1)
    feed.page.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }))
    await vi.advanceTimersByTimeAsync(0)
    expect(feed.requests()).toBe(1)
    feed.page.dispatchEvent(new Event('online'))
    await vi.advanceTimersByTimeAsync(0)
    expect(feed.requests()).toBe(2)
    expect(onRetry).toHaveBeenCalledOnce()
    await feed.stop()
  })

  test.each<[string, () => Response]>([
    ['Retry-After', () => new Response('', { status: 503, headers: { 'retry-after': '30' } })],
    ['retry:', () => ending('retry: 30000\ndata: x\n\n')],
  ])('makes no request before %s says so', async (_what, answer) => {
    const feed = begin([answer])
    await vi.advanceTimersByTimeAsync(10_000)
    await turn(feed)
    await vi.advanceTimersByTimeAsync(19_999)
    expect(feed.requests()).toBe(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(feed.requests()).toBe(2)
    await feed.stop()
  })

  test.each<[string, () => Response | Promise<Response>]>([
    ['was dropped', noNetwork], ['has ended', () => ending('data: x\n\n')], ['was refused', () => new Response('', { status: 500 })],
  ])('sends no prompt again that %s', async (_what, answer) => {
    const prompt = begin([answer], { method: 'POST', retry: undefined })
    await vi.advanceTimersByTimeAsync(1000)
    await turn(prompt)
    await sleep(3_600_000)
    await turn(prompt)
    expect(prompt.requests()).toBe(1)
  })

  test.each(['connect', 'EventSource'] as const)('makes one request by %s, and none before retry: says so', async face => {
    const open = (init: FetchEventsInit) => (face === 'connect' ? connect('http://localhost/', init) : new EventSource('http://localhost/', init))
    const world = stubPage(true)
    vi.spyOn(Math, 'random').mockReturnValue(0)
    for (const [text, floor] of [['data: x\n\n', 0], ['retry: 30000\ndata: x\n\n', 30_000]] as const) {
      const own = vi.fn(() => Promise.resolve(ending(text)))
      const stream = open({ fetch: own })
      await vi.advanceTimersByTimeAsync(500)
      await turn(world)
      expect(own).toHaveBeenCalledTimes(floor ? 1 : 2)
      await vi.advanceTimersByTimeAsync(Math.max(0, floor - 501))
      expect(own).toHaveBeenCalledTimes(floor ? 1 : 2)
      if (floor) await vi.advanceTimersByTimeAsync(1)
      expect(own).toHaveBeenCalledTimes(2)
      stream.close()
      await turn(world)
      expect(own).toHaveBeenCalledTimes(2)
    }
    vi.restoreAllMocks()
  })
})
