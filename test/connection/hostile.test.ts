// Against a server that means harm, or is harmed itself
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { connect, EventSource, fetchEvents, type FetchEventsInit } from '../../src/index.ts'
import { startServer, type TestServer } from '../helpers/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())

const wait = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

/** Starts a feed with defaults; gives what ends it. */
const feeds = {
  fetchEvents(url: string, init?: FetchEventsInit) {
    const events = fetchEvents(url, init)
    const read = async () => {
      for await (const _ of events);
    }
    read().catch(() => {})
    return () => void events.return?.()
  },
  connect(url: string, init?: FetchEventsInit) {
    const connection = connect(url, init)
    return () => connection.close()
  },
  EventSource(url: string, init?: FetchEventsInit) {
    const source = new EventSource(url, init)
    return () => source.close()
  },
}
type Face = keyof typeof feeds
const faces = Object.keys(feeds) as Face[]

/** How often each feed asks for a path in a time. */
async function countRequests(path: string, ms: number, init?: FetchEventsInit): Promise<[Face, number][]> {
  return Promise.all(faces.map(async face => {
    const own = `${path}${path.includes('?') ? '&' : '?'}${face}`
    const close = feeds[face](server.url + own, init)
    await wait(ms)
    const { length } = server.requests(own)
    close()
    return [face, length] as [Face, number]
  }))
}

describe.concurrent('feeds, with their defaults,', () => {
  test('ask a server that accepts and closes at most five times in three seconds', async () => {
    for (const [face, requests] of await countRequests('/accept-then-close', 3000)) {
      expect(requests, face).toBeGreaterThan(0)
      expect(requests, face).toBeLessThanOrEqual(5)
    }
  })

  test('ask a server that drops every request at most five times in three seconds', async () => {
    for (const [face, requests] of await countRequests('/drop-before-headers', 3000)) {
      expect(requests, face).toBeGreaterThan(0)
      expect(requests, face).toBeLessThanOrEqual(5)
    }
  })

  test('ask a server that says retry: 0 and drops at most twelve times in four seconds', async () => {
    for (const [face, requests] of await countRequests('/retry-then-drop?retry=0', 4000)) {
      expect(requests, face).toBeGreaterThan(1)
      expect(requests, face).toBeLessThanOrEqual(12)
    }
  })

  test.each([9_999_999_999, 4_294_967_297])('do not hammer a server that says retry: %i', async ms => {
    const delays: number[] = []
    const counts = await countRequests(`/retry-then-close?retry=${ms}`, 1500, { onRetry: ({ delay }) => void delays.push(delay) })
    expect(counts.map(([, requests]) => requests)).toEqual([1, 1, 1])
    // What a policy says is told as it is; only the timer is cut to what it holds
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(ms)
  })

  test.each(['1', 'date'])('wait for Retry-After (%s) after a 503', async after => {
    await Promise.all((['fetchEvents', 'connect'] as const).map(async face => {
      const path = `/plays?do=503&after=${after}&waits-${face}`
      const close = feeds[face](server.url + path)
      await vi.waitUntil(() => server.requests(path).length === 2, 5000)
      close()
      const [first, second] = server.requests(path)
      expect((second?.at ?? 0) - (first?.at ?? 0), face).toBeGreaterThanOrEqual(1000)
    }))
  })
})

describe('a stream', () => {
  /** Reads a whole answer, with the listener in the loop. */
  async function readAll(path: string, onEvent: (data: string, type: string) => void): Promise<number> {
    const start = performance.now()
    for await (const { data, type } of fetchEvents(server.url + path, { method: 'POST' })) onEvent(data, type)
    return performance.now() - start
  }

  test('of 100,000 small events arrives whole, in order and quickly, by a loop', async () => {
    let next = 100_000
    const ms = await readAll('/many?count=100000', data => {
      if (data !== String(next--)) throw new Error(`${data} came after ${next + 2}`)
    })
    expect(next).toBe(0)
    expect(ms).toBeLessThan(5000)
  })

  test('of 100,000 small events arrives whole, in order and quickly, by listeners', async () => {
    for (const face of ['connect', 'EventSource'] as const) {
      let next = 100_000
      const start = performance.now()
      await new Promise<void>(resolve => {
        const url = `${server.url}/many?count=100000&${face}`
        const init = { method: 'POST', onClose: () => resolve() }
        const onEvent = ({ data }: { data: unknown }) => void (data === String(next) && next--)
        if (face === 'connect') connect(url, init).on('message', onEvent)
        else new EventSource(url, init).onmessage = onEvent
      })
      expect(next).toBe(0)
      expect(performance.now() - start).toBeLessThan(10_000)
    }
  }, 30_000)

  test('of 50 MB arrives whole, in order and quickly', async () => {
    let count = 0
    const ms = await readAll('/large?mb=50', data => {
      const letter = String.fromCharCode(97 + ++count % 26)
      if (data.length !== 100_000 || data[0] !== letter || data.at(-1) !== letter) throw new Error(`event ${count} is torn`)
    })
    expect(count).toBe(500)
    expect(ms).toBeLessThan(5000)
  })

  test('that comes a byte at a time arrives as it was sent', async () => {
    const events: string[] = []
    await readAll('/trickle', (data, type) => events.push(`${type}: ${data}`))
    expect(events).toEqual(['message: 一字一句 👩‍🚀', 'last: two'])
  })

  test('whose loop is left ends at the server within 250 ms', async () => {
    for (const path of ['/ticks?left', '/large?mb=5000', '/many?count=100000000']) {
      for await (const _ of fetchEvents(server.url + path)) break
      const start = performance.now()
      expect(await server.requests(path)[0]?.over).toBe('left')
      expect(performance.now() - start).toBeLessThan(250)
    }
  })

  test('whose reader is slow slows the server down, rather than fill the memory', async () => {
    const events = fetchEvents(`${server.url}/large?mb=2000`)
    await events.next()
    const before = process.memoryUsage()
    await wait(300)
    const after = process.memoryUsage()
    await events.return?.()
    expect(after.rss - before.rss).toBeLessThan(100e6)
  })

  test('that is refused by a body without end fails after two seconds, and ends the request', async () => {
    const start = performance.now()
    await expect(fetchEvents(`${server.url}/refusal-without-end`, { method: 'POST' }).next()).rejects.toMatchObject({ status: 500, body: 'no' })
    expect(performance.now() - start).toBeLessThan(2500)
    expect(await server.requests('/refusal-without-end')[0]?.over).toBe('left')
  })
})
