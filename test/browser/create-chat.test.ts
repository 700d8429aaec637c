import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest'
import { createChat, type ChatHandle, type ChatMessage } from '../../src/index.ts'

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

const TEXT = 'The sky is blue. 天空是蓝色的 👩‍🚀\n'
const user = (content: string): ChatMessage => ({ role: 'user', content })
const assistant = (content: string): ChatMessage => ({ role: 'assistant', content })

async function endings(path: string) {
  const response = await fetch(url(`/requests?of=${encodeURIComponent(path)}`))
  return (await response.json()) as (string | null)[]
}

describe('createChat()', () => {
  test('send() types each answer in place of the one before, and keeps the conversation', async () => {
    const chat = createChat({ url: url('/chat?create-chat') })
    element.textContent = 'before'
    const first = chat.send('One', element)
    expect(element.textContent).toBe('')
    expect((await first).outcome).toBe('done')
    expect(element.textContent).toBe(TEXT)
    const second = chat.send('Two', element)
    expect(element.textContent).toBe('')
    await second
    expect(element.textContent).toBe(TEXT)
    expect(chat.messages).toEqual([user('One'), assistant(TEXT), user('Two'), assistant(TEXT)])
  })

  test('send() while an answer is being typed stops that, and shows all that had come of it where it was', async () => {
    const chat = createChat({ url: url('/chat?create-chat-second') })
    const other = document.createElement('p')
    element.append(other)
    const path = '/chat-endless?create-chat'
    const first = chat.send('One', other, { url: url(path), speed: 1 })
    await vi.waitUntil(() => first.text.length > 20)
    const target = document.createElement('p')
    element.append(target)
    const { text } = await chat.send('Two', target)
    expect((await first).outcome).toBe('stopped')
    expect(other.textContent).toBe(first.text)
    expect(target.textContent).toBe(text)
    expect(chat.messages).toEqual([user('One'), assistant(first.text), user('Two'), assistant(TEXT)])
    await vi.waitUntil(async () => (await endings(path))[0] === 'left')
  })

  test('send() into the element of the answer that it stops has that to itself', async () => {
    const chat = createChat({ url: url('/chat?create-chat-same') })
    const first = chat.send('One', element, { url: url('/chat-endless?create-chat-same') })
    await vi.waitUntil(() => element.textContent.length > 10)
    await chat.send('Two', element)
    expect(element.textContent).toBe(TEXT)
    expect(chat.messages).toEqual([user('One'), assistant(first.text), user('Two'), assistant(TEXT)])
  })

  test('an effect that runs, is cleaned up and runs again sends one request, and types one answer', async () => {
    const path = '/chat?create-chat-effect'
    const chat = createChat({ url: url(path) })
    function effect() {
      const answer: ChatHandle = chat.send('Hi', element)
      return { answer, cleanUp: () => answer.stop() }
    }
    effect().cleanUp()
    const { answer, cleanUp } = effect()
    expect((await answer).outcome).toBe('done')
    expect(element.textContent).toBe(TEXT)
    expect(chat.messages).toEqual([user('Hi'), assistant(TEXT)])
    cleanUp()
    expect(chat.messages).toHaveLength(2)
    expect(await endings(path)).toHaveLength(1)
  })

  test('goes on, and keeps the answer, where its element is removed', async () => {
    const chat = createChat({ url: url('/chat?create-chat-removed') })
    const answer = chat.send('Hi', element)
    await vi.waitUntil(() => element.textContent !== '')
    element.remove()
    expect((await answer).outcome).toBe('done')
    expect(chat.messages).toEqual([user('Hi'), assistant(TEXT)])
  })

  test('takes the question back where nothing came, and writes the error to the console', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const chat = createChat({ url: url('/status?is=500&create-chat') })
    chat.send('Hi', element)
    await vi.waitUntil(() => log.mock.calls.length === 1)
    expect(log.mock.calls[0]?.[0]).toMatchObject({ code: 'http', status: 500 })
    expect(chat.messages).toEqual([])
  })

  test('tells an element of another window, and one of SVG, from options', async () => {
    const frame = document.createElement('iframe')
    element.append(frame)
    const foreign = frame.contentDocument?.body as HTMLElement
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'text')
    element.append(svg)
    const chat = createChat({ url: url('/text?create-chat') })
    for (const target of [foreign, svg]) {
      await chat.send('Hi', target)
      expect(target.textContent).toBe('plain 文字 👍')
    }
  })

  test.each([
    ['what is not found', () => document.querySelector('#nowhere'), 'Cannot type into the target: not an element: null'],
    ['a selector', () => '#answer', 'Cannot type into the target: not an element: #answer'],
    ['an input', () => document.createElement('textarea'), 'Cannot type into the target: it shows no children: TEXTAREA'],
    ['a document', () => document, 'Cannot type into the target: '],
    ['a text', () => new Text('text'), 'Cannot type into the target: '],
  ])('refuses %s, and stops nothing', async (name, target, message) => {
    const chat = createChat({ url: url(`/chat-endless?create-chat-${encodeURIComponent(name)}`) })
    const first = chat.send('One', element)
    await vi.waitUntil(() => first.text !== '')
    expect(() => chat.send('Two', target() as never)).toThrow(message)
    const { readyState } = first
    first.stop()
    expect(readyState).toBe(1)
    expect(chat.messages).toEqual([user('One'), assistant(first.text)])
  })
})
