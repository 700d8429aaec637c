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

/** Breaks the connection once what was written is out: by a reset, as some engines take a mere close for the end. */
function drop(answer: http.ServerResponse) {
  const { socket } = answer as { socket: Socket | null }
  setTimeout(() => socket?.resetAndDestroy(), 20)
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
    answer.writeHead(Number(options.get('is') ?? 200), { 'content-type': 'application/json' })
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
  '/chat-drop': answer => {
    open(answer).write(chunk('half an') + chunk(' answer'))
    drop(answer)
  },
  '/chat-no-mark': answer => void open(answer).end(chunk('whole') + chunk('', 'stop')),
  '/chat-drop-after-finish': answer => {
    open(answer).write(chunk('whole') + chunk('', 'length'))
    drop(answer)
  },
  '/chat-ids-drop-after-mark': answer => {
    open(answer).write(`id: 1\n${chunk('whole')}id: 2\n${chunk('', 'stop')}data: [DONE]\n\n`)
    drop(answer)
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
    if (method === 'OPTIONS') return void answer.writeHead(204).end()
    const { pathname, searchParams } = new URL(path, 'http://localhost')
    if (pathname === '/requests') {
      // What a page's test asks for, as it can't look into this process
      const list = seen.get(searchParams.get('of') ?? '') ?? []
      const pending = Promise.resolve(undefined)
      void Promise.all(list.map(({ over }) => Promise.race([over, pending])))
        .then(endings => answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(endings)))
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
      const behave = behaviours[pathname]
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
