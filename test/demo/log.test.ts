import { once } from 'node:events'
import { createServer, get } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createAnswerLog } from '../../demo/server/feeds/log.ts'
import { createMemoryStore } from '../../demo/server/store/memory.ts'
import { dataOf, follow, type Followed } from './follow.ts'
import { post, send, sendRaw, serve, type Served } from './serve.ts'

interface Line { time: string; level: string; text: string }

let served: Served
let reader: Followed
async function start(): Promise<void> {
  served = await serve({ pace: 0 })
  reader = await follow(`${served.url}/feeds/log`)
  expect((await nextLine()).text).toBe('GET /feeds/log 200, open')
}

async function nextLine(): Promise<Line> {
  const [event] = await reader.take(1)
  expect(event?.event).toBe('line')
  return dataOf<Line>(event)
}

describe('/feeds/log', () => {
  afterEach(async () => {
    await reader.leave()
    await served.close()
  })

  test('/feeds/log tells of each answer, with its time and level', async () => {
    await start()
    await send(`${served.url}/shell/style.css`)
    const line = await nextLine()
    expect(Object.keys(line)).toEqual(['time', 'level', 'text'])
    expect(new Date(line.time).toISOString()).toBe(line.time)
    expect(line.level).toBe('info')
    expect(line.text).toMatch(/^GET \/shell\/style\.css 200, \d+ ms$/)
  })

  test('/feeds/log tells of feeds when they are open, and of all streams when they are over, and whether they were left', async () => {
    await start()
    await (await post(served, { messages: [{ role: 'user', content: 'hi' }], stream: true })).text()
    expect((await nextLine()).text).toMatch(/^POST \/api\/chat 200, \d+ ms$/)
    const other = await follow(`${served.url}/events`)
    expect((await nextLine()).text).toBe('GET /events 200, open')
    await other.leave()
    expect((await nextLine()).text).toMatch(/^GET \/events 200, left after \d+ ms$/)
  })

  test('/feeds/log warns of what was refused', async () => {
    await start()
    await send(`${served.url}/events`, { method: 'DELETE' })
    expect(await nextLine()).toMatchObject({ level: 'warn', text: expect.stringMatching(/^DELETE \/events 405, /) as string })
    await post(served, 'nonsense')
    expect(await nextLine()).toMatchObject({ level: 'warn', text: expect.stringMatching(/^POST \/api\/chat 400, /) as string })
  })

  test('/feeds/log has nothing in it that a visitor wrote: no query, header or body, and no path that does not exist', async () => {
    await start()
    const headers = { 'Authorization': 'Bearer secret', 'Cookie': 'secret', 'User-Agent': 'secret', 'X-Forwarded-For': 'secret' }
    await send(`${served.url}/events?secret`, { method: 'HEAD', headers })
    await send(`${served.url}/secret`, { headers })
    await sendRaw(served.port, 'http://secret/icon.svg?secret#secret')
    await post(served, { messages: [{ role: 'user', content: 'secret' }] })
    await send(`${served.url}/feeds`)
    const texts = []
    do texts.push((await nextLine()).text)
    while (!texts.at(-1)?.startsWith('GET /feeds '))
    expect(texts.length).toBe(5)
    expect(texts[1]).toMatch(/^GET \(no such path\) 404, /)
    expect(texts.join('\n')).not.toContain('secret')
  })

  test('/feeds/log goes on after Last-Event-ID without loss or repeat', async () => {
    await start()
    for (const path of ['/', '/feeds', '/wire']) await send(served.url + path)
    const events = await reader.take(3)
    await reader.leave()
    for (const path of ['/faults', '/plots']) await send(served.url + path)
    reader = await follow(`${served.url}/feeds/log`, events[1]?.id)
    const texts = (await reader.take(5)).map(event => dataOf<Line>(event).text)
    expect(texts.map(text => text.split(' ')[1])).toEqual(['/wire', '/feeds/log', '/faults', '/plots', '/feeds/log'])
  })
})

test('createDemoServer() tells a path that does not exist from others also while it is being stopped', async () => {
  const store = { ...createMemoryStore(), close: async () => {} }
  const server = await serve({ store })
  const socket = connect(server.port, '127.0.0.1')
  const [feed, secret, known] = ['/events', '/secret', '/shell/style.css'].map(path => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  socket.write(`${feed}${secret}${known}`)
  await once(socket, 'data')
  await server.shutDown()
  const texts = []
  const stop = new AbortController()
  for await (const entries of store.follow('feed:log', '0-0', stop.signal)) {
    texts.push(...entries.map(({ text }) => (JSON.parse(text) as Line).text.replace(/, .*/, '')))
    if (texts.length >= 4) stop.abort()
  }
  expect(texts).toEqual(['GET /events 200', 'GET /events 200', 'GET (no such path) 404', 'GET /shell/style.css 503'])
})

test('createAnswerLog() says nothing of a request that was left before it was answered, but that', async () => {
  const store = createMemoryStore()
  const logAnswer = createAnswerLog(store)
  const server = createServer((req, res) => {
    logAnswer(req.url ?? '', req, res)
    outgoing.destroy()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const outgoing = get(`http://127.0.0.1:${(server.address() as AddressInfo).port}/secret`)
  outgoing.on('error', () => {})
  const { last } = await vi.waitUntil(() => store.bounds('feed:log'))
  server.close()
  expect((JSON.parse(await store.read('feed:log', last) ?? '') as Line).text).toMatch(/^GET \(no answer\), left after \d+ ms$/)
})
