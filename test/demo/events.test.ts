import { afterEach, describe, expect, test, vi } from 'vitest'
import { blocks, fields, send, serve, type Served } from './serve.ts'

let served: Served
afterEach(() => served.close())

/** The first events of the feed, comments left out, and the client gone after them. */
async function take(count: number, headers: Record<string, string> = {}): Promise<Record<string, string>[]> {
  const events = []
  for await (const block of blocks(await fetch(`${served.url}/events`, { headers }))) {
    if (!block.startsWith(':')) events.push(fields(block))
    if (events.length === count) break
  }
  return events
}

const timers = (): number => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length

describe('/events', () => {
  test('/events sends the headers of an event stream', async () => {
    served = await serve()
    const response = await fetch(`${served.url}/events`)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(response.headers.get('cache-control')).toBe('no-cache')
    expect(response.headers.get('connection')).toBe('keep-alive')
    await response.body?.cancel()
  })

  test('/events sends a comment at once, before its first event', async () => {
    served = await serve({ interval: 60_000 })
    for await (const block of blocks(await fetch(`${served.url}/events`))) {
      expect(block).toBe(': heartbeat')
      break
    }
  })

  test('/events sends numbered events with their time, and asks for half a minute before reconnecting', async () => {
    served = await serve({ interval: 5 })
    const events = await take(3)
    for (const [i, event] of events.entries()) {
      expect(Object.keys(event)).toEqual(['event', 'id', 'retry', 'data'])
      expect(event).toMatchObject({ event: 'customEvent', id: String(i + 1), retry: '30000' })
      const data = JSON.parse(event.data ?? '') as { id: number; time: string }
      expect(data.id).toBe(i + 1)
      expect(new Date(data.time).toISOString()).toBe(data.time)
    }
  })

  test('/events sends one a second unless told otherwise', async () => {
    served = await serve()
    const [first, second] = (await take(2)).map(event => Date.parse((JSON.parse(event.data ?? '') as { time: string }).time))
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThan(500)
  })

  test.each([
    ['5', '6'], ['0', '1'], ['41', '42'], ['nonsense', '1'], ['-3', '1'], ['1.5', '1'], ['5, 6', '1'], ['9'.repeat(40), '1'],
  ])('/events goes on after Last-Event-ID %s with %s', async (last, next) => {
    served = await serve({ interval: 5 })
    expect((await take(1, { 'Last-Event-ID': last }))[0]?.id).toBe(next)
  })

  test('/events counts for each client by itself', async () => {
    served = await serve({ interval: 5 })
    const [one, other] = await Promise.all([take(2), take(2, { 'Last-Event-ID': '10' })])
    expect(one.map(event => event.id)).toEqual(['1', '2'])
    expect(other.map(event => event.id)).toEqual(['11', '12'])
  })

  test('/events stops its timers when the client goes away', async () => {
    served = await serve({ interval: 5 })
    await fetch(`${served.url}/style.css`).then(response => response.text())
    const before = timers()
    const ended = served.nextEnd('events')
    await take(2)
    expect(await ended).toBe(false)
    await vi.waitFor(() => expect(timers()).toBeLessThanOrEqual(before))
  })

  test('/events answers HEAD with its headers alone', async () => {
    served = await serve()
    const { status, headers, text } = await send(`${served.url}/events`, { method: 'HEAD' })
    expect(status).toBe(200)
    expect(headers['content-type']).toBe('text/event-stream')
    expect(text).toBe('')
  })
})
