// What is closed is gone: heap, listeners and timers are after 10,000 streams what they were before. Only Chromium can be asked
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { cdp } from 'vitest/browser'
import { connect, EventSource, fetchEvents, type FetchEventsInit } from '../../src/index.ts'

const EVENT_STREAM = { 'content-type': 'text/event-stream' }
const CYCLES = 10_000
const AT_ONCE = 100
/** Far less than one small object of each stream would come to. */
const HEAP_SLACK = 300_000

const { setTimeout: setOwn, clearTimeout: clearOwn } = globalThis
const timers = new Set<unknown>()
beforeAll(() => {
  globalThis.setTimeout = ((callback: () => void, ms?: number) => {
    const timer = setOwn(() => {
      timers.delete(timer)
      callback()
    }, ms)
    timers.add(timer)
    return timer
  }) as typeof setTimeout
  globalThis.clearTimeout = timer => {
    timers.delete(timer)
    clearOwn(timer)
  }
})
afterAll(() => void Object.assign(globalThis, { setTimeout: setOwn, clearTimeout: clearOwn }))

const turn = () => new Promise(resolve => setOwn(resolve))

/** What is left once all that can be collected is. */
async function measure() {
  for (let time = 0; time < 3; time++) {
    await turn()
    await cdp().send('HeapProfiler.collectGarbage')
  }
  const { usedSize } = await cdp().send('Runtime.getHeapUsage')
  const { jsEventListeners } = await cdp().send('Memory.getDOMCounters')
  return { heap: usedSize, listeners: jsEventListeners, timers: timers.size }
}

type Measured = Awaited<ReturnType<typeof measure>>

/** All of it is told, as a leak of one kind is mostly one of memory too. */
function expectAlike(before: Measured, after: Measured) {
  expect.soft(after.heap - before.heap).toBeLessThan(HEAP_SLACK)
  expect.soft(after.listeners - before.listeners).toBe(0)
  expect.soft(after.timers - before.timers).toBe(0)
}

type Open = (url: string, init: FetchEventsInit, onEvent: () => void) => () => void

const faces: Record<string, Open> = {
  fetchEvents(url, init, onEvent) {
    const events = fetchEvents(url, init)
    const read = async () => {
      for await (const _ of events) onEvent()
    }
    void Promise.resolve().then(read).catch(() => {})
    return () => void events.return?.()
  },
  connect(url, init, onEvent) {
    const connection = connect(url, init)
    connection.on('message', onEvent)
    connection.on('*', () => {})
    return () => connection.close()
  },
  EventSource(url, init, onEvent) {
    const source = new EventSource(url, init)
    source.onmessage = onEvent
    source.addEventListener('error', () => {})
    return () => source.close()
  },
}

const open = (text: string) => new Response(new ReadableStream({ start: body => body.enqueue(new TextEncoder().encode(text)) }), { headers: EVENT_STREAM })
const closes = ['at once', 'connecting', 'open', 'by the signal', 'waiting', 'never'] as const
type Closes = (typeof closes)[number]

/** For how long a page lives, and all its streams have in common. */
const page = new AbortController()

/** One stream from its opening to its end, in whichever state that comes. */
function cycle(openFace: Open, url: string, when: Closes, init: FetchEventsInit): Promise<void> {
  return new Promise(resolve => {
    const own = when === 'by the signal' ? new AbortController() : undefined
    const close = openFace(url, {
      connectTimeout: 60_000, idleTimeout: 60_000, lastEventId: '1',
      signal: own ? AbortSignal.any([own.signal, page.signal]) : page.signal,
      ...init,
      onRetry: () => void (when === 'waiting' && setOwn(close)),
      onClose: () => resolve(),
    }, () => {
      if (when === 'open') close()
      else own?.abort()
    })
    if (when === 'at once') Promise.resolve().then(close, () => {})
    if (when === 'connecting') setOwn(close, init.fetch ? 0 : 30)
  })
}

/** The answers, without a network, that lead to each end. */
const answers: Record<Closes, typeof fetch> = {
  'at once': () => Promise.resolve(open('data: x\n\n')),
  'connecting': () => new Promise(() => {}),
  'open': () => Promise.resolve(open('id: 2\ndata: x\n\ndata: y\n\n')),
  'by the signal': () => Promise.resolve(open('id: 2\ndata: x\n\ndata: y\n\n')),
  'waiting': () => Promise.reject(new TypeError('no network')),
  'never': () => Promise.resolve(new Response(null, { status: 204 })),
}
/** The same of the real server. */
const paths: Record<Closes, string> = {
  'at once': '/open', 'connecting': '/never', 'open': '/ticks', 'by the signal': '/ticks', 'waiting': '/plays?do=drop', 'never': '/plays?do=204',
}

async function inMemory(face: Open, count: number): Promise<void> {
  for (let at = 0; at < count; at += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => {
      const when = closes[i % closes.length] as Closes
      return cycle(face, 'http://localhost/', when, { fetch: answers[when], ...(i % 4 === 0 && { method: 'POST', retry: () => 60_000 }) })
    }))
  }
}

async function overHttp(face: Open, name: string, count: number): Promise<void> {
  for (let at = 0; at < count; at += closes.length) {
    await Promise.all(closes.map(when => cycle(face, `${inject('server')}${paths[when]}${paths[when].includes('?') ? '&' : '?'}leaks-${name}`, when, {})))
  }
}

describe.each(Object.entries(faces))('%s', (name, face) => {
  test('leaves no memory, no listener and no timer, however often it is opened and closed', { timeout: 30_000 }, async () => {
    await inMemory(face, 1000)
    const before = await measure()
    await inMemory(face, CYCLES)
    const after = await measure()
    expectAlike(before, after)
  })

  test('leaves none of a real server either', { timeout: 30_000 }, async () => {
    await overHttp(face, name, 24)
    const before = await measure()
    await overHttp(face, name, 120)
    const after = await measure()
    expectAlike(before, after)
  })

  test('takes a million events in the same memory', { timeout: 30_000 }, async () => {
    const heaps: number[] = []
    let id = 0
    let count = 0
    const body = new ReadableStream<Uint8Array>({
      async pull(stream) {
        if (id % 250_000 === 0) heaps.push((await measure()).heap)
        if (id === 1_000_000) return stream.close()
        let text = ''
        for (let i = 0; i < 1000; i++) text += `id: ${++id}\ndata: {"token":"word ${id}"}\n\n`
        stream.enqueue(new TextEncoder().encode(text))
      },
    })
    await new Promise<unknown>(onClose => {
      face('http://localhost/', { method: 'POST', fetch: () => Promise.resolve(new Response(body, { headers: EVENT_STREAM })), onClose }, () => count++)
    })
    expect(count).toBe(1_000_000)
    // What a stream keeps, as its last ids, is there by the first look
    const [, first = 0, ...later] = heaps
    expect(Math.max(...later) - first).toBeLessThan(HEAP_SLACK)
  })
})
