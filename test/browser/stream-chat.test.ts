import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest'
import { StreamError, type Renderer } from '../../src/index.ts'
import { streamChat, type ChatHandle } from '../../src/stream-chat.ts'

const server = inject('server')
const url = (path: string) => server + path
let element: HTMLElement

beforeEach(() => {
  element = document.createElement('div')
  document.body.append(element)
})
afterEach(() => {
  element.remove()
  vi.restoreAllMocks()
})

const endings = async (path: string) => (await (await fetch(url(`/requests?of=${encodeURIComponent(path)}`))).json()) as (string | null)[]

describe('streamChat()', () => {
  test('types the answer in steps, in place of what the element held', async () => {
    element.textContent = 'before'
    const steps = new Set<string>()
    const observer = new MutationObserver(() => steps.add(element.textContent))
    observer.observe(element, { childList: true, characterData: true, subtree: true })
    const handle = streamChat('Hi', element, { url: url('/chat?page') })
    expect(element.textContent).toBe('')
    expect(handle.readyState).toBe(0)
    const { outcome, text, timing } = await handle
    observer.disconnect()
    expect(outcome).toBe('done')
    expect(text).toBe('The sky is blue. 天空是蓝色的 👩‍🚀\n')
    expect(element.textContent).toBe(text)
    expect(handle).toMatchObject({ text, readyState: 2 })
    expect(steps.size).toBeGreaterThan(4)
    for (const step of steps) expect(text.startsWith(step)).toBe(true)
    expect(timing.firstToken).toBeLessThan(timing.total)
    expect(element.hasAttribute('aria-busy')).toBe(false)
  })

  test('stop() ends the request and shows what has arrived', async () => {
    const path = '/chat-endless?page'
    const handle = streamChat('Hi', element, { url: url(path) })
    await vi.waitUntil(() => element.textContent.length > 10)
    expect(handle.readyState).toBe(1)
    handle.stop()
    const { outcome, text } = await handle
    expect(outcome).toBe('stopped')
    expect(element.textContent).toBe(text)
    expect(text).toMatch(/^(word )+$/)
    await vi.waitUntil(async () => (await endings(path))[0] === 'left')
  })

  test('stop() and the signal show the rest at once while it is still being typed, also when paused', async () => {
    for (const how of ['stop', 'signal', 'paused']) {
      const controller = new AbortController()
      const handle = streamChat('Hi', element, { url: url(`/chat?tail-${how}`), speed: 1, signal: controller.signal })
      await vi.waitUntil(() => handle.readyState === 2)
      expect(element.textContent.length).toBeLessThan(10)
      if (how === 'paused') handle.typewriter.pause()
      if (how === 'signal') controller.abort()
      else handle.stop()
      const { text } = await handle
      expect(text.length).toBeGreaterThan(20)
      expect(element.textContent).toBe(text)
    }
  })

  test('reads with auto, and follows nothing, where options are given as undefined or null', async () => {
    const { text } = await streamChat('Hi', element, { url: url('/text?undefined'), dialect: undefined, follow: null as never })
    expect(text).toBe('plain 文字 👍')
    expect(element.textContent).toBe(text)
  })

  test('a call out of the ending of the one before it has the element to itself', async () => {
    let inner: ChatHandle | undefined
    const first = streamChat('One', element, {
      url: url('/chat-endless?outer'),
      onClose: () => (inner = streamChat('Inner', element, { url: url('/chat?inner') })),
    })
    await vi.waitUntil(() => element.textContent.length > 5)
    const second = streamChat('Two', element, { url: url('/chat-endless?second') })
    expect((await first).outcome).toBe('stopped')
    expect((await second).outcome).toBe('stopped')
    const { text } = await (inner as ChatHandle)
    expect(element.textContent).toBe(text)
  })

  test('types in a frame that has no frames, and to the end', async () => {
    vi.spyOn(window, 'requestAnimationFrame').mockReturnValue(0) // as in a frame that is out of view
    const { text } = await streamChat('Hi', element, { url: url('/chat?no-frames') })
    expect(element.textContent).toBe(text)
  })

  test('loses nothing where a translator has replaced what was typed', async () => {
    const handle = streamChat('Hi', element, { url: url('/chat-endless?translated') })
    await vi.waitUntil(() => element.textContent.length > 10)
    const { length } = handle.text
    element.firstChild?.firstChild?.replaceWith(Object.assign(document.createElement('font'), { textContent: 'TRANSLATED ' }))
    await vi.waitUntil(() => handle.text.length > length + 20)
    handle.stop()
    const { text } = await handle
    expect(element.textContent).toContain('TRANSLATED ')
    expect(element.textContent.endsWith(text.slice(length + 10))).toBe(true)
  })

  test('keeps and shows what has arrived when the connection breaks, and rejects', async () => {
    const handle = streamChat('Hi', element, { url: url('/chat-drop?page') })
    await expect(handle).rejects.toMatchObject({ code: 'network' })
    expect(handle.text).toBe('half an answer')
    expect(element.textContent).toBe('half an answer')
    expect(handle.readyState).toBe(2)
  })

  test('shows a cut answer as truncated', async () => {
    const { outcome } = await streamChat('Hi', element, { url: url('/chat-cut?page') })
    expect(outcome).toBe('truncated')
    expect(element.textContent).toBe('half an answer')
  })

  test('a second call for the element ends the first as stopped, and the element is its alone', async () => {
    const first = streamChat('One', element, { url: url('/chat-endless?first') })
    await vi.waitUntil(() => element.textContent.length > 10)
    const second = streamChat('Two', element, { url: url('/chat-cut?second') })
    expect((await first).outcome).toBe('stopped')
    expect((await second).text).toBe('half an answer')
    expect(element.textContent).toBe('half an answer')
  })

  test('writes the error to the console where nobody awaits it, and not where somebody does', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    streamChat('Hi', element, { url: url('/status?is=404&alone') })
    await vi.waitUntil(() => log.mock.calls.length === 1)
    expect(log.mock.calls[0]?.[0]).toBeInstanceOf(StreamError)
    await expect(streamChat('Hi', element, { url: url('/status?is=404&awaited') })).rejects.toMatchObject({ status: 404 })
    expect(log).toHaveBeenCalledOnce()
  })

  test('types into a renderer of the app', async () => {
    const written: string[] = []
    const renderer: Renderer = { write: text => written.push(text), end: () => written.push('END') }
    const { text } = await streamChat('Hi', renderer, { url: url('/chat?renderer') })
    expect(written.at(-1)).toBe('END')
    expect(written.slice(0, -1).join('')).toBe(text)
  })

  test('refuses at once what it can not type into, and sends nothing', async () => {
    expect(() => streamChat('Hi', null as never, { url: url('/chat?null') })).toThrow('Cannot type into the target: not an element: null')
    expect(() => streamChat('Hi', document.createElement('textarea'))).toThrow('Cannot type into the target: it shows no children: TEXTAREA')
    expect(() => streamChat('Hi', element, { url: 'http://[' })).toThrow('Cannot open event stream: not a valid URL: http://[')
    expect(await endings('/chat?null')).toEqual([])
  })

  test('resolves a relative URL against the page', async () => {
    const seen = vi.fn(() => Promise.resolve(new Response('hello', { headers: { 'content-type': 'text/plain' } })))
    const { text } = await streamChat('Hi', element, { fetch: seen })
    expect(text).toBe('hello')
    expect(seen).toHaveBeenCalledWith(new URL('/api/chat', location.href).href, expect.anything())
  })
})

describe('streamChat() says how it went', () => {
  const done = (target: EventTarget) => {
    const heard: unknown[] = []
    target.addEventListener('teleprinter:done', event => heard.push((event as CustomEvent).detail))
    return heard
  }

  test.each([
    ['done', '/chat?state', 'The sky is blue. 天空是蓝色的 👩‍🚀\n'],
    ['truncated', '/chat-cut?state', 'half an answer'],
    ['failed', '/chat-drop?state', 'half an answer'],
    ['failed', '/chat-error?state', 'some text'],
    ['failed', '/status?is=404&state', ''],
    ['done', '/text?state', 'plain 文字 👍'],
  ])('in the element, as %s of %s', async (state, path, text) => {
    const heard = done(document)
    const handle = streamChat('Hi', element, { url: url(path) })
    expect(element.dataset['state']).toBe('waiting')
    expect(getComputedStyle(element, '::after').content).toContain('▍')
    const result = await handle.then(({ outcome }) => outcome, () => 'failed')
    expect(result).toBe(state)
    expect(element.dataset['state']).toBe(state)
    expect(element.textContent).toBe(text)
    expect(element.hasAttribute('aria-busy')).toBe(false)
    expect(element.className).toBe('')
    expect(heard).toEqual([{ state, text }])
  })

  test.each(['connecting', 'open', 'typing', 'paused'])('as stopped where it is stopped while %s', async when => {
    const heard = done(element)
    const path = when === 'connecting' ? '/never' : '/chat-endless'
    const handle = streamChat('Hi', element, { url: url(`${path}?state-${when}`), speed: 20 })
    if (when === 'open') await vi.waitUntil(() => handle.readyState === 1)
    if (when === 'typing' || when === 'paused') await vi.waitUntil(() => element.textContent.length > 3)
    if (when === 'paused') handle.typewriter.pause()
    handle.stop()
    const { outcome, text } = await handle
    expect(outcome).toBe('stopped')
    expect(element.dataset['state']).toBe('stopped')
    expect(heard).toEqual([{ state: 'stopped', text }])
    expect(element.textContent).toBe(text)
  })

  test.each([['done', '/chat?rest'], ['truncated', '/chat-cut?rest']])(
    'as the result says, %s, where only the rest of its typing is cut short', async (state, path) => {
      const handle = streamChat('Hi', element, { url: url(path), speed: 1 })
      await vi.waitUntil(() => handle.readyState === 2)
      handle.stop()
      const { outcome } = await handle
      expect(outcome).toBe(state)
      expect(element.dataset['state']).toBe(outcome)
    })

  test('as done where it is stopped behind the end mark, while the server keeps the connection', async () => {
    const heard = done(element)
    const handle = streamChat('Hi', element, { url: url('/chat-open-after-mark?state'), speed: 1 })
    await vi.waitUntil(() => handle.text === 'whole')
    expect(handle.readyState).toBe(1)
    handle.stop()
    expect((await handle).outcome).toBe('done')
    expect(element.dataset['state']).toBe('done')
    expect(heard).toEqual([{ state: 'done', text: 'whole' }])
  })

  test('of the second call in an element, whenever the first one ends', async () => {
    const heard = done(element)
    const first = streamChat('One', element, { url: url('/chat-endless?state-first') })
    await vi.waitUntil(() => element.textContent.length > 10)
    expect(element.dataset['state']).toBe('typing')
    const second = streamChat('Two', element, { url: url('/chat-cut?state-second') })
    expect(element.dataset['state']).toBe('waiting')
    expect(element.textContent).toBe('')
    expect(element.className).not.toBe('')
    expect((await first).outcome).toBe('stopped')
    await second
    expect(element.dataset['state']).toBe('truncated')
    expect(element.className).toBe('')
    expect(element.hasAttribute('aria-busy')).toBe(false)
    expect(heard).toMatchObject([{ state: 'stopped' }, { state: 'truncated', text: 'half an answer' }])
  })

  test('of a second call while nothing has come to it: the element waits, and is not busy', async () => {
    const first = streamChat('One', element, { url: url('/chat-endless?busy-first') })
    await vi.waitUntil(() => element.textContent.length > 10)
    const second = streamChat('Two', element, { url: url('/never?busy-second') })
    await first
    expect(element.dataset['state']).toBe('waiting')
    expect(element.hasAttribute('aria-busy')).toBe(false)
    second.stop()
    await second
    expect(element.dataset['state']).toBe('stopped')
  })

  test('to onProgress, at every frame, and to none that throws', async () => {
    const seen: number[] = []
    const handle = streamChat('Hi', element, {
      url: url('/chat?progress'),
      onProgress: ({ shown, total }) => {
        expect(shown).toBe(element.textContent.length)
        expect(shown).toBeLessThanOrEqual(total)
        seen.push(shown)
      },
    })
    const { text } = await handle
    expect(seen.length).toBeGreaterThan(4)
    expect(seen.at(-1)).toBe(text.length)
    const reported = vi.spyOn(window, 'reportError').mockImplementation(() => {})
    const { outcome } = await streamChat('Hi', element, {
      url: url('/chat?progress-throws'),
      onProgress() {
        throw new Error('Faulty')
      },
    })
    expect(outcome).toBe('done')
    expect(element.textContent).toBe(text)
    expect(reported).toHaveBeenCalled()
  })

  test('to readers, once', async () => {
    const { text } = await streamChat('Hi', element, { url: url('/chat?announced') })
    const region = document.querySelector('[aria-live=polite]') as HTMLElement
    expect([...region.children].filter(words => words.textContent === text).length).toBeGreaterThan(0)
    expect(region.lastElementChild?.textContent).toBe(text)
    expect(element.querySelector('[aria-live]')).toBe(null)
  })
})
