import { getEventListeners } from 'node:events'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { whyFutile } from '../../src/connection/futile.ts'
import { startServer, type TestServer } from '../helpers/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

const inPage = (origin: string) => vi.stubGlobal('location', { origin })
const ask = (url: string, signal = new AbortController().signal) => whyFutile(new URL(url), signal)

describe('whyFutile()', () => {
  test.each(['ftp://example.com/', 'about:blank', 'mailto:a@example.com', 'javascript:1'])('knows that %s streams nothing', async url => {
    expect(await ask(url)).toBe(`nothing to stream from: ${url}`)
  })

  test('takes a server of another origin that is there after all for one that forbids us, and asks it no longer than it must', async () => {
    inPage('https://page.example')
    expect(await ask(`${server.url}/open?futile`)).toBe('CORS does not allow this origin, or a header such as Last-Event-ID: https://page.example')
    const [request] = server.requests('/open?futile')
    expect(request).toMatchObject({ method: 'GET' })
    expect(await request?.over).toBe('left')
  })

  test('knows the origin of a frame that has no address', async () => {
    inPage('null')
    vi.stubGlobal('origin', server.url)
    expect(await ask(`${server.url}/open?frame`)).toBeUndefined()
    expect(server.requests('/open?frame')).toEqual([])
    vi.stubGlobal('origin', 'null')
    expect(await ask(`${server.url}/open?frame`)).toContain('CORS')
  })

  test('hopes on where nobody answers', async () => {
    inPage('https://page.example')
    expect(await ask(`${server.url}/drop-before-headers?futile`)).toBeUndefined()
    expect(await ask('http://127.0.0.1:9/')).toBeUndefined()
  })

  test('hopes on where the server is silent, after five seconds', async () => {
    inPage('https://page.example')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const answer = ask(`${server.url}/never?futile`)
    await vi.advanceTimersByTimeAsync(5000)
    expect(await answer).toBeUndefined()
  })

  test('asks nobody for the own origin, or where there is no page', async () => {
    const url = `${server.url}/open?unasked`
    expect(await ask(url)).toBeUndefined()
    inPage(server.url)
    expect(await ask(url)).toBeUndefined()
    expect(server.requests('/open?unasked')).toEqual([])
  })

  test('ends at once when the signal is aborted, with its request', async () => {
    inPage('https://page.example')
    const controller = new AbortController()
    const answer = ask(`${server.url}/never?aborted`, controller.signal)
    await vi.waitFor(() => expect(server.requests('/never?aborted')).toHaveLength(1))
    controller.abort()
    expect(await answer).toBeUndefined()
    expect(await server.requests('/never?aborted')[0]?.over).toBe('left')
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
  })
})
