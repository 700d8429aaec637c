// What went wrong once, each with the reader or the app that it would let down
import { getEventListeners } from 'node:events'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { fetchEventSource, type FetchEventSourceInit } from '../../src/connection/fetch-event-source.ts'
import { StreamError } from '../../src/index.ts'
import { startServer, type TestServer } from '../helpers/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())
afterEach(() => vi.unstubAllGlobals())

const answers = (...texts: string[]) => `/answers?${texts.map(text => `text=${encodeURIComponent(text)}`).join('&')}`
const sleep = (ms: number) => new Promise<'goes on'>(resolve => setTimeout(() => resolve('goes on'), ms))

function rethrow(error: unknown): never {
  throw error
}

function endsToo(often: number): () => void {
  let left = often
  return () => {
    if (left-- > 0) throw new Error('not yet')
  }
}

/** How it ended, within a time; then nothing of it goes on. */
async function outcome(input: RequestInfo, init: FetchEventSourceInit, forMs = 150, controller = new AbortController()): Promise<unknown> {
  const settled = fetchEventSource(input, { signal: controller.signal, ...init }).then(() => 'resolved', (error: unknown) => error)
  const result = await Promise.race([settled, sleep(forMs)])
  controller.abort()
  return result
}

describe('fetchEventSource()', () => {
  test.each(['/drop-before-headers', '/status?is=500', '/drop-without-ids'])('without an onerror json to %s, which implies POST, is sent once', async at => {
    const path = `${at}${at.includes('?') ? '&' : '?'}json`
    expect(await outcome(server.url + path, { json: { prompt: 'Hi' } }, 1300)).toBeInstanceOf(StreamError)
    expect(server.requests(path).map(({ method }) => method)).toEqual(['POST'])
  })

  test('a headers function is told which request is about to be sent', async () => {
    const attempts: number[] = []
    await fetchEventSource(server.url + answers('data: AFTER\n\n'), {
      headers: ({ attempt }) => (attempts.push(attempt), {}), onclose: endsToo(2), onerror: () => 1,
    })
    expect(attempts).toEqual([1, 2, 3])
  })

  test('a signal that is none is a mistake at the door, which onerror is not asked about', async () => {
    const onerror = vi.fn(() => 5)
    const onopen = vi.fn()
    const error = await Promise.race([
      fetchEventSource(`${server.url}/two?signal`, { signal: {} as AbortSignal, onopen, onerror: () => (onerror.mock.calls.length > 5 ? rethrow('loops') : onerror()) })
        .catch((caught: unknown) => caught),
      sleep(300),
    ])
    expect(onerror).not.toHaveBeenCalled()
    expect(error).toBeInstanceOf(TypeError)
  })

  test('a signal that is aborted in an onerror that throws resolves, as theirs does', async () => {
    const controller = new AbortController()
    const onerror = (error: unknown) => {
      controller.abort()
      throw error
    }
    expect(await outcome(`${server.url}/html?abort-and-throw`, { onerror }, 150, controller)).toBe('resolved')
  })

  test('a signal that is aborted while onerror is awaited resolves at once', async () => {
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 50)
    expect(await outcome(`${server.url}/html?abort-while`, { onerror: () => new Promise<number>(() => {}) }, 300, controller)).toBe('resolved')
  })

  test('what onerror rejects with after the abort is not what the promise rejects with', async () => {
    const controller = new AbortController()
    const onerror = async (error: unknown) => {
      controller.abort()
      await sleep(20)
      throw error
    }
    expect(await outcome(`${server.url}/html?abort-then`, { onerror }, 300, controller)).toBe('resolved')
  })

  test('a body that is a stream is not sent again: the first error is told', async () => {
    const init = { method: 'POST', duplex: 'half', body: new Response('a prompt').body } as FetchEventSourceInit
    const error = await outcome(`${server.url}/status?is=503&stream`, init, 2500)
    expect(error).toMatchObject({ code: 'http', status: 503 })
  })

  test('nor is an onerror that returns asked for ever', async () => {
    const init = { method: 'POST', duplex: 'half', body: new Response('a prompt').body } as FetchEventSourceInit
    const onerror = vi.fn(() => 5)
    expect(await outcome(`${server.url}/status?is=503&stream-2`, { ...init, onerror }, 200)).toMatchObject({ message: expect.stringContaining('its body is a stream') })
    expect(onerror.mock.calls.length).toBeLessThan(3)
  })

  test('a network that is back does not undercut Retry-After', async () => {
    const page = new EventTarget()
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
    setTimeout(() => page.dispatchEvent(new Event('online')), 50)
    const path = '/status?is=503&after=60&online'
    expect(await outcome(server.url + path, {}, 200)).toBe('goes on')
    expect(server.requests(path)).toHaveLength(1)
  })

  test('a network that is back does not undercut what onerror says', async () => {
    const page = new EventTarget()
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
    setTimeout(() => page.dispatchEvent(new Event('online')), 50)
    const path = '/status?is=503&after=60&onerror'
    expect(await outcome(server.url + path, { onerror: () => 60_000 }, 200)).toBe('goes on')
    expect(server.requests(path)).toHaveLength(1)
  })

  test('a page that goes into the back/forward cache is no error of the app\'s', async () => {
    const page = new EventTarget()
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
    setTimeout(() => page.dispatchEvent(Object.assign(new Event('pagehide'), { persisted: true })), 50)
    setTimeout(() => page.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true })), 100)
    const onerror = vi.fn(rethrow)
    expect(await outcome(`${server.url}/silent-after-one?page`, { onerror }, 200)).toBe('goes on')
    expect(onerror).not.toHaveBeenCalled()
    expect(server.requests('/silent-after-one?page')).toHaveLength(2)
  })

  test('a fetch of the app\'s gets the headers as an object, as it does there', async () => {
    let sent: unknown
    await fetchEventSource(`${server.url}/echo?spread`, {
      method: 'POST', body: '{}', headers: { 'content-type': 'application/json' },
      fetch: (input, init) => fetch(input, { ...init, headers: { ...(init?.headers as Record<string, string>), authorization: 'Bearer 1' } }),
      onmessage: ({ data }) => (sent = (JSON.parse(data) as { headers: unknown }).headers),
    })
    expect(sent).toMatchObject({ 'authorization': 'Bearer 1', 'content-type': 'application/json', 'accept': 'text/event-stream' })
  })

  test('what an app\'s callback throws rejects without an onerror, also where it is a StreamError', async () => {
    const mine = new StreamError('network', 'of another stream of the app\'s')
    const path = '/two?stream-error'
    expect(await outcome(server.url + path, { onmessage: () => rethrow(mine) }, 1300)).toBe(mine)
    expect(server.requests(path)).toHaveLength(1)
  })

  test('nor is a POST sent again for it', async () => {
    const post = '/two?stream-error-post'
    const busy = new StreamError('http', 'of another request of the app\'s', { status: 503 })
    expect(await outcome(server.url + post, { method: 'POST', body: 'a prompt', onopen: () => rethrow(busy) }, 1300)).toBe(busy)
    expect(server.requests(post)).toHaveLength(1)
  })

  test('a POST that is sent again and numbers its events anew is delivered whole, where the app says so', async () => {
    let text = ''
    await fetchEventSource(server.url + answers('id: 0\ndata: The\n\nid: 1\ndata: sky\n\n', 'id: 0\ndata: A\n\nid: 1\ndata: blue\n\nid: 2\ndata: sky\n\n'), {
      method: 'POST', body: 'a prompt', dropReplays: false,
      onopen: () => void (text = ''),
      onmessage: ({ data }) => void (text += `${data} `),
      onclose: endsToo(1), onerror: () => 1,
    })
    expect(text).toBe('A blue sky ')
  })

  test('json implies POST, also for a whole Request', async () => {
    const messages: string[] = []
    const error = await fetchEventSource(new Request(`${server.url}/echo?json`), { json: {}, onmessage: ({ data }) => messages.push(data) }).catch((caught: unknown) => caught)
    expect(error).toBeUndefined()
    expect(messages[0]).toContain('"method":"POST"')
  })

  test('onopen: null is no onopen', async () => {
    const error = await outcome(`${server.url}/status?is=500&null`, { onopen: null, onerror: rethrow })
    expect(error).toMatchObject({ code: 'http', status: 500 })
  })

  test('an Idempotency-Key that a looser type lets in is one for all requests, or none', async () => {
    const keys: (string | undefined)[] = []
    const init = { idempotencyKey: true, method: 'POST', onclose: endsToo(1), onerror: () => 1 }
    const path = answers('data: key\n\n')
    await fetchEventSource(server.url + path, init) // compiles: an object that is no literal may have more
    keys.push(...server.requests(path).map(({ headers }) => headers['idempotency-key'] as string | undefined))
    expect(new Set(keys).size).toBe(1)
  })

  test('a Request\'s own signal ends it', async () => {
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 50)
    const ended = fetchEventSource(new Request(`${server.url}/open?own-signal`, { signal: controller.signal })).then(() => 'resolved')
    expect(await Promise.race([ended, sleep(200)])).toBe('resolved')
  })

  test('a Request whose body was read is a mistake at the door', async () => {
    const request = new Request(`${server.url}/echo?used`, { method: 'POST', body: 'a prompt' })
    await request.text()
    const onerror = vi.fn(rethrow)
    const error = await outcome(request, { onerror })
    expect(error).toBeInstanceOf(TypeError)
    expect(onerror).not.toHaveBeenCalled()
  })

  test('a signal that is aborted in an onmessage or onclose that throws asks onerror nothing', async () => {
    for (const name of ['onmessage', 'onclose']) {
      const controller = new AbortController()
      const onerror = vi.fn(() => 5)
      const callback = () => {
        controller.abort()
        throw new Error('mine')
      }
      expect(await outcome(`${server.url}/two?22-${name}`, { [name]: callback, onerror }, 200, controller)).toBe('resolved')
      expect(onerror).not.toHaveBeenCalled()
    }
  })

  test('an onerror that never settles leaves no listener on the signal that was aborted', async () => {
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 50)
    await outcome(`${server.url}/html?23`, { onerror: () => new Promise<number>(() => {}) }, 300, controller)
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
  })

  test('what is replayed after the back/forward cache is delivered once, and the headers function is told of a second request', async () => {
    const page = new EventTarget()
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
    setTimeout(() => page.dispatchEvent(Object.assign(new Event('pagehide'), { persisted: true })), 100)
    setTimeout(() => page.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true })), 150)
    const ids: string[] = []
    const attempts: number[] = []
    await outcome(`${server.url}/ticks?24`, {
      headers: ({ attempt }) => (attempts.push(attempt), {}), onmessage: ({ id }) => ids.push(id),
    }, 400)
    expect(server.requests('/ticks?24')).toHaveLength(2)
    expect.soft(attempts).toEqual([1, 2])
    expect(ids).toEqual([...new Set(ids)])
  })

  test('an onclose whose promise never settles holds nothing up, or the signal at least ends it', async () => {
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 100)
    expect(await outcome(`${server.url}/two?25`, { onclose: async () => new Promise<void>(() => {}) }, 300, controller)).toBe('resolved')
  })
})
