import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { readUpstream } from '../../demo/server/chat/upstream.ts'
import { startModelServer, type Listener } from './model-server.ts'
import { blocks, fields, post, send, serve, type Served } from './serve.ts'

const KEY = 'sk-very-secret-0123456789'
const STREAM = { messages: [{ role: 'user', content: 'hi' }], stream: true, temperature: 0.2 }

const close: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of close.splice(0)) await stop()
})

/** A model server on this machine, and a demo that passes requests on to it. */
async function serveBehind(listener: Listener, env: Record<string, string> = {}): Promise<Served> {
  const upstream = await startModelServer(listener)
  const served = await serve({ env: { OPENAI_BASE_URL: upstream.base, OPENAI_API_KEY: KEY, ...env } })
  close.push(() => served.close(), () => upstream.close())
  return served
}

async function readJson(req: IncomingMessage): Promise<Record<string, unknown>> {
  let text = ''
  for await (const chunk of req.setEncoding('utf8')) text += chunk as string
  return JSON.parse(text) as Record<string, unknown>
}

describe('readUpstream()', () => {
  test.each([
    [{}, undefined],
    [{ OPENAI_API_KEY: '', OPENAI_BASE_URL: ' ' }, undefined],
    [{ OPENAI_API_KEY: 'k' }, { url: 'https://api.openai.com/v1/chat/completions', key: 'k', model: 'gpt-4o-mini' }],
    [
      { OPENAI_BASE_URL: 'http://localhost:11434/v1/', OPENAI_MODEL: 'qwen3' },
      { url: 'http://localhost:11434/v1/chat/completions', key: undefined, model: 'qwen3' },
    ],
  ])('readUpstream() makes of %j %j', (env, upstream) => {
    expect(readUpstream(env)).toEqual(upstream)
  })

  test.each([
    ['localhost', 'not an http or https address: localhost'], ['http://a b/v1', 'not an http or https address: http://a b/v1'],
    ['http://me:secret@a b/', 'not an http or https address: http://***@a b/'],
    ['http://me:secret@localhost/v1', 'a name or password in it, where only OPENAI_API_KEY is sent: http://***@localhost/v1'],
  ])('readUpstream() refuses %s', (base, problem) => {
    expect(() => readUpstream({ OPENAI_BASE_URL: base })).toThrow(`Cannot use OPENAI_BASE_URL: ${problem}`)
  })
})

describe('passing on', () => {
  test('/api/chat passes the request on, with the key and a model', async () => {
    let seen: { path?: string | undefined; headers: IncomingMessage['headers']; json: unknown } | undefined
    const served = await serveBehind(async (req, res) => {
      seen = { path: req.url, headers: req.headers, json: await readJson(req) }
      res.setHeader('content-type', 'application/json').end('{}')
    }, { OPENAI_MODEL: 'tiny' })
    await (await post(served, STREAM, { headers: { 'idempotency-key': 'once', 'cookie': 'a=b' } })).text()
    expect(seen?.path).toBe('/v1/chat/completions')
    expect(seen?.headers).toMatchObject({ 'authorization': `Bearer ${KEY}`, 'content-type': 'application/json', 'idempotency-key': 'once' })
    expect(seen?.headers.cookie).toBeUndefined()
    expect(seen?.json).toEqual({ ...STREAM, model: 'tiny' })
  })

  test('/api/chat leaves the model that a request names', async () => {
    const served = await serveBehind(async (req, res) => {
      res.setHeader('content-type', 'text/plain').end(String((await readJson(req)).model))
    })
    expect(await (await post(served, { ...STREAM, model: 'other' })).text()).toBe('other')
  })

  test('/api/chat passes events back as they come, each with an id, and nothing else of the stream', async () => {
    let upstream: ServerResponse | undefined
    const served = await serveBehind((_req, res) => {
      upstream = res
      res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'set-cookie': 'a=b' })
      res.write(': waiting\n\nretry: 5\nid: theirs\ndata: 1\n\n')
    })
    const response = await post(served, STREAM)
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(response.headers.get('set-cookie')).toBeNull()
    const reader = blocks(response)
    const next = async () => (await reader.next()).value as string
    const [, id] = /^id: ([\w-]{22}):2\ndata: 1$/.exec(await next()) ?? []
    upstream?.write('event: ping\r\ndata: 2 \u{1F468}\r\ndata:  more\r\n')
    upstream?.write('\r\n')
    expect(await next()).toBe(`id: ${id}:3\nevent: ping\ndata: 2 \u{1F468}\ndata:  more`)
    upstream?.end('data: [DONE]\n\n')
    expect(await next()).toBe(`id: ${id}:4\ndata: [DONE]`)
    expect((await reader.next()).done).toBe(true)
  })

  test('/api/chat passes back as it is what is no event stream', async () => {
    const served = await serveBehind((_req, res) => {
      res.writeHead(200, { 'content-type': 'application/json', 'x-request-id': '7' }).end('{"error":{"message":"no"}}')
    })
    const response = await post(served, STREAM)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(response.headers.get('x-request-id')).toBe('7')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(await response.text()).toBe('{"error":{"message":"no"}}')
  })

  test.each([
    ['a page', (res: ServerResponse) => res.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Hello</h1>'), /answered 200 text\/html$/],
    ['an error page', (res: ServerResponse) => res.writeHead(503, { 'content-type': 'text/html', 'retry-after': '7' }).end('<h1>No</h1>'), /answered 503 text\/html$/, 503],
    ['no more than a status', (res: ServerResponse) => res.writeHead(429).end(), /answered 429 without a type$/, 429],
    ['nothing', (res: ServerResponse) => res.writeHead(204).end(), /answered 204 without a type$/],
    ['a type that looks like another', (res: ServerResponse) => res.writeHead(200, { 'content-type': 'text/plainly' }).end(''), /answered 200 text\/plainly$/],
    ['a way elsewhere', (res: ServerResponse) => res.writeHead(307, { 'location': '/v1/elsewhere', 'content-type': 'text/plain' }).end('x'), /answered 307 text\/plain$/],
  ])('/api/chat gives an error of its own where the model server gives %s, and asks nobody else', async (_what, give, message, status = 502) => {
    const asked = vi.fn<Listener>((_req, res) => void give(res))
    const served = await serveBehind(asked)
    for (const stream of [true, false]) {
      const response = await post(served, { ...STREAM, stream })
      expect(response.status).toBe(status)
      expect(response.headers.get('content-type')).toBe('application/json')
      expect(response.headers.get('x-content-type-options')).toBe('nosniff')
      expect(((await response.json()) as { error: { message: string } }).error.message).toMatch(message)
    }
    expect(asked).toHaveBeenCalledTimes(2)
  })

  test.each([200, 401])('/api/chat keeps the key to itself, wherever an answer with status %i has it', async status => {
    const quoted = `打 ${KEY} and ${KEY}, and ${KEY.slice(0, 5)}`
    for (const [type, stream] of [['application/json', true], ['text/plain', false], ['text/event-stream', true], ['text/event-stream', false]] as const) {
      const served = await serveBehind(async (_req, res) => {
        res.writeHead(status, { 'content-type': type, 'x-request-id': `for ${KEY}` })
        // In pieces, so that each may end within the key
        for (const byte of Buffer.from(`data: ${quoted}\n\n`)) if (!res.write(Buffer.of(byte))) await once(res, 'drain')
        res.end()
      })
      const response = await post(served, { ...STREAM, stream })
      expect(await response.text()).toContain(`data: 打 *** and ***, and ${KEY.slice(0, 5)}`)
      expect([null, 'for ***']).toContain(response.headers.get('x-request-id'))
    }
  })

  test('/api/chat cuts a long error short, and not within the key', async () => {
    for (let shown = 0; shown < KEY.length; shown += 6) {
      const served = await serveBehind((_req, res) => {
        res.writeHead(401, { 'content-type': 'text/plain' }).end('x'.repeat(64 * 1024 - shown) + KEY + 'x'.repeat(1000))
      })
      const text = await (await post(served, STREAM)).text()
      expect(text).toMatch(/^x+\*{0,3}x*$/)
      expect(text).toHaveLength(64 * 1024)
    }
  })

  test('/api/chat ends with the end mark, also where the model server keeps the connection', async () => {
    const served = await serveBehind((_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\ndata: [DONE]\n\n')
    })
    const ended = served.nextEnd('chat')
    expect(await (await post(served, STREAM)).text()).toMatch(/data: 1\n\nid: .*\ndata: \[DONE\]\n\n$/)
    expect(await ended).toBe(true)
  })

  test('/api/chat ends without an end mark where the model server gave none', async () => {
    const served = await serveBehind((_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' }).end('data: 1\n\n')
    })
    expect(await (await post(served, STREAM)).text()).toMatch(/^id: .*\ndata: 1\n\n$/)
  })

  test('/api/chat passes an error back as it is, without the key', async () => {
    const served = await serveBehind((req, res) => {
      res.writeHead(429, { 'content-type': 'application/json', 'retry-after': '7' })
      res.end(JSON.stringify({ error: { message: `Slow down, ${req.headers.authorization}` } }))
    })
    const response = await post(served, STREAM)
    expect(response.status).toBe(429)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(response.headers.get('retry-after')).toBe('7')
    expect(await response.json()).toEqual({ error: { message: 'Slow down, Bearer ***' } })
  })

  test.each([
    ['http://127.0.0.1:1/v1', KEY], ['http://127.0.0.1:1', `${KEY}\nX: y`],
  ])('/api/chat answers 502 where %s cannot be reached, and keeps the key to itself', async (base, key) => {
    const served = await serve({ env: { OPENAI_BASE_URL: base, OPENAI_API_KEY: key } })
    close.push(() => served.close())
    const response = await post(served, STREAM)
    const text = await response.text()
    expect(response.status).toBe(502)
    expect((JSON.parse(text) as { error: { message: string } }).error.message).toMatch(/^Cannot reach the model server: /)
    expect(text).not.toContain(KEY)
  })

  test('/api/chat asks nobody under a name that could lead here without its owner’s will', async () => {
    let asked = 0
    const served = await serveBehind((_req, res) => {
      asked++
      res.setHeader('content-type', 'application/json').end('{}')
    }, { HOST: 'machine.test', ALLOWED_HOSTS: 'demo.test, Other.test' })
    const statusUnder = async (host: string): Promise<number | undefined> =>
      (await send(`${served.url}/api/chat`, { method: 'POST', headers: { host, origin: `http://${host}` }, body: JSON.stringify(STREAM) })).status
    for (const host of ['rebound.test:3000', 'localhost.rebound.test', 'a b', '']) expect(await statusUnder(host)).toBe(403)
    expect(asked).toBe(0)
    const ours = ['localhost:3000', '127.0.0.1', '[::1]:3000', '192.168.1.2:3000', 'machine.test:3000', 'demo.test', 'other.test:1']
    for (const host of ours) expect(await statusUnder(host)).toBe(200)
    expect(asked).toBe(ours.length)
  })

  test('/api/chat says why the model server cannot be reached', async () => {
    const gone = createServer().listen(0, '127.0.0.1')
    await once(gone, 'listening')
    const { port } = gone.address() as AddressInfo
    gone.close()
    await once(gone, 'close')
    const served = await serve({ env: { OPENAI_BASE_URL: `http://127.0.0.1:${port}` } })
    close.push(() => served.close())
    const response = await post(served, STREAM)
    expect(await response.json()).toEqual({ error: { message: 'Cannot reach the model server: ECONNREFUSED', type: 'server_error' } })
  })

  test('/api/chat ends with an error where the model server breaks off, so that nobody takes the answer for whole', async () => {
    const served = await serveBehind((_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n', () => res.destroy())
    })
    const ended = served.nextEnd('chat')
    const events = (await (await post(served, STREAM)).text()).trim().split('\n\n').map(fields)
    expect(events.map(({ data }) => data)).toEqual(['1', expect.stringMatching(/^\{"error":/)])
    expect(JSON.parse(events[1]?.data ?? '')).toEqual({
      error: { message: 'Cannot go on with the answer: the model server broke off', type: 'server_error', code: 'answer_broken' },
    })
    expect(await ended).toBe(false)
  })

  test('/api/chat passes on an error in mid-answer as an event, without the key', async () => {
    const served = await serveBehind((req, res) => {
      const error = JSON.stringify({ error: { message: `Overloaded, ${req.headers.authorization}` } })
      res.writeHead(200, { 'content-type': 'text/event-stream' }).end(`data: 1\n\nevent: error\ndata: ${error}\n\n`)
    })
    const text = await (await post(served, STREAM)).text()
    expect(text).toMatch(/\nevent: error\ndata: \{"error":\{"message":"Overloaded, Bearer \*\*\*"\}\}\n\n$/)
  })

  test('/api/chat refuses a request that has no messages by itself', async () => {
    const asked = vi.fn<Listener>()
    const served = await serveBehind(asked)
    expect((await post(served, {})).status).toBe(400)
    expect(asked).not.toHaveBeenCalled()
  })

  test.each([true, false])('/api/chat refuses a request that is nested too deeply: stream: %s', async stream => {
    const asked = vi.fn<Listener>()
    const served = await serveBehind(asked)
    const junk = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    const response = await post(served, `{"messages":[{"role":"user","content":"hi"}],"stream":${stream},"junk":${junk}}`)
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({ error: { message: 'Cannot read the request: it is nested more than 200 deep', type: 'invalid_request_error' } })
    expect(asked).not.toHaveBeenCalled()
  })

  test('/api/chat ends its own request when the client leaves before the answer', async () => {
    const leave = new AbortController()
    let closed: Promise<unknown> | undefined
    const served = await serveBehind((_req, res) => {
      closed = once(res, 'close')
      leave.abort()
    })
    const ended = served.nextEnd('chat')
    await expect(post(served, STREAM, { signal: leave.signal })).rejects.toThrow()
    expect(await ended).toBe(false)
    await closed
  })

  test('/api/chat reads no faster than its client, and lets go of the model server when that one leaves', async () => {
    let sent = 0
    let closed: Promise<unknown> | undefined
    const piece = Buffer.alloc(64 * 1024, '.')
    const served = await serveBehind((_req, res) => {
      closed = once(res, 'close')
      res.setHeader('content-type', 'text/plain')
      const push = (): void => {
        do sent += piece.length
        while (res.write(piece) && !res.destroyed)
      }
      res.on('drain', push)
      push()
    })
    const leave = new AbortController()
    const response = await post(served, STREAM, { signal: leave.signal })
    expect(response.status).toBe(200)
    // Nobody reads: the buffers along the way fill up, and then nothing more is sent
    let before = -1
    await vi.waitFor(() => {
      const still = sent === before
      before = sent
      expect(still).toBe(true)
    }, { interval: 300, timeout: 10_000 })
    expect(sent).toBeLessThan(64 * 1024 * 1024)
    leave.abort()
    await closed
  }, 15_000)
})
