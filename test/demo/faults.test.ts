import { afterEach, describe, expect, test, vi } from 'vitest'
import { countBeginnings, verdict } from '../../demo/page/faults/verdict.ts'
import { nothingYet, type Kind, type Measured, type ServedRequest, type Tone } from '../../demo/page/faults/measured.ts'
import { FAULTS } from '../../demo/page/faults/catalogue.ts'
import { createRuns, log, sinceFirst, type LoggedRequest } from '../../demo/server/faults/runs.ts'
import { answerTo } from '../../demo/server/faults/script.ts'
import { blocks, fields, send, serve, type Served } from './serve.ts'

// Every wait is a twentieth of what it is on the page
const PACE = 0.05
const PROMPT = JSON.stringify({ messages: [{ role: 'user', content: 'What does a teleprinter do?' }], stream: true })
const ANSWER = answerTo(PROMPT)

interface Report { requests: LoggedRequest[]; answer: string }

let served: Served
afterEach(() => served?.close())

const start = async (): Promise<Served> => (served = await serve({ pace: PACE }))
const get = (path: string, init: RequestInit = {}): Promise<Response> => fetch(`${served.url}/faults/${path}`, init)
const ask = (path: string, init: RequestInit = {}): Promise<Response> => get(path, { method: 'POST', body: PROMPT, ...init })
const report = async (run: string): Promise<Report> => await (await get(`requests?run=${run}`)).json() as Report

/** The numbers of a feed's first events. */
async function numbers(response: Response, count = Infinity): Promise<number[]> {
  const seen: number[] = []
  try {
    for await (const block of blocks(response)) {
      const { id, data } = fields(block)
      if (data === undefined) continue
      expect(JSON.parse(data)).toEqual({ number: Number(id) })
      if (seen.push(Number(id)) === count) break
    }
  } catch {
    // Cut off: what has come is what counts
  }
  return seen
}

/** The text that an answer's whole events hold, and whether its end mark came. */
function textOf(stream: string): { text: string; done: boolean } {
  let text = ''
  let done = false
  for (const block of stream.split('\n\n').slice(0, -1)) {
    const data = block.slice('data: '.length)
    if (data === '[DONE]') done = true
    else text += (JSON.parse(data) as { choices: { delta: { content?: string } }[] }).choices[0]?.delta.content ?? ''
  }
  return { text, done }
}

const timers = (): number => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length

describe('a healthy server', () => {
  test('/faults/healthy sends numbered events, and goes on behind Last-Event-ID', async () => {
    await start()
    const response = await get('healthy')
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(await numbers(response, 6)).toEqual([1, 2, 3, 4, 5, 6])
    expect(await numbers(await get('healthy', { headers: { 'last-event-id': '6' } }), 2)).toEqual([7, 8])
    expect(await numbers(await get('healthy', { headers: { 'last-event-id': 'nonsense' } }), 1)).toEqual([1])
  })

  test('/faults/healthy answers a prompt with OpenAI chunks, in its language', async () => {
    await start()
    expect(textOf(await (await ask('healthy')).text())).toEqual({ text: ANSWER, done: true })
    const chinese = await ask('healthy', { body: '{"messages":[{"role":"user","content":"电传打字机"}]}' })
    expect(textOf(await chinese.text()).text).toMatch(/^电传打字机/)
  })
})

describe('a server that misbehaves', () => {
  test('/faults/drop breaks the connection after five pieces, each time', async () => {
    await start()
    expect(await numbers(await get('drop'))).toEqual([1, 2, 3, 4, 5])
    expect(await numbers(await get('drop', { headers: { 'last-event-id': '5' } }))).toEqual([6, 7, 8, 9, 10])
    await expect((await ask('drop')).text()).rejects.toThrow()
  })

  test('/faults/truncate ends in good order, in the middle of a piece', async () => {
    await start()
    const { text, done } = textOf(await (await ask('truncate')).text())
    expect(done).toBe(false)
    expect(text.length).toBeGreaterThan(0)
    expect(ANSWER.startsWith(text) && text !== ANSWER).toBe(true)
    const feed = await (await get('truncate')).text()
    expect(feed).toMatch(/id: 5\ndata: \{"number":5\}\n\nid: 6\nda[^\n]*$/)
  })

  test.each(['GET', 'POST'])('/faults/stall falls silent after five pieces to %s, with the line open', async method => {
    await start()
    const reader = (method === 'GET' ? await get('stall') : await ask('stall')).body!.getReader()
    let text = ''
    while ((text.match(/^data: /gm) ?? []).length < 5) text += new TextDecoder().decode((await reader.read()).value)
    const silence = new Promise<'silence'>(resolve => setTimeout(() => resolve('silence'), 300))
    expect(await Promise.race([reader.read(), silence])).toBe('silence')
    expect(text.match(/^data: /gm)).toHaveLength(5)
    await reader.cancel()
  })

  test('/faults/500 fails after the work is done, for a while, and then is well', async () => {
    await start()
    const first = await ask('500?run=a&client=one')
    expect(first.status).toBe(500)
    expect(await first.json()).toMatchObject({ error: { type: 'server_error' } })
    await vi.waitFor(async () => expect((await ask('500?run=a&client=one')).status).toBe(200), { interval: 50 })
    const { requests } = await report('a')
    expect(requests.every(({ ran }) => ran)).toBe(true)
    expect(requests.map(({ status }) => status)).toEqual([...requests.slice(1).map(() => 500), 200])
  })

  test('/faults/429 turns each client away until Retry-After is over', async () => {
    await start()
    const response = await get('429?run=a&client=one')
    expect(response.status).toBe(429)
    expect(response.headers.get('retry-after')).toBe('1')
    await vi.waitFor(async () => expect((await get('429?run=a&client=one')).status).toBe(200), { interval: 200, timeout: 3000 })
    expect((await get('429?run=a&client=two')).status).toBe(429)
    const { requests } = await report('a')
    expect(requests.every(({ status, ran }) => ran === (status === 200))).toBe(true)
    expect(requests.find(({ status }) => status === 200)?.at).toBeGreaterThanOrEqual(1000)
  })

  test('/faults/trickle sends byte by byte, through letters too', async () => {
    await start()
    const response = await ask('trickle', { body: '{"content":"电"}' })
    const chunks: Uint8Array[] = []
    for await (const chunk of response.body!) {
      chunks.push(chunk)
      if (chunks.length === 150) break
    }
    const bytes = Buffer.concat(chunks)
    // The network may join some
    expect(bytes.length).toBeLessThan(10 * chunks.length)
    expect(bytes.toString()).toMatch(/^data: \{"choices":\[\{"index":0,"delta":\{"content":"电传"\}/)
  })

  test('/faults/buffer holds an answer back until it is whole, and a feed in bursts', async () => {
    await start()
    const chunks: Uint8Array[] = []
    for await (const chunk of (await ask('buffer')).body!) chunks.push(chunk)
    expect(textOf(Buffer.concat(chunks).toString())).toEqual({ text: ANSWER, done: true })
    expect(chunks.length).toBeLessThan(5)
    const reader = (await get('buffer')).body!.getReader()
    const { value } = await reader.read()
    expect(Buffer.from(value!).toString().match(/^id: /gm)).toHaveLength(5)
    await reader.cancel()
  })

  test('/faults/malformed puts rubbish between a feed’s events, and JSON that is cut into an answer', async () => {
    await start()
    expect(await numbers(await get('malformed'), 6)).toEqual([1, 2, 3, 4, 5, 6])
    let text = ''
    for await (const block of blocks(await get('malformed'))) {
      text += `${block}\n\n`
      if (block.includes('id: 6')) break
    }
    for (const nonsense of ['a line without a meaning', 'retry: soon', ': a comment', 'daata: ', 'event: without any data']) expect(text).toContain(nonsense)
    const answer = await (await ask('malformed')).text()
    expect(() => textOf(answer)).toThrow(SyntaxError)
    expect(answer).toContain('[DONE]')
  })

  test.each([['html', 200, 'text/html'], ['401', 401, 'application/json']])('/faults/%s answers %i with %s', async (fault, status, type) => {
    await start()
    for (const response of [await get(`${fault}?run=a`), await ask(`${fault}?run=a`)]) {
      expect(response.status).toBe(status)
      expect(response.headers.get('content-type')).toBe(type)
      await response.text()
    }
    expect((await report('a')).requests.map(({ ran }) => ran)).toEqual([false, false])
  })

  test.each(FAULTS)('/faults/%s has no timer left when its client has gone', async fault => {
    await start()
    const before = timers()
    const leave = new AbortController()
    const { signal } = leave
    const reached = Array.from({ length: 5 }, () => [get(`${fault}?run=a`, { signal }), ask(`${fault}?run=a`, { signal })]).flat()
    await vi.waitFor(async () => expect((await report('a')).requests).toHaveLength(10))
    leave.abort()
    await Promise.allSettled(reached)
    // fetch() and this wait have a timer or two of their own; a leak would leave ten
    await vi.waitFor(() => expect(timers()).toBeLessThan(before + 5))
  })
})

describe('the log of a run', () => {
  test('/faults/requests tells method, Last-Event-ID, time and client of each request, and the answer', async () => {
    await start()
    await numbers(await get('drop?run=a&client=one'))
    await numbers(await get('drop?run=a&client=one', { headers: { 'last-event-id': '5' } }))
    await (await ask('truncate?run=a&client=two')).text()
    await (await ask('truncate?run=b&client=two')).text()
    const { requests, answer } = await report('a')
    expect(requests).toMatchObject([
      { client: 'one', method: 'GET', lastEventId: '', status: 200, ran: true },
      { client: 'one', method: 'GET', lastEventId: '5', status: 200, ran: true },
      { client: 'two', method: 'POST', lastEventId: '', status: 200, ran: true },
    ])
    expect(requests.every(({ at }, i) => at >= (requests[i - 1]?.at ?? 0))).toBe(true)
    expect(answer).toBe(ANSWER)
  })

  test('/faults/requests tells them live to who asks for a stream, those from before first', async () => {
    await start()
    await (await ask('truncate?run=a')).text()
    const told: string[] = []
    for await (const block of blocks(await get('requests?run=a', { headers: { accept: 'text/event-stream' } }))) {
      if (block.startsWith(':')) continue
      const { event, data } = fields(block)
      expect(event).toBe('request')
      told.push((JSON.parse(data ?? '') as LoggedRequest).method)
      if (told.length === 1) await get('truncate?run=a').then(response => response.text())
      else break
    }
    expect(told).toEqual(['POST', 'GET'])
  })

  test('/faults/cut breaks the connections of a run, and of no other', async () => {
    await start()
    const mine = (await get('healthy?run=a')).text()
    const other = await get('healthy?run=b')
    expect(await (await get('cut?run=a', { method: 'POST' })).json()).toEqual({ cut: 1 })
    await expect(mine).rejects.toThrow()
    expect(await numbers(other, 3)).toEqual([1, 2, 3])
  })

  test.each(['requests', 'requests?run=', 'requests?run=a%20b', `requests?run=${'a'.repeat(65)}`, 'drop?run=..', 'drop?run=a&client=%22'])(
    '/faults/%s is not an address', async path => {
      await start()
      expect((await get(path)).status).toBe(400)
    })

  test.each(['healthy', 'requests?run=a'])('/faults/%s answers no page of another origin', async path => {
    await start()
    expect((await send(`${served.url}/faults/${path}`, { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403)
  })

  test('/faults/healthy refuses a prompt that is too long', async () => {
    await start()
    expect((await ask('healthy', { body: ' '.repeat(64 * 1024 + 1) })).status).toBe(413)
  })

  test('createRuns() forgets runs after five minutes, and the oldest where there are too many', () => {
    let now = 0
    const runs = createRuns(() => now)
    const first = runs.open('first')
    expect(runs.open('first')).toBe(first)
    expect(runs.open(undefined)).not.toBe(runs.open(undefined))
    now = 5 * 60_000
    expect(runs.open('first')).not.toBe(first)
    const second = runs.open('second')
    for (let i = 0; i < 499; i++) runs.open(`run-${i}`)
    expect(runs.open('second')).toBe(second)
    runs.open('one more')
    expect(runs.open('second')).not.toBe(second)
  })

  test('log() keeps a thousand requests of a run, and refuses the next', () => {
    const run = createRuns().open('a')
    const request = { client: 'one', method: 'GET', lastEventId: '', at: 7, status: 200, ran: true }
    for (let i = 0; i < 1000; i++) log(run, request)
    expect(() => log(run, request)).toThrow('Cannot answer: this run has made 1000 requests')
    expect(sinceFirst(run, 'one', 10)).toBe(3)
    expect(sinceFirst(run, 'two', 10)).toBe(0)
  })
})

describe('a verdict', () => {
  const request = (status = 200, ran = true): ServedRequest => ({ client: '', method: '', lastEventId: '', at: 0, status, ran })
  const told = (...tones: Tone[]): Measured['told'] => tones.map(tone => ({ at: 0, tone, text: '' }))
  const of = (kind: Kind, measured: Partial<Measured>): string =>
    verdict({ ...nothingYet(kind), requests: [request()], arrivals: [100, 8000], watched: 9000, answer: 'the whole answer', ...measured }, 'en')

  test.each<[string, Partial<Measured>]>([
    ['1 request; 3 events, none lost, none twice.', { numbers: [1, 2, 3] }],
    ['1 request; 1 event, none lost, none twice.', { numbers: [1] }],
    ['1 request; 4 events, 2 lost, 1 twice.', { numbers: [1, 4, 5, 5] }],
    ['2 requests; 3 events, none lost, none twice; the app was told of the failure.', { requests: [request(), request()], numbers: [1, 2, 3], told: told('retry') }],
    ['3 requests; no event arrived; the app was told of 2 failures.', { requests: [request(500), request(500), request(500)], arrivals: [], told: told('retry', 'retry') }],
    ['2 requests; 2 events, none lost, none twice; the app heard nothing of it.', { requests: [request(), request()], numbers: [1, 2] }],
    ['1 request; no event arrived; the app was told that it failed for good, but not why.', { requests: [request(429, false)], arrivals: [], over: true, told: told('failed') }],
    ['1 request; 2 events, none lost, none twice; 3 empty events made out of lines that are none.', { numbers: [1, 2], strays: 3 }],
    ['1 request; 2 events, none lost, none twice; nothing came in the last 7.0 s; the app heard nothing of it.', { numbers: [1, 2], arrivals: [1000, 2000] }],
    ['1 request; 2 events, none lost, none twice; the end of the connection was taken for the end of the feed.', { numbers: [1, 2], over: true, told: told('done') }],
    ['1 request; 2 events, none lost, none twice, the first after 4.0 s.', { numbers: [1, 2], arrivals: [4000, 8000] }],
    ['No request reached the server; the app heard nothing of it.', { requests: [], arrivals: [] }],
  ])('verdict() of a feed says: %s', (sentence, measured) => {
    expect(of('feed', measured)).toBe(sentence)
  })

  test.each<[string, Partial<Measured>]>([
    ['1 request: this prompt was paid for once; the whole answer arrived; the app was told that it is whole.', { text: 'the whole answer', over: true, told: told('done') }],
    ['4 requests: this prompt was paid for 4 times; the app got the beginning of the answer 3 times in a row; the app heard nothing of it.',
      { requests: [request(), request(), request(), request()], text: 'the wthe whothe whole' }],
    ['2 requests, 1 of them turned away: this prompt was paid for once; the whole answer arrived, the first of it after 3.1 s; the app was told of the failure; the app was told that it is whole.',
      { requests: [request(429, false), request()], arrivals: [3100], text: 'the whole answer', over: true, told: told('retry', 'done') }],
    ['3 requests, all of them turned away: nothing was paid; no text arrived; the app heard nothing of it.',
      { requests: [request(401, false), request(401, false), request(401, false)], arrivals: [] }],
    ['1 request, turned away: nothing was paid; no text arrived; the app was told that it failed for good, and why (http).',
      { requests: [request(401, false)], arrivals: [], over: true, told: [{ at: 0, tone: 'failed', text: '', code: 'http' }] }],
    ['1 request: this prompt was paid for once; the first 5 of the answer’s 16 characters arrived; the app was told that the answer is cut short.',
      { text: 'the w', over: true, told: told('truncated') }],
    ['1 request: this prompt was paid for once; the first 5 of the answer’s 16 characters arrived; the app was told that it is done, and it is not.',
      { text: 'the w', over: true, told: told('done') }],
    ['1 request: this prompt was paid for once; the first 5 of the answer’s 16 characters arrived; more was on its way.', { text: 'the w' }],
    ['1 request: this prompt was paid for once; the first 5 of the answer’s 16 characters arrived; nothing came in the last 8.0 s; the app heard nothing of it.',
      { text: 'the w', arrivals: [1000] }],
    ['3 requests: this prompt was paid for 3 times; the whole answer arrived; the app was told that it is whole, but not that the prompt was sent more than once.',
      { requests: [request(500), request(500), request()], text: 'the whole answer', over: true, told: told('done') }],
    ['2 requests: this prompt was paid for twice; the app got the beginning of the answer twice in a row; the app was told that it is done, but not that the prompt was sent more than once.',
      { requests: [request(), request()], text: 'thethe whole answer', over: true, told: told('done') }],
    ['2 requests: this prompt was paid for twice; 3 characters arrived that are not the answer; the app heard nothing of it.',
      { requests: [request(), request()], text: 'xyz' }],
  ])('verdict() of a prompt says: %s', (sentence, measured) => {
    expect(of('prompt', measured)).toBe(sentence)
  })

  test('verdict() says it in Chinese', () => {
    expect(verdict({ ...nothingYet('prompt'), requests: [request(), request()], arrivals: [8000], watched: 9000, text: 'thethe', answer: 'the answer' }, 'zh'))
      .toBe('2 次请求：这个提示词付了 2 次钱；应用连续收到 2 遍回答的开头；应用对此一无所知。')
  })

  test.each([['', 0], ['the', 1], ['the answer', 1], ['thethe', 2], ['the answerthe answer', 2], ['x', 0], ['thex', 0]])(
    'countBeginnings() finds in %j that the answer begins %i times', (text, count) => {
      expect(countBeginnings(text, 'the answer')).toBe(count)
    })
})
