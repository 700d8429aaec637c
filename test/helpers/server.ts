import { nodeHTTPRequestHandler } from '@trpc/server/adapters/node-http'
import http from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { trpcRouter } from './trpc.ts'

/** A request as the server saw it. */
export interface SeenRequest {
  method: string
  path: string
  headers: http.IncomingHttpHeaders
  body: string
  at: number
  /** Settles when the answer is over: `finished`, or `left` where the client went away first. */
  over: Promise<'finished' | 'left'>
}

/** A loopback server with one path a behaviour, that records every request. */
export interface TestServer {
  url: string
  /** The requests so far to a path (with its query, which tells tests apart). */
  requests(path: string): SeenRequest[]
  close(): Promise<void>
}

type Behaviour = (answer: http.ServerResponse, request: SeenRequest, count: number, options: URLSearchParams) => void

const EVENT_STREAM = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' }

function open(answer: http.ServerResponse, headers = {}): http.ServerResponse {
  answer.writeHead(200, { ...EVENT_STREAM, ...headers })
  answer.flushHeaders()
  return answer
}

/** A reset throws away what the client has not read yet: a busy one needs a while, unless it tells. */
const READ_MS = 100

/** Breaks the connection once what was written is out: by a reset, as some engines take a mere close for the end. */
function drop(answer: http.ServerResponse, afterMs = READ_MS) {
  const { socket } = answer as { socket: Socket | null }
  setTimeout(() => socket?.resetAndDestroy(), afterMs)
}

function chunk(text: string, finishReason: string | null = null): string {
  return `data: ${JSON.stringify({ choices: [{ index: 0, delta: text ? { content: text } : {}, finish_reason: finishReason }] })}\n\n`
}

const ANSWER = ['The ', 'sky ', 'is ', 'blue', '. 天空', '是蓝色的 👩‍🚀\n']

/** What `/chat` answers, in full. */
export const ANSWER_TEXT = ANSWER.join('')

/** A procedure of tRPC's own server. */
const trpc = (path: string): Behaviour => (answer, { headers: { authorization } }) => {
  void nodeHTTPRequestHandler({
    req: answer.req, res: answer, path, router: trpcRouter, createContext: () => ({ authorization, drop: () => drop(answer) }),
  })
}

const behaviours: Record<string, Behaviour> = {
  // what the query tells it to
  '/says': (answer, _request, _count, options) => void open(answer).end(options.get('text')),
  '/two': answer => open(answer).end('id: 1\ndata: one\n\nid: 2\ndata: two\n\n'),
  // goes on behind the last event id, one event a connection; 204 after the third
  '/feed': (answer, { headers }) => {
    const id = Number(headers['last-event-id'] ?? 0) + 1
    if (id > 3) answer.writeHead(204).end()
    else open(answer).end(`retry: 10\nid: ${id}\ndata: event ${id}\n\n`)
  },
  '/replays': (answer, _request, count) => {
    if (count > 2) answer.writeHead(204).end()
    else open(answer).end(`retry: 10\nid: a\ndata: a\n\nid: b\ndata: b\n\ndata: without id\n\n${count === 2 ? 'id: c\ndata: c\n\n' : ''}`)
  },
  '/drop-then-go-on': (answer, { headers }, count) => {
    open(answer).write(`retry: 10\nid: ${count}\ndata: event ${count}, after ${String(headers['last-event-id'] ?? 'nothing')}\n\ndata: unfinish`)
    if (count < 3) drop(answer)
    else answer.end()
  },
  // the second connection begins with what the first has sent
  '/drop-then-replay': (answer, _request, count) => {
    open(answer).write('retry: 10\nid: a\ndata: replayed\n\n')
    if (count === 1) drop(answer)
    else answer.write('id: b\ndata: not replayed\n\n')
  },
  // pieces of a page under two names; the first connection is dropped, the second ends, the third stays open
  '/fragments': (answer, { headers }, count) => {
    open(answer).write(`retry: 10\nid: ${count}\ndata: <b>${count}</b> after ${String(headers['last-event-id'] ?? 'nothing')}\n\n`)
    answer.write(`event: news\ndata: <i>news ${count}</i>\n\n`)
    if (count === 1) drop(answer)
    if (count === 2) answer.end()
  },
  '/says-bye': answer => void open(answer).write('data: last words\n\nevent: bye\ndata: bye\n\ndata: too late\n\n'),
  '/trpc/feed': trpc('feed'),
  '/trpc/endless': trpc('endless'),
  '/open': answer => void open(answer).write(': here\n\n'),
  '/ticks': answer => {
    open(answer)
    let id = 0
    const timer = setInterval(() => answer.write(`id: ${++id}\ndata: ${id}\n\n`), 10)
    answer.on('close', () => clearInterval(timer))
  },
  '/typed': answer => {
    open(answer)
    for (const type of ['tick', 'error', 'open', 'close', '*', '__proto__', 'constructor']) answer.write(`event: ${type}\ndata: ${type}\n\n`)
    answer.end('data: last\n\n')
  },
  '/never': () => {},
  '/drop-before-headers': answer => void (answer as { socket: Socket | null }).socket?.destroy(),
  // drops the first request of all, or the second; the others bring one event each
  '/fails-once': (answer, _request, count, options) => {
    const at = Number(options.get('at'))
    if (count === at) (answer as { socket: Socket | null }).socket?.destroy()
    else open(answer).end(`retry: 10\ndata: event ${count > at ? 2 : 1}\n\n`)
  },
  '/drop-then-never': (answer, _request, count) => {
    if (count === 1) (answer as { socket: Socket | null }).socket?.destroy()
  },
  '/status': (answer, _request, count, options) => {
    const times = Number(options.get('times') ?? Infinity)
    const status = Number(options.get('is'))
    if (count > times) return void open(answer).end('data: at last\n\n' + chunk('at last', 'stop') + 'data: [DONE]\n\n')
    const after = options.get('after')
    return void answer.writeHead(status, { ...EVENT_STREAM, ...(after && { 'retry-after': after }) }).end(`status ${status}`)
  },
  '/json-error': (answer, _request, _count, options) => {
    const after = options.get('after')
    answer.writeHead(Number(options.get('is') ?? 200), { 'content-type': 'application/json', ...(after && { 'retry-after': after }) })
    answer.end('{"error":{"message":"Quota used up","code":"insufficient_quota"}}')
  },
  '/html': answer => void answer.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><h1>Welcome</h1>'),
  '/silent-after-one': answer => void open(answer).write('data: one\n\n'),
  '/heartbeats': answer => {
    open(answer).write('data: one\n\n')
    let left = 12
    const timer = setInterval(() => (left-- > 0 ? answer.write(':\n') : answer.end('data: two\n\n')), 20)
    answer.on('close', () => clearInterval(timer))
  },
  '/endless-line': answer => {
    open(answer).write('data: first\n\ndata: ')
    const timer = setInterval(() => answer.write('x'.repeat(1000)), 1)
    answer.on('close', () => clearInterval(timer))
  },
  // one event with an id, then a reset; nothing is answered after it
  '/id-then-dead': (answer, _request, count) => {
    if (count === 1) open(answer).write('id: 7\ndata: first\n\n')
    if (count === 1) drop(answer)
    else (answer as { socket: Socket | null }).socket?.destroy()
  },
  '/drop-without-ids': answer => {
    open(answer).write('data: first\n\n')
    drop(answer)
  },
  '/drop-after-headers': answer => drop(open(answer)),
  '/half-event': answer => void open(answer).end('data: whole\n\ndata: half'),
  '/echo': (answer, { method, headers, body }) => void open(answer).end(`data: ${JSON.stringify({ method, headers, body })}\n\n`),
  '/chat': answer => {
    open(answer)
    const pieces = [...ANSWER.map(text => chunk(text)), chunk('', 'stop'), 'data: [DONE]\n\n']
    const timer = setInterval(() => {
      answer.write(pieces.shift())
      if (pieces.length > 0) return
      clearInterval(timer)
      answer.end()
    }, 15)
    answer.on('close', () => clearInterval(timer))
  },
  '/chat-cut': answer => void open(answer).end(chunk('half an') + chunk(' answer')),
  '/chat-drop': (answer, { path }, _count, options) => {
    open(answer).write(chunk('half an') + chunk(' answer'))
    dropOnceRead('event', answer, path, options)
  },
  // a whole answer in pieces, each of its own packet, and a break behind it
  '/chat-pieces-then-drop': answer => {
    open(answer)
    const pieces = [...ANSWER.map((text, i) => `id: ${i}\n${chunk(text)}`), chunk('', 'stop') + 'data: [DONE]\n\n']
    const timer = setInterval(() => {
      answer.write(pieces.shift())
      if (pieces.length > 0) return
      clearInterval(timer)
      drop(answer)
    }, 10)
    answer.on('close', () => clearInterval(timer))
  },
  '/chat-no-mark': answer => void open(answer).end(chunk('whole') + chunk('', 'stop')),
  '/chat-drop-after-finish': answer => {
    open(answer).write(chunk('whole') + chunk('', 'length'))
    drop(answer)
  },
  '/chat-ids-drop-after-mark': (answer, { path }, _count, options) => {
    open(answer).write(`id: 1\n${chunk('whole')}id: 2\n${chunk('', 'stop')}data: [DONE]\n\n`)
    dropOnceRead('event', answer, path, options)
  },
  '/chat-more-after-mark': answer => void open(answer).end(chunk('whole') + chunk('', 'stop') + 'data: [DONE]\n\ndata: bye\n\n'),
  '/chat-open-after-mark': answer => void open(answer).write(chunk('whole') + chunk('', 'stop') + 'data: [DONE]\n\n'),
  '/chat-endless': answer => {
    open(answer)
    const timer = setInterval(() => answer.write(chunk('word ')), 10)
    answer.on('close', () => clearInterval(timer))
  },
  '/chat-error': answer => void open(answer).end(chunk('some text') + 'event: error\ndata: {"error":{"message":"Overloaded","code":529}}\n\n'),
  '/chat-garbage': answer => void open(answer).end(chunk('some text') + 'data: {"choices":[{"del\n\n' + chunk('more')),
  '/chat-foreign': answer => void open(answer).end('event: greeting\ndata: {"hello":"world"}\n\n'),
  '/chat-empty': answer => void open(answer).end(),
  '/text': answer => {
    answer.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' })
    const bytes = [...new TextEncoder().encode('plain 文字 👍')]
    const timer = setInterval(() => {
      answer.write(Uint8Array.of(bytes.shift() as number))
      if (bytes.length > 0) return
      clearInterval(timer)
      answer.end()
    }, 2)
    answer.on('close', () => clearInterval(timer))
  },
  '/events-as-text': answer => void answer.writeHead(200, { 'content-type': 'text/plain' }).end(chunk('hidden')),
  '/raw-events': answer => void open(answer).end('data: Hel\n\ndata: lo\n\ndata:  you\n\ndata: [DONE]\n\n'),

  // For the tests of fetchEventSource()
  // one text of the query a request, the last of them again and again; AFTER and BODY are what the request said
  '/answers': (answer, { headers, body }, count, options) => {
    const texts = options.getAll('text')
    const text = texts[Math.min(count, texts.length) - 1] ?? ''
    open(answer).end(text.replaceAll('AFTER', String(headers['last-event-id'] ?? 'nothing')).replaceAll('BODY', body))
  },
  '/says-as': (answer, _request, _count, options) => void open(answer, { 'content-type': options.get('type') }).end(options.get('text')),
  '/says-and-stays': (answer, _request, _count, options) => void open(answer).write(options.get('text')),
  // the first answer stays open for longer than a test looks, as a page has few connections; the others end
  '/stays-once': (answer, _request, count) => {
    open(answer).write(`data: answer ${count}\n\n`)
    const timer = setTimeout(() => answer.end(), count > 1 ? 0 : 3000)
    answer.on('close', () => clearTimeout(timer))
  },
  // what the usage example of @microsoft/fetch-event-source meets: an end, a server that is busy, and an event that is an error
  '/api/sse': (answer, _request, count) => {
    if (count === 2) answer.writeHead(503, { 'content-type': 'text/plain' }).end('busy')
    else open(answer).end(count === 1 ? 'retry: 20\ndata: one\n\n' : 'event: FatalError\ndata: Quota used up\n\n')
  },
}

/** Breaks the connection at once, before anything is answered: by a close, or by a reset. */
const breakAtOnce = (way: 'destroy' | 'resetAndDestroy'): Behaviour => answer => void (answer as { socket: Socket | null }).socket?.[way]()

/** Writes what `next` gives, as fast as the client reads it, until it gives nothing; then ends. */
function pour(answer: http.ServerResponse, next: () => string | undefined): void {
  let text = next()
  while (text !== undefined && answer.write(text)) text = next()
  if (text === undefined) answer.end()
  else answer.once('drain', () => pour(answer, next))
}

/** Opens a stream with a short reconnection time and, unless told otherwise, one event, which says behind which id it goes on. */
function begin(answer: http.ServerResponse, { headers }: SeenRequest, count: number, options: URLSearchParams): http.ServerResponse {
  const id = options.get('ids') === 'none' ? '' : `id: ${count}\n`
  open(answer).write(`retry: ${options.get('retry') ?? 5}\n${id}data: event ${count}, after ${String(headers['last-event-id'] ?? 'nothing')}\n\n`)
  return answer
}

/** What a client that tells when it has read has time for. */
const TOLD_MS = 3000

/** What waits for clients to tell what they have read, by what and by path. */
const untilTold = new Map<string, () => void>()

/** Breaks the connection once the client has read so much: it may tell by `/told`, where its query says that it does. */
function dropOnceRead(what: 'response' | 'event', answer: http.ServerResponse, path: string, options: URLSearchParams) {
  if (!options.has('tells')) return drop(answer)
  const timer = setTimeout(told, TOLD_MS)
  const key = `${what} ${path}`
  function told() {
    clearTimeout(timer)
    untilTold.delete(key)
    drop(answer, 0)
  }
  untilTold.set(key, told)
}

/** What one answer may be; a number is a status. */
const acts: Record<string, Behaviour> = {
  'drop': breakAtOnce('destroy'),
  'reset': breakAtOnce('resetAndDestroy'),
  'never': () => {},
  'headers': (answer, { path }, _count, options) => dropOnceRead('response', open(answer), path, options),
  'silent': answer => void open(answer),
  'line': (...given) => {
    begin(...given).write('data: unfin')
    dropOnceRead('event', given[0], given[1].path, given[3])
  },
  'event': (...given) => dropOnceRead('event', begin(...given), given[1].path, given[3]),
  'half': (...given) => void begin(...given).end('data: half'),
  'whole': (...given) => void begin(...given).end(),
  'open': (...given) => void begin(...given),
  'end': answer => void open(answer).end(),
  'chat': answer => void open(answer).end(chunk('at last', 'stop') + 'data: [DONE]\n\n'),
  'html': answer => void answer.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>'),
  'json': answer => void answer.writeHead(200, { 'content-type': 'application/json' }).end('{}'),
  'untyped': answer => void answer.writeHead(200).end('data: no stream\n\n'),
}

/** A server that means harm, or is harmed itself. */
const faults: Record<string, Behaviour> = {
  // one act a request, the last one ever after: `?do=503,drop,whole`; a status has a Retry-After of `after`, a redirect goes `to`
  '/plays': (answer, request, count, options) => {
    const script = options.get('do')?.split(',') ?? []
    const act = script[Math.min(count, script.length) - 1] ?? 'whole'
    if (acts[act]) return acts[act](answer, request, count, options)
    const [after, to] = [options.get('after'), options.get('to')]
    // Dates have no milliseconds: the next second but `after`
    const retryAfter = after === 'date' ? new Date(Date.now() + 2000).toUTCString() : after
    return void answer.writeHead(Number(act), { ...EVENT_STREAM, ...(retryAfter && { 'retry-after': retryAfter }), ...(to && { location: to }) }).end(`status ${act}`)
  },
  '/accept-then-close': answer => void open(answer).end(),
  // asks for a reconnection time, and breaks or ends at once
  '/retry-then-drop': (answer, _request, _count, options) => {
    open(answer).write(`retry: ${options.get('retry')}\n\n`)
    drop(answer, 20)
  },
  '/retry-then-close': (answer, _request, _count, options) => void open(answer).end(`retry: ${options.get('retry')}\n\n`),
  '/refusal-without-end': answer => void answer.writeHead(500, EVENT_STREAM).write('no'),
  '/trickle': answer => {
    const bytes = new TextEncoder().encode('\uFEFFid: 1\r\ndata: 一字一句 👩‍🚀\r\n\r\n: comment\r\nevent: last\rdata: two\r\n\n')
    answer.socket?.setNoDelay()
    open(answer)
    let at = 0
    const step = () => {
      if (answer.destroyed) return
      if (at === bytes.length) answer.end()
      else answer.write(bytes.subarray(at, ++at), () => setImmediate(step))
    }
    step()
  },
  '/many': (answer, _request, _count, options) => {
    let left = Number(options.get('count'))
    pour(open(answer), () => (left > 0 ? `id: ${left}\ndata: ${left--}\n\n` : undefined))
  },
  // megabytes, in events of 100,000 bytes that are of one letter each, from a to z
  '/large': (answer, _request, _count, options) => {
    const last = Number(options.get('mb')) * 10
    let id = 0
    pour(open(answer), () => (id < last ? `id: ${++id}\ndata: ${String.fromCharCode(97 + id % 26).repeat(100_000)}\n\n` : undefined))
  },
}

/** Starts it on a free port. Pages of any origin may ask it. */
export async function startServer(): Promise<TestServer> {
  const seen = new Map<string, SeenRequest[]>()

  const server = http.createServer((request, answer) => {
    const { method = '', url: path = '', headers } = request
    // For a page a connection each: a browser itself sends a request again where a connection that it had used before breaks
    if (headers.origin) answer.setHeader('connection', 'close')
    answer.setHeader('access-control-allow-origin', headers.origin ?? '*')
    if (headers.origin) answer.setHeader('access-control-allow-credentials', 'true')
    answer.setHeader('access-control-allow-headers', headers['access-control-request-headers'] ?? '*')
    answer.setHeader('access-control-allow-methods', headers['access-control-request-method'] ?? '*')
    answer.setHeader('access-control-expose-headers', 'retry-after')
    if (method === 'OPTIONS') return void answer.writeHead(204).end()
    const { pathname, searchParams } = new URL(path, 'http://localhost')
    if (pathname === '/told') {
      untilTold.get(`${searchParams.get('what')} ${searchParams.get('of')}`)?.()
      return void answer.writeHead(204).end()
    }
    if (pathname === '/requests') {
      // What a page's test asks for, as it can't look into this process
      const list = seen.get(searchParams.get('of') ?? '') ?? []
      const pending = Promise.resolve(undefined)
      void Promise.all(list.map(({ over }) => Promise.race([over, pending])))
        .then(endings => (searchParams.has('at') ? list.map(({ at }, i) => ({ at, over: endings[i] ?? null })) : endings))
        .then(told => answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(told)))
      return undefined
    }
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => (body += text)).on('end', () => {
      const over = new Promise<'finished' | 'left'>(resolve => {
        answer.on('finish', () => resolve('finished')).on('close', () => resolve('left'))
      })
      const record: SeenRequest = { method, path, headers, body, at: Date.now(), over }
      const list = seen.get(path) ?? []
      seen.set(path, [...list, record])
      const behave = behaviours[pathname] ?? faults[pathname]
      if (behave) behave(answer, record, list.length + 1, searchParams)
      else answer.writeHead(404).end()
    })
    return undefined
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: path => seen.get(path) ?? [],
    close: () => new Promise(resolve => {
      server.close(() => resolve())
      server.closeAllConnections()
    }),
  }
}
