import { getEventListeners } from 'node:events'
import { afterAll, afterEach, beforeAll, describe, expect, expectTypeOf, test, vi } from 'vitest'
import { EventSource } from '../../src/index.ts'
import { startServer, type TestServer } from '../helpers/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())
afterEach(() => void vi.unstubAllGlobals())

const closed = (source: EventSource) => new Promise<void>(resolve => {
  source.addEventListener('error', () => source.readyState === EventSource.CLOSED && resolve())
})

describe('EventSource', () => {
  /* oxlint-disable typescript/unbound-method -- what they do without their object is tested */
  test('has the shape of the interface', () => {
    expect(EventSource.name).toBe('EventSource')
    expect(EventSource).toHaveLength(1)
    expect(Object.getPrototypeOf(EventSource.prototype)).toBe(EventTarget.prototype)
    expect(Object.getOwnPropertyDescriptor(EventSource, 'prototype')).toMatchObject({ writable: false, enumerable: false, configurable: false })
    for (const [name, value] of Object.entries({ CONNECTING: 0, OPEN: 1, CLOSED: 2 })) {
      const constant = { value, writable: false, enumerable: true, configurable: false }
      expect(Object.getOwnPropertyDescriptor(EventSource, name)).toEqual(constant)
      expect(Object.getOwnPropertyDescriptor(EventSource.prototype, name)).toEqual(constant)
    }
    const attributes = { url: false, withCredentials: false, readyState: false, lastEventId: false, reconnectionTime: false, onopen: true, onmessage: true, onerror: true }
    for (const [name, isWritable] of Object.entries(attributes)) {
      const { get, set, ...rest } = Object.getOwnPropertyDescriptor(EventSource.prototype, name) ?? {}
      expect(rest, name).toEqual({ enumerable: true, configurable: true })
      expect([get?.name, set?.name]).toEqual([`get ${name}`, isWritable ? `set ${name}` : undefined])
      for (const receiver of [{}, EventSource.prototype, null]) {
        expect(() => get?.call(receiver), name).toThrow(TypeError)
        if (set) expect(() => set.call(receiver, null), name).toThrow(TypeError)
      }
    }
    expect(Object.getOwnPropertyDescriptor(EventSource.prototype, 'close')).toMatchObject({ writable: true, enumerable: true, configurable: true })
    expect(EventSource.prototype.close).toHaveLength(0)
    expect(() => EventSource.prototype.close.call({} as EventSource)).toThrow(TypeError)
    expect(Object.prototype.toString.call(EventSource.prototype)).toBe('[object EventSource]')
  })
  /* oxlint-enable typescript/unbound-method */

  test('is an event target whose handlers are null, a function, or whatever else is an object', () => {
    const source = new EventSource('http://localhost:1/', { withCredentials: true })
    expect(source).toBeInstanceOf(EventTarget)
    expect(source).toMatchObject({
      url: 'http://localhost:1/', withCredentials: true, readyState: 0, onopen: null, onmessage: null, onerror: null,
      lastEventId: '', reconnectionTime: 3000, CONNECTING: 0, OPEN: 1, CLOSED: 2,
    })
    const handler = () => {}
    for (const [given, read] of [[handler, handler], [5, null], [source, source], ['text', null], [handler, handler], [undefined, null]]) {
      source.onmessage = given as never
      expect(source.onmessage).toBe(read)
    }
    source.close()
    expect(source.readyState).toBe(2)
    // The browser's own class can be replaced by it
    const own: globalThis.EventSource = source
    const Own: typeof globalThis.EventSource = EventSource
    expect(own).toBeInstanceOf(Own)
  })

  test('a handler keeps its place among the listeners while it is replaced, and has none while it is null', () => {
    const source = new EventSource('http://localhost:1/')
    const seen: string[] = []
    source.onopen = () => seen.push('never')
    source.addEventListener('open', () => seen.push('listener'))
    source.onopen = function (event) {
      seen.push(`handler of ${event.type}, ${this === source}`)
    }
    source.dispatchEvent(new Event('open'))
    source.onopen = null
    source.onopen = () => seen.push('after')
    source.dispatchEvent(new Event('open'))
    source.close()
    expect(seen).toEqual(['handler of open, true', 'listener', 'listener', 'after'])
  })

  test('knows the types of the events that the caller names', () => {
    const check = () => {
      const source = new EventSource<{ state: MessageEvent<'on' | 'off'> }>('/')
      source.addEventListener('state', function (event) {
        expectTypeOf(event.data).toEqualTypeOf<'on' | 'off'>()
        this.close()
      })
      source.addEventListener('open', event => expectTypeOf(event).toEqualTypeOf<Event>())
      source.addEventListener('message', event => expectTypeOf(event).toEqualTypeOf<MessageEvent<string>>())
      source.addEventListener('other', event => expectTypeOf(event).toEqualTypeOf<MessageEvent>())
      const own: globalThis.EventSource = source
      // @ts-expect-error -- no event
      void new EventSource<{ state: string }>('/')
      // @ts-expect-error -- for reading only
      source.readyState = 2
      return own
    }
    expectTypeOf(check).toBeFunction()
  })

  test.each(['http://[', 'http://a b/', 'http://a%20b/', 'http://'])('throws a SyntaxError for %s, which does not parse', url => {
    expect(() => new EventSource(url)).toThrow(expect.objectContaining({ name: 'SyntaxError', message: `Cannot open event stream: not a valid URL: ${url}` }))
  })

  test('throws a TypeError without `new`, and without a URL', () => {
    expect(() => (EventSource as unknown as (url: string) => void)('http://localhost:1/')).toThrow(TypeError)
    expect(() => new (EventSource as unknown as new () => EventSource)()).toThrow(new TypeError('Cannot open event stream: no URL is given'))
  })

  test.each(['ftp://localhost/', 'about:blank', 'mailto:a@example.com', 'javascript:1'])('takes %s for final, with one error, later', async url => {
    const errors: unknown[] = []
    const onClose = vi.fn()
    const source = new EventSource(url, { onClose })
    source.onerror = event => errors.push([source.readyState, event.constructor])
    expect(source.readyState).toBe(0)
    await closed(source)
    expect(errors).toEqual([[2, Event]])
    expect(onClose.mock.calls[0]?.[0]).toMatchObject({ outcome: 'failed', error: { code: 'network', message: `Cannot open event stream: nothing to stream from: ${url}` } })
  })

  test('fires no event where onClose closes it, or aborts its signal', async () => {
    for (const by of ['close', 'abort']) {
      const onerror = vi.fn()
      const controller = new AbortController()
      const source: EventSource = new EventSource('http://localhost/', {
        fetch: () => Promise.resolve(new Response(null, { status: 204 })),
        signal: controller.signal,
        onClose: () => (by === 'close' ? source.close() : controller.abort()),
      })
      source.onerror = onerror
      await vi.waitFor(() => expect(source.readyState).toBe(2))
      expect(onerror, by).not.toHaveBeenCalled()
      expect(getEventListeners(controller.signal, 'abort'), by).toEqual([])
    }
  })

  test('asks its first argument for text once', () => {
    const toString = vi.fn(() => 'http://localhost:1/text')
    const source = new EventSource({ toString } as never)
    source.close()
    expect(source.url).toBe('http://localhost:1/text')
    expect(toString).toHaveBeenCalledOnce()
  })

  test('opens, delivers, reconnects behind the last event, and closes at 204, in the order of the standard', async () => {
    const source = new EventSource(`${server.url}/feed?es`)
    const seen: unknown[] = []
    source.onopen = event => seen.push([event.type, source.readyState, 'data' in event])
    source.onmessage = event => seen.push([event.type, event.data, event.lastEventId, event.origin])
    source.onerror = event => seen.push([event.type, source.readyState, 'data' in event])
    await closed(source)
    expect(seen).toEqual([
      ['open', 1, false], ['message', 'event 1', '1', server.url], ['error', 0, false],
      ['open', 1, false], ['message', 'event 2', '2', server.url], ['error', 0, false],
      ['open', 1, false], ['message', 'event 3', '3', server.url], ['error', 0, false],
      ['error', 2, false],
    ])
    expect(server.requests('/feed?es').map(({ headers }) => headers['accept'])).toEqual(Array(4).fill('text/event-stream'))
  })

  test('hears events of a type of their own by addEventListener, as MessageEvents', async () => {
    const source = new EventSource(`${server.url}/typed?es`)
    const event = await new Promise<MessageEvent>(resolve => source.addEventListener('tick', resolve))
    source.close()
    expect(event).toBeInstanceOf(MessageEvent)
    expect(event).toMatchObject({ type: 'tick', data: 'tick' })
  })

  test.each(['/status?is=503&es', '/status?is=204&es', '/status?is=206&es', '/html?es'])('takes %s for final, with one error', async path => {
    const source = new EventSource(server.url + path)
    const errors: number[] = []
    source.onerror = () => errors.push(source.readyState)
    await closed(source)
    expect(errors).toEqual([2])
    expect(server.requests(path)).toHaveLength(1)
  })

  test('delivers a replay as the standard says: again', async () => {
    const source = new EventSource(`${server.url}/replays?es`)
    const data: string[] = []
    source.onmessage = event => data.push(event.data)
    await closed(source)
    expect(data).toEqual(['a', 'b', 'without id', 'a', 'b', 'without id', 'c'])
  })

  test('close() in a listener ends the request without an event', async () => {
    const source = new EventSource(`${server.url}/ticks?es`)
    const data: string[] = []
    source.onerror = () => data.push('error')
    await new Promise<void>(resolve => {
      source.onmessage = event => {
        data.push(event.data)
        source.close()
        resolve()
      }
    })
    expect(source.readyState).toBe(2)
    expect(await server.requests('/ticks?es')[0]?.over).toBe('left')
    expect(data).toEqual(['1'])
  })

  test('stays closed when it is closed by onRetry', async () => {
    const errors = vi.fn()
    const source = await new Promise<EventSource>(resolve => {
      const created: EventSource = new EventSource(`${server.url}/two?retry`, {
        onRetry() {
          created.close()
          resolve(created)
        },
      })
      created.addEventListener('error', errors)
    })
    expect(source.readyState).toBe(2)
    expect(errors).not.toHaveBeenCalled()
  })

  test('keeps to the standard where options are given as undefined', async () => {
    const source = new EventSource(`${server.url}/status?is=503&undefined`, { retry: undefined, withCredentials: undefined })
    await closed(source)
    expect(server.requests('/status?is=503&undefined')).toHaveLength(1)
  })

  test('given a POST, keeps to the table of all others: a break is final, or resumed once where it may be', async () => {
    for (const [name, init, requests] of [['final', {}, 1], ['resumed', { resume: true }, 2]] as const) {
      const path = `/id-then-dead?es-${name}`
      await closed(new EventSource(server.url + path, { json: {}, ...init }))
      expect(server.requests(path)).toHaveLength(requests)
    }
  })

  test('given a POST, sends it once', async () => {
    const source = new EventSource(`${server.url}/two?post`, { json: { prompt: 'hi' } })
    const data: string[] = []
    source.onmessage = event => data.push(event.data)
    await closed(source)
    expect(data).toEqual(['one', 'two'])
    expect(server.requests('/two?post')).toHaveLength(1)
  })

  test('lets promises have their turn between two events, as the standard does', async () => {
    const source = new EventSource(`${server.url}/says?text=${encodeURIComponent('data: 1\n\ndata: 2\n\ndata: 3\n\n')}`)
    const next = () => new Promise<string>(resolve => source.addEventListener('message', event => resolve(event.data), { once: true }))
    const viaMore = async () => (async () => Promise.resolve(await next()))()
    expect([await viaMore(), await viaMore(), await viaMore()]).toEqual(['1', '2', '3'])
    source.close()
  })

  test('tells the id and the reconnection time as the server gives them', async () => {
    const source = new EventSource(`${server.url}/says?text=${encodeURIComponent('retry: 5000\nid: 7\ndata: 1\n\nid: 9\ndata: 2\n\nretry: x\nid: 8\n\n')}`, { lastEventId: '6' })
    expect([source.lastEventId, source.reconnectionTime]).toEqual(['6', 3000])
    const during: unknown[] = []
    source.onmessage = event => during.push([event.lastEventId, source.lastEventId, source.reconnectionTime])
    await new Promise(resolve => (source.onerror = resolve))
    expect(during).toEqual([['7', '7', 5000], ['9', '9', 5000]])
    expect([source.lastEventId, source.reconnectionTime]).toEqual(['8', 5000])
    source.close()
    expect(source.lastEventId).toBe('8')
  })

  describe('.fromReadableStream()', () => {
    const stream = (...chunks: (string | Uint8Array)[]) => new ReadableStream<string | Uint8Array>({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(chunk)
        controller.close()
      },
    })

    test('reads a stream of bytes or text to its end, and stays closed', async () => {
      const source = EventSource.fromReadableStream(stream(new TextEncoder().encode('id: 1\nda'), 'ta: hello\n\ndata: un'))
      expect(source).toBeInstanceOf(EventSource)
      expect(source).toMatchObject({ url: 'about:event-stream', withCredentials: false, readyState: 0, lastEventId: '' })
      const seen: unknown[] = []
      source.onopen = () => seen.push(['open', source.readyState])
      source.onmessage = event => seen.push([event.data, event.origin, event.lastEventId])
      source.onerror = () => seen.push(['error', source.readyState])
      await closed(source)
      await new Promise(resolve => setTimeout(resolve, 20))
      expect(seen).toEqual([['open', 1], ['hello', 'null', '1'], ['error', 2]])
    })

    test('goes on behind a chunk that is empty', async () => {
      const source = EventSource.fromReadableStream(stream('data: a\n\n', '', new Uint8Array(), 'data: b\n\n'))
      const data: string[] = []
      source.onmessage = event => data.push(event.data)
      await closed(source)
      expect(data).toEqual(['a', 'b'])
    })

    test('ends with one error where the stream breaks, and cancels it where it is closed', async () => {
      const broken = EventSource.fromReadableStream(new ReadableStream({ pull: controller => controller.error(new Error('broken')) }))
      const errors = vi.fn()
      broken.addEventListener('error', errors)
      await closed(broken)
      expect(errors).toHaveBeenCalledOnce()
      const cancel = vi.fn()
      const left = EventSource.fromReadableStream(new ReadableStream({ cancel }))
      await new Promise(resolve => (left.onopen = resolve))
      left.close()
      await vi.waitFor(() => expect(cancel).toHaveBeenCalledOnce())
    })

    test('throws a TypeError for what is no stream, or locked', () => {
      for (const given of [null, undefined, {}, 'x', 5]) expect(() => EventSource.fromReadableStream(given as never)).toThrow(TypeError)
      const locked = stream('data: x\n\n')
      locked.getReader()
      expect(() => EventSource.fromReadableStream(locked)).toThrow(TypeError)
    })
  })

  describe('in a page of another origin,', () => {
    const inPage = () => vi.stubGlobal('location', { origin: 'https://page.example', href: 'https://page.example/' })
    const forbid = () => {
      const real = fetch
      // Node has no CORS: what a page's fetch does with an answer that is not for it
      vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
        const response = await real(url, init)
        if (init.mode === 'no-cors') return response
        throw new TypeError('Failed to fetch')
      })
    }

    test('takes an answer that CORS forbids for final, with one error, once a request past CORS and a further attempt agree', async () => {
      inPage()
      forbid()
      const onClose = vi.fn()
      const source = new EventSource(`${server.url}/open?forbidden`, { onClose })
      const errors: number[] = []
      source.onerror = () => errors.push(source.readyState)
      await closed(source)
      expect(errors).toEqual([2])
      expect(server.requests('/open?forbidden')).toHaveLength(3)
      expect(onClose.mock.calls[0]?.[0]).toMatchObject({
        outcome: 'failed', error: { code: 'network', message: 'Cannot open event stream: CORS does not allow this origin, or a header such as Last-Event-ID: https://page.example' },
      })
    })

    test('reconnects where nobody answers', async () => {
      inPage()
      const source = new EventSource(`${server.url}/drop-before-headers?unanswered`)
      const errors: number[] = []
      await new Promise(resolve => (source.onerror = () => resolve(errors.push(source.readyState))))
      source.close()
      expect(errors).toEqual([0])
      expect(server.requests('/drop-before-headers?unanswered')).toHaveLength(2)
    })

    test('asks nobody else where redirects are refused', async () => {
      inPage()
      forbid()
      const source = new EventSource(`${server.url}/open?no-redirects`, { redirect: 'error' })
      await new Promise(resolve => (source.onerror = resolve))
      source.close()
      expect(server.requests('/open?no-redirects')).toHaveLength(1)
    })

    test('asks nobody else where the fetch is the caller\'s', async () => {
      inPage()
      const source = new EventSource(`${server.url}/open?own-fetch`, { fetch: () => Promise.reject(new TypeError('Failed to fetch')) })
      const state = await new Promise(resolve => (source.onerror = () => resolve(source.readyState)))
      source.close()
      expect(state).toBe(0)
      expect(server.requests('/open?own-fetch')).toEqual([])
    })

    test('never asks past CORS for another method', async () => {
      inPage()
      forbid()
      await closed(new EventSource(`${server.url}/open?post`, { method: 'POST' }))
      expect(server.requests('/open?post')).toHaveLength(1)
    })

    test.each([[1, ['event 2']], [2, ['event 1', 0, 'event 2']]])('goes on where a server fails request %i, and answers the next', async (at, expected) => {
      inPage()
      const path = `/fails-once?at=${at}`
      const source = new EventSource(server.url + path)
      const seen: unknown[] = []
      source.onmessage = event => seen.push(event.data)
      source.onerror = () => seen.push(source.readyState)
      await vi.waitFor(() => expect(seen).toContain('event 2'))
      source.close()
      expect(seen.slice(0, expected.length)).toEqual(expected)
    })

    test('is closed at once while it asks', async () => {
      inPage()
      const path = '/drop-then-never?close'
      const source = new EventSource(server.url + path)
      const errors = vi.fn()
      source.onerror = errors
      await vi.waitFor(() => expect(server.requests(path)).toHaveLength(2))
      source.close()
      expect(await server.requests(path)[1]?.over).toBe('left')
      expect(errors).not.toHaveBeenCalled()
      expect(server.requests(path)).toHaveLength(2)
    })
  })
})
