// What all feeds have in common
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createFeed } from '../../demo/server/feeds/feed.ts'
import { createMemoryStore } from '../../demo/server/store/memory.ts'
import { StoreError, type Store } from '../../demo/server/store/store.ts'
import { follow, type Followed } from './follow.ts'
import { blocks, send, serve } from './serve.ts'

const FEEDS = ['/feeds/ticker', '/feeds/log', '/feeds/room']
const LIMITS = { maxEntries: 100, ttlMs: 60_000 }
const PAST = Date.now() - 1000

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  vi.useRealTimers()
  while (cleanups.length > 0) await cleanups.pop()?.()
})

async function start(options: Parameters<typeof serve>[0] = {}) {
  const served = await serve(options)
  cleanups.push(() => served.close())
  return served
}

async function open(url: string, lastEventId?: string): Promise<Followed> {
  const followed = await follow(url, lastEventId)
  cleanups.push(() => followed.leave())
  return followed
}

/** A store with a log of these entries, and a server that feeds it. */
async function serveLog(store: Store, recentMs = 60_000, lastSaysAll = false) {
  let response: ServerResponse | undefined
  const feed = createFeed(store, 3000, { log: 'test', type: 'number', recentMs, lastSaysAll })
  const server = createServer((req, res) => {
    response = res
    void feed(req, res, new URL('http://localhost/'))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(() => server.close(), () => server.closeAllConnections())
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/`, port, response: () => response }
}

async function storeOf(count: number, maxEntries = 100): Promise<Store> {
  const store = createMemoryStore()
  for (let i = 1; i <= count; i++) await store.append('test', String(i), { ...LIMITS, maxEntries }, `${PAST + i}-0`)
  return store
}

describe('feeds', () => {
  test.each(FEEDS)('%s sends the headers of an event stream, a comment at once, and when to come back', async path => {
    const { url } = await start({ interval: 100 })
    const response = await fetch(url + path)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(response.headers.get('cache-control')).toBe('no-cache')
    for await (const block of blocks(response)) {
      expect(block).toBe('retry: 300\n: heartbeat')
      break
    }
  })

  test.each(FEEDS)('%s answers HEAD with its headers alone, and nobody has come', async path => {
    const store = createMemoryStore()
    const { url } = await start({ store })
    const { status, text } = await send(url + path, { method: 'HEAD' })
    expect([status, text]).toEqual([200, ''])
    expect(await store.countHeld('room:')).toBe(0)
    expect((await send(url + path, { method: 'POST' })).status).toBe(405)
  })

  test('createFeed() sends the entries with their ids, and goes on with those to come', async () => {
    const store = await storeOf(2)
    const reader = await open((await serveLog(store)).url)
    expect(await reader.take(2)).toEqual([
      { event: 'number', id: `${PAST + 1}-0`, data: '1' }, { event: 'number', id: `${PAST + 2}-0`, data: '2' },
    ])
    await store.append('test', '3', LIMITS)
    expect((await reader.take(1))[0]?.data).toBe('3')
  })

  test('createFeed() goes on after Last-Event-ID', async () => {
    const { url } = await serveLog(await storeOf(5))
    const reader = await open(url, `${PAST + 3}-0`)
    expect((await reader.take(2)).map(({ data }) => data)).toEqual(['4', '5'])
  })

  test('createFeed() tells of a gap where entries after Last-Event-ID were dropped, by an event without an id', async () => {
    const { url } = await serveLog(await storeOf(5, 2))
    const reader = await open(url, `${PAST + 1}-0`)
    const [gap, ...rest] = await reader.take(3)
    expect(gap).toEqual({ event: 'gap', data: JSON.stringify({ after: `${PAST + 1}-0` }) })
    expect(rest.map(({ data }) => data)).toEqual(['4', '5'])
  })

  test('createFeed() tells of a gap where the log is gone', async () => {
    const store = createMemoryStore()
    const reader = await open((await serveLog(store)).url, `${PAST}-0`)
    expect((await reader.take(1))[0]?.event).toBe('gap')
    await store.append('test', 'new', LIMITS)
    expect((await reader.take(1))[0]?.data).toBe('new')
  })

  test('createFeed() begins for a new reader with what is recent, and with the last entry where nothing is', async () => {
    const store = await storeOf(3)
    expect((await (await open((await serveLog(store, 10)).url)).take(1))[0]?.data).toBe('3')
    const now = Date.now()
    await store.append('test', '4', LIMITS, `${now}-0`)
    await store.append('test', '5', LIMITS, `${now}-1`)
    expect((await (await open((await serveLog(store, 0)).url)).take(1))[0]?.data).toBe('5')
    const recent = await open((await serveLog(store, Date.now() - now + 500)).url)
    expect((await recent.take(2)).map(({ data }) => data)).toEqual(['4', '5'])
  })

  test('createFeed() begins with the last entry for everybody, where that says all', async () => {
    const { url } = await serveLog(await storeOf(5, 2), 0, true)
    for (const lastEventId of [undefined, `${PAST + 1}-0`, `${PAST + 5}-0`]) {
      expect((await (await open(url, lastEventId)).take(1))[0]).toEqual({ event: 'number', id: `${PAST + 5}-0`, data: '5' })
    }
  })

  test.each(['nonsense', '5', '-1-0', '1-2-3', `${Date.now() + 1e10}-0`, '9'.repeat(40), `${'9'.repeat(15)}-0`])(
    'createFeed() takes Last-Event-ID %s for none', async lastEventId => {
      const { url } = await serveLog(await storeOf(2))
      expect((await (await open(url, lastEventId)).take(2)).map(({ data }) => data)).toEqual(['1', '2'])
    })

  test('createFeed() sends a comment every fifteen seconds', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const { url } = await serveLog(createMemoryStore())
    const seen = []
    for await (const block of blocks(await fetch(url))) {
      seen.push(block)
      if (seen.length === 3) break
      vi.advanceTimersByTime(15_000)
    }
    expect(seen).toEqual(['retry: 3000\n: heartbeat', ': heartbeat', ': heartbeat'])
  })

  test('createFeed() holds next to nothing for a reader who has stopped reading, who then gets what is kept, and is told of the rest', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const store = createMemoryStore()
    const { port, response } = await serveLog(store)
    const socket = connect(port, '127.0.0.1')
    socket.pause()
    cleanups.push(() => socket.destroy())
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await vi.waitFor(() => expect(response()?.headersSent).toBe(true))

    const filler = 'x'.repeat(10_000)
    let most = 0
    const append = async (number: number): Promise<void> => {
      await store.append('test', `${number} ${filler}`, { maxEntries: 20, ttlMs: 60_000 })
      await new Promise(setImmediate)
      most = Math.max(most, response()?.writableLength ?? Infinity)
    }
    // More than the network between the two holds, which is some megabytes
    let count = 0
    while (!response()?.writableNeedDrain || count < 500) await append(++count)
    for (const end = count + 100; count < end;) await append(++count)
    expect(response()?.writableNeedDrain).toBe(true)
    // Neither do heartbeats pile up
    const before = response()?.writableLength
    vi.advanceTimersByTime(10 * 15_000)
    expect(response()?.writableLength).toBe(before)
    expect(most).toBeLessThan(100_000)

    let text = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk)).resume()
    await vi.waitFor(() => expect(text.includes(`data: ${count} `)).toBe(true), 4000)
    const numbers = [...text.matchAll(/^data: (\d+) x/gm)].map(([, number]) => Number(number))
    // Neither twice nor out of order
    expect(numbers.filter((number, i) => number <= (numbers[i - 1] ?? 0))).toEqual([])
    expect(numbers.slice(-20)).toEqual(Array.from({ length: 20 }, (_, i) => count - 19 + i))
    expect(numbers.length).toBeLessThan(count)
    expect(text.match(/^event: gap$/gm)?.length).toBeGreaterThan(0)
  })

  test.each(FEEDS)('%s answers 503 where the store is away, says when to come again, and leaves nothing running', async path => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const away = async (): Promise<never> => { throw new StoreError('Cannot reach Redis: ECONNREFUSED') }
    const { url } = await start({ store: { ...createMemoryStore(), append: away, bounds: away, claim: away, release: away } })
    const { status, headers, text } = await send(url + path)
    expect([status, headers['retry-after']]).toEqual([503, '1'])
    expect(JSON.parse(text)).toEqual({ error: { message: 'Cannot reach Redis: ECONNREFUSED', type: 'server_error', code: 'store_away' } })
    await vi.waitFor(() => expect(vi.getTimerCount()).toBe(0))
  })

  test.each(['their readers leave', 'the server closes'])('feeds leave nothing running when %s', async how => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const store = { ...createMemoryStore(), close: async () => {} }
    const served = await serve({ interval: 20, store })
    await send(`${served.url}/feeds`)
    const readers = await Promise.all(FEEDS.flatMap(path => [follow(served.url + path), follow(served.url + path)]))
    for (const reader of readers) await reader.take(1)
    // A heartbeat for each, and the room's leases
    expect(vi.getTimerCount()).toBe(7)

    if (how === 'the server closes') await served.close()
    for (const reader of readers) await reader.leave()
    await vi.waitFor(async () => expect(await store.countHeld('room:')).toBe(0))
    expect(vi.getTimerCount()).toBe(0)
    // The ticker's clock stands still, too
    const { last } = await store.bounds('feed:ticker') ?? {}
    await new Promise(resolve => setTimeout(resolve, 100))
    expect((await store.bounds('feed:ticker'))?.last).toBe(last)
    if (how !== 'the server closes') await served.close()
  })

  test('feeds leave nothing running when a client leaves that has asked for many at once', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const store = createMemoryStore()
    const served = await start({ store, limits: { feeds: 10 } })
    const socket = connect(served.port, '127.0.0.1')
    socket.write('GET /feeds/room HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(50))
    await once(socket, 'data')
    expect(await store.countHeld('room:')).toBe(1)
    socket.destroy()
    await vi.waitFor(async () => expect(await store.countHeld('room:')).toBe(0))
    expect(vi.getTimerCount()).toBe(0)
    await (await open(`${served.url}/feeds/room`)).take(1)
  })
})
