import * as ark from 'arktype'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, expectTypeOf, test, vi } from 'vitest'
import { z } from 'zod'
import { backoff, CLOSED, connect, CONNECTING, decoders, OPEN, StreamError, type ConnectInit, type Connection, type Ending, type ServerSentEvent } from '../../src/index.ts'
import { startServer, type TestServer } from '../helpers/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())

const quick = backoff({ base: 1 })
const says = (text: string) => `${server.url}/says?text=${encodeURIComponent(text)}`

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

describe('connect(), with decoders,', () => {
  test('delivers values, and the text of what has no decoder, in the order of the server', async () => {
    const text = 'event: slow\ndata: 1\n\nevent: json\ndata: {"a":\ndata: 2}\n\ndata: three\n\nevent: slow\ndata: 4\n\nevent: json\ndata: 5\n\n'
    const slow = (data: string) => new Promise<number>(resolve => setTimeout(() => resolve(Number(data)), 20))
    const connection = connect<{ slow: number; json: unknown; message: string }>(says(text), { method: 'POST', events: { slow, json: decoders.json } })
    const seen: unknown[] = []
    connection.on('*', (type, event) => seen.push([type, event.data]))
    connection.on('json', ({ data }) => seen.push(data))
    expect((await connection.closed).outcome).toBe('done')
    expect(seen).toEqual([['slow', 1], { a: 2 }, ['json', { a: 2 }], ['message', 'three'], ['slow', 4], 5, ['json', 5]])
  })

  test.each([
    ['zod', z.object({ id: z.number() }), 'expected number'],
    ['valibot', v.object({ id: v.number() }), 'Expected number'],
    ['arktype', ark.type({ id: 'number' }), 'must be a number'],
    ['zod, async', z.object({ id: z.number() }).refine(async ({ id }) => Promise.resolve(id > 0)), 'expected number'],
  ])('takes the schemas of %s, and goes on after what they refuse', async (_name, schema, why) => {
    const onInvalid = vi.fn()
    const connection = connect(says('event: tick\ndata: {"id":"x"}\nid: 1\n\nevent: tick\ndata: {"id":2}\nid: 2\n\n'), {
      method: 'POST', events: { tick: schema }, onInvalid,
    })
    const data: unknown[] = []
    connection.on('tick', event => data.push(event.data))
    expect((await connection.closed).outcome).toBe('done')
    expect(data).toEqual([{ id: 2 }])
    const [event, error] = onInvalid.mock.calls[0] as [ServerSentEvent, StreamError]
    expect(onInvalid).toHaveBeenCalledOnce()
    expect(event).toEqual({ type: 'tick', data: '{"id":"x"}', lastEventId: '1' })
    expect(error).toBeInstanceOf(StreamError)
    expect(error).toMatchObject({ code: 'decode', event })
    expect((error.cause as Error[])[0]?.message).toContain(why)
    expect(error.message).toMatch(/^Cannot decode tick: .*number/)
  })

  test('reports what it can\'t decode where nobody wants to hear of it', async () => {
    const report = vi.spyOn(console, 'error').mockImplementation(() => {})
    const connection = connect<{ a: unknown }>(says('event: a\ndata: {\n\nevent: a\ndata: 1\n\n'), { method: 'POST', events: { a: decoders.json } })
    const data: unknown[] = []
    connection.on('a', event => data.push(event.data))
    await connection.closed
    expect(data).toEqual([1])
    expect(report).toHaveBeenCalledOnce()
    expect(report.mock.calls[0]?.[0]).toMatchObject({ code: 'decode', event: { data: '{' }, cause: expect.any(SyntaxError) as Error })
    report.mockRestore()
  })

  test('harms neither the stream nor the others where onInvalid throws', async () => {
    const report = vi.spyOn(console, 'error').mockImplementation(() => {})
    const connection = connect<{ a: unknown; message: string }>(says('event: a\ndata: {\n\ndata: next\n\n'), {
      method: 'POST', events: { a: decoders.json },
      onInvalid() {
        throw new Error('a bug of the app')
      },
    })
    const data: string[] = []
    connection.on('message', event => data.push(event.data))
    expect((await connection.closed).outcome).toBe('done')
    expect(data).toEqual(['next'])
    expect(report).toHaveBeenCalledExactlyOnceWith(new Error('a bug of the app'))
    report.mockRestore()
  })

  test('delivers nothing more when it is closed while it decodes, and remembers the event before', async () => {
    const connection: Connection<{ a: string; message: string }> = connect(says('id: 1\ndata: first\n\nid: 2\nevent: a\ndata: x\n\ndata: last\n\n'), {
      events: {
        message: (data: string) => data,
        a: (data: string) => {
          connection.close()
          return data
        },
      },
    })
    const seen: string[] = []
    connection.on('*', (_type, event) => seen.push(event.data))
    expect(await connection.closed).toEqual({ outcome: 'stopped', lastEventId: '1' })
    await new Promise(resolve => setTimeout(resolve, 20))
    expect(seen).toEqual(['first'])
  })

  test('decodes types that objects have by nature only where it is told to', async () => {
    const connection = connect<Record<string, unknown>>(says('event: constructor\ndata: a\n\nevent: __proto__\ndata: 1\n\n'), {
      method: 'POST', events: { ['__proto__']: decoders.json },
    })
    const data: unknown[] = []
    connection.on('*', (_type, event) => data.push(event.data))
    await connection.closed
    expect(data).toEqual(['a', 1])
  })

  test('says at once which decoder is none', () => {
    expect(() => connect('http://localhost/', { events: { tick: 5 as never } })).toThrow(
      new TypeError('Cannot decode tick: neither a function nor a Standard Schema: 5'))
    expect(() => connect('http://localhost/', { events: { tick: null as never } })).toThrow(TypeError)
  })

  test('takes the types of its events from them, or checks them by the caller\'s', () => {
    const check = () => {
      const inferred = connect('/', {
        events: {
          count: (data: string) => data.length,
          later: async data => Promise.resolve(new Date(data)),
          zod: z.object({ at: z.string().transform(text => new Date(text)) }),
          valibot: v.object({ id: v.number() }),
          arktype: ark.type({ id: 'number' }),
          bytes: decoders.gzip,
          anything: decoders.json,
        },
      })
      inferred.on('count', event => expectTypeOf(event.data).toEqualTypeOf<number>())
      inferred.on('later', event => expectTypeOf(event.data).toEqualTypeOf<Date>())
      inferred.on('zod', event => expectTypeOf(event.data).toEqualTypeOf<{ at: Date }>())
      inferred.on('valibot', event => expectTypeOf(event.data).toEqualTypeOf<{ id: number }>())
      inferred.on('arktype', event => expectTypeOf(event.data).toEqualTypeOf<{ id: number }>())
      inferred.on('bytes', event => expectTypeOf(event.data).toEqualTypeOf<Uint8Array<ArrayBuffer>>())
      inferred.on('anything', event => expectTypeOf(event.data).toEqualTypeOf<unknown>())
      inferred.on('*', (_type, event) => event.type === 'count' && expectTypeOf(event.data).toEqualTypeOf<number>())
      inferred.on('message', event => expectTypeOf(event.data).toEqualTypeOf<string>())
      // @ts-expect-error -- no such event
      inferred.on('other', () => {})

      interface Events {
        tick: { id: number }
        state: 'on' | 'off'
      }
      const init: ConnectInit<Events> = { events: { tick: decoders.json } }
      expectTypeOf(connect('/', init)).toEqualTypeOf<Connection<Events>>()
      expectTypeOf(connect<Events>('/', init)).toEqualTypeOf<Connection<Events>>()
      const texts: ConnectInit = { headers: {} }
      expectTypeOf(connect('/', texts)).toEqualTypeOf<Connection>()
      // @ts-expect-error -- nothing makes a tick's data of its text
      void ({ headers: {} } satisfies ConnectInit<Events>)
      const told = connect<Events>('/', { events: { tick: decoders.json } })
      told.on('tick', event => expectTypeOf(event.data).toEqualTypeOf<{ id: number }>())
      told.on('state', event => expectTypeOf(event.data).toEqualTypeOf<'on' | 'off'>())
      // @ts-expect-error -- nothing makes a tick's data of its text
      connect<Events>('/')
      // @ts-expect-error -- nor here
      connect<Events>('/', { events: {} })
      // @ts-expect-error -- makes something else
      connect<Events>('/', { events: { tick: (data: string) => data.length } })
      // @ts-expect-error -- no decoder
      connect('/', { events: { tick: 5 } })
    }
    expectTypeOf(check).toBeFunction()
  })
})
