// What becomes of answers and feeds whose server dies in the middle: the server as it is built, killed as no handler can hear of
import type { Browser } from 'playwright'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { answer } from '../../../demo/server/chat/model/model.ts'
import { connect, streamText } from '../../../src/index.ts'
import { launch } from '../browse.ts'
import { startBuilt } from '../built-server.ts'
import { chunk, openStream, startModelServer } from '../model-server.ts'
import { startProxy, type Proxy } from '../proxy.ts'
import { hasRedis, startRedis, type RedisServer } from '../redis-server.ts'
import { blocks, fields } from '../serve.ts'

const HI = { messages: [{ role: 'user', content: 'hi' }], stream: true }
const TEXT = answer(HI.messages)

const close: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of close.splice(0)) await stop()
})

const ask = (url: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${url}/api/chat`, { method: 'POST', body: JSON.stringify(HI), headers })

type Event = Record<string, string>

async function read(response: Response, until: (event: Event) => boolean = () => false): Promise<Event[]> {
  const events: Event[] = []
  for await (const block of blocks(response)) {
    const event = fields(block)
    events.push(event)
    if (until(event)) break
  }
  return events
}

function textOf(events: Event[]): string {
  const chunks = events.flatMap(({ data = '[DONE]' }) => (data === '[DONE]' ? [] : [JSON.parse(data) as { choices: { delta: { content?: string } }[] }]))
  return chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')
}

/** The load balancer: one address, behind which a server can be exchanged for another. */
async function balance(port: number): Promise<Proxy> {
  const proxy = await startProxy(port)
  close.push(() => proxy.close())
  return proxy
}

describe('a server alone', () => {
  test('a server that died and came back knows nothing of the answer, says so, and asks nobody again', async () => {
    const model = await startModelServer((_req, res) => void openStream(res).write(chunk('one')))
    close.push(() => model.close())
    const env = { OPENAI_BASE_URL: model.base }
    const first = await startBuilt(env)
    const response = await ask(first.url)
    const seen = await read(response, ({ data }) => data !== undefined)
    first.child.kill('SIGKILL')
    await first.ended
    const second = await startBuilt({ ...env, PORT: String(first.port) })
    const resumed = await ask(second.url, { 'last-event-id': seen.at(-1)?.id ?? '' })
    expect(resumed.status).toBe(410)
    expect((await resumed.json() as { error: { message: string } }).error.message).toMatch(/^Cannot resume the answer: /)
    expect(model.asked).toBe(1)
  })
})

describe('a page whose server is killed', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser?.close())

  /** The chat page, showing text as it is, with a question on its way. */
  async function askOnPage(url: string) {
    const page = await browser.newPage({ locale: 'en' })
    close.push(() => page.close())
    await page.goto(url)
    await page.getByLabel('Show as').selectOption('plain')
    await page.getByLabel('Prompt').fill('hi')
    await page.keyboard.press('Enter')
    const typed = () => page.locator('.answer').evaluate(({ textContent }) => textContent)
    const untilTyped = (length: number) => page.waitForFunction(enough => (document.querySelector('.answer')?.textContent.length ?? 0) >= enough, length)
    const untilStatus = (pattern: RegExp) => page.waitForFunction(
      source => new RegExp(source).test(document.querySelector('#chat-status')?.textContent ?? ''), pattern.source)
    return { page, typed, untilTyped, untilStatus }
  }

  test('the page keeps the text and says what happened; when the server is back, it says that this one has forgotten the answer', async () => {
    const model = await startModelServer((_req, res) => void openStream(res).write(chunk('The first half of it, and')))
    close.push(() => model.close())
    const env = { OPENAI_BASE_URL: model.base }
    const first = await startBuilt(env)
    const { page, typed, untilTyped, untilStatus } = await askOnPage(first.url)
    await untilTyped('The first half of it, an'.length)
    first.child.kill('SIGKILL')
    await untilStatus(/^Failed: the connection broke in the middle of the answer$/)
    expect(await typed()).toBe('The first half of it, and')
    await startBuilt({ ...env, PORT: String(first.port) })
    await page.getByRole('button', { name: 'Go on' }).click()
    await untilStatus(/^Failed: the server has forgotten this answer/)
    expect(await typed()).toBe('The first half of it, and')
    expect(model.asked).toBe(1)
  })

  test.runIf(hasRedis)('the page gets the whole answer where another server goes on, and a feed neither loses nor repeats anything', async () => {
    const redis = await startRedis()
    close.push(() => redis.close())
    const [one, other] = await Promise.all([startBuilt({ REDIS_URL: redis.url, PACE: '0.2' }), startBuilt({ REDIS_URL: redis.url, PACE: '0.2' })])
    const proxy = await balance(one.port)
    const { typed, untilTyped, untilStatus } = await askOnPage(proxy.url)
    const ids: string[] = []
    const feed = connect(`${proxy.url}/feeds/ticker`)
    feed.on('quote', ({ lastEventId }) => ids.push(lastEventId))
    await untilTyped(60)
    proxy.target = other.port
    one.child.kill('SIGKILL')
    await untilStatus(/^Done: /)
    expect(await typed()).toBe(TEXT)
    const before = ids.length
    await vi.waitUntil(() => ids.length > before + 3, { timeout: 20_000 })
    feed.close()
    // A quote every half second, whoever writes it
    const times = ids.map(id => Number.parseInt(id))
    expect(times).toEqual(times.map((_, i) => (times[0] ?? 0) + 500 * i))
    expect(other.output.stderr).toBe('')
  })
})

describe.runIf(hasRedis)('two servers with one Redis', () => {
  let redis: RedisServer
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis?.close())

  const pair = (env: Record<string, string> = {}) =>
    Promise.all([startBuilt({ REDIS_URL: redis.url, PACE: '0.2', ...env }), startBuilt({ REDIS_URL: redis.url, PACE: '0.2', ...env })])

  test('streamText() gets the whole answer of our own model where one server is killed in the middle and the other goes on', async () => {
    const [one, other] = await pair()
    const proxy = await balance(one.port)
    let opened = 0
    const stream = streamText('hi', { url: `${proxy.url}/api/chat`, idempotencyKey: true, resume: true, onOpen: () => opened++ })
    let text = ''
    for await (const delta of stream) {
      text += delta.text ?? ''
      if (text.length > 60 && one.child.exitCode === null && !one.child.killed) {
        proxy.target = other.port
        one.child.kill('SIGKILL')
      }
    }
    const { outcome } = await stream
    expect(outcome).toBe('done')
    expect(text).toBe(TEXT)
    expect(opened).toBe(2)
    expect(other.output.stderr).toBe('')
  })

  test('streamText() goes on at once where the server was told to end', async () => {
    const [one, other] = await pair()
    const proxy = await balance(one.port)
    const stream = streamText('hi', { url: `${proxy.url}/api/chat`, idempotencyKey: true, resume: true })
    let text = ''
    for await (const delta of stream) {
      text += delta.text ?? ''
      if (text.length > 60 && !one.child.killed) {
        proxy.target = other.port
        one.child.kill('SIGTERM')
      }
    }
    expect(text).toBe(TEXT)
    expect(await one.ended).toEqual([0, null])
  })

  test('a key finds its answer at the other server, and a model server is asked once', async () => {
    let finish: (() => void) | undefined
    const model = await startModelServer((_req, res) => {
      openStream(res).write(chunk('one'))
      finish = () => void res.end(`${chunk(' two')}data: [DONE]\n\n`)
    })
    close.push(() => model.close())
    const [one, other] = await pair({ OPENAI_BASE_URL: model.base })
    const headers = { 'idempotency-key': 'same' }
    const seen = await read(await ask(one.url, headers), ({ data }) => data !== undefined)
    const rest = ask(other.url, { 'last-event-id': seen.at(-1)?.id ?? '' }).then(response => read(response))
    const all = ask(other.url, headers).then(response => read(response))
    finish?.()
    expect([...seen, ...await rest]).toEqual(await all)
    expect((await rest).at(-1)?.data).toBe('[DONE]')
    expect(model.asked).toBe(1)
  })

  test('an answer of a model server whose server is killed ends with what came of it and an error, and is not asked for again', async () => {
    const model = await startModelServer((_req, res) => void openStream(res).write(chunk('one') + chunk(' two')))
    close.push(() => model.close())
    const [one, other] = await pair({ OPENAI_BASE_URL: model.base })
    const headers = { 'idempotency-key': 'orphan' }
    const response = await ask(one.url, headers)
    const seen = await read(response, ({ data = '' }) => data.includes('one'))
    one.child.kill('SIGKILL')
    await one.ended
    const rest = await read(await ask(other.url, { ...headers, 'last-event-id': seen.at(-1)?.id ?? '' }))
    expect(rest).toHaveLength(2)
    expect(rest[0]?.data).toContain(' two')
    expect(rest[1]?.data).toMatch(/"message":"Cannot go on with the answer: its server is gone, and the model was not asked again"/)
    expect(model.asked).toBe(1)
  })

  test('a server without its Redis answers 503, and goes on when that is back', async () => {
    const own = await startRedis()
    close.push(() => own.close())
    const { url, output } = await startBuilt({ REDIS_URL: own.url, PACE: '0.2' })
    await own.kill()
    const refused = await ask(url)
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toBe('1')
    expect((await refused.json() as { error: { message: string } }).error.message).toMatch(/^Cannot reach Redis: /)
    await own.restart()
    let response = await ask(url)
    while (response.status === 503) {
      await new Promise(resolve => setTimeout(resolve, 100))
      response = await ask(url)
    }
    // Once more, in the middle of an answer: its server waits until Redis answers again
    const events: Event[] = []
    for await (const block of blocks(response)) {
      if (events.push(fields(block)) !== 20) continue
      own.signal('SIGSTOP')
      // Longer than it may take to answer
      setTimeout(() => own.signal('SIGCONT'), 3000)
    }
    expect(textOf(events)).toBe(TEXT)
    expect(output.stderr).toMatch(/^Redis is away: .+\nRedis is back\n/)
  })
})
