import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createAnswers } from '../../demo/server/chat/answers.ts'
import { createMemoryStore } from '../../demo/server/store/memory.ts'
import { chunk, openStream, startModelServer } from './model-server.ts'
import { blocks, post, send, serve, type Served } from './serve.ts'

const close: (() => unknown)[] = []
afterEach(async () => {
  vi.useRealTimers()
  for (const stop of close.splice(0)) await stop()
})

async function start(options: NonNullable<Parameters<typeof serve>[0]>): Promise<Served> {
  const served = await serve(options)
  close.push(() => served.close())
  return served
}

const HI = { messages: [{ role: 'user', content: 'hi' }], stream: true }
const says = (contents: string[]) => ({ messages: contents.map(content => ({ role: 'user', content })) })

async function messageOf(response: Response): Promise<string> {
  return ((await response.json()) as { error: { message: string } }).error.message
}

describe('limits', () => {
  test('/api/chat answers 413 to a conversation with too many characters', async () => {
    const served = await start({ pace: 0, limits: { characters: 10 } })
    expect((await post(served, says(['12345', '67890']))).status).toBe(200)
    const response = await post(served, says(['12345', '678901']))
    expect(response.status).toBe(413)
    expect(await messageOf(response)).toBe('Cannot answer: the conversation has more than 10 characters: 11')
  })

  test('/api/chat answers 400 to a conversation with too many messages', async () => {
    const served = await start({ pace: 0 })
    expect((await post(served, says(Array.from({ length: 500 }, () => 'x')))).status).toBe(200)
    const response = await post(served, says(Array.from({ length: 501 }, () => 'x')))
    expect(response.status).toBe(400)
    expect(await messageOf(response)).toBe('Cannot answer: the conversation has more than 500 messages: 501')
  })

  test('/api/chat takes no more chats at once than its limit, says when to come again, and takes the next when one is over', async () => {
    const served = await start({ pace: 1, grace: 0, limits: { chats: 2 } })
    const leave = new AbortController()
    for (let i = 0; i < 2; i++) await post(served, HI, { signal: leave.signal })
    const refused = await post(served, HI)
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toBe('5')
    expect(await messageOf(refused)).toBe('Cannot take another one: 2 chats are open')
    leave.abort()
    await vi.waitFor(async () => {
      const again = await post(served, HI)
      await again.body?.cancel()
      expect(again.status).toBe(200)
    })
  })

  test('/api/chat counts the answers that go on without a reader too', async () => {
    const served = await start({ pace: 1, limits: { chats: 2 } })
    for (const key of ['a', 'b']) {
      const response = await post(served, HI, { headers: { 'idempotency-key': key } })
      await response.body?.cancel()
    }
    await vi.waitFor(async () => expect(await messageOf(await post(served, HI))).toBe('Cannot take another one: 2 answers are open'))
    for (const key of ['a', 'b']) await send(`${served.url}/api/chat`, { method: 'DELETE', headers: { 'idempotency-key': key } })
    expect((await post(served, HI)).status).toBe(200)
  })

  test('answers that are just being begun count, also where the store takes its time', async () => {
    const store = createMemoryStore()
    const answers = createAnswers({
      store: { ...store, claim: async (...args) => (await wait(10), store.claim(...args)) },
      leaseMs: 1000, most: 2, mostCharacters: 1000, onEnd: () => {},
      ownSource: () => async function* (_from, signal) {
        await wait(60_000, undefined, { signal })
        yield 'data: never'
      },
    })
    close.push(() => answers.close())
    const begin = (id: string) => answers.begin(id, { fingerprint: id, created: 0, graceMs: 60_000, request: {} }, new AbortController().signal)
    const begun = await Promise.allSettled(['a', 'b', 'c', 'd'].map(begin))
    expect(begun.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected'])
    expect(begun[3]).toMatchObject({ reason: { status: 503, message: 'Cannot take another one: 2 answers are open' } })
  })

  test('/events takes no more clients at once than its limit', async () => {
    const served = await start({ limits: { feeds: 3 } })
    const leave = new AbortController()
    for (let i = 0; i < 3; i++) await fetch(`${served.url}/events`, { signal: leave.signal })
    const refused = await fetch(`${served.url}/events`)
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toBe('5')
    expect(await messageOf(refused)).toBe('Cannot take another one: 3 feeds are open')
    leave.abort()
    await vi.waitFor(async () => {
      const again = await fetch(`${served.url}/events`)
      await again.body?.cancel()
      expect(again.status).toBe(200)
    })
  })

  test('/api/chat answers 408 to a body that does not come, closes the connection, and takes the next chat', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const served = await start({ pace: 0, limits: { chats: 1 } })
    const socket = connect(served.port, '127.0.0.1').setEncoding('utf8')
    socket.write('POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{')
    await vi.waitFor(async () => expect((await post(served, HI)).status).toBe(503))
    await vi.advanceTimersByTimeAsync(9_999)
    expect((await post(served, HI)).status).toBe(503)
    vi.advanceTimersByTime(1)
    let text = ''
    for await (const part of socket) text += part as string
    expect(text).toMatch(/^HTTP\/1\.1 408 .*its body took longer than 10 seconds/s)
    expect((await post(served, HI)).status).toBe(200)
  })
})

describe('a slow reader', () => {
  test('/api/chat reads a model server’s events no faster than its client, and keeps no more than it has read', async () => {
    let sent = 0
    let closed: Promise<unknown> | undefined
    const event = chunk('x'.repeat(16 * 1024))
    const model = await startModelServer((_req, res) => {
      closed = once(res, 'close')
      openStream(res)
      const push = (): void => {
        do sent += event.length
        while (res.write(event) && !res.destroyed)
      }
      res.on('drain', push)
      push()
    })
    close.push(() => model.close())
    const store = createMemoryStore()
    let appended = 0
    const counting = { ...store, append: (...args: Parameters<typeof store.append>) => (appended += args[1].length, store.append(...args)) }
    const served = await start({ store: counting, env: { OPENAI_BASE_URL: model.base }, limits: { answer: Infinity } })
    // Held on to: a response that is collected as garbage is a client that leaves
    const response = await post(served, HI)
    expect(response.status).toBe(200)
    // Nothing moves any more, time and again
    let [before, still] = [-1, 0]
    await vi.waitFor(() => {
      still = sent === before ? still + 1 : 0
      before = sent
      expect(still).toBe(4)
    }, { interval: 150, timeout: 10_000 })
    // How much the system's sockets take on the way is the system's affair; what has not gone there yet, waits here
    const [socket] = served.sockets
    expect(appended - (socket?.bytesWritten ?? 0)).toBeLessThan(1024 * 1024)
    expect(socket?.writableLength).toBeLessThan(1024 * 1024)
    await response.body?.cancel()
    await closed
  }, 15_000)

  test('/api/chat ends an answer that is too long, with an error', async () => {
    const event = chunk('x'.repeat(5000))
    const model = await startModelServer((_req, res) => {
      openStream(res)
      const push = (): void => { while (res.write(event) && !res.destroyed); }
      res.on('drain', push)
      push()
    })
    close.push(() => model.close())
    const served = await start({ env: { OPENAI_BASE_URL: model.base }, limits: { answer: 100_000 } })
    const text = await (await post(served, HI)).text()
    expect(text.length).toBeGreaterThan(100_000)
    expect(text.length).toBeLessThan(120_000)
    expect(text.slice(-200)).toMatch(/"message":"Cannot go on with the answer: it is too long".*\n\n$/)
  })
})

describe('shutting down', () => {
  test('shutDown() tells the readers of a model server’s answer that it is over, and asks nobody again', async () => {
    let closed: Promise<unknown> | undefined
    const model = await startModelServer((_req, res) => {
      closed = once(res, 'close')
      openStream(res).write(chunk('one'))
    })
    close.push(() => model.close())
    const served = await serve({ env: { OPENAI_BASE_URL: model.base } })
    const events = blocks(await post(served, HI))
    expect((await events.next()).value).toContain('"one"')
    const over = served.shutDown()
    expect((await events.next()).value).toContain('the server was stopped, and the model was not asked again')
    expect((await events.next()).done).toBe(true)
    await over
    await closed
  })

  test('shutDown() breaks answers of our own model off, so that their clients can tell that they are not whole', async () => {
    const served = await serve({ pace: 1 })
    const reader = (await post(served, HI)).body?.getReader()
    await reader?.read()
    const over = served.shutDown()
    const broken = (async () => { while (!(await reader?.read())?.done); })()
    await expect(broken).rejects.toThrow()
    await over
    await expect(fetch(served.url)).rejects.toThrow()
  })
})
