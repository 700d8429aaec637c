// Answers that break off on their way, and those who come back for them
import type { ServerResponse } from 'node:http'
import { once } from 'node:events'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { answerId } from '../../demo/server/chat/answer-log.ts'
import { createAnswers } from '../../demo/server/chat/answers.ts'
import { answer } from '../../demo/server/chat/model/model.ts'
import { createMemoryStore } from '../../demo/server/store/memory.ts'
import { StoreFull } from '../../demo/server/store/store.ts'
import { streamText } from '../../src/index.ts'
import { chunk, openStream, startModelServer, type Listener, type ModelServer } from './model-server.ts'
import { blocks, fields, post, send, serve, type Served } from './serve.ts'

const HI = { messages: [{ role: 'user', content: 'hi' }], stream: true }
const TEXT = answer(HI.messages)

const close: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of close.splice(0)) await stop()
})

type Options = NonNullable<Parameters<typeof serve>[0]>

async function start(options: Options = {}): Promise<Served> {
  const served = await serve({ pace: 0.02, ...options })
  close.push(() => served.close())
  return served
}

async function startBehind(listener: Listener, options: Options = {}): Promise<{ served: Served; model: ModelServer }> {
  const model = await startModelServer(listener)
  const served = await start({ ...options, env: { OPENAI_BASE_URL: model.base } })
  close.push(() => model.close())
  return { served, model }
}

const withKey = (key: string): RequestInit => ({ headers: { 'idempotency-key': key } })
const after = (id: string): RequestInit => ({ headers: { 'last-event-id': id } })

type Event = Record<string, string>

/** The next events of an answer, and the client gone after them; all that come, where no number is given. */
async function take(response: Response, count = Infinity): Promise<Event[]> {
  expect(response.status).toBe(200)
  const events: Event[] = []
  if (count === 0) return await response.body?.cancel(), events
  for await (const block of blocks(response)) {
    events.push(fields(block))
    if (events.length === count) break
  }
  return events
}

const textOf = (events: Event[]): string => events
  .filter(({ data }) => data !== undefined && data !== '[DONE]')
  .map(({ data = '' }) => (JSON.parse(data) as { choices: { delta: { content?: string } }[] }).choices[0]?.delta.content ?? '')
  .join('')

const lastId = (events: Event[]): string => events.at(-1)?.id ?? ''

const errorOf = async (response: Response): Promise<{ message: string; code?: string }> =>
  ((await response.json()) as { error: { message: string; code?: string } }).error

describe('coming back by Last-Event-ID', () => {
  test.each([1, 2, 30])('/api/chat goes on after event %i, whatever the body says', async count => {
    const served = await start()
    const seen = await take(await post(served, HI), count)
    const rest = await take(await post(served, 'anything', after(lastId(seen))))
    expect(textOf([...seen, ...rest])).toBe(TEXT)
    expect(rest.at(-1)?.data).toBe('[DONE]')
    const ids = [...seen, ...rest].map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(new Set([...seen, ...rest].slice(0, -1).map(({ data = '' }) => (JSON.parse(data) as { id: string }).id)).size).toBe(1)
  })

  test('/api/chat goes on before the first event, where a key says that the client may come back', async () => {
    const served = await start()
    const seen = await take(await post(served, HI, withKey('before')), 1)
    expect(seen).toEqual([{ id: expect.stringMatching(/^[\w-]{22}:1$/) as string }])
    expect(textOf(await take(await post(served, '', after(lastId(seen)))))).toBe(TEXT)
  })

  test('streamText() comes back where the connection broke before the first event', async () => {
    const { served, model } = await startBehind((_req, res) => {
      openStream(res).flushHeaders()
      setTimeout(() => res.end(`${chunk('Hello')}data: [DONE]\n\n`), 300)
    })
    const seen: string[] = []
    const cutFirst: typeof fetch = async (url, init) => {
      const id = new Headers(init?.headers).get('last-event-id') ?? ''
      seen.push(id)
      const response = await fetch(url, init)
      const reader = response.body?.getReader()
      if (id !== '') reader?.releaseLock()
      if (id !== '' || !reader) return response
      const { value } = await reader.read()
      const body = new ReadableStream<Uint8Array>({
        start: controller => controller.enqueue(value ?? new Uint8Array()),
        pull: controller => controller.error(new TypeError('broken')),
      }, { highWaterMark: 0 })
      return new Response(body, response)
    }
    const { text, outcome } = await streamText('hi', { url: `${served.url}/api/chat`, idempotencyKey: true, resume: true, fetch: cutFirst })
    expect([text, outcome]).toEqual(['Hello', 'done'])
    expect(seen).toEqual(['', expect.stringMatching(/:1$/)])
    expect(model.asked).toBe(1)
  })

  test('/api/chat sends nothing after the last event, and ends', async () => {
    const served = await start({ pace: 0 })
    const seen = await take(await post(served, HI))
    expect(await take(await post(served, HI, after(lastId(seen))))).toEqual([])
  })

  test('/api/chat sends the end mark to who has missed it alone', async () => {
    const served = await start({ pace: 0 })
    const seen = await take(await post(served, HI))
    const rest = await take(await post(served, HI, after(lastId(seen.slice(0, -1)))))
    expect(rest).toEqual([seen.at(-1)])
  })

  test('/api/chat goes on with an answer of our own model that was given up, and takes it up where it was', async () => {
    const served = await start({ grace: 10 })
    const ended = served.nextEnd('chat')
    const seen = await take(await post(served, HI), 5)
    expect(await ended).toBe(false)
    const again = served.nextEnd('chat')
    const rest = await take(await post(served, HI, after(lastId(seen))))
    expect(textOf([...seen, ...rest])).toBe(TEXT)
    expect(await again).toBe(true)
  })

  test('/api/chat lets many read one answer, each from another place', async () => {
    const served = await start()
    const seen = await take(await post(served, HI), 40)
    const texts = await Promise.all([0, 10, 20, 39].map(async i =>
      textOf([...seen.slice(0, i + 1), ...await take(await post(served, HI, after(seen[i]?.id ?? '')))])))
    expect(texts).toEqual([TEXT, TEXT, TEXT, TEXT])
  })

  test.each([
    'nonsense', '7', '0-7', ':1', `${'a'.repeat(22)}:1`, `${'a'.repeat(22)}:0`, `${'a'.repeat(22)}:-1`, `${'a'.repeat(22)}:x`, `${'a'.repeat(21)}:1`,
    `${'a'.repeat(22)}:${'9'.repeat(30)}`, `../${'a'.repeat(19)}:1`, 'x'.repeat(5000),
  ])('/api/chat answers 410 to an id that it does not know, and never begins anew: %s', async id => {
    const { served, model } = await startBehind((_req, res) => void openStream(res).end('data: [DONE]\n\n'))
    const response = await post(served, HI, after(id))
    expect(response.status).toBe(410)
    const { message, code } = await errorOf(response)
    expect(message).toMatch(/^Cannot resume the answer: /)
    expect(message.length).toBeLessThan(200)
    expect(code).toBe('answer_gone')
    expect(model.asked).toBe(0)
  })

  test('/api/chat ends at once behind the end of an answer', async () => {
    const served = await start({ pace: 0 })
    const [id = '', number] = lastId(await take(await post(served, HI))).split(':')
    expect(await take(await post(served, HI, after(`${id}:${Number(number) + 1}`)))).toEqual([])
  })

  test('/api/chat answers 410 to a place that the answer has not come to', async () => {
    const served = await start({ pace: 0 })
    const [id = ''] = lastId(await take(await post(served, HI))).split(':')
    expect((await post(served, HI, after(`${id}:99999`))).status).toBe(410)
  })
})

describe('coming back by Idempotency-Key', () => {
  test('/api/chat gives the same answer to the same key, while it is made and when it is whole', async () => {
    const served = await start()
    const first = take(await post(served, HI, withKey('same')))
    const second = take(await post(served, HI, withKey('same')))
    const events = await first
    expect(textOf(events)).toBe(TEXT)
    expect(await second).toEqual(events)
    expect(await take(await post(served, HI, withKey('same')))).toEqual(events)
    expect(await take(await post(served, HI, withKey('other')))).not.toEqual(events)
  })

  test('/api/chat asks a model once for all who come at the same moment with the same key, and passes the key on', async () => {
    let key: unknown
    const { served, model } = await startBehind((req, res) => {
      key = req.headers['idempotency-key']
      openStream(res).end(`${chunk('Hello')}data: [DONE]\n\n`)
    })
    const answers = await Promise.all(Array.from({ length: 10 }, async () => textOf(await take(await post(served, HI, withKey('many'))))))
    expect(answers).toEqual(Array.from({ length: 10 }, () => 'Hello'))
    expect(model.asked).toBe(1)
    expect(key).toBe('many')
  })

  test('/api/chat answers 422 to a key that came with another request', async () => {
    const served = await start({ pace: 0 })
    await take(await post(served, HI, withKey('used')))
    const response = await post(served, { ...HI, messages: [{ role: 'user', content: 'something else' }] }, withKey('used'))
    expect(response.status).toBe(422)
    expect(await errorOf(response)).toMatchObject({ message: expect.stringMatching(/^Cannot answer: /) as string, code: 'idempotency_key_reused' })
  })

  test('/api/chat goes on with an answer without readers for as long as a key lets hope for one', async () => {
    const served = await start({ grace: 0, keyedGrace: 60_000 })
    const ended = served.nextEnd('chat')
    await take(await post(served, HI, withKey('patient')), 3)
    expect(await ended).toBe(true)
    expect(textOf(await take(await post(served, HI, withKey('patient'))))).toBe(TEXT)
  })

  test('/api/chat asks again under a key whose first request was refused', async () => {
    let refuse = true
    const { served, model } = await startBehind((_req, res) => {
      if (refuse) res.writeHead(429, { 'retry-after': '1', 'content-type': 'application/json' }).end('{"error":{"message":"Later"}}')
      else openStream(res).end(`${chunk('Now')}data: [DONE]\n\n`)
    })
    expect((await post(served, HI, withKey('again'))).status).toBe(429)
    refuse = false
    expect(textOf(await take(await post(served, HI, withKey('again'))))).toBe('Now')
    expect(model.asked).toBe(2)
  })

  test('/api/chat tells all who come with the key of a request that is then refused, by a status', async () => {
    let refuse: (() => void) | undefined
    const store = createMemoryStore()
    const follow = vi.spyOn(store, 'follow')
    const { served, model } = await startBehind((_req, res) => {
      refuse = () => res.writeHead(429, { 'content-type': 'application/json' }).end('{"error":{"message":"Later"}}')
    }, { store, lease: 100 })
    const first = post(served, HI, withKey('refused'))
    await vi.waitFor(() => expect(refuse).toBeDefined())
    const others = [post(served, HI, withKey('refused')), post(served, '', after(`${answerId('refused')}:1`))]
    await vi.waitFor(() => expect(follow).toHaveBeenCalledTimes(2))
    refuse?.()
    expect((await first).status).toBe(429)
    for (const other of others) {
      const response = await other
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1'])
      expect(await errorOf(response)).toEqual({ message: expect.stringMatching(/^Cannot read the answer: /) as string, type: 'server_error', code: 'answer_gone' })
    }
    expect(model.asked).toBe(1)
  })

  test('/api/chat opens the stream of who comes second with the first sign of life at the latest', async () => {
    const { served } = await startBehind((_req, res) => openStream(res).flushHeaders(), { heartbeat: 20 })
    const responses = await Promise.all([1, 2].map(() => post(served, HI, withKey('silent'))))
    expect(responses.map(({ status }) => status)).toEqual([200, 200])
    for (const { body } of responses) await body?.cancel()
  })

  test('/api/chat refuses a key that is too long', async () => {
    const served = await start({ pace: 0 })
    expect((await post(served, HI, withKey('k'.repeat(255)))).status).toBe(200)
    expect((await post(served, HI, withKey('k'.repeat(256)))).status).toBe(400)
  })
})

describe('a model server', () => {
  test('/api/chat asks it once, however often the client comes back', async () => {
    let upstream: ServerResponse | undefined
    const { served, model } = await startBehind((_req, res) => {
      upstream = openStream(res)
      upstream.write(chunk('one') + chunk(' two'))
    })
    const seen = await take(await post(served, HI, withKey('once')), 2)
    seen.push(...await take(await post(served, HI, after(lastId(seen))), 1))
    const rest = take(await post(served, HI, after(lastId(seen))))
    upstream?.end(`${chunk(' three')}data: [DONE]\n\n`)
    expect(textOf([...seen, ...await rest])).toBe('one two three')
    expect(textOf(await take(await post(served, HI, withKey('once'))))).toBe('one two three')
    expect(model.asked).toBe(1)
  })

  test('/api/chat lets go of it when nobody came back, and tells who comes later that it was not asked again', async () => {
    let closed: Promise<unknown> | undefined
    const { served, model } = await startBehind((_req, res) => {
      closed = once(res, 'close')
      openStream(res).write(chunk('one'))
    }, { grace: 20 })
    const ended = served.nextEnd('chat')
    const seen = await take(await post(served, HI), 1)
    expect(await ended).toBe(false)
    await closed
    const rest = await take(await post(served, HI, after(lastId(seen))))
    expect(rest).toHaveLength(1)
    expect(JSON.parse(rest[0]?.data ?? '')).toEqual({ error: {
      message: 'Cannot go on with the answer: its reader was away for too long, and the model was not asked again',
      type: 'server_error', code: 'answer_interrupted',
    } })
    expect(model.asked).toBe(1)
  })
})

describe('an answer that the store has lost', () => {
  const LIMITS = { maxEntries: 100, ttlMs: 60_000 }

  test.each(['our own model', 'a model server'])('/api/chat ends its readers with an error and stops %s, and begins anew under the same key', async who => {
    const store = createMemoryStore()
    const options = { store, lease: 100 }
    const { served, model } = await startBehind((_req, res) => void openStream(res).write(chunk('one')), options)
    const asked = who === 'a model server' ? served : await start({ ...options, pace: 0.3 })
    const ended = asked.nextEnd('chat')
    const reader = blocks(await post(asked, HI, withKey('lost')))
    await reader.next()
    const { value = '' } = await reader.next()
    const [id = ''] = fields(value).id?.split(':') ?? []
    await store.drop(`answer:${id}`)
    expect(await ended).toBe(false)
    let last = ''
    for await (const block of reader) last = block
    expect(last).toMatch(/"message":"Cannot go on with the answer: it is no longer kept".*"code":"answer_gone"/)
    expect(await store.bounds(`answer:${id}`)).toBeUndefined()
    expect(await take(await post(asked, HI, withKey('lost')), 2)).toHaveLength(2)
    expect(model.asked).toBe(who === 'a model server' ? 2 : 0)
  })

  test.each([['0-5', 'data: {}'], ['0-1', 'data: {}'], ['0-1', 'null'], ['0-1', '{}']])(
    '/api/chat takes a log that holds only %s, %j for none', async (entry, text) => {
      const store = createMemoryStore()
      const served = await start({ store, pace: 0 })
      const id = answerId('headless')
      await store.append(`answer:${id}`, text, LIMITS, entry)
      expect((await post(served, HI, after(`${id}:1`))).status).toBe(410)
      expect(textOf(await take(await post(served, HI, withKey('headless'))))).toBe(TEXT)
    })

  test('an answer that was refused in the moment in which somebody takes it over leaves nothing behind', async () => {
    const store = createMemoryStore()
    const answers = createAnswers({
      store: { ...store, claim: async (...args) => (await store.drop('answer:refused'), store.claim(...args)) },
      leaseMs: 1000, most: 10, mostCharacters: 1000, ownSource: () => () => { throw new Error('Nothing is to be made') }, onEnd: () => {},
    })
    await store.append('answer:refused', JSON.stringify({ fingerprint: '', created: 0, graceMs: 0 }), LIMITS, '0-1')
    await answers.keepGoing('refused')
    expect(await store.bounds('answer:refused')).toBeUndefined()
    expect(await answers.keepGoing('refused')).toBe(false)
  })

  test('/api/chat ends an answer with an error where the store takes no more of it', async () => {
    const store = createMemoryStore()
    const served = await start({ store: { ...store, append: async (...args) => {
      if (args[3] === '0-4') throw new StoreFull('Cannot keep more')
      return store.append(...args)
    } } })
    const ended = served.nextEnd('chat')
    const events = await take(await post(served, HI))
    expect(await ended).toBe(false)
    expect(events.slice(2)).toEqual([{ data: expect.stringMatching(/"code":"answer_gone"/) as string }])
  })

  test('an answer that another server is just beginning is not waited for by a client who has left, nor by a server that ends', async () => {
    const store = createMemoryStore()
    await store.claim('answer:begun', 'another', 60_000)
    const answers = createAnswers({
      store, leaseMs: 1000, most: 10, mostCharacters: 1000, ownSource: () => () => { throw new Error('Nothing is to be made') }, onEnd: () => {},
    })
    const leave = new AbortController()
    const begin = (signal: AbortSignal) => answers.begin('begun', { fingerprint: '', created: 0, graceMs: 0 }, signal)
    const [left, stayed] = [begin(leave.signal), begin(new AbortController().signal)]
    leave.abort()
    await expect(left).rejects.toThrow('aborted')
    const refused = expect(stayed).rejects.toMatchObject({ status: 503 })
    await answers.close()
    await refused
  })

  test('/api/chat keeps of a request only what our own model reads', async () => {
    const store = createMemoryStore()
    const served = await start({ store, pace: 0 })
    const tools = [{ type: 'function', function: { name: 'roll_dice', description: 'junk' } }, { function: { name: 'junk'.repeat(100) } }, null]
    const message = { role: 'user', content: [{ type: 'text', text: 'roll a die' }, { type: 'junk' }], junk: 1 }
    await take(await post(served, { messages: [message], stream: true, tools, junk: 'junk' }, withKey('junk')))
    const heading = await store.read(`answer:${answerId('junk')}`, '0-1')
    expect(heading).not.toContain('junk')
    expect(heading).toContain('roll_dice')
  })
})

describe('DELETE /api/chat', () => {
  const end = (served: Served, headers: Record<string, string>): ReturnType<typeof send> =>
    send(`${served.url}/api/chat`, { method: 'DELETE', headers })

  test('DELETE /api/chat ends the answer of a key at once, at the model server too, for all who read it', async () => {
    let closed: Promise<unknown> | undefined
    const { served, model } = await startBehind((_req, res) => {
      closed = once(res, 'close')
      openStream(res).write(chunk('one'))
    })
    const ended = served.nextEnd('chat')
    const reading = post(served, HI, withKey('stop')).then(response => take(response))
    await vi.waitFor(() => expect(closed).toBeDefined())
    const { status, text } = await end(served, { 'idempotency-key': 'stop' })
    expect([status, text]).toEqual([204, ''])
    await closed
    expect(await ended).toBe(false)
    const events = await reading
    expect(events.every(({ data }) => data !== '[DONE]')).toBe(true)
    // It stays ended: nobody goes on with it
    expect(textOf(await take(await post(served, HI, withKey('stop'))))).toBe(textOf(events))
    expect(model.asked).toBe(1)
    expect((await end(served, { 'idempotency-key': 'stop' })).status).toBe(204)
  })

  test('DELETE /api/chat ends an answer of our own model, and nobody goes on with it', async () => {
    const served = await start()
    const ended = served.nextEnd('chat')
    const seen = await take(await post(served, HI, withKey('own')), 10)
    expect((await end(served, { 'idempotency-key': 'own' })).status).toBe(204)
    expect(await ended).toBe(false)
    const rest = await take(await post(served, HI, after(lastId(seen))))
    expect(TEXT.startsWith(textOf([...seen, ...rest]))).toBe(true)
    expect(rest.every(({ data }) => data !== '[DONE]')).toBe(true)
  })

  test.each([[{ 'idempotency-key': 'unknown' }, 404], [{}, 400], [{ 'idempotency-key': 'x', 'sec-fetch-site': 'cross-site' }, 403]])(
    'DELETE /api/chat with %j is answered with %i', async (headers, status) => {
      const answered = await end(await start(), headers)
      expect(answered.status).toBe(status)
      expect(answered.text).toMatch(/"message":"Cannot /)
    })
})

describe('two servers with one store', () => {
  test('/api/chat can be read at one while the other makes it, and ended there', async () => {
    const store = createMemoryStore()
    const [one, other] = [await start({ store, lease: 200 }), await start({ store, lease: 200 })]
    const seen = await take(await post(one, HI, withKey('both')), 3)
    const rest = await take(await post(other, HI, after(lastId(seen))))
    expect(textOf([...seen, ...rest])).toBe(TEXT)

    const ended = one.nextEnd('chat')
    const reading = take(await post(one, HI, withKey('ended')))
    expect((await send(`${other.url}/api/chat`, { method: 'DELETE', headers: { 'idempotency-key': 'ended' } })).status).toBe(204)
    expect(await ended).toBe(false)
    expect((await reading).every(({ data }) => data !== '[DONE]')).toBe(true)
  })

  test('/api/chat is kept going by a reader at the other', async () => {
    let upstream: ServerResponse | undefined
    const store = createMemoryStore()
    const options = { store, lease: 150, grace: 20 }
    const { served: one, model } = await startBehind((_req, res) => {
      upstream = openStream(res)
      upstream.write(chunk('one'))
    }, options)
    const other = await start(options)
    const first = await post(one, HI)
    const reader = blocks(first)
    const seen = fields((await reader.next()).value as string)
    const second = blocks(await post(other, HI, after(seen.id ?? '')))
    const next = second.next()
    await vi.waitFor(async () => expect(await store.held(`readers:${(seen.id ?? '').split(':')[0]}`)).toBe(true))
    await reader.return(undefined)
    // Long past the grace
    await new Promise(resolve => setTimeout(resolve, 300))
    upstream?.write(chunk(' two'))
    expect(textOf([seen, fields((await next).value as string)])).toBe('one two')
    await second.return(undefined)
    expect(model.asked).toBe(1)
  })

  test('/api/chat goes on at the other when one is closed', async () => {
    const store = createMemoryStore()
    const one = await serve({ store, pace: 0.1 })
    const other = await start({ store })
    const seen = await take(await post(one, HI), 5)
    await one.close()
    expect(textOf([...seen, ...await take(await post(other, HI, after(lastId(seen))))])).toBe(TEXT)
  })
})

test('/api/chat shows by comments that it is alive, in between events', async () => {
  let upstream: ServerResponse | undefined
  const { served } = await startBehind((_req, res) => {
    upstream = openStream(res)
    upstream.flushHeaders()
  }, { heartbeat: 20 })
  const reader = (await post(served, HI)).body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  while (!text.includes(':\n:\n')) text += (await reader?.read())?.value ?? ''
  upstream?.end(chunk('Hello'))
  for (;;) {
    const { value, done } = await reader?.read() ?? { value: undefined, done: true }
    if (done) break
    text += value ?? ''
  }
  expect(text).toMatch(/^(:\n)+id: .*\ndata: .*"Hello".*\n\n$/)
})
