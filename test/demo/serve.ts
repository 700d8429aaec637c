import { EventEmitter, once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { createDemoServer, type DemoOptions } from '../../demo/server/server.ts'

/** A demo server that listens, and what a test wants to know of it. */
export interface Served {
  url: string
  port: number
  /** The connections that are open. */
  sockets: ReadonlySet<Socket>
  /** Settles when the next answer is no longer made, with whether it is whole; or when a feed's client has left. */
  nextEnd(kind: 'chat' | 'events'): Promise<boolean>
  /** Ends the server as a signal does. */
  shutDown(): Promise<void>
  /** Ends it at once, with all connections. */
  close(): Promise<void>
}

/** Starts the demo's server on a free port, or on the one that another had. It does not go on for long with an answer that nobody reads. */
export async function serve({ port: asked = 0, ...options }: Omit<DemoOptions, 'onStreamEnd'> & { port?: number } = {}): Promise<Served> {
  const ends = new EventEmitter()
  const server = createDemoServer({ grace: 50, ...options, onStreamEnd: (kind, complete) => ends.emit(kind, complete) })
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(asked, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    sockets,
    nextEnd: async kind => (await once(ends, kind) as [boolean])[0],
    shutDown: () => server.shutDown(),
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** Sends a request line exactly as given, where a client's own URL parser would tidy it up, and returns the answer. */
export async function sendRaw(port: number, path: string, method = 'GET'): Promise<{ status: number; text: string }> {
  const socket = connect(port, '127.0.0.1')
  socket.write(`${method} ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`, 'latin1')
  let text = ''
  for await (const chunk of socket.setEncoding('utf8')) text += chunk as string
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]), text }
}

/** A request with headers of any kind, those that fetch() keeps to itself too. */
export async function send(url: string, init: { method?: string; headers?: Record<string, string>; body?: string } = {}) {
  const outgoing = request(url, { method: init.method ?? 'GET', headers: init.headers ?? {} })
  outgoing.end(init.body)
  const [response] = await once(outgoing, 'response') as [IncomingMessage]
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) text += chunk as string
  return { status: response.statusCode, headers: response.headers, text }
}

/** Posts a chat, as a page does. */
export function post(served: Served, body: unknown, init: RequestInit = {}): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return fetch(`${served.url}/api/chat`, { method: 'POST', body: text, ...init })
}

/** The blocks of an event stream, one by one. A reader of its own: the demo is not to be checked with the SDK it shows. */
export async function* blocks(response: Response): AsyncGenerator<string> {
  if (!response.body) throw new Error('The response has no body')
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body) {
    const parts = (text + decoder.decode(chunk, { stream: true })).split('\n\n')
    text = parts.pop() ?? ''
    yield* parts
  }
  if (text !== '') throw new Error(`The stream ended inside a block: ${text}`)
}

/** The fields of a block. */
export function fields(block: string): Record<string, string> {
  return Object.fromEntries(block.split('\n').map(line => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trimStart()]))
}
