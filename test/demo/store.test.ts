// What holds for every store, and what each of them has besides
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { createClient } from 'redis'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createMemoryStore } from '../../demo/server/store/memory.ts'
import { createRedisStore } from '../../demo/server/store/redis.ts'
import { BEGINNING, compareIds, isEntryId, StoreError, StoreFull, type Entry, type Store } from '../../demo/server/store/store.ts'
import { hasRedis, startRedis, type RedisServer } from './redis-server.ts'

const LIMITS = { maxEntries: 1000, ttlMs: 60_000 }

const open: Store[] = []
afterEach(async () => {
  for (const store of open.splice(0)) await store.close()
})

/** Logs and leases of their own for each test: a Redis serves all of them. */
let tests = 0
const name = (what = 'log'): string => `${what}:${tests}`

async function take(store: Store, log: string, after: string, count: number): Promise<Entry[]> {
  const stop = new AbortController()
  const taken: Entry[] = []
  if (count === 0) return taken
  for await (const entries of store.follow(log, after, stop.signal)) {
    taken.push(...entries)
    if (taken.length >= count) break
  }
  return taken
}

const texts = (entries: Entry[]): string[] => entries.map(({ text }) => text)

async function fill(store: Store, log: string, count: number, from = 1): Promise<void> {
  for (let i = from; i < from + count; i++) await store.append(log, `text ${i}`, LIMITS, `0-${i}`)
}

let redis: RedisServer
beforeAll(async () => {
  if (hasRedis) redis = await startRedis()
})
afterAll(() => redis?.close())

const KINDS: [string, () => Promise<Store>][] = [
  ['a store in memory', async () => createMemoryStore()],
  ...(hasRedis ? [['a store in Redis', () => createRedisStore(redis.url)] satisfies [string, () => Promise<Store>]] : []),
]

describe.each(KINDS)('%s', (_kind, create) => {
  async function make(): Promise<Store> {
    tests++
    const store = await create()
    open.push(store)
    return store
  }

  describe('append()', () => {
    test('append() gives ids that grow, also within a millisecond', async () => {
      const store = await make()
      const ids: string[] = []
      for (let i = 0; i < 50; i++) ids.push(await store.append(name(), 'x', LIMITS) ?? '')
      expect(ids.every(isEntryId)).toBe(true)
      expect(ids.slice(1).every((id, i) => compareIds(ids[i] ?? '', id) < 0)).toBe(true)
      expect(Math.abs(Number(ids[0]?.split('-')[0]) - Date.now())).toBeLessThan(60_000)
    })

    test('append() takes an id, and refuses one that the log has, or has passed', async () => {
      const store = await make()
      expect(await store.append(name(), 'one', LIMITS, '0-1')).toBe('0-1')
      expect(await store.append(name(), 'other', LIMITS, '0-1')).toBeUndefined()
      expect(await store.append(name(), 'three', LIMITS, '0-3')).toBe('0-3')
      expect(await store.append(name(), 'two', LIMITS, '0-2')).toBeUndefined()
      expect(texts(await take(store, name(), BEGINNING, 2))).toEqual(['one', 'three'])
    })

    test('append() writes after a certain entry where that is the last one, and only there', async () => {
      const store = await make()
      expect(await store.append(name(), 'two', LIMITS, '0-2', '0-1')).toBeUndefined()
      expect(await store.append(name(), 'one', LIMITS, '0-1', BEGINNING)).toBe('0-1')
      expect(await store.append(name(), 'two', LIMITS, '0-2', BEGINNING)).toBeUndefined()
      expect(await store.append(name(), 'two', LIMITS, '0-2', '0-1')).toBe('0-2')
      await store.drop(name())
      expect(await store.append(name(), 'three', LIMITS, '0-3', '0-2')).toBeUndefined()
      expect(await store.bounds(name())).toBeUndefined()
    })

    test('append() lets one of many win who write the same id', async () => {
      const store = await make()
      const ids = await Promise.all(Array.from({ length: 20 }, (_, i) => store.append(name(), String(i), LIMITS, '0-1')))
      expect(ids.filter(id => id === '0-1')).toHaveLength(1)
    })

    test('append() keeps what it is given, to the letter', async () => {
      const store = await make()
      const text = 'line\r\nline \u{1F468}\u200D\u{1F469} \0 打字机 '.repeat(1000)
      const id = await store.append(name(), text, LIMITS) ?? ''
      expect(await store.read(name(), id)).toBe(text)
    })

    test('append() drops the oldest beyond the limit', async () => {
      const store = await make()
      for (let i = 1; i <= 1000; i++) await store.append(name(), String(i), { maxEntries: 300, ttlMs: 60_000 }, `0-${i}`)
      const { first = '', last } = await store.bounds(name()) ?? {}
      expect(last).toBe('0-1000')
      // Redis drops them by the hundred
      expect(compareIds(first, '0-600')).toBeGreaterThan(0)
      expect(compareIds(first, '0-701')).toBeLessThanOrEqual(0)
      expect((await take(store, name(), '0-5', 1))[0]?.id).toBe(first)
    })
  })

  describe('what is kept', () => {
    test('bounds() and read() know nothing of a log that is not there', async () => {
      const store = await make()
      expect(await store.bounds(name())).toBeUndefined()
      expect(await store.read(name(), '0-1')).toBeUndefined()
    })

    test('read() gives the entry of an id alone', async () => {
      const store = await make()
      await store.append(name(), 'one', LIMITS, '0-1')
      await store.append(name(), 'three', LIMITS, '0-3')
      expect([await store.read(name(), '0-1'), await store.read(name(), '0-2'), await store.read(name(), '0-3')]).toEqual(['one', undefined, 'three'])
    })

    test('a log is gone some time after its last entry, and drop() forgets it at once', async () => {
      const store = await make()
      await store.append(name('short'), 'x', { maxEntries: 10, ttlMs: 50 })
      await vi.waitFor(async () => expect(await store.bounds(name('short'))).toBeUndefined())
      await store.append(name(), 'x', LIMITS, '0-1')
      await store.drop(name())
      expect(await store.bounds(name())).toBeUndefined()
      expect(await store.append(name(), 'anew', LIMITS, '0-1')).toBe('0-1')
    })
  })

  describe('follow()', () => {
    test.each([[BEGINNING, 1], ['0-1', 2], ['0-499', 500], ['0-500', 501]])('follow() gives what is kept after %s, then what comes', async (after, first) => {
      const store = await make()
      await fill(store, name(), 500)
      const following = take(store, name(), after, 1500 - first + 1)
      await fill(store, name(), 1000, 501)
      expect((await following).map(({ id }) => id)).toEqual(Array.from({ length: 1500 - first + 1 }, (_, i) => `0-${first + i}`))
    })

    test('follow() waits for a log that is not there yet', async () => {
      const store = await make()
      const following = take(store, name(), BEGINNING, 1)
      await store.append(name(), 'hello', LIMITS)
      expect(texts(await following)).toEqual(['hello'])
    })

    test('follow() ends without an error when its signal is aborted, before and while it waits', async () => {
      const store = await make()
      for await (const _ of store.follow(name(), BEGINNING, AbortSignal.abort())) throw new Error('Nothing should come')
      const stop = new AbortController()
      const over = (async () => {
        for await (const _ of store.follow(name(), BEGINNING, stop.signal)) stop.abort()
      })()
      await store.append(name(), 'x', LIMITS)
      await over
    })

    test('follow() gives a hundred readers the same, each at their own speed', async () => {
      const store = await make()
      const read = async (i: number): Promise<string[]> => {
        const ids: string[] = []
        const stop = new AbortController()
        for await (const entries of store.follow(name(), BEGINNING, stop.signal)) {
          ids.push(...entries.map(({ id }) => id))
          if (ids.length >= 900) break
          if (i % 10 === 0) await new Promise(resolve => setTimeout(resolve, 2))
        }
        return ids
      }
      const readers = Promise.all(Array.from({ length: 100 }, (_, i) => read(i)))
      await fill(store, name(), 900)
      const expected = Array.from({ length: 900 }, (_, i) => `0-${i + 1}`)
      for (const ids of await readers) expect(ids).toEqual(expected)
    })
  })

  describe('leases', () => {
    test('claim() gives a lease to one, until it is given back or runs out', async () => {
      const store = await make()
      expect(await store.held(name())).toBe(false)
      expect(await store.claim(name(), 'one', 60_000)).toBe(true)
      expect(await store.claim(name(), 'other', 60_000)).toBe(false)
      expect(await store.claim(name(), 'one', 60_000)).toBe(true)
      expect(await store.held(name())).toBe(true)
      await store.release(name(), 'other')
      expect(await store.held(name())).toBe(true)
      await store.release(name(), 'one')
      expect(await store.held(name())).toBe(false)

      expect(await store.claim(name(), 'one', 30)).toBe(true)
      await vi.waitFor(async () => expect(await store.held(name())).toBe(false))
      expect(await store.claim(name(), 'other', 60_000)).toBe(true)
    })

    test('countHeld() counts those that are held whose names begin so', async () => {
      const store = await make()
      const prefix = name('[room]*?')
      for (let i = 0; i < 30; i++) await store.claim(`${prefix}:${i}`, 'x', 60_000)
      await store.claim(name('room'), 'x', 60_000)
      await store.claim(`${prefix}:gone`, 'x', 1)
      await store.release(`${prefix}:0`, 'x')
      await vi.waitFor(async () => expect(await store.countHeld(prefix)).toBe(29))
      expect(await store.countHeld('nothing')).toBe(0)
    })
  })
})

describe('a store in memory', () => {
  test('createMemoryStore() keeps no more than its limit, and drops the logs that were written to longest ago', async () => {
    const store = createMemoryStore({ maxBytes: 100_000 })
    open.push(store)
    for (let i = 0; i < 20; i++) await store.append(`log ${i}`, 'x'.repeat(10_000), LIMITS)
    const kept = await Promise.all(Array.from({ length: 20 }, async (_, i) => await store.bounds(`log ${i}`) !== undefined))
    expect(kept.indexOf(true)).toBeGreaterThan(9)
    expect(kept.slice(kept.indexOf(true)).every(Boolean)).toBe(true)
    expect(kept.at(-1)).toBe(true)
  })

  test('createMemoryStore() drops logs that somebody follows last', async () => {
    const store = createMemoryStore({ maxBytes: 100_000 })
    open.push(store)
    await store.append('followed', 'x'.repeat(10_000), LIMITS)
    const stop = new AbortController()
    const following = store.follow('followed', BEGINNING, stop.signal)[Symbol.asyncIterator]()
    await following.next()
    const waiting = following.next()
    for (let i = 0; i < 20; i++) await store.append(`log ${i}`, 'x'.repeat(10_000), LIMITS)
    expect(await store.bounds('followed')).toBeDefined()
    stop.abort()
    await waiting
  })
})

describe('a store in memory that is full of what is being written', () => {
  test('createMemoryStore() drops none of it, begins nothing else, and lets it grow to twice its limit', async () => {
    const store = createMemoryStore({ maxBytes: 100_000 })
    open.push(store)
    const write = (log: string): Promise<unknown> => store.append(log, 'x'.repeat(10_000), LIMITS)
    await write('old')
    for (const log of ['a', 'b', 'c', 'd']) {
      await store.claim(log, 'us', 60_000)
      await write(log)
    }
    expect(await store.bounds('old')).toBeUndefined()
    await expect(write('other')).rejects.toThrow(StoreFull)
    for (const log of ['a', 'b', 'c', 'd']) await write(log)
    await expect(Promise.all(['a', 'b'].map(write))).rejects.toThrow(StoreFull)
    await store.release('d', 'us')
    await write('a')
    expect(await Promise.all(['a', 'b', 'c', 'd', 'other'].map(async log => await store.bounds(log) !== undefined))).toEqual([true, true, true, false, false])
  })
})

describe.runIf(hasRedis)('a store in Redis', () => {
  async function pair(): Promise<[Store, Store]> {
    const stores = [await createRedisStore(redis.url), await createRedisStore(redis.url)] as [Store, Store]
    open.push(...stores)
    return stores
  }

  test('createRedisStore() shares logs and leases with all who use the same Redis', async () => {
    tests++
    const [one, other] = await pair()
    const following = take(other, name(), BEGINNING, 100)
    await fill(one, name(), 100)
    expect(await following).toHaveLength(100)
    expect(await one.claim(name(), 'one', 60_000)).toBe(true)
    expect(await other.claim(name(), 'other', 60_000)).toBe(false)
    expect(await other.countHeld(name())).toBe(1)
  })

  test.each(['nowhere', 'http://localhost:6379', 'redis://', 'redis://localhost/name', ''])('createRedisStore() refuses %j', async url => {
    await expect(createRedisStore(url)).rejects.toThrow('Cannot use REDIS_URL: not a redis or rediss address')
  })

  test('createRedisStore() says why Redis cannot be reached, and not the password', async () => {
    await expect(createRedisStore('redis://user:secret@127.0.0.1:1')).rejects.toThrow(/^Cannot reach Redis at REDIS_URL: ECONNREFUSED$/)
    for (const url of ['nowhere://user:secret@127.0.0.1:1', 'redis://:sec/ret@127.0.0.1:1', 'redis://user:se@cret@:x', ' :secret@x']) {
      await expect(createRedisStore(url)).rejects.toThrow(/^Cannot use REDIS_URL: (?!.*(sec|cret))/)
    }
  })

  test('a store whose Redis dies says so at once, and its readers go on when it is back', async () => {
    tests++
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const own = await startRedis()
    const store = await createRedisStore(own.url)
    open.push(store)
    await fill(store, name(), 3)
    const following: Entry[] = []
    const stop = new AbortController()
    const over = (async () => {
      for await (const entries of store.follow(name(), BEGINNING, stop.signal)) following.push(...entries)
    })()
    await vi.waitFor(() => expect(following).toHaveLength(3))
    await own.kill()
    await expect(store.append(name(), 'x', LIMITS)).rejects.toThrow(StoreError)
    await expect(store.claim(name(), 'x', 1000)).rejects.toThrow(/^Cannot reach Redis: /)
    await own.restart()
    await vi.waitFor(() => fill(store, name(), 3, 4), { timeout: 10_000, interval: 50 })
    await vi.waitFor(() => expect(texts(following)).toEqual(['text 1', 'text 2', 'text 3', 'text 4', 'text 5', 'text 6']), 10_000)
    stop.abort()
    await over
    await store.close()
    await own.close()
    vi.restoreAllMocks()
  }, 20_000)

  test('a store gives up connections that have fallen silent, though it is asked all the time, and its readers go on', async () => {
    tests++
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const pairs: [Socket, Socket][] = []
    const wire = createServer(client => {
      const upstream = connect(Number(new URL(redis.url).port), '127.0.0.1')
      pairs.push([client.on('error', () => {}), upstream.on('error', () => {})])
      client.pipe(upstream).pipe(client)
    }).listen(0, '127.0.0.1')
    await once(wire, 'listening')
    const store = await createRedisStore(`redis://127.0.0.1:${(wire.address() as AddressInfo).port}`, 300)
    open.push(store)
    const following = take(store, name(), BEGINNING, 4)
    await fill(store, name(), 2)
    for (const socket of pairs.splice(0).flat()) socket.unpipe().resume()
    await expect(store.held('x')).rejects.toThrow(StoreError)
    await vi.waitFor(() => fill(store, name(), 2, 3), { timeout: 5000, interval: 20 })
    expect(texts(await following)).toEqual(['text 1', 'text 2', 'text 3', 'text 4'])
    await vi.waitFor(() => expect(pairs.length).toBeGreaterThanOrEqual(2))
    await store.close()
    for (const socket of pairs.flat()) socket.destroy()
    wire.close()
    vi.restoreAllMocks()
  }, 20_000)

  test('a store whose Redis has no memory left says so, and forgets all the same', async () => {
    const own = await startRedis()
    const store = await createRedisStore(own.url)
    const client = createClient({ url: own.url })
    await client.connect()
    await fill(store, 'log', 1)
    await client.configSet('maxmemory', '1')
    await expect(store.append('log', 'x', LIMITS)).rejects.toThrow(StoreFull)
    await expect(store.claim('log', 'x', 1000)).rejects.toThrow(/^Cannot write to Redis: OOM$/)
    await store.drop('log')
    expect(await store.bounds('log')).toBeUndefined()
    client.destroy()
    await store.close()
    await own.close()
  }, 20_000)

  test('a store whose Redis hangs says so in time', async () => {
    const own = await startRedis()
    const store = await createRedisStore(own.url)
    open.push(store)
    own.signal('SIGSTOP')
    await expect(store.held('x')).rejects.toThrow(StoreError)
    own.signal('SIGCONT')
    await vi.waitFor(async () => expect(await store.held('x')).toBe(false), { timeout: 10_000 })
    await store.close()
    await own.close()
  }, 20_000)
})
