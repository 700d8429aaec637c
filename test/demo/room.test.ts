import { afterEach, describe, expect, test, vi } from 'vitest'
import { createMemoryStore } from '../../demo/server/store/memory.ts'
import type { Store } from '../../demo/server/store/store.ts'
import { dataOf, follow, type Followed } from './follow.ts'
import { serve, type Served } from './serve.ts'

interface Presence { count: number; time: string }

const opened: (() => Promise<void>)[] = []
afterEach(async () => {
  vi.useRealTimers()
  while (opened.length > 0) await opened.pop()?.()
})

async function start(store?: Store): Promise<Served> {
  const served = await serve(store ? { store } : {})
  opened.push(() => served.close())
  return served
}

async function enter(served: Served, lastEventId?: string): Promise<Followed> {
  const followed = await follow(`${served.url}/feeds/room`, lastEventId)
  opened.push(() => followed.leave())
  return followed
}

const counts = (count: number) => (event: Record<string, string>) => dataOf<Presence>(event).count === count

describe('/feeds/room', () => {
  test('/feeds/room tells how many are there, as they come and go', async () => {
    const served = await start()
    const first = await enter(served)
    const [event] = await first.take(1)
    expect(event?.event).toBe('presence')
    expect(Object.keys(dataOf<Presence>(event))).toEqual(['count', 'time'])
    expect(dataOf<Presence>(event).count).toBe(1)

    const second = await enter(served)
    expect(dataOf<Presence>((await second.take(1))[0]).count).toBe(2)
    await first.until(counts(2))
    await second.leave()
    await first.until(counts(1))
  })

  test('/feeds/room counts across servers with one store', async () => {
    const store = { ...createMemoryStore(), close: async () => {} }
    const first = await enter(await start(store))
    const other = await serve({ store })
    await enter(other)
    await first.until(counts(2))
    await enter(other)
    await first.until(counts(3))
    await other.close()
    await first.until(counts(1))
  })

  test('/feeds/room stops counting those whose server has died without a word', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const store = createMemoryStore()
    await store.claim('room:somebody', 'a server that dies', 300)
    const reader = await enter(await start(store))
    await reader.until(counts(2))
    await vi.waitFor(async () => expect(await store.held('room:somebody')).toBe(false), 2000)
    vi.advanceTimersByTime(2000)
    await reader.until(counts(1))
  })

  test('/feeds/room tells nothing where nothing has changed', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const store = createMemoryStore()
    const append = vi.spyOn(store, 'append')
    const served = await start(store)
    const reader = await enter(served)
    await reader.until(counts(1))
    const claim = vi.spyOn(store, 'claim')
    vi.advanceTimersByTime(2000)
    expect(claim).toHaveBeenCalledTimes(1)
    await enter(served)
    await reader.until(counts(2))
    expect(append.mock.calls.filter(([log]) => log === 'feed:room').length).toBe(2)
  })

  test('/feeds/room tells who comes back how it is now, and nothing of a gap', async () => {
    const served = await start()
    const reader = await enter(served, `${Date.now() - 60_000}-0`)
    const [event] = await reader.take(1)
    expect([event?.event, dataOf<Presence>(event).count]).toEqual(['presence', 1])
  })

  test('/feeds/room counts a crowd without telling of each of them', async () => {
    const store = createMemoryStore()
    const append = vi.spyOn(store, 'append')
    const served = await start(store)
    const reader = await enter(served)
    await Promise.all(Array.from({ length: 60 }, () => enter(served)))
    await reader.until(counts(61))
    expect(append.mock.calls.filter(([log]) => log === 'feed:room').length).toBeLessThan(40)
  })
})
