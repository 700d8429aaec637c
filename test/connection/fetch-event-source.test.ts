import type {
  EventSourceMessage as TheirMessage, EventStreamContentType as TheirContentType, FetchEventSourceInit as TheirInit,
  fetchEventSource as TheirFunction,
} from '@microsoft/fetch-event-source'
import { getEventListeners } from 'node:events'
import { readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  EventStreamContentType, fetchEventSource, type EventSourceMessage, type FetchEventSourceInit,
} from '../../src/connection/fetch-event-source.ts'
import { waitToRetry } from '../../src/connection/wait.ts'
import { StreamError } from '../../src/index.ts'
import { startServer, type TestServer } from '../helpers/server.ts'

// The waits are recorded, and skipped where a test says so
vi.mock(import('../../src/connection/wait.ts'), async importOriginal => ({ waitToRetry: vi.fn((await importOriginal()).waitToRetry) }))

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())
afterEach(() => {
  vi.mocked(waitToRetry).mockReset()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

/** Skips all waits; gives the milliseconds of each, and what the server had asked for at least. */
function skipWaits(): [number, number | undefined][] {
  const waits: [number, number | undefined][] = []
  vi.mocked(waitToRetry).mockImplementation(async (delayMs, _signal, floorMs) => void waits.push([delayMs, floorMs]))
  return waits
}

const answers = (...texts: string[]) => `/answers?${texts.map(text => `text=${encodeURIComponent(text)}`).join('&')}`

/** Runs it, and tells all that came of it. */
async function collect(path: string, { onmessage, ...init }: FetchEventSourceInit = {}) {
  const messages: EventSourceMessage[] = []
  let error: unknown
  await fetchEventSource(server.url + path, {
    ...init,
    onmessage(message) {
      messages.push(message)
      onmessage?.(message)
    },
  }).catch((thrown: unknown) => (error = thrown))
  const requests = server.requests(path)
  return { messages, data: messages.map(({ data }) => data), error: error as StreamError | undefined, requests, count: requests.length }
}

function rethrow(error: unknown): never {
  throw error
}

/** Comes back after so many ends. */
function comeBack(times: number) {
  let left = times
  return {
    onclose() {
      if (left-- > 0) throw new Error('not yet')
    },
    onerror: (): number | null | undefined => 1,
  }
}

describe('fetchEventSource()', () => {
  test('needs no page', async () => {
    expect([typeof window, typeof document]).toEqual(['undefined', 'undefined'])
    const onclose = vi.fn()
    const { messages } = await collect(answers('id: 1\nevent: tick\nretry: 20\ndata: one\n\n:\n\ndata: two\n\n'), { onclose })
    expect(messages).toEqual([{ id: '1', event: 'tick', data: 'one', retry: 20 }, { id: '', event: '', data: 'two' }])
    expect(messages[1]).not.toHaveProperty('retry')
    expect(onclose).toHaveBeenCalledExactlyOnceWith()
  })

  test('needs no init', async () => {
    expect(await fetchEventSource(new URL(`${server.url}/two?no-init`))).toBeUndefined()
    expect(server.requests('/two?no-init')).toHaveLength(1)
  })

  test('takes what fetchEvents() takes: json, a function for headers, an id to start from', async () => {
    const headers = vi.fn(() => Promise.resolve([['x-name', 'value']] as [string, string][]))
    const { data } = await collect('/echo', { json: { prompt: 'Hi' }, headers, lastEventId: '7' })
    const seen = JSON.parse(data[0] as string) as { method: string; body: string; headers: Record<string, string> }
    expect(seen).toMatchObject({ method: 'POST', body: '{"prompt":"Hi"}' })
    expect(seen.headers).toMatchObject({
      'accept': 'text/event-stream', 'content-type': 'application/json', 'x-name': 'value', 'last-event-id': '7',
    })
  })

  describe('goes on', () => {
    test('behind the event that a listener threw at, not behind the chunk that it came in', async () => {
      skipWaits()
      const path = answers('id: 1\ndata: one\n\nid: 2\ndata: two\n\nid: 3\ndata: three\n\n', 'data: AFTER\n\n')
      const { data } = await collect(path, {
        onmessage: message => void (message.id === '2' && rethrow(new Error('a bug'))),
        onerror: () => 1,
      })
      expect(data).toEqual(['one', 'two', '2'])
    })

    test('behind an id that came without an event', async () => {
      skipWaits()
      const { data } = await collect(answers('id: 1\ndata: one\n\nid: 9\n\n', 'data: AFTER\n\n'), comeBack(1))
      expect(data).toEqual(['one', '9'])
    })

    test('behind no id, where the server has taken it back', async () => {
      skipWaits()
      const { data } = await collect(answers('id: 1\ndata: one\n\nid\ndata: two\n\n', 'data: AFTER\n\n'), comeBack(1))
      expect(data).toEqual(['one', 'two', 'nothing'])
    })

    test('behind the last event of an attempt before, where one brings nothing', async () => {
      skipWaits()
      const { data } = await collect(answers('id: 1\ndata: one\n\n', '', '', 'data: AFTER\n\n'), comeBack(3))
      expect(data).toEqual(['one', '1'])
    })

    test('without what is replayed, but with an id that comes twice in one answer', async () => {
      skipWaits()
      const { data } = await collect(answers('id: 1\ndata: a\n\nid: 1\ndata: b\n\n', 'id: 1\ndata: a\n\nid: 2\ndata: c\n\n'), {
        ...comeBack(2),
      })
      expect(data).toEqual(['a', 'b', 'c'])
    })

    test.each([false, true])('after as many ms as onerror says, a second, or what the server asked for; async: %s', async later => {
      const waits = skipWaits()
      const says: (number | null | undefined)[] = [20, undefined, null, null, undefined, 0]
      const path = answers('data\n\n', 'data\n\n', 'data\n\n', 'retry: 3000\n\n', 'retry: 0\n\n', 'data\n\n', 'data\n\n')
      await collect(`${path}&${later}`, { ...comeBack(6), onerror: () => (later ? Promise.resolve(says.shift()) : says.shift()) })
      // Half a second at least, where only the server says so; and nothing that wakes us undercuts it
      expect(waits).toEqual([20, 1000, 1000, 3000, 500, 0].map(ms => [ms, ms]))
    })

    test('not before Retry-After says so, where onerror says nothing', async () => {
      const waits = skipWaits()
      await collect('/status?is=503&times=1&after=7&onerror', { onerror: () => undefined })
      expect(waits).toEqual([[7000, 7000]])
    })

    test('with the same body, method and headers, as often as onerror says so', async () => {
      skipWaits()
      let left = 2
      const { requests, error } = await collect('/drop-before-headers?again', {
        method: 'POST', body: 'a prompt', headers: { 'x-name': 'value' }, onerror: given => void (left-- > 0 || rethrow(given)),
      })
      const sent = ['POST', 'a prompt', 'value']
      expect(requests.map(({ method, body, headers }) => [method, body, headers['x-name']])).toEqual([sent, sent, sent])
      expect(error).toMatchObject({ code: 'network' })
    })
  })

  describe('tells onerror', () => {
    test('a network that fails, with what fetch rejected with', async () => {
      const { error } = await collect('/drop-before-headers?told', { onerror: rethrow })
      expect(error).toMatchObject({ code: 'network', cause: expect.any(TypeError) })
    })

    test('a status, with its headers and body', async () => {
      const { error, count } = await collect('/json-error?is=500', { onerror: rethrow })
      expect(error).toMatchObject({ code: 'http', status: 500, body: expect.stringContaining('Quota used up') })
      expect(error?.headers?.get('content-type')).toBe('application/json')
      expect(count).toBe(1)
    })

    test('what is no event stream', async () => {
      const { error } = await collect('/html?told', { onerror: rethrow })
      expect(error).toMatchObject({ code: 'content-type', body: expect.stringContaining('Welcome') })
    })

    test('each time limit that runs out', async () => {
      const { error } = await collect('/never?limit', { connectTimeout: 30, onerror: rethrow })
      expect(error).toMatchObject({ code: 'timeout', message: 'Cannot open event stream: no answer within 30 ms' })
      const silent = await collect('/silent-after-one?limit', { idleTimeout: 30, onerror: rethrow })
      expect(silent.error).toMatchObject({ code: 'timeout', message: 'Event stream broke: silent for 30 ms' })
      expect(silent.data).toEqual(['one'])
      for (const { over } of [...server.requests('/never?limit'), ...silent.requests]) expect(await over).toBe('left')
    })

    test('an event that is too large, after the one before it', async () => {
      const { error, data, requests } = await collect('/endless-line', { maxBufferSize: 5000, onerror: rethrow })
      expect(data).toEqual(['first'])
      expect(error).toMatchObject({ code: 'too-large' })
      expect(await requests[0]?.over).toBe('left')
    })

    test('what the app\'s own functions throw, as it is', async () => {
      const mine = new Error('mine')
      const fail = () => rethrow(mine)
      const later = async () => fail()
      for (const init of [{ onopen: fail }, { onopen: later }, { onmessage: fail }, { onclose: fail }, { headers: fail }, { headers: later }]) {
        const onerror = vi.fn(rethrow)
        expect((await collect('/two?mine', { ...init, onerror })).error).toBe(mine)
        expect(onerror).toHaveBeenCalledExactlyOnceWith(mine)
      }
    })

    test('and awaits it', async () => {
      const waits = skipWaits()
      let ready = false
      const onerror = vi.fn(async () => {
        await new Promise(resolve => setTimeout(resolve, 20))
        ready = true
        return 5
      })
      const onopen = () => void (ready || rethrow(new Error('not yet')))
      const { error, count } = await collect('/two?awaits', { onopen, onerror })
      expect([error, count]).toEqual([undefined, 2])
      expect(waits).toEqual([[5, 5]])
      const fatal = new Error('fatal')
      expect((await collect('/html?awaits', { onerror: async () => rethrow(fatal) })).error).toBe(fatal)
    })
  })

  describe('rejects at the door, and asks neither onerror nor the server, for', () => {
    const streams = () => `${server.url}/two?door`
    const doors: Record<string, [() => Promise<void>, new () => Error]> = {
      'a URL that does not parse': [() => fetchEventSource('http://', { onerror }), TypeError],
      'a relative URL where there is no page': [() => fetchEventSource('/events', { onerror }), TypeError],
      'a URL with a password': [() => fetchEventSource(streams().replace('//', '//me:secret@'), { onerror }), TypeError],
      'a body with GET': [() => fetchEventSource(streams(), { body: 'a prompt', onerror }), TypeError],
      'a body and json': [() => fetchEventSource(streams(), { method: 'POST', body: 'a prompt', json: {}, onerror }), TypeError],
      'json that is none': [() => fetchEventSource(streams(), { json: () => {}, onerror }), TypeError],
      'a mode that no page has': [() => fetchEventSource(streams(), { mode: 'navigate', onerror }), TypeError],
      'a time that is none': [() => fetchEventSource(streams(), { idleTimeout: NaN, onerror }), RangeError],
      'a size that is none': [() => fetchEventSource(streams(), { maxBufferSize: 0, onerror }), RangeError],
    }
    const onerror = vi.fn()

    test.each(Object.entries(doors))('%s', async (_name, [start, expected]) => {
      onerror.mockClear()
      await expect(start()).rejects.toBeInstanceOf(expected)
      expect(onerror).not.toHaveBeenCalled()
      expect(server.requests('/two?door')).toEqual([])
    })
  })

  describe('gives a fetch of the app\'s', () => {
    test('the input as it is', async () => {
      const inputs: unknown[] = []
      const send = async (input: unknown) => {
        inputs.push(input)
        return new Response('data: one\n\n', { headers: { 'content-type': EventStreamContentType } })
      }
      const given = ['/relative', new URL(`${server.url}/two?given`), `${server.url}/two?given`]
      for (const input of given) await fetchEventSource(input, { fetch: send })
      expect(inputs).toEqual(given)
      expect(inputs[1]).toBe(given[1])
      expect(server.requests('/two?given')).toEqual([])
    })

    test('a whole Request each time anew, with its method, headers and body', async () => {
      skipWaits()
      const path = answers('data: BODY\n\n')
      const request = new Request(server.url + path, { method: 'POST', body: 'a prompt', headers: { 'x-name': 'value' } })
      const send = vi.fn(fetch)
      const onmessage = vi.fn()
      await fetchEventSource(request, { fetch: send, onmessage, ...comeBack(2) })
      expect(onmessage.mock.calls.map(([{ data }]) => data as string)).toEqual(['a prompt', 'a prompt', 'a prompt'])
      expect(send.mock.calls.every(([input]) => input instanceof Request && input.url === request.url)).toBe(true)
      const sent = ['POST', 'value']
      expect(server.requests(path).map(({ method, headers }) => [method, headers['x-name']])).toEqual([sent, sent, sent])
      expect(request.bodyUsed).toBe(false)
    })

    test('and init goes before what a Request says', async () => {
      let data = ''
      await fetchEventSource(new Request(`${server.url}/echo?init`, { method: 'POST', body: 'a prompt', headers: { 'x-name': 'value' } }), {
        method: 'PUT', headers: { 'x-other': 'value' }, onmessage: message => void ({ data } = message),
      })
      const seen = JSON.parse(data) as { method: string; body: string; headers: object }
      expect(seen).toMatchObject({ method: 'PUT', body: 'a prompt', headers: { 'x-other': 'value' } })
      expect(seen.headers).not.toHaveProperty('x-name')
    })

    test('a whole Request that the rules of POST hold for too', async () => {
      const request = new Request(`${server.url}/drop-before-headers?request`, { method: 'POST', body: 'a prompt' })
      await expect(fetchEventSource(request)).rejects.toMatchObject({ code: 'network' })
      expect(server.requests('/drop-before-headers?request')).toHaveLength(1)
    })
  })

  describe('without an onerror', () => {
    /** Waits as short as the backoff has. */
    const shortest = () => vi.spyOn(Math, 'random').mockReturnValue(1)

    test('resolves at a clean end, also of a GET', async () => {
      const { data, error, count } = await collect('/two?silent')
      expect([data, error, count]).toEqual([['one', 'two'], undefined, 1])
    })

    test('resolves at a 204, and calls onclose', async () => {
      const onclose = vi.fn()
      const { data, error, count } = await collect('/status?is=204', { onclose })
      expect([data, error, count]).toEqual([[], undefined, 1])
      expect(onclose).toHaveBeenCalledOnce()
    })

    test.each([500, 502, 503, 429, 408, 425])('sends a GET again after %i', async status => {
      const waits = skipWaits()
      const { data, error, count } = await collect(`/status?is=${status}&times=2&silent`)
      expect([data[0], error, count]).toEqual(['at last', undefined, 3])
      expect(waits).toHaveLength(2)
    })

    test('sends a broken GET again, behind the last event', async () => {
      const waits = skipWaits()
      const { data, error } = await collect('/drop-then-go-on?silent')
      expect(data).toEqual(['event 1, after nothing', 'event 2, after 1', 'event 3, after 2'])
      expect(error).toBeUndefined()
      expect(waits).toEqual([[expect.any(Number), 10], [expect.any(Number), 10]])
    })

    test('waits longer after each failure in a row, and begins anew with an event', async () => {
      shortest()
      const waits = skipWaits()
      let sent = 0
      const send: typeof fetch = async () => {
        if (++sent !== 4 && sent !== 6) throw new TypeError('Failed to fetch')
        const body = sent === 6 ? 'data: end\n\n' : new ReadableStream({
          pull(controller) {
            controller.enqueue(new TextEncoder().encode('data: one\n\n'))
            controller.error(new TypeError('network error'))
          },
        }, { highWaterMark: 0 })
        return new Response(body, { headers: { 'content-type': EventStreamContentType } })
      }
      await collect('/never-asked', { fetch: send })
      expect(waits.map(([ms]) => ms)).toEqual([250, 500, 1000, 250, 500])
    })

    test('waits as long as Retry-After asks', async () => {
      const waits = skipWaits()
      await collect('/status?is=503&times=1&after=120')
      expect(waits[0]?.[0]).toBeGreaterThanOrEqual(120_000)
    })

    test.each([400, 401, 403, 404, 410])('rejects a GET that is answered %i', async status => {
      const { error, count } = await collect(`/status?is=${status}&silent`)
      expect(error).toMatchObject({ code: 'http', status })
      expect(count).toBe(1)
    })

    test('rejects a GET that is answered with a page', async () => {
      const { error, count } = await collect('/html?silent')
      expect(error).toMatchObject({ code: 'content-type' })
      expect(count).toBe(1)
    })

    test.each([408, 425, 429, 503])('sends a POST twice again at most after %i: the server has not run it', async status => {
      skipWaits()
      const { error, count } = await collect(`/status?is=${status}&post`, { method: 'POST' })
      expect(error).toMatchObject({ code: 'http', status })
      expect(count).toBe(3)
      expect((await collect(`/status?is=${status}&times=2&post`, { method: 'POST' })).data[0]).toBe('at last')
    })

    test.each([
      '/status?is=500', '/status?is=502', '/status?is=504', '/status?is=401', '/html', '/json-error', '/drop-before-headers',
      '/drop-after-headers', '/drop-without-ids', '/id-then-dead', '/drop-then-go-on',
    ])('rejects a POST to %s, which is sent once', async path => {
      const { error, count } = await collect(path + (path.includes('?') ? '&' : '?') + 'post', { method: 'POST', body: 'a prompt' })
      expect(error).toBeInstanceOf(StreamError)
      expect(count).toBe(1)
    })

    test('sends a POST with an Idempotency-Key again, with the same key, until its answer has begun', async () => {
      skipWaits()
      const init = { method: 'POST', body: 'a prompt', idempotencyKey: true }
      const { error, requests } = await collect('/drop-before-headers?key', init)
      expect(error).toMatchObject({ code: 'network' })
      expect(requests).toHaveLength(6)
      expect(new Set(requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(1)
      expect((await collect('/drop-without-ids?key', init)).count).toBe(1)
    })

    test('rejects a POST that took too long', async () => {
      for (const [path, init] of Object.entries({ '/never?post': { connectTimeout: 30 }, '/silent-after-one?post': { idleTimeout: 30 } })) {
        const { error, count } = await collect(path, { method: 'POST', ...init })
        expect(error).toMatchObject({ code: 'timeout' })
        expect(count).toBe(1)
      }
    })

    test('rejects with what the app\'s own functions throw, and the request ends', async () => {
      const mine = new Error('mine')
      const fail = () => rethrow(mine)
      const functions: Record<string, FetchEventSourceInit> = {
        open: { onopen: fail }, openLater: { onopen: async () => fail() }, message: { onmessage: fail }, headers: { headers: fail },
      }
      for (const [name, init] of Object.entries(functions)) {
        for (const method of ['GET', 'POST']) {
          const { error, requests } = await collect(`/ticks?${name}-${method}`, { method, ...init })
          expect(error).toBe(mine)
          expect(requests).toHaveLength(name === 'headers' ? 0 : 1)
          for (const { over } of requests) expect(await within(over)).toBe('left')
        }
      }
      const { error, count } = await collect('/two?close', { onclose: fail })
      expect([error, count]).toEqual([mine, 1])
    })
  })

  describe('resolves without another callback where the signal is aborted', () => {
    interface Case {
      path: '/ticks' | '/two' | '/open' | '/never' | '/html'
      init: (abort: () => void) => FetchEventSourceInit
      heard: string[]
      sent?: 0 | 1
    }
    const forever = () => new Promise<never>(() => {})
    const later = (abort: () => void) => void setTimeout(abort, 20)

    const cases: Record<string, Case> = {
      'before': { path: '/two', init: abort => (abort(), {}), heard: [], sent: 0 },
      'in the headers function': { path: '/two', init: abort => ({ headers: () => (abort(), {}) }), heard: [], sent: 0 },
      'while the headers function is awaited': { path: '/two', init: abort => (later(abort), { headers: forever }), heard: [], sent: 0 },
      'before the answer': { path: '/never', init: abort => (later(abort), {}), heard: [] },
      'before the answer of a fetch that knows no signal': {
        path: '/never', init: abort => (later(abort), { fetch: forever }), heard: [], sent: 0,
      },
      'in onopen': { path: '/open', init: abort => ({ onopen: abort }), heard: ['open'] },
      'while onopen is awaited': { path: '/open', init: abort => ({ onopen: () => (later(abort), forever()) }), heard: ['open'] },
      'in an onopen that throws': { path: '/open', init: abort => ({ onopen: () => (abort(), rethrow(new Error('mine'))) }), heard: ['open'] },
      'in an onopen that rejects later': {
        path: '/open', init: abort => ({ onopen: async () => (abort(), await Promise.resolve(), rethrow(new Error('mine'))) }), heard: ['open'],
      },
      'in onmessage': { path: '/ticks', init: abort => ({ onmessage: abort }), heard: ['message'] },
      'in onmessage, in the middle of a chunk': { path: '/two', init: abort => ({ onmessage: abort }), heard: ['message'] },
      'in an onmessage that throws': {
        path: '/ticks', init: abort => ({ onmessage: () => (abort(), rethrow(new Error('mine'))) }), heard: ['message'],
      },
      'while nothing comes': { path: '/open', init: abort => (setTimeout(abort, 50), {}), heard: [] },
      'in onclose': { path: '/two', init: abort => ({ onclose: abort }), heard: ['message', 'message', 'close'] },
      'in an onclose that throws': {
        path: '/two', init: abort => ({ onclose: () => (abort(), rethrow(new Error('mine'))) }), heard: ['message', 'message', 'close'],
      },
      'in onerror': { path: '/html', init: abort => ({ onerror: () => (abort(), 5) }), heard: ['error'] },
      'while onerror is awaited': {
        path: '/html', init: abort => ({ onerror: () => (later(abort), new Promise(resolve => setTimeout(resolve, 40, 5))) }), heard: ['error'],
      },
      'while it waits to try again': { path: '/html', init: abort => ({ onerror: () => (later(abort), 60_000) }), heard: ['error'] },
    }

    test.each(Object.entries(cases))('%s', async (name, { path, init, heard, sent = 1 }) => {
      const controller = new AbortController()
      const unique = `${path}?${name.replaceAll(' ', '-')}`
      const calls: string[] = []
      const { onopen, onmessage, onclose, onerror, ...rest } = init(() => controller.abort())
      const note = <Args extends unknown[], Result>(what: string, callback?: ((...args: Args) => Result) | null) => (...args: Args) => {
        calls.push(what)
        return callback?.(...args) as Result
      }
      const started = fetchEventSource(server.url + unique, {
        ...rest, signal: controller.signal, ...(onopen && { onopen: note('open', onopen) }),
        onmessage: note('message', onmessage), onclose: note('close', onclose), onerror: note('error', onerror),
      })
      expect(await started).toBeUndefined()
      expect(controller.signal.aborted).toBe(true)
      expect(getEventListeners(controller.signal, 'abort')).toEqual([])
      // Once more round the loop, where a second request would be sent
      await new Promise(resolve => setTimeout(resolve, 20))
      expect(calls).toEqual(heard)
      const requests = server.requests(unique)
      expect(requests).toHaveLength(sent)
      for (const { over } of requests) expect(await within(over)).toBe(path === '/html' || path === '/two' ? 'finished' : 'left')
    })
  })

  test('leaves no listener on the signal, however it ends', async () => {
    vi.mocked(waitToRetry).mockImplementation(async () => {})
    const { signal } = new AbortController()
    await collect('/two?listeners', { signal, ...comeBack(3) })
    expect(getEventListeners(signal, 'abort')).toEqual([])
    await collect('/html?listeners', { signal, onerror: rethrow })
    expect(getEventListeners(signal, 'abort')).toEqual([])
    await collect('/status?is=401&listeners', { signal })
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('takes null for a signal, as fetch does', async () => {
    expect((await collect('/two?null', { signal: null })).data).toEqual(['one', 'two'])
  })
})

/** What the promise gives within the time that a stop may take. */
function within<T>(promise: Promise<T>): Promise<T | 'too late'> {
  return Promise.race([promise, new Promise<'too late'>(resolve => setTimeout(() => resolve('too late'), 250))])
}

describe('code that was written for @microsoft/fetch-event-source', () => {
  const fetchIt: typeof TheirFunction = fetchEventSource
  const contentType: typeof TheirContentType = EventStreamContentType

  test('compiles: its function, its constant, its messages and its inits', () => {
    const message: TheirMessage = { id: '1', event: '', data: 'one' }
    const ours: EventSourceMessage = message
    const back: TheirMessage = ours
    const theirs: TheirInit = {
      method: 'POST', headers: { accept: 'text/event-stream' }, body: '{}', credentials: 'include', signal: null, openWhenHidden: true, fetch,
      onopen: async response => void response.status,
      onmessage: ({ id, event, data, retry }) => void [id, event, data, retry],
      onclose: () => {},
      onerror: error => ((error as Error).message ? undefined : 1000),
    }
    const init: FetchEventSourceInit = theirs
    const parameters: Parameters<typeof fetchEventSource> = ['/api/sse', theirs] satisfies Parameters<typeof TheirFunction>
    expect([fetchIt, contentType, back, init, parameters[0]]).toEqual([fetchEventSource, 'text/event-stream', message, theirs, '/api/sse'])
  })

  test('may say more here than there', () => {
    const inits: FetchEventSourceInit[] = [
      { onopen() {} }, { onerror: async () => 5 }, { onerror: async () => {} }, { headers: new Headers() }, { headers: async () => ({}) },
    ]
    // @ts-expect-error -- an onopen that returns nothing
    const onopen: TheirInit = { onopen() {} }
    // @ts-expect-error -- an async onerror, which theirs does not await
    const onerror: TheirInit = { onerror: async () => 5 }
    // @ts-expect-error -- a Headers object, which theirs would drop
    const headers: TheirInit = { headers: new Headers() }
    // @ts-expect-error -- a number is no id
    const id: FetchEventSourceInit = { lastEventId: 7 }
    // @ts-expect-error -- onerror says what a policy would
    const retry: FetchEventSourceInit = { retry: false }
    expect([inits, onopen, onerror, headers, id, retry]).toHaveLength(6)
  })

  test('compiles as the example of its README does', async () => {
    skipWaits()
    vi.stubGlobal('location', { href: `${server.url}/page` })
    class RetriableError extends Error {}
    class FatalError extends Error {}

    const ended = fetchEventSource('/api/sse', {
      async onopen(response) {
        if (response.ok && response.headers.get('content-type') === EventStreamContentType) {
          return
        } else if (response.status >= 400 && response.status < 500 && response.status !== 429) {
          throw new FatalError()
        } else {
          throw new RetriableError()
        }
      },
      onmessage(msg) {
        if (msg.event === 'FatalError') {
          throw new FatalError(msg.data)
        }
      },
      onclose() {
        throw new RetriableError()
      },
      onerror(err) {
        if (err instanceof FatalError) {
          throw err
        } else {
          // do nothing to automatically retry
        }
      },
    })
    await expect(ended).rejects.toThrow(new FatalError('Quota used up'))
    expect(server.requests('/api/sse')).toHaveLength(3)
  })

  test('runs as the example of its README does, word for word', async () => {
    const waits = skipWaits()
    const readme = readFileSync(new URL('../../node_modules/@microsoft/fetch-event-source/README.md', import.meta.url), 'utf8')
    const blocks = [...readme.matchAll(/^```ts\n([^]*?)^```/gm)].map(([, block]) => block as string)
    const example = blocks.find(block => block.includes('class RetriableError'))
    const code = `export default (fetchEventSource, EventStreamContentType) => {
      ${example?.replace('fetchEventSource(\'/api/sse\'', 'return $&')}
    }`
    const { default: run } = await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(code)}`) as {
      default: (fetchIt: (input: string, init: FetchEventSourceInit) => Promise<void>, contentType: string) => Promise<void>
    }
    const path = '/api/sse?word-for-word'
    const messages = vi.fn()
    const here = (input: string, init: FetchEventSourceInit) => fetchEventSource(`${server.url}${input}?word-for-word`, {
      ...init,
      onmessage(message) {
        messages(message.data)
        init.onmessage?.(message)
      },
    })
    await expect(run(here, EventStreamContentType)).rejects.toThrow('Quota used up')
    expect(messages.mock.calls).toEqual([['one'], ['Quota used up']])
    expect(server.requests(path)).toHaveLength(3)
    expect(waits).toEqual([[500, 500], [500, 500]])
  })
})
