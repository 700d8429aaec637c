import { getEventListeners } from 'node:events'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { backoff, connect, fetchEvents, StreamError, type Ending, type FetchEventsInit, type ServerSentEvent } from '../../src/index.ts'
import { startServer, type TestServer } from '../helpers/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())

/** Reads to the end, and remembers how it ended. */
async function collect(path: string, init: FetchEventsInit = {}) {
  const events: ServerSentEvent[] = []
  let ending: Ending | undefined
  let error: unknown
  try {
    for await (const event of fetchEvents(server.url + path, { ...init, onClose: given => (ending = given) })) events.push(event)
  } catch (thrown) {
    error = thrown
  }
  return { events, data: events.map(event => event.data), ending, error: error as StreamError | undefined }
}

const quick = backoff({ base: 1 })

describe('fetchEvents()', () => {
  test('sends nothing before the first next()', async () => {
    const events = fetchEvents(`${server.url}/two?lazy`)
    await new Promise(resolve => setTimeout(resolve, 20))
    expect(server.requests('/two?lazy')).toHaveLength(0)
    expect((await events.next()).value).toEqual({ type: 'message', data: 'one', lastEventId: '1' })
    expect(server.requests('/two?lazy')).toHaveLength(1)
    await events.return?.()
  })

  test('reconnects a GET that ends, behind the last event, until the server says 204', async () => {
    const { data, ending } = await collect('/feed')
    expect(data).toEqual(['event 1', 'event 2', 'event 3'])
    expect(server.requests('/feed').map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '1', '2', '3'])
    expect(ending).toEqual({ outcome: 'done', lastEventId: '3' })
  })

  test('starts behind the event it is given', async () => {
    const { data } = await collect('/feed?from', { lastEventId: '2' })
    expect(data).toEqual(['event 3'])
  })

  test('reconnects a GET that breaks, drops the unfinished event, and tells of both', async () => {
    const retries: unknown[] = []
    const opened: number[] = []
    const { data, ending } = await collect('/drop-then-go-on', {
      retry: failure => (failure.reason.code === 'ended' ? false : quick(failure)),
      onRetry: ({ attempt, reason }) => retries.push([attempt, reason.code]),
      onOpen: response => opened.push(response.status),
    })
    expect(data).toEqual(['event 1, after nothing', 'event 2, after 1', 'event 3, after 2'])
    expect(retries).toEqual([[1, 'network'], [1, 'network']])
    expect(opened).toEqual([200, 200, 200])
    expect(ending?.outcome).toBe('done')
  })

  test('does not deliver again what was delivered before the reconnect, by its own id', async () => {
    const { data } = await collect('/replays', { retry: quick })
    expect(data).toEqual(['a', 'b', 'without id', 'without id', 'c'])
  })

  test('waits as long as the server asks, by retry: and by Retry-After', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0)
    const delays: number[] = []
    const controller = new AbortController()
    const onRetry = ({ delay }: { delay: number }) => {
      delays.push(delay)
      controller.abort()
    }
    await collect('/feed?floor', { onRetry, signal: controller.signal })
    const second = new AbortController()
    await collect('/status?is=503&after=120', { onRetry: ({ delay }) => { delays.push(delay); second.abort() }, signal: second.signal })
    vi.restoreAllMocks()
    expect(delays[0]).toBeGreaterThanOrEqual(10)
    expect(delays[1]).toBeGreaterThanOrEqual(120_000)
  })

  test.each([500, 502, 503, 429, 408, 425])('tries a GET again after %i', async status => {
    const { data } = await collect(`/status?is=${status}&times=2`, { retry: failure => (failure.reason.code === 'ended' ? false : 1) })
    expect(data[0]).toBe('at last')
    expect(server.requests(`/status?is=${status}&times=2`)).toHaveLength(3)
  })

  test.each([400, 401, 403, 404, 410])('ends a GET that is answered %i, with status, headers and body', async status => {
    const { error, ending } = await collect(`/status?is=${status}`)
    expect(error).toBeInstanceOf(StreamError)
    expect(error).toMatchObject({ code: 'http', status, body: `status ${status}`, message: `Cannot open event stream: server answered ${status}` })
    expect(error?.headers?.get('content-type')).toBe('text/event-stream')
    expect(ending).toEqual({ outcome: 'failed', error, lastEventId: '' })
    expect(server.requests(`/status?is=${status}`)).toHaveLength(1)
  })

  test('refuses what is no event stream, and shows it', async () => {
    const { error } = await collect('/html')
    expect(error).toMatchObject({ code: 'content-type', message: 'Cannot open event stream: content type is text/html', body: '<!doctype html><h1>Welcome</h1>' })
    expect(server.requests('/html')).toHaveLength(1)
  })

  test('sends json as a POST, with the headers of a function that is asked at every attempt', async () => {
    const headers = vi.fn(({ attempt }: { attempt: number }) => Promise.resolve(new Headers({ authorization: `Bearer ${attempt}` })))
    const { data } = await collect('/echo', { json: { prompt: '天' }, headers, idempotencyKey: 'key-1', lastEventId: 'é' })
    const seen = JSON.parse(data[0] as string) as { method: string; body: string; headers: Record<string, string> }
    expect(seen).toMatchObject({ method: 'POST', body: '{"prompt":"天"}' })
    expect(seen.headers).toMatchObject({
      'accept': 'text/event-stream', 'content-type': 'application/json', 'authorization': 'Bearer 1', 'idempotency-key': 'key-1',
      'last-event-id': Buffer.from('é').toString('latin1'),
    })
    expect(headers).toHaveBeenCalledWith({ attempt: 1, lastEventId: 'é' })
  })

  test('keeps one idempotency key over all attempts', async () => {
    const path = '/status?is=500&times=2&key'
    const { data } = await collect(path, { json: {}, idempotencyKey: true, retry: () => 1 })
    expect(data[0]).toBe('at last')
    const keys = server.requests(path).map(({ headers }) => headers['idempotency-key'])
    expect(keys).toHaveLength(3)
    expect(new Set(keys).size).toBe(1)
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('calls a POST that ends inside an event truncated', async () => {
    const { data, ending, error } = await collect('/half-event', { method: 'POST' })
    expect(data).toEqual(['whole'])
    expect(error).toBeUndefined()
    expect(ending?.outcome).toBe('truncated')
  })

  test('sends a POST once more, with the last event id, where the caller lets it resume', async () => {
    const path = '/drop-then-go-on?resume'
    const { data, error } = await collect(path, { method: 'POST', resume: true })
    expect(data).toEqual(['event 1, after nothing', 'event 2, after 1'])
    expect(error?.code).toBe('network')
    expect(server.requests(path)).toHaveLength(2)
  })

  test('resumes no more than once, whatever comes of that, and whatever policy or key there is', async () => {
    for (const [name, init] of Object.entries({ key: { idempotencyKey: true }, policy: { retry: quick }, neither: {} })) {
      const path = `/id-then-dead?${name}`
      const { data, error } = await collect(path, { method: 'POST', resume: true, ...init })
      expect(data).toEqual(['first'])
      expect(error?.code).toBe('network')
      expect(server.requests(path).map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '7'])
    }
  })

  test('resumes nothing where the server gave no ids, though the caller did', async () => {
    await collect('/drop-without-ids', { method: 'POST', resume: true, lastEventId: 'mine' })
    expect(server.requests('/drop-without-ids')).toHaveLength(1)
  })

  test.each(['/html', '/json-error', '/drop-after-headers'])('sends a POST once that was answered with 200 (%s), whatever policy or key', async path => {
    const own = `${path}?answered`
    const { error } = await collect(own, { method: 'POST', retry: () => 1, idempotencyKey: true })
    expect(error).toBeInstanceOf(StreamError)
    expect(server.requests(own)).toHaveLength(1)
  })

  test('asks backoff() for the wait, not for whether a 404 gets better', async () => {
    await collect('/status?is=404&tuned', { retry: quick })
    expect(server.requests('/status?is=404&tuned')).toHaveLength(1)
  })

  test.each([undefined, NaN, -1, '5', Promise.resolve(5)])('ends with a TypeError where a policy says %s, also at a clean end', async given => {
    const retry = (() => given) as never
    expect(await collect(`/two?policy=${String(given)}`, { retry })).toMatchObject({
      data: ['one', 'two'], ending: { outcome: 'failed' }, error: new TypeError(`Cannot use the policy's answer: not milliseconds or false: ${String(given)}`),
    })
  })

  test('leaves the page its turn where a policy says 0 and the requests fail at once', async () => {
    let requests = 0
    const connection = connect('http://localhost/', { retry: () => 0, fetch: () => Promise.reject(new TypeError(`offline ${requests++}`)) })
    await new Promise(resolve => setTimeout(resolve, 50))
    connection.close()
    expect(requests).toBeGreaterThan(1)
    expect((await connection.closed).outcome).toBe('stopped')
  })

  test('delivers again what is replayed, where the caller says so', async () => {
    const { data } = await collect('/replays?dropReplays', { dropReplays: false })
    expect(data).toEqual(['a', 'b', 'without id', 'a', 'b', 'without id', 'c'])
  })

  test.each<[string, () => unknown]>([
    ['nothing', () => undefined],
    ['what is no response', () => ({ ok: true, status: 200 })],
    ['a response that it has read', async () => {
      const response = await fetch(`${server.url}/two?read`)
      await response.text()
      return response
    }],
  ])('ends once where a fetch of the app gives %s', async (_name, give) => {
    const own = vi.fn(() => Promise.resolve(give()))
    const onClose = vi.fn()
    await expect(fetchEvents('/mine', { fetch: own as never, method: 'POST', onClose }).next()).rejects.toBeInstanceOf(TypeError)
    expect(own).toHaveBeenCalledOnce()
    expect(onClose).toHaveBeenCalledExactlyOnceWith({ outcome: 'failed', error: expect.any(TypeError) as TypeError, lastEventId: '' })
  })

  test('takes undefined for an option that is not given', async () => {
    const { data } = await collect('/two?undefined', {
      method: 'POST', headers: undefined, retry: undefined, idleTimeout: undefined, maxBufferSize: undefined, onOpen: undefined, fetch: undefined,
    })
    expect(data).toEqual(['one', 'two'])
  })

  test('says so where a body that is a stream would have to be sent again', async () => {
    async function* pieces() {
      yield new Uint8Array([120])
    }
    for (const [name, body] of Object.entries({ stream: new Blob(['x']).stream(), iterable: pieces() })) {
      const path = `/status?is=503&body=${name}`
      const { error } = await collect(path, { method: 'POST', body, duplex: 'half', retry: () => 1 } as unknown as FetchEventsInit)
      expect(error).toMatchObject({ code: 'http', message: 'Cannot send the request again: its body is a stream' })
      expect(server.requests(path)).toHaveLength(1)
    }
  })

  test('takes only a silence for dead: comments are life', async () => {
    const { data } = await collect('/heartbeats', { method: 'POST', idleTimeout: 150 })
    expect(data).toEqual(['one', 'two'])
  })

  test('ends a stream that is silent for too long', async () => {
    const { data, error } = await collect('/silent-after-one', { method: 'POST', idleTimeout: 60 })
    expect(data).toEqual(['one'])
    expect(error).toMatchObject({ code: 'timeout', message: 'Event stream broke: silent for 60 ms' })
    expect(await server.requests('/silent-after-one')[0]?.over).toBe('left')
  })

  test('ends a request that is not answered in time', async () => {
    const { error } = await collect('/never?late', { method: 'POST', connectTimeout: 50 })
    expect(error).toMatchObject({ code: 'timeout', message: 'Cannot open event stream: no answer within 50 ms' })
    expect(await server.requests('/never?late')[0]?.over).toBe('left')
  })

  test('stops an endless line, and keeps what came before it', async () => {
    const { data, error } = await collect('/endless-line', { maxBufferSize: 10_000 })
    expect(data).toEqual(['first'])
    expect(error?.code).toBe('too-large')
    expect(await server.requests('/endless-line')[0]?.over).toBe('left')
    expect(server.requests('/endless-line')).toHaveLength(1)
  })

  test('ends behind the last event that was delivered, not behind one that is too large', async () => {
    const fetch = () => Promise.resolve(new Response(`id: 1\ndata: a\n\nid: 2\ndata: ${'x'.repeat(200)}\n\n`, { headers: { 'content-type': 'text/event-stream' } }))
    const { data, ending } = await collect('/', { fetch, maxBufferSize: 100 })
    expect(data).toEqual(['a'])
    expect(ending).toMatchObject({ outcome: 'failed', error: { code: 'too-large' }, lastEventId: '1' })
  })

  test('keeps what has arrived for a reader who takes their time, though the connection has broken meanwhile', async () => {
    const data: string[] = []
    const read = async () => {
      for await (const event of fetchEvents(`${server.url}/chat-pieces-then-drop?slow`, { method: 'POST' })) {
        data.push(event.data)
        await new Promise(resolve => setTimeout(resolve, 60))
      }
    }
    await expect(read()).rejects.toMatchObject({ code: 'network' })
    expect(data).toHaveLength(8)
    expect(data.at(-1)).toBe('[DONE]')
  })

  test('delivers nothing of what has arrived once it is left', async () => {
    const connection = connect(`${server.url}/chat-pieces-then-drop?left`, { method: 'POST', events: { message: async (text: string) => {
      await new Promise(resolve => setTimeout(resolve, 40))
      return text
    } } })
    const data: string[] = []
    connection.on('message', event => {
      data.push(event.data)
      if (data.length === 2) connection.close()
    })
    expect(await connection.closed).toEqual({ outcome: 'stopped', lastEventId: '1' })
    await new Promise(resolve => setTimeout(resolve, 100))
    expect(data).toHaveLength(2)
  })

  test('takes a headers function into the time that a response may take, and its StreamError for its own', async () => {
    const hanging = await collect('/two?hanging', { method: 'POST', connectTimeout: 50, headers: () => new Promise<HeadersInit>(() => {}) })
    expect(hanging.error).toMatchObject({ code: 'timeout' })
    const own = new StreamError('http', 'no token', { status: 503 })
    const headers = vi.fn(() => Promise.reject(own))
    expect((await collect('/two?token', { headers })).error).toBe(own)
    expect(headers).toHaveBeenCalledOnce()
    expect(server.requests('/two?token')).toHaveLength(0)
  })

  test('says what broke, with the cause', async () => {
    const { error } = await collect('/drop-before-headers', { method: 'POST' })
    expect(error).toMatchObject({ name: 'StreamError', code: 'network', message: expect.stringMatching(/^Cannot open event stream: /) })
    expect(error?.cause).toBeInstanceOf(TypeError)
  })

  test("ends by the app's own error where its headers function or its policy throws", async () => {
    const own = new Error('no token')
    const byHeaders = await collect('/two?h', { headers: () => Promise.reject(own) })
    expect(byHeaders.error).toBe(own)
    expect(byHeaders.ending).toMatchObject({ outcome: 'failed', error: own })
    expect(server.requests('/two?h')).toHaveLength(0)
    const byPolicy = await collect('/status?is=500&p', { retry: () => { throw own } })
    expect(byPolicy.error).toBe(own)
    expect(server.requests('/status?is=500&p')).toHaveLength(1)
  })

  test('reports what its callbacks throw, and goes on', async () => {
    const report = vi.spyOn(console, 'error').mockImplementation(() => {})
    const fault = () => {
      throw new Error('a bug of the app')
    }
    const { data } = await collect('/feed?callbacks', { retry: quick, onOpen: fault, onRetry: fault })
    expect(data).toEqual(['event 1', 'event 2', 'event 3'])
    expect(report).toHaveBeenCalledTimes(6)
    report.mockRestore()
  })

  test('does not take the error of an app for one of the network', async () => {
    const path = '/ticks?throws'
    await expect(async () => {
      for await (const event of fetchEvents(server.url + path)) throw new Error(`bug at ${event.data}`)
    }).rejects.toThrow('bug at 1')
    expect(await server.requests(path)[0]?.over).toBe('left')
    expect(server.requests(path)).toHaveLength(1)
  })

  test('uses the fetch it is given, and reads a body that knows of no signal', async () => {
    const cancelled = vi.fn()
    const body = () => new ReadableStream({ start: controller => controller.enqueue(new TextEncoder().encode('data: mine\n\n')), cancel: cancelled })
    const own = vi.fn(() => Promise.resolve(new Response(body(), { headers: { 'content-type': 'Text/Event-Stream; charset=utf-8' } })))
    for await (const event of fetchEvents('/relative', { fetch: own })) {
      expect(event.data).toBe('mine')
      break
    }
    expect(own).toHaveBeenCalledWith('/relative', expect.objectContaining({ method: 'GET', cache: 'no-store' }))
    expect(cancelled).toHaveBeenCalledOnce()
  })
})

describe('fetchEvents(), when it is left,', () => {
  test.each([
    ['break', async (events: AsyncIterable<ServerSentEvent>) => {
      for await (const _ of events) break
    }],
    ['return()', async (events: AsyncIterableIterator<ServerSentEvent>) => {
      await events.next()
      await events.return?.()
    }],
    ['throw()', async (events: AsyncIterableIterator<ServerSentEvent>) => {
      await events.next()
      await expect(events.throw?.(new Error('enough'))).rejects.toThrow('enough')
    }],
  ])('by %s, ends the request and is stopped', async (how, leave) => {
    const path = `/ticks?by=${encodeURIComponent(how)}`
    const onClose = vi.fn()
    const events = fetchEvents(server.url + path, { onClose })
    await leave(events)
    expect(await server.requests(path)[0]?.over).toBe('left')
    expect(onClose).toHaveBeenCalledExactlyOnceWith({ outcome: 'stopped', lastEventId: '1' })
    expect(await events.next()).toEqual({ value: undefined, done: true })
  })

  test.each([['/never?wait'], ['/open?wait']])('by return() while next() waits on %s, settles both at once', async path => {
    const onClose = vi.fn()
    const events = fetchEvents(server.url + path, { onClose })
    const waiting = events.next()
    await vi.waitUntil(() => server.requests(path).length === 1)
    expect(await events.return?.()).toEqual({ value: undefined, done: true })
    expect(await waiting).toEqual({ value: undefined, done: true })
    expect(onClose).toHaveBeenCalledExactlyOnceWith({ outcome: 'stopped', lastEventId: '' })
    expect(await server.requests(path)[0]?.over).toBe('left')
  })

  test('by its signal, rejects with the reason, in every state', async () => {
    const reason = new Error('the reader left')
    for (const path of ['/never?abort', '/open?abort', '/ticks?abort', '/status?is=500&abort']) {
      const controller = new AbortController()
      const onClose = vi.fn()
      const onRetry = vi.fn()
      const events = fetchEvents(server.url + path, { signal: controller.signal, retry: () => 60_000, onClose, onRetry })
      if (path.startsWith('/ticks')) await events.next()
      const waiting = events.next()
      await vi.waitUntil(() => server.requests(path).length === 1 && (!path.includes('status') || onRetry.mock.calls.length === 1))
      controller.abort(reason)
      await expect(waiting.then(() => events.next())).rejects.toBe(reason)
      expect(onClose).toHaveBeenCalledOnce()
      expect(onClose.mock.calls[0]?.[0]).toMatchObject({ outcome: 'stopped' })
      expect(await events.next()).toEqual({ value: undefined, done: true })
      expect(server.requests(path)).toHaveLength(1)
    }
  })

  test('by a signal that was aborted before, sends nothing', async () => {
    const reason = new Error('before')
    await expect(fetchEvents(`${server.url}/two?aborted`, { signal: AbortSignal.abort(reason) }).next()).rejects.toBe(reason)
    expect(server.requests('/two?aborted')).toHaveLength(0)
  })

  test('stays closed, cancels what comes and sends nothing more, in whichever microtask it is closed', async () => {
    for (let ticks = 0; ticks < 24; ticks++) {
      for (const where of ['headers', 'fetch']) {
        const log: string[] = []
        const cancelled = vi.fn()
        const after = async (act: () => void) => {
          for (let left = ticks; left > 0; left--) await Promise.resolve()
          act()
        }
        const connection = connect('http://localhost/', {
          method: 'POST',
          headers() {
            if (where === 'headers') void after(() => connection.close())
            return {}
          },
          fetch() {
            log.push('sent')
            if (where === 'fetch') void after(() => connection.close())
            const body = new ReadableStream({ cancel: cancelled })
            return Promise.resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } }))
          },
          onOpen: () => log.push('open'),
          onClose: () => log.push('close'),
        })
        await connection.closed
        await new Promise(resolve => setTimeout(resolve))
        expect(log.at(-1)).toBe('close')
        expect(connection.readyState).toBe(2)
        expect(cancelled).toHaveBeenCalledTimes(log.includes('sent') ? 1 : 0)
      }
    }
  })

  test('leaves no listener on the signal it was given', async () => {
    const { signal } = new AbortController()
    const add = vi.spyOn(signal, 'addEventListener')
    const remove = vi.spyOn(signal, 'removeEventListener')
    await collect('/feed?listeners', { signal, retry: quick })
    for await (const _ of fetchEvents(`${server.url}/ticks?listeners`, { signal })) break
    expect(add.mock.calls.length).toBeGreaterThan(0)
    expect(remove.mock.calls.map(([, listener]) => listener)).toEqual(expect.arrayContaining(add.mock.calls.map(([, listener]) => listener)))
  })
})

describe('fetchEvents(), at the door,', () => {
  const loop: Record<string, unknown> = {}
  loop['self'] = loop

  test.each<[string, string, FetchEventsInit, string | RegExp]>([
    ['a URL that does not parse', 'http://[', {}, 'Cannot open event stream: not a valid URL: http://['],
    ['a relative URL without a page', '/events', {}, 'Cannot open event stream: not a valid URL: /events'],
    ['json and body', 'http://localhost', { json: 1, body: 'x' }, 'Cannot send both json and body'],
    ['a GET with a body', 'http://localhost', { method: 'get', json: 1 }, 'Cannot send a body: method is GET'],
    ['json that is none', 'http://localhost', { json: () => {} }, /^Cannot use json: not a JSON value: /],
    ['json with a cycle', 'http://localhost', { json: loop }, 'Converting circular structure to JSON'],
    ['a retry that is no policy', 'http://localhost', { retry: 3 as unknown as false }, 'Cannot use retry: not a function or false: 3'],
    ['a credential in the URL', 'http://user:word@localhost', {}, /^Cannot open event stream: /],
    ['a mode that no page may use', 'http://localhost', { mode: 'navigate' }, /^Cannot open event stream: /],
    ['a signal that is none', 'http://localhost', { signal: new AbortController() as never }, 'Cannot use signal: not an AbortSignal: [object AbortController]'],
    ['a signal that is false', 'http://localhost', { signal: false as never }, 'Cannot use signal: not an AbortSignal: false'],
    ['a fetch that is none', 'http://localhost', { fetch: {} as never }, 'Cannot use fetch: not a function: [object Object]'],
    ['a buffer of nothing', 'http://localhost', { maxBufferSize: 0 }, 'Cannot use maxBufferSize: not a number from 1 to Infinity: 0'],
    ['a time that is text', 'http://localhost', { connectTimeout: '500' as never }, 'Cannot use connectTimeout: not a number from 0 to Infinity: 500'],
    ['a negative time', 'http://localhost', { idleTimeout: -1 }, 'Cannot use idleTimeout: not a number from 0 to Infinity: -1'],
  ])('refuses %s', (_name, url, init, message) => {
    expect(() => fetchEvents(url, init)).toThrow(message)
  })
})

describe('fetchEvents(), on a page that goes into the back/forward cache and returns,', () => {
  const page = new EventTarget()
  const turn = (type: string, persisted = true) => page.dispatchEvent(Object.assign(new Event(type), { persisted }))
  beforeEach(() => {
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
  })
  afterEach(() => void vi.unstubAllGlobals())

  test('closes a feed, and goes on behind its last event at once', async () => {
    const onRetry = vi.fn()
    const feed = fetchEvents(`${server.url}/ticks?cached`, { retry: () => 60_000, onRetry })
    const { value } = (await feed.next()) as { value: ServerSentEvent }
    turn('pagehide', false) // as when the page is left for good
    turn('pagehide')
    const next = feed.next()
    expect(await server.requests('/ticks?cached')[0]?.over).toBe('left')
    await vi.waitFor(() => expect(onRetry).toHaveBeenCalledOnce())
    expect(server.requests('/ticks?cached')).toHaveLength(1)
    turn('pageshow')
    await next
    expect(server.requests('/ticks?cached')[1]?.headers['last-event-id']).toBe(value.lastEventId)
    await feed.return?.()
    expect(getEventListeners(page, 'pagehide')).toEqual([])
    expect(getEventListeners(page, 'pageshow')).toEqual([])
  })

  test('opens nothing while it is away, though its policy says 0', async () => {
    const feed = fetchEvents(`${server.url}/ticks?away`, { retry: () => 0 })
    await feed.next()
    turn('pagehide')
    const next = feed.next()
    await new Promise(resolve => setTimeout(resolve, 200))
    expect(server.requests('/ticks?away')).toHaveLength(1)
    turn('pageshow')
    await next
    expect(server.requests('/ticks?away')).toHaveLength(2)
    await feed.return?.()
  })

  test('takes a refusal for one though its body was cut short, and waits as long as the server asks', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
    const onRetry = vi.fn()
    const fetch = vi.fn(() => {
      const body = new ReadableStream({ start: controller => controller.enqueue(new TextEncoder().encode('later')) })
      return Promise.resolve(new Response(body, { status: 429, headers: { 'retry-after': '60' } }))
    })
    const feed = fetchEvents('http://localhost/', { fetch, onRetry })
    const next = feed.next()
    await vi.advanceTimersByTimeAsync(10)
    turn('pagehide')
    await vi.advanceTimersByTimeAsync(0)
    expect(onRetry.mock.calls[0]?.[0]).toMatchObject({ reason: { code: 'http', status: 429, body: 'later' } })
    turn('pageshow')
    await vi.advanceTimersByTimeAsync(50_000)
    expect(fetch).toHaveBeenCalledOnce()
    await vi.advanceTimersByTimeAsync(12_000)
    expect(fetch).toHaveBeenCalledTimes(2)
    await feed.return?.()
    await next
    vi.useRealTimers()
    expect(getEventListeners(page, 'pagehide')).toEqual([])
  })

  test('never touches a request that is paid for', async () => {
    const answer = fetchEvents(`${server.url}/ticks?paid`, { method: 'POST' })
    await answer.next()
    turn('pagehide')
    turn('pageshow')
    expect((await answer.next()).done).toBe(false)
    await answer.return?.()
    expect(server.requests('/ticks?paid')).toHaveLength(1)
  })
})
