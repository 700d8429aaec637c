import { createServer, type Server, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTap } from '../../demo/page/wire/tap.ts'

const ANSWERS: Record<string, (res: ServerResponse) => void> = {
  '/events': res => {
    res.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' })
    const bytes = Buffer.from('\uFEFF: hi\n\nretry: 50\nid: 1\ndata: é\n\ndata: a\ndata: b\n\nevent: x\r\nid\r\ndata\r\n\r\n')
    for (const byte of bytes) res.write(Buffer.from([byte]))
    res.end()
  },
  '/lines': res => void res.writeHead(200, { 'Content-Type': 'application/x-ndjson' }).end('{"a":1}\n\n{"b":\n"é"}'),
  '/text': res => void res.writeHead(200, { 'Content-Type': 'text/plain' }).end('a\r\nb'),
  '/html': res => void res.writeHead(200, { 'Content-Type': 'text/html' }).end('<p>Sign in'),
  '/refused': res => void res.writeHead(503, { 'Content-Type': 'text/event-stream' }).end('data: no event\n\n'),
  '/nothing': res => void res.writeHead(204).end(),
}

describe('createTap()', () => {
  let server: Server
  let base: string
  beforeAll(async () => {
    server = createServer((req, res) => ANSWERS[req.url ?? '']?.(res)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => void server.close())

  /** Fetches a path through a tap, and gives what that has told beside what has come through. */
  async function ask(path: string, init: RequestInit = {}) {
    const told: unknown[] = []
    let bytes = 0
    const tap = createTap({
      onRequest: ({ method, body, headers }) => told.push(['request', method, body, Object.fromEntries(headers)]),
      onResponse: ({ status }, _, framing) => told.push(['response', status, framing]),
      onBytes: count => (bytes += count),
      onEvent: ({ type, id, data }) => told.push(['event', type, id, data]),
      onComment: text => told.push(['comment', text]),
      onReconnectionTime: ms => told.push(['retry', ms]),
    })
    const response = await tap(base + path, init)
    const text = await response.text()
    return { told, bytes, response, text }
  }

  test('an event stream goes through byte for byte, and all of it is told', async () => {
    const { told, bytes, response, text } = await ask('/events', { headers: { 'X-A': 'b' } })
    expect(told).toEqual([
      ['request', 'GET', undefined, { 'x-a': 'b' }], ['response', 200, 'sse'],
      ['comment', 'hi'], ['retry', 50], ['event', 'message', '1', 'é'], ['event', 'message', undefined, 'a\nb'], ['event', 'x', '', ''],
    ])
    const plain = await (await fetch(`${base}/events`)).arrayBuffer()
    expect(bytes).toBe(plain.byteLength)
    expect(text).toBe(new TextDecoder().decode(plain))
    expect([response.url, response.headers.get('content-type')]).toEqual([`${base}/events`, 'text/event-stream; charset=utf-8'])
  })

  test('lines and text are told as they are, and reach the SDK as an event stream', async () => {
    const lines = await ask('/lines', { method: 'POST', body: 'x' })
    expect(lines.told).toEqual([
      ['request', 'POST', 'x', expect.anything()], ['response', 200, 'lines'],
      ['event', 'line', undefined, '{"a":1}'], ['event', 'line', undefined, '{"b":'], ['event', 'line', undefined, '"é"}'],
    ])
    expect(lines.response.headers.get('content-type')).toBe('text/event-stream')
    expect(lines.text.match(/^data: /gm)).toHaveLength(3)
    const text = await ask('/text')
    expect(text.told.slice(1)).toEqual([['response', 200, 'text'], ['event', 'text', undefined, 'a\r\nb']])
  })

  test.each([['/html', 200, '<p>Sign in'], ['/refused', 503, 'data: no event\n\n'], ['/nothing', 204, '']])(
    'what is no stream goes through as it is: %s', async (path, status, body) => {
      const { told, text, response } = await ask(path)
      expect(told).toEqual([['request', 'GET', undefined, {}], ['response', status, undefined]])
      expect([text, response.status, response.url]).toEqual([body, status, base + path])
    })

  test('a request that fails rejects as it would without', async () => {
    await expect(ask('/events', { signal: AbortSignal.abort(new Error('left')) })).rejects.toThrow('left')
  })
})
