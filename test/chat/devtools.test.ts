import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { streamText } from '../../src/index.ts'
import type { Timing } from '../../src/chat/timing.ts'

const ANSWER = 'teleprinter: answer'
const FIRST = 'teleprinter: first token'
const ADDRESS = 'http://localhost/api/chat'

const timing = (more: Partial<Timing> = {}): Timing =>
  ({ firstByte: 40, firstToken: 50, total: 80, longestGap: 5, buffered: false, ...more })
const measures = (name: string) => performance.getEntriesByName(name, 'measure') as PerformanceMeasure[]

/** The module as a new page has it: one that has shown no hint yet. */
async function newPage() {
  vi.resetModules()
  return import('../../src/chat/devtools.ts')
}

beforeEach(() => {
  performance.clearMeasures()
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

describe('showTiming()', () => {
  test('measures the answer and its first token from the call, with the URL, on a track of their own', async () => {
    const { showTiming } = await newPage()
    const before = performance.now()
    showTiming(ADDRESS, timing())
    const after = performance.now()
    const [[answer], [first]] = [measures(ANSWER), measures(FIRST)]
    expect(answer?.duration).toBeCloseTo(80, 3)
    expect(first?.duration).toBeCloseTo(50, 3)
    expect(first?.startTime).toBe(answer?.startTime)
    expect(answer?.startTime).toBeGreaterThanOrEqual(before - 80.001)
    expect(answer?.startTime).toBeLessThanOrEqual(after - 79.999)
    const detail = { url: ADDRESS, devtools: { track: 'Teleprinter', color: 'primary' } }
    expect(answer?.detail).toEqual(detail)
    expect(first?.detail).toEqual(detail)
  })

  test('measures no first token where none came', async () => {
    const { showTiming } = await newPage()
    showTiming(ADDRESS, timing({ firstToken: 80 }))
    expect(measures(ANSWER)).toHaveLength(1)
    expect(measures(FIRST)).toEqual([])
  })

  test("leaves the last answer's measures on the timeline, and the app's own alone", async () => {
    const { showTiming } = await newPage()
    performance.measure('mine')
    for (let total = 100; total < 200; total++) showTiming(ADDRESS, timing({ total }))
    expect(measures(ANSWER).map(({ duration }) => Math.round(duration))).toEqual([199])
    expect(measures(FIRST)).toHaveLength(1)
    expect(measures('mine')).toHaveLength(1)
  })

  test('shows every answer to an observer', async () => {
    const { showTiming } = await newPage()
    const seen: string[] = []
    const observer = new PerformanceObserver(list => seen.push(...list.getEntries().map(({ name }) => name)))
    observer.observe({ entryTypes: ['measure'] })
    for (let i = 0; i < 3; i++) showTiming(ADDRESS, timing())
    await vi.waitUntil(() => seen.length === 6)
    observer.disconnect()
    expect(seen.filter(name => name === ANSWER)).toHaveLength(3)
  })

  test('hints once a page at what holds answers back, and how to mend it', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    vi.spyOn(performance, 'now').mockReturnValue(5000)
    const { showTiming } = await newPage()
    showTiming(ADDRESS, timing())
    expect(warn).not.toHaveBeenCalled()
    showTiming(ADDRESS, timing({ buffered: true, firstToken: 3000.4, total: 3010 }))
    showTiming(ADDRESS, timing({ buffered: true, firstToken: 3000.4, total: 3010 }))
    expect(warn).toHaveBeenCalledExactlyOnceWith('Answer came all at once after 3000 ms: something on the way holds it back. '
      + 'On the server and its proxies send streams with no gzip, "X-Accel-Buffering: no" and '
      + `"Cache-Control: no-transform": ${ADDRESS}`)
    const next = await newPage()
    next.showTiming(ADDRESS, timing({ buffered: true }))
    expect(warn).toHaveBeenCalledTimes(2)
  })

  test('measures nothing, and hints all the same, where there is no User Timing', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    vi.stubGlobal('performance', { now: () => 5000 })
    const { showTiming } = await newPage()
    showTiming(ADDRESS, timing({ buffered: true }))
    expect(warn).toHaveBeenCalledOnce()
  })
})

describe('streamText(), in the tools of its developer,', () => {
  const chunk = (content: string) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`
  const headers = { 'content-type': 'text/event-stream' }
  const respond = (text: string) => () => Promise.resolve(new Response(text, { headers }))

  test('is measured as its timing says, also where it fails or is stopped', async () => {
    const { timing: told } = await streamText('Why?', { url: ADDRESS, fetch: respond(`${chunk('a')}data: [DONE]\n\n`) })
    expect(measures(ANSWER)[0]?.duration).toBeCloseTo(told.total, 3)
    expect(measures(FIRST)[0]?.duration).toBeCloseTo(told.firstToken, 3)
    performance.clearMeasures()
    const noNetwork = () => Promise.reject(new TypeError('No network'))
    await expect(streamText('Why?', { url: ADDRESS, fetch: noNetwork })).rejects.toMatchObject({ code: 'network' })
    expect(measures(ANSWER)).toHaveLength(1)
    expect(measures(FIRST)).toEqual([])
    performance.clearMeasures()
    const stopped = streamText('Why?', { url: ADDRESS, fetch: respond('') })
    stopped.stop()
    stopped.stop()
    expect((await stopped).outcome).toBe('stopped')
    expect(measures(ANSWER)).toHaveLength(1)
  })

  test('names the whole URL, that of the page resolved', async () => {
    vi.stubGlobal('location', { href: 'http://localhost/page' })
    await streamText('Why?', { fetch: respond('data: [DONE]\n\n') })
    expect((measures(ANSWER)[0]?.detail as { url: string } | undefined)?.url).toBe(ADDRESS)
  })

  test('ends as it would where the page has spoiled its User Timing', async () => {
    const spoiled = () => {
      throw new Error('Spoiled')
    }
    const onClose = vi.fn()
    for (const name of ['measure', 'clearMeasures'] as const) {
      const spy = vi.spyOn(performance, name).mockImplementation(spoiled)
      let ended: unknown
      const stream = streamText('Why?', { url: ADDRESS, fetch: respond(`${chunk('a')}data: [DONE]\n\n`), onClose })
      stream.then(result => (ended = result), (error: unknown) => (ended = error))
      await vi.waitUntil(() => spy.mock.calls.length > 0 && ended !== undefined)
      expect(ended, name).toMatchObject({ outcome: 'done', text: 'a' })
      spy.mockRestore()
    }
    expect(onClose).toHaveBeenCalledTimes(2)
  })

  type Body = ReadableStreamDefaultController<Uint8Array>

  /** The hints on a new page about an answer whose bytes come as the script says, by a clock of its own. */
  async function hints(script: (clock: { now: number }, body: Body, stop: () => void) => unknown) {
    vi.resetModules()
    const fresh = await import('../../src/chat/stream-text.ts')
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const clock = { now: 5000 }
    vi.spyOn(performance, 'now').mockImplementation(() => clock.now)
    let fetched!: (response: Response) => void
    const response = new Promise<Response>(resolve => (fetched = resolve))
    const send = vi.fn(() => response)
    const stream = fresh.streamText('Why?', { url: ADDRESS, fetch: send })
    const result = Promise.resolve(stream).catch((error: unknown) => error)
    await vi.waitUntil(() => send.mock.calls.length > 0) // from then on it can be held back
    let body!: Body
    const readable = new ReadableStream<Uint8Array>({ start: controller => void (body = controller) })
    fetched(new Response(readable, { headers: { 'content-type': 'text/event-stream' } }))
    await script(clock, body, () => stream.stop())
    const ended = await result
    return { hints: warn.mock.calls.length, ended: ended as { outcome?: string; timing?: Timing } }
  }

  const bytes = (text: string) => new TextEncoder().encode(text)
  const tokens = (count: number) => bytes(chunk('word ').repeat(count))
  /** Waits until what has been enqueued is read. */
  async function settled(body: Body) {
    await new Promise(resolve => setTimeout(resolve))
    await vi.waitUntil(() => body.desiredSize === 1)
  }

  test('is hinted at where it was held back, by the wait before its bytes', async () => {
    const { hints: count, ended } = await hints(async (clock, body) => {
      clock.now += 3000
      body.enqueue(tokens(40))
      body.enqueue(bytes('data: [DONE]\n\n'))
      await settled(body)
      body.close()
    })
    expect(ended).toMatchObject({ outcome: 'done', timing: { firstByte: 3000, buffered: true } })
    expect(count).toBe(1)
  })

  test('is not hinted at where comments or thoughts came before it', async () => {
    for (const first of [': thinking\n\n', 'data: {"choices":[{"delta":{"role":"assistant"}}]}\n\n']) {
      const { hints: count, ended } = await hints(async (clock, body) => {
        body.enqueue(bytes(first))
        await settled(body)
        clock.now += 3000
        body.enqueue(tokens(40))
        body.enqueue(bytes('data: [DONE]\n\n'))
        await settled(body)
        body.close()
      })
      expect(ended, first).toMatchObject({ outcome: 'done', timing: { buffered: false } })
      expect(count, first).toBe(0)
    }
  })

  test('is not hinted at where it was stopped before it was whole', async () => {
    const stopped = await hints(async (clock, body, stop) => {
      clock.now += 3000
      body.enqueue(tokens(40))
      await settled(body)
      clock.now += 20
      stop()
    })
    expect(stopped.ended).toMatchObject({ outcome: 'stopped' })
    expect(stopped.hints).toBe(0)
  })

  test('is not hinted at where it was the caller who took their time', async () => {
    vi.resetModules()
    const fresh = await import('../../src/chat/stream-text.ts')
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const clock = { now: 5000 }
    vi.spyOn(performance, 'now').mockImplementation(() => clock.now)
    const stream = fresh.streamText('Why?', { url: ADDRESS, fetch: respond(chunk('word ').repeat(40) + 'data: [DONE]\n\n') })
    clock.now += 3000 // nothing is sent before it is read
    expect((await stream).outcome).toBe('done')
    expect(warn).not.toHaveBeenCalled()
  })

  test('is not hinted at where it was a request before it that took its time', async () => {
    vi.resetModules()
    const fresh = await import('../../src/chat/stream-text.ts')
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const clock = { now: 5000 }
    vi.spyOn(performance, 'now').mockImplementation(() => clock.now)
    const answer = respond(chunk('word ').repeat(40) + 'data: [DONE]\n\n')
    const fetch = vi.fn(answer).mockImplementationOnce(() => {
      clock.now += 3000
      return Promise.resolve(new Response('busy', { status: 503 }))
    })
    expect((await fresh.streamText('Why?', { url: ADDRESS, fetch, retry: () => 1 })).outcome).toBe('done')
    expect(fetch).toHaveBeenCalledTimes(2)
    expect(warn).not.toHaveBeenCalled()
  })
})
