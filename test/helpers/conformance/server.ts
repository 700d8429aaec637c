import http from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Answer, Plan, Seen } from './plan.ts'

/** The server of the pages, workers and streams that rows are run with. */
export interface ConformanceServer {
  /** One and the same server, on several: an engine opens six connections to each. */
  ports: number[]
  close(): Promise<void>
}

const PAGE = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Conformance</title><body><script src="scope.js"></script>'

/**
 * Starts it on free ports.
 *
 * The last part of a path says what is asked for, so that every folder has all of it, and relative addresses can be checked.
 *
 * @param scripts what runs in the pages and workers below `/ours/`, and below `/own/`
 */
export async function startConformanceServer(scripts: Record<string, string>, portCount: number): Promise<ConformanceServer> {
  const requests = new Map<string, Seen[]>()

  function stream(request: http.IncomingMessage, response: http.ServerResponse, query: URLSearchParams) {
    const id = query.get('id') ?? ''
    const { answers, preflight } = JSON.parse(query.get('plan') ?? '{"answers":[]}') as Plan
    const { method = '', url = '', headers } = request
    const earlier = requests.get(id) ?? []
    const beside = earlier.filter(({ over }) => !over).length
    const seen: Seen = { method, url, headers: headers as Seen['headers'], over: false, beside }
    requests.set(id, [...earlier, seen])
    response.on('close', () => (seen.over = true))
    if (method === 'OPTIONS') {
      response.writeHead(preflight ? 204 : 403, preflight).end()
      return
    }
    const count = earlier.filter(other => other.method !== 'OPTIONS').length
    const answer = answers[Math.min(count, answers.length - 1)] ?? { status: 404 }
    const timer = setTimeout(() => give(answer, response), answer.after ?? 0)
    response.on('close', () => clearTimeout(timer))
  }

  function serve(request: http.IncomingMessage, response: http.ServerResponse) {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost')
    // A browser sends a request again by itself where a connection that it had used before breaks
    response.setHeader('connection', 'close')
    const parts = pathname.split('/')
    const name = parts.at(-1)
    if (name === 'page.html') response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE)
    else if (name === 'scope.js') response.writeHead(200, { 'content-type': 'text/javascript' }).end(scripts[parts[1] ?? ''])
    else if (name === 'stream') stream(request, response, searchParams)
    else if (name === 'seen') {
      const seen = requests.get(searchParams.get('id') ?? '') ?? []
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(seen))
    } else response.writeHead(404).end()
  }

  const servers = await Promise.all(Array.from({ length: portCount }, async () => {
    const server = http.createServer(serve)
    server.on('connection', (socket: Socket) => socket.setNoDelay(true))
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    return server
  }))
  return {
    ports: servers.map(server => (server.address() as AddressInfo).port),
    async close() {
      await Promise.all(servers.map(server => new Promise<void>(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      })))
    },
  }
}

function give({ status = 200, type = 'text/event-stream', headers, body = '', stay }: Answer, response: http.ServerResponse) {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-cache', ...headers })
  response.flushHeaders()
  if (!stay) response.end(body)
  else response.write(body || ':\n') // Firefox tells of a response when the first byte of its body is there
}
