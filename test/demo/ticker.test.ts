import { afterEach, describe, expect, test, vi } from 'vitest'
import { quote } from '../../demo/server/feeds/quotes.ts'
import { createMemoryStore } from '../../demo/server/store/memory.ts'
import type { Store } from '../../demo/server/store/store.ts'
import { dataOf, follow, type Followed } from './follow.ts'
import { serve, type Served } from './serve.ts'

interface Quote { symbol: string; price: number; change: number; time: string }

/** Of a tick, where `/events` has one in 40 ms. */
const PERIOD = 20

const opened: (() => Promise<void>)[] = []
afterEach(async () => {
  while (opened.length > 0) await opened.pop()?.()
})

async function start(options: { store?: Store; port?: number } = {}): Promise<Served> {
  const served = await serve({ interval: 2 * PERIOD, ...options })
  opened.push(() => served.close())
  return served
}

async function open(served: Served, lastEventId?: string): Promise<Followed> {
  const followed = await follow(`${served.url}/feeds/ticker`, lastEventId)
  opened.push(() => followed.leave())
  return followed
}

/** A store that several servers share: it outlives each of them. */
function shared(): Store {
  return { ...createMemoryStore(), close: async () => {} }
}

const idsOf = (events: Record<string, string>[]) => events.map(({ id = '' }) => id)

/** As many ids as there are, each a period after the one before. */
function expectNoHole(ids: string[]): void {
  const first = Number.parseInt(ids[0] ?? '')
  expect(ids).toEqual(ids.map((_, i) => `${first + i * PERIOD}-0`))
}

describe('/feeds/ticker', () => {
  test('/feeds/ticker sends a quote for each period, those of the last minute first', async () => {
    const reader = await open(await start())
    const events = await reader.take(130)
    for (const event of events) {
      expect(Object.keys(event)).toEqual(['event', 'id', 'data'])
      expect(event.event).toBe('quote')
      const { symbol, price, change, time } = dataOf<Quote>(event)
      expect(symbol).toMatch(/^[A-Z]{4}$/)
      expect(price).toBeGreaterThan(0)
      expect(Math.abs(change)).toBeLessThan(100)
      expect(`${Date.parse(time)}-0`).toBe(event.id)
    }
    expectNoHole(idsOf(events))
    expect(new Set(events.map(event => dataOf<Quote>(event).symbol)).size).toBe(5)
  })

  test('/feeds/ticker goes on after Last-Event-ID without loss or repeat, also after nobody was there', async () => {
    const served = await start()
    const first = await open(served)
    const before = idsOf(await first.take(125))
    await first.leave()
    await new Promise(resolve => setTimeout(resolve, 3 * PERIOD))
    const after = idsOf(await (await open(served, before.at(-1))).take(10))
    expectNoHole([...before, ...after])
  })

  test('/feeds/ticker goes on without loss or repeat after the server was killed and started again', async () => {
    const first = await serve({ interval: 2 * PERIOD })
    const before = await (await open(first)).take(125)
    await first.close()
    const second = await start({ port: first.port })
    const after = await (await open(second, before.at(-1)?.id)).take(10)
    expectNoHole(idsOf([...before, ...after]))
    expect(after.map(({ event }) => event)).not.toContain('gap')
  })

  test('/feeds/ticker ticks once on two servers with one store', async () => {
    const store = shared()
    const append = vi.spyOn(store, 'append')
    const readers = [await open(await start({ store })), await open(await start({ store }))]
    const [one = [], other = []] = await Promise.all(readers.map(reader => reader.take(135)))
    expectNoHole(idsOf(one))
    expectNoHole(idsOf(other))
    const byId = new Map(one.map(({ id, data }) => [id, data]))
    const both = other.filter(({ id }) => byId.has(id))
    expect(both.length).toBeGreaterThan(100)
    for (const { id, data } of both) expect(data).toBe(byId.get(id))
    // Both have written; one of them was refused
    const results = await Promise.all(append.mock.results.map(({ value }) => value as Promise<string | undefined>))
    expect(results).toContain(undefined)
  })

  test('/feeds/ticker goes on at another server where one has died', async () => {
    const store = shared()
    const [one, other] = [await serve({ interval: 2 * PERIOD, store }), await start({ store })]
    const before = idsOf(await (await open(one)).take(125))
    await one.close()
    const after = idsOf(await (await open(other, before.at(-1))).take(10))
    expectNoHole([...before, ...after])
  })

  test('/feeds/ticker goes on ticking after its store has failed for a moment', async () => {
    const store = createMemoryStore()
    const reader = await open(await start({ store }))
    const before = idsOf(await reader.take(125))
    vi.spyOn(store, 'append').mockRejectedValueOnce(new Error('The store is away'))
    expectNoHole([...before, ...idsOf(await reader.take(10))])
  })

  test('quote() is the same whenever it is asked for, moves by little, and counts from midnight', () => {
    const midnight = Date.parse('2026-01-02T00:00:00Z')
    expect(quote(7, midnight)).toEqual(quote(7, midnight))
    expect(quote(7, midnight).change).toBe(0)
    const last = new Map<string, number>()
    for (let tick = 0; tick < 1000; tick++) {
      const { symbol, price } = quote(tick, midnight + tick * 500)
      const before = last.get(symbol) ?? price
      expect(Math.abs(price / before - 1)).toBeLessThan(0.05)
      last.set(symbol, price)
    }
    expect(last.size).toBe(5)
  })
})
