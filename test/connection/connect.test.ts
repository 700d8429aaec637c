import { afterAll, beforeAll, describe, expect, expectTypeOf, test, vi } from 'vitest'
import { backoff, CLOSED, connect, CONNECTING, OPEN, type Connection, type Ending, type ServerSentEvent } from '../../src/index.ts'
import { startServer, type TestServer } from '../helpers/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())

const quick = backoff({ base: 1 })

describe('connect()', () => {
  test('delivers events by type to listeners that are added on the next line', async () => {
    const connection = connect(`${server.url}/typed`, { method: 'POST' })
    const ticks: ServerSentEvent[] = []
    const all: string[] = []
    connection.on('tick', event => ticks.push(event))
    connection.on('*', (type, event) => all.push(`${type}: ${event.data}`))
    expect(await connection.closed).toEqual({ outcome: 'done', lastEventId: '' })
    expect(ticks).toEqual([{ type: 'tick', data: 'tick', lastEventId: '' }])
    expect(all).toEqual(['tick', 'error', 'open', 'close', '*', '__proto__', 'constructor'].map(type => `${type}: ${type}`).concat('message: last'))
  })

  test('goes through its states, over a reconnect, and tells of each', async () => {
    const states: unknown[] = []
    const note = (what: string) => void states.push([what, connection.readyState])
    const connection: Connection = connect(`${server.url}/feed?states`, {
      retry: quick, onOpen: () => note('open'), onRetry: () => note('retry'), onClose: () => note('close'),
    })
    connection.on('message', ({ data }) => note(data))
    expect(connection.readyState).toBe(CONNECTING)
    expect(connection.url).toBe(`${server.url}/feed?states`)
    expect(await connection.closed).toEqual({ outcome: 'done', lastEventId: '3' })
    expect(states).toEqual([
      ['open', OPEN], ['event 1', OPEN], ['retry', CONNECTING],
      ['open', OPEN], ['event 2', OPEN], ['retry', CONNECTING],
      ['open', OPEN], ['event 3', OPEN], ['retry', CONNECTING], ['close', CLOSED],
    ])
    expect(connection.lastEventId).toBe('3')
  })

  test('close() in a listener ends the request, and nothing more is delivered', async () => {
    const connection = connect(`${server.url}/two?close`)
    const data: string[] = []
    connection.on('message', event => {
      data.push(event.data)
      connection.close()
      expect(connection.readyState).toBe(CLOSED)
    })
    expect(await connection.closed).toEqual({ outcome: 'stopped', lastEventId: '1' })
    expect(data).toEqual(['one'])
    expect(connection.lastEventId).toBe('1')
  })

  test('close() on the next line sends nothing, and closing again does nothing', async () => {
    const onClose = vi.fn()
    const connection = connect(`${server.url}/two?at-once`, { onClose })
    connection.close()
    connection.close()
    expect(connection.readyState).toBe(CLOSED)
    expect((await connection.closed).outcome).toBe('stopped')
    expect(onClose).toHaveBeenCalledOnce()
    await new Promise(resolve => setTimeout(resolve, 20))
    expect(server.requests('/two?at-once')).toHaveLength(0)
  })

  test('close() ends the wait for a reconnect, and it never comes back to life', async () => {
    const path = '/status?is=503&wait'
    const connection: Connection = connect(server.url + path, { retry: () => 100, onRetry: () => connection.close() })
    await connection.closed
    await new Promise(resolve => setTimeout(resolve, 200))
    expect(server.requests(path)).toHaveLength(1)
    expect(connection.readyState).toBe(CLOSED)
  })

  test('a signal closes it, also one that was aborted before', async () => {
    const controller = new AbortController()
    const connection = connect(`${server.url}/ticks?signal`, { signal: controller.signal })
    connection.on('message', ({ lastEventId }) => lastEventId === '2' && controller.abort())
    expect(await connection.closed).toEqual({ outcome: 'stopped', lastEventId: '2' })
    expect(await server.requests('/ticks?signal')[0]?.over).toBe('left')
    const late = connect(`${server.url}/ticks?aborted`, { signal: AbortSignal.abort() })
    expect((await late.closed).outcome).toBe('stopped')
    expect(server.requests('/ticks?aborted')).toHaveLength(0)
  })

  test('leaves no listener on its signal, also where it is closed on the next line', async () => {
    const { signal } = new AbortController()
    const listeners = new Set<unknown>()
    vi.spyOn(signal, 'addEventListener').mockImplementation((_type, listener) => void listeners.add(listener))
    vi.spyOn(signal, 'removeEventListener').mockImplementation((_type, listener) => void listeners.delete(listener))
    const early = connect(`${server.url}/two?early`, { signal })
    early.close()
    await connect(`${server.url}/two?signal`, { signal, method: 'POST' }).closed
    await early.closed
    expect(listeners.size).toBe(0)
  })

  test('takes an interface for the types of its events', () => {
    interface Mine {
      tick: string
    }
    const check = () => connect<Mine>('http://localhost/').on('tick', event => expectTypeOf(event.data).toEqualTypeOf<string>())
    expectTypeOf(check).toBeFunction()
  })

  test('closed resolves with what it failed by', async () => {
    const connection = connect(`${server.url}/status?is=401&connect`)
    const ending: Ending = await connection.closed
    expect(ending).toMatchObject({ outcome: 'failed', error: { code: 'http', status: 401 } })
    expect(connection.readyState).toBe(CLOSED)
  })

  test('a listener that throws harms neither the others nor the connection', async () => {
    const report = vi.spyOn(console, 'error').mockImplementation(() => {})
    const path = '/two?throws'
    const connection = connect(server.url + path, { method: 'POST' })
    const data: string[] = []
    connection.on('message', () => {
      throw new Error('a bug of the app')
    })
    connection.on('message', event => data.push(event.data))
    expect((await connection.closed).outcome).toBe('done')
    expect(data).toEqual(['one', 'two'])
    expect(report).toHaveBeenCalledTimes(2)
    expect(server.requests(path)).toHaveLength(1)
    report.mockRestore()
  })

  test('knows the types of its events', () => {
    const check = () => {
      const connection = connect<{ tick: string; tock: string }>('http://localhost/')
      connection.on('tick', event => expectTypeOf(event.type).toEqualTypeOf<'tick'>())
      connection.on('*', type => expectTypeOf(type).toEqualTypeOf<'tick' | 'tock'>())
      // @ts-expect-error -- no such event
      connection.on('clock', () => {})
    }
    expectTypeOf(check).toBeFunction()
  })
})
