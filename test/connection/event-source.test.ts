import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { EventSource } from '../../src/index.ts'
import { startServer, type TestServer } from '../helpers/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())

const closed = (source: EventSource) => new Promise<void>(resolve => {
  source.addEventListener('error', () => source.readyState === EventSource.CLOSED && resolve())
})

describe('EventSource', () => {
  test('has the shape of the standard', () => {
    const source = new EventSource('http://localhost:1/', { withCredentials: true })
    expect(source).toBeInstanceOf(EventTarget)
    expect([EventSource.CONNECTING, EventSource.OPEN, EventSource.CLOSED]).toEqual([0, 1, 2])
    expect([source.CONNECTING, source.OPEN, source.CLOSED]).toEqual([0, 1, 2])
    expect(EventSource).toHaveLength(1)
    expect(source).toMatchObject({ url: 'http://localhost:1/', withCredentials: true, readyState: 0, onopen: null, onmessage: null, onerror: null })
    source.onmessage = 5 as never
    expect(source.onmessage).toBeNull()
    expect(() => Reflect.get(EventSource.prototype, 'url', {})).toThrow(TypeError)
    source.close()
    expect(source.readyState).toBe(2)
    // The browser's own class can be replaced by it
    const own: globalThis.EventSource = source
    expect(own).toBe(source)
  })

  test('throws a SyntaxError for a URL that does not parse', () => {
    expect(() => new EventSource('http://[')).toThrow(expect.objectContaining({ name: 'SyntaxError', message: 'Cannot open event stream: not a valid URL: http://[' }))
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
})
