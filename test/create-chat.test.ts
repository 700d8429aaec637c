import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createChat, dialects, StreamError } from '../src/index.ts'
import type { Chat, ChatDefaults, ChatMessage, Ending, Renderer } from '../src/index.ts'
import { ANSWER_TEXT, startServer, type TestServer } from './helpers/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())
afterEach(() => {
  vi.restoreAllMocks()
})

const user = (content: string): ChatMessage => ({ role: 'user', content })
const assistant = (content: string): ChatMessage => ({ role: 'assistant', content })
const system = (content: string): ChatMessage => ({ role: 'system', content })

const at = (path: string) => server.url + path
const start = (path: string, defaults: ChatDefaults = {}) => createChat({ url: at(path), ...defaults })

/** What was sent to a path, request by request. */
const sent = (path: string) => server.requests(path).map(({ body }) => (JSON.parse(body) as { messages: ChatMessage[] }).messages)

/** The path of an answer to each request in turn, the last one again and again. */
const answers = (name: string, ...texts: string[]) =>
  [`/answers?${name}`, ...texts.map(text => `text=${encodeURIComponent(text)}`)].join('&')
const says = (content: string) => `data: ${JSON.stringify({ choices: [{ delta: { content }, finish_reason: 'stop' }] })}\n\n`

/** The path of the whole answer, at once. */
const quick = (name: string) => answers(name, says(ANSWER_TEXT))

/** A renderer that holds what was written, where there is no page. */
function page(): Renderer & { text: string } {
  return {
    text: '',
    write(text) {
      this.text += text
    },
  }
}

describe('createChat()', () => {
  test('send() sends the whole conversation each turn, and adds the answers to it', async () => {
    const path = answers('turns', says('Because.'), says('Black.'), says('Bye.'))
    const chat = start(path, { messages: [system('Be brief')] })
    expect(chat.messages).toEqual([system('Be brief')])
    expect(await chat.send('Why?')).toMatchObject({ outcome: 'done', text: 'Because.' })
    expect(await chat.send('And at night?')).toMatchObject({ outcome: 'done', text: 'Black.' })
    for await (const _ of chat.send('Thanks'));
    const whole = [
      system('Be brief'), user('Why?'), assistant('Because.'), user('And at night?'), assistant('Black.'),
      user('Thanks'), assistant('Bye.'),
    ]
    expect(chat.messages).toEqual(whole)
    expect(sent(path)).toEqual([whole.slice(0, 2), whole.slice(0, 4), whole.slice(0, 6)])
  })

  test('send() adds the question at once, and the answer behind it at its end', async () => {
    const chat = start('/chat?at-once')
    const answer = chat.send('Why?')
    expect(chat.messages).toEqual([user('Why?')])
    for await (const _ of answer) expect(chat.messages).toEqual([user('Why?')])
    expect(chat.messages).toEqual([user('Why?'), assistant(ANSWER_TEXT)])
  })

  test('send() types into a renderer, and is awaited as streamChat() is', async () => {
    const chat = start('/chat?renderer', { instant: true })
    const renderer = page()
    const handle = chat.send('Why?', renderer)
    expect(handle.readyState).toBe(0)
    expect(await handle).toMatchObject({ outcome: 'done', text: ANSWER_TEXT })
    expect(renderer.text).toBe(ANSWER_TEXT)
    expect(handle.typewriter.text).toBe(ANSWER_TEXT)
    expect(chat.messages).toEqual([user('Why?'), assistant(ANSWER_TEXT)])
  })

  test('starts with no messages, and needs no options', () => {
    expect(createChat().messages).toEqual([])
    expect(createChat({}).messages).toEqual([])
    expect(createChat({ messages: undefined }).messages).toEqual([])
  })

  test('copies the messages that it begins with: neither chat nor app changes those of the other', async () => {
    const beginning = Object.freeze([Object.freeze(system('Be brief'))])
    const path = quick('copies')
    const first = start(path, { messages: beginning })
    const second = start(path, { messages: beginning })
    await first.send('Why?')
    ;(first.messages[0] as ChatMessage).content = 'Be long'
    expect(beginning).toEqual([system('Be brief')])
    expect(second.messages).toEqual([system('Be brief')])
  })

  test("copies the messages of a prompt: the app's own stay its own", async () => {
    const path = answers('prompt-copies', says('a'))
    const chat = start(path)
    const prompt = [user('Why?')]
    await chat.send(prompt)
    expect(prompt).toEqual([user('Why?')])
    ;(prompt[0] as ChatMessage).content = 'changed'
    expect(chat.messages).toEqual([user('Why?'), assistant('a')])
    await chat.send(prompt)
    expect(sent(path)[1]).toEqual([user('Why?'), assistant('a'), user('changed')])
  })

  test('streamText() and streamChat() have its options, and leave the conversation alone', async () => {
    const path = quick('apart')
    const chat = start(path, { messages: [system('Be brief')], model: 'small', instant: true })
    expect((await chat.streamText('One')).text).toBe(ANSWER_TEXT)
    const renderer = page()
    await chat.streamChat('Two', renderer)
    expect(renderer.text).toBe(ANSWER_TEXT)
    expect(chat.messages).toEqual([system('Be brief')])
    expect(server.requests(path).map(({ body }) => JSON.parse(body) as unknown)).toEqual([
      { model: 'small', messages: [user('One')], stream: true }, { model: 'small', messages: [user('Two')], stream: true },
    ])
  })

  test('streamText() and streamChat() stop no send() that is under way', async () => {
    const chat = start('/chat-endless?apart', { instant: true })
    const answer = chat.send('Why?', page())
    await chat.streamText('Aside', { url: at(quick('aside')) })
    await vi.waitUntil(() => answer.text.length > 10)
    expect(answer.readyState).toBe(1)
    answer.stop()
    expect((await answer).outcome).toBe('stopped')
  })

  test('works with its methods taken off it', async () => {
    // oxlint-disable-next-line typescript/unbound-method -- that it can be taken off is what is tested
    const { send, messages } = start(quick('taken'))
    await send('Why?')
    expect(messages).toHaveLength(2)
  })

  test('two chats know nothing of each other', async () => {
    const one = start('/chat-endless?two', { instant: true })
    const two = start(quick('two'))
    const answer = one.send('One', page())
    await vi.waitUntil(() => answer.text !== '')
    await two.send('Two')
    expect(answer.readyState).toBe(1)
    answer.stop()
    expect(two.messages).toEqual([user('Two'), assistant(ANSWER_TEXT)])
    expect(one.messages).toEqual([user('One'), assistant(answer.text)])
  })
})

describe('createChat(), of its options and those of a call,', () => {
  const body = (path: string) => JSON.parse(server.requests(path).at(-1)?.body ?? '') as Record<string, unknown>

  test('lays those of a call over its own', async () => {
    const chat = createChat({ url: 'http://127.0.0.1:1/', model: 'small' })
    await chat.send('Why?', { url: at(quick('over')), model: 'large' })
    expect(body(quick('over'))).toMatchObject({ model: 'large' })
    await chat.send('Why?', page(), { url: at(quick('over-target')), model: 'larger', instant: true })
    expect(body(quick('over-target'))).toMatchObject({ model: 'larger' })
  })

  test('keeps its own where a call gives undefined', async () => {
    const nothing = { url: undefined, model: undefined, params: undefined, headers: undefined, onClose: undefined }
    const onClose = vi.fn()
    const chat = start(quick('undefined'), { model: 'small', params: { n: 1 }, headers: { 'x-a': '1' }, onClose })
    const { streamText, streamChat } = chat
    const asks = [() => chat.send('Why?', nothing), () => streamText('Why?', nothing), () => streamChat('Why?', page(), nothing)]
    for (const ask of asks) {
      await ask()
      expect(body(quick('undefined'))).toMatchObject({ model: 'small', n: 1 })
      expect(server.requests(quick('undefined')).at(-1)?.headers['x-a']).toBe('1')
    }
    expect(onClose).toHaveBeenCalledTimes(3)
  })

  test('merges params, field by field', async () => {
    const chat = start(quick('params'), { params: { temperature: 0, top_p: 1 } })
    await chat.send('Why?', { params: { temperature: 1, seed: 7 } })
    expect(body(quick('params'))).toMatchObject({ temperature: 1, top_p: 1, seed: 7 })
    await chat.send('Why?')
    expect(body(quick('params'))).toMatchObject({ temperature: 0, top_p: 1 })
    expect(body(quick('params'))).not.toHaveProperty('seed')
  })

  const forms = {
    object: (headers: Record<string, string>) => headers,
    Headers: (headers: Record<string, string>) => new Headers(headers),
    array: (headers: Record<string, string>) => Object.entries(headers),
    function: (headers: Record<string, string>) => () => headers,
    'async function': (headers: Record<string, string>) => () => Promise.resolve(new Headers(headers)),
  }
  const names = Object.keys(forms) as (keyof typeof forms)[]
  const pairs = names.flatMap(below => names.map(above => [below, above] as const))

  test.each(pairs)('merges headers, a %s with a %s, whatever the case of their names', async (below, above) => {
    const path = quick(`headers-${below.length}-${above.length}`)
    const chat = start(path, { headers: forms[below]({ 'X-Below': 'below', 'X-Both': 'below' }) })
    await chat.send('Why?', { headers: forms[above]({ 'x-above': 'above', 'x-both': 'above' }) })
    expect(server.requests(path)[0]?.headers).toMatchObject({ 'x-below': 'below', 'x-both': 'above', 'x-above': 'above' })
  })

  test("lays headers over those of the dialect, the call's over the chat's", async () => {
    const chat = start('/says?text=headers', { dialect: dialects.anthropic, headers: { 'x-a': 'chat' } })
    await chat.send('Why?', { headers: { 'x-b': 'call' } }).catch(() => {})
    await chat.send('Why?', { headers: { 'anthropic-version': 'call' } }).catch(() => {})
    const [first, second] = server.requests('/says?text=headers').map(({ headers }) => headers)
    expect(first).toMatchObject({ 'anthropic-version': '2023-06-01', 'x-a': 'chat', 'x-b': 'call' })
    expect(second).toMatchObject({ 'anthropic-version': 'call', 'x-a': 'chat' })
  })

  test('asks both headers functions at every attempt', async () => {
    const path = '/status?is=503&times=1&after=0&headers'
    const below = vi.fn(({ attempt }: { attempt: number }) => ({ 'x-below': String(attempt) }))
    const above = vi.fn(({ attempt }: { attempt: number }) => Promise.resolve({ 'x-above': String(attempt) }))
    const chat = start(path, { headers: below })
    await chat.send('Why?', { headers: above, retry: ({ attempt }) => (attempt < 3 ? 1 : false), dialect: dialects.rawText })
    expect(server.requests(path).map(({ headers }) => [headers['x-below'], headers['x-above']])).toEqual([['1', '1'], ['2', '2']])
  })

  test('fails with what a headers function throws, and takes the question back', async () => {
    const chat = start(quick('headers-throw'), { headers: { 'x-a': '1' } })
    const error = new Error('No token')
    await expect(chat.send('Why?', { headers: () => Promise.reject(error) })).rejects.toBe(error)
    expect(chat.messages).toEqual([])
    expect(server.requests(quick('headers-throw'))).toEqual([])
  })

  test("calls the callbacks of the call in place of the chat's", async () => {
    const [mine, yours] = [vi.fn(), vi.fn()]
    const chat = start(quick('callbacks'), { onOpen: mine, onClose: mine })
    await chat.send('Why?', { onOpen: yours, onClose: yours })
    expect(mine).not.toHaveBeenCalled()
    expect(yours).toHaveBeenCalledTimes(2)
    await chat.send('Why?')
    expect(mine).toHaveBeenCalledTimes(2)
  })

  test('reads with auto, unless a dialect is named, also as undefined', async () => {
    const chat = start('/text?chat-auto', { instant: true })
    const text = 'plain 文字 👍'
    expect((await chat.send('Why?')).text).toBe(text)
    expect((await chat.send('Why?', page())).text).toBe(text)
    expect((await chat.streamText('Why?')).text).toBe(text)
    expect((await chat.streamText('Why?', { dialect: undefined })).text).toBe(text)
    expect((await createChat({ url: at('/text?chat-auto'), dialect: undefined }).send('Why?')).text).toBe(text)
    await expect(chat.streamText('Why?', { dialect: dialects.openai })).rejects.toMatchObject({ code: 'dialect' })
  })

  test('shapes the request by request(), which gets the whole conversation', async () => {
    const path = answers('request', says('a'))
    const chat = start(path, { request: messages => ({ input: messages.map(({ content }) => content) }) })
    await chat.send('One')
    await chat.send('Two')
    expect(server.requests(path).map(request => request.body)).toEqual(['{"input":["One"]}', '{"input":["One","a","Two"]}'])
  })
})

describe('createChat(), where an answer fails or is stopped,', () => {
  const unanswered: [string, string, string][] = [
    ['a status', '/status?is=500&chat', 'http'],
    ['a connection that breaks', '/drop-before-headers?chat', 'network'],
    ["the provider's error in JSON", '/json-error?is=200&chat', 'provider'],
    ["the provider's error as first event", answers('first', 'event: error\ndata: {"error":{"message":"No"}}\n\n'), 'provider'],
    ['a page of HTML', '/html?chat', 'content-type'],
    ['a foreign stream', '/chat-foreign?chat', 'dialect'],
  ]

  test.each(unanswered)('before any text by %s, takes the question back', async (_name, path, code) => {
    const chat = start(path, { messages: [system('Be brief')] })
    await expect(chat.send('Why?')).rejects.toMatchObject({ code })
    expect(chat.messages).toEqual([system('Be brief')])
    await expect(chat.send('Why?', page())).rejects.toMatchObject({ code })
    expect(chat.messages).toEqual([system('Be brief')])
    await expect(async () => {
      for await (const _ of chat.send('Why?'));
    }).rejects.toMatchObject({ code })
    expect(chat.messages).toEqual([system('Be brief')])
    expect(server.requests(path)).toHaveLength(3)
  })

  test('before any text, sends the next question without the one that was taken back', async () => {
    const chat = start('/status?is=500&next')
    await expect(chat.send('One')).rejects.toBeInstanceOf(StreamError)
    await chat.send('Two', { url: at(quick('next')) })
    expect(sent(quick('next'))).toEqual([[user('Two')]])
    expect(chat.messages).toEqual([user('Two'), assistant(ANSWER_TEXT)])
  })

  test.each([['/chat-error?kept', 'some text'], ['/chat-drop?kept', 'half an answer'], ['/chat-garbage?kept', 'some text']])(
    'after some text (%s), keeps the question and what was said', async (path, text) => {
      const chat = start(path, { instant: true })
      await expect(chat.send('Why?')).rejects.toBeInstanceOf(StreamError)
      expect(chat.messages).toEqual([user('Why?'), assistant(text)])
      await expect(chat.send('Go on', page())).rejects.toBeInstanceOf(StreamError)
      expect(chat.messages).toEqual([user('Why?'), assistant(text), user('Go on'), assistant(text)])
    })

  test('is stopped before any text, takes the question back at once', async () => {
    const chat = start('/never?chat-stop', { messages: [system('Be brief')] })
    for (const ask of [() => chat.send('Why?'), () => chat.send('Why?', page())]) {
      const answer = ask()
      const ended = Promise.resolve<{ outcome: string }>(answer)
      answer.stop()
      expect(chat.messages).toEqual([system('Be brief')])
      expect((await ended).outcome).toBe('stopped')
    }
    const waiting = chat.send('Why?')
    const result = Promise.resolve(waiting)
    await vi.waitUntil(() => server.requests('/never?chat-stop').length === 1)
    waiting.stop()
    expect(chat.messages).toEqual([system('Be brief')])
    expect(await result).toMatchObject({ outcome: 'stopped', text: '' })
  })

  test('is stopped after some text, keeps the question and what was said', async () => {
    const chat = start('/chat-endless?chat-stop', { instant: true })
    const handle = chat.send('Why?', page())
    await vi.waitUntil(() => handle.text.length > 10)
    handle.stop()
    expect(chat.messages).toEqual([user('Why?'), assistant(handle.text)])
    const { text } = await handle
    expect(chat.messages).toEqual([user('Why?'), assistant(text)])
    expect(await server.requests('/chat-endless?chat-stop')[0]?.over).toBe('left')
  })

  test('is left by its loop, keeps what was said', async () => {
    const chat = start('/chat-endless?chat-left')
    const stream = chat.send('Why?')
    for await (const { text } of stream) if (text) break
    expect(chat.messages).toEqual([user('Why?'), assistant(stream.text)])
  })

  test('breaks off, keeps what was said, or takes the question back where that is nothing', async () => {
    const chat = start('/chat-cut?chat')
    expect((await chat.send('Why?')).outcome).toBe('truncated')
    expect(chat.messages).toEqual([user('Why?'), assistant('half an answer')])
    expect((await chat.send('More?', { url: at('/chat-empty?chat') })).outcome).toBe('truncated')
    expect(chat.messages).toEqual([user('Why?'), assistant('half an answer')])
  })

  test('is done without any text, keeps the question and adds no answer', async () => {
    const chat = start('/status?is=204&chat-done')
    expect(await chat.send('Why?')).toMatchObject({ outcome: 'done', text: '' })
    expect(chat.messages).toEqual([user('Why?')])
  })

  test('takes all messages of a send() back, and only those', async () => {
    const chat = start('/status?is=500&many', { messages: [user('Same'), assistant('b')] })
    await expect(chat.send([user('Same'), assistant('b'), user('c')])).rejects.toMatchObject({ code: 'http' })
    expect(chat.messages).toEqual([user('Same'), assistant('b')])
  })

  test('by a signal that is aborted already, sends nothing and takes the question back', async () => {
    const chat = start(quick('chat-aborted'))
    const aborted = { signal: AbortSignal.abort() }
    for (const ask of [() => chat.send('Why?', aborted), () => chat.send('Why?', page(), aborted)]) {
      expect(await ask()).toMatchObject({ outcome: 'stopped', text: '' })
      expect(chat.messages).toEqual([])
    }
    expect(server.requests(quick('chat-aborted'))).toEqual([])
  })

  test('by a signal in the middle, keeps what was said', async () => {
    const controller = new AbortController()
    const chat = start('/chat-endless?chat-signal', { signal: controller.signal })
    const stream = chat.send('Why?')
    for await (const { text } of stream) if (text) controller.abort()
    expect(chat.messages).toEqual([user('Why?'), assistant(stream.text)])
  })

  test('by the end of a `using` block, is stopped', async () => {
    const chat = start('/chat-endless?chat-using', { instant: true })
    {
      using handle = chat.send('Why?', page())
      await vi.waitUntil(() => handle.text !== '')
    }
    expect(chat.messages).toEqual([user('Why?'), { role: 'assistant', content: expect.stringMatching(/^(word )+$/) as string }])
    {
      using stream = chat.send('More?')
      expect(stream.text).toBe('')
    }
    expect(chat.messages).toHaveLength(2)
    expect(await server.requests('/chat-endless?chat-using')[0]?.over).toBe('left')
  })

  test('calls onClose() once, when the conversation is up to date', async () => {
    const endings: [Ending['outcome'], ChatMessage[]][] = []
    const chat: Chat = createChat({ onClose: ({ outcome }) => endings.push([outcome, structuredClone(chat.messages)]) })
    await chat.send('One', { url: at(answers('on-close', says('a'))) })
    await expect(chat.send('Two', { url: at('/status?is=500&on-close') })).rejects.toBeInstanceOf(StreamError)
    const renderer = page()
    const handle = chat.send('Three', renderer, { url: at('/chat-endless?on-close'), instant: true })
    await vi.waitUntil(() => handle.text !== '')
    handle.stop()
    handle.stop()
    const { text } = await handle
    const before = [user('One'), assistant('a')]
    expect(endings).toEqual([['done', before], ['failed', before], ['stopped', [...before, user('Three'), assistant(text)]]])
  })

  test('keeps its conversation where onClose() of the app throws', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const chat = start(quick('on-close-throws'), {
      onClose() {
        throw new Error('A bug of the app')
      },
    })
    expect((await chat.send('Why?')).text).toBe(ANSWER_TEXT)
    expect(chat.messages).toEqual([user('Why?'), assistant(ANSWER_TEXT)])
    expect(log).toHaveBeenCalledOnce()
  })
})

describe('createChat(), where send() is called while an answer is under way,', () => {
  test('stops that one, and keeps the conversation in order', async () => {
    const chat = start('/chat-endless?second', { instant: true })
    const first = chat.send('One', page())
    await vi.waitUntil(() => first.text.length > 10)
    const second = chat.send('Two', { url: at(quick('second')) })
    expect(first.readyState).toBe(2)
    const partial = assistant(first.text)
    expect(chat.messages).toEqual([user('One'), partial, user('Two')])
    expect((await second).outcome).toBe('done')
    expect((await first).outcome).toBe('stopped')
    expect(chat.messages).toEqual([user('One'), partial, user('Two'), assistant(ANSWER_TEXT)])
    expect(sent(quick('second'))).toEqual([[user('One'), partial, user('Two')]])
    expect(await server.requests('/chat-endless?second')[0]?.over).toBe('left')
  })

  test('stops one that a loop reads, out of that loop too', async () => {
    const chat = start('/chat-endless?out-of-loop')
    const first = chat.send('One')
    let second
    for await (const { text } of first) if (text) second ??= chat.send('Two', { url: at(quick('out-of-loop')) })
    await second
    expect(chat.messages).toEqual([user('One'), assistant(first.text), user('Two'), assistant(ANSWER_TEXT)])
    expect((await first).outcome).toBe('stopped')
  })

  test('takes a question back that has no text yet', async () => {
    const chat = start('/never?second')
    const first = Promise.resolve(chat.send('One'))
    await vi.waitUntil(() => server.requests('/never?second').length === 1)
    await chat.send('Two', { url: at(quick('second-question')) })
    expect((await first).outcome).toBe('stopped')
    expect(sent(quick('second-question'))).toEqual([[user('Two')]])
    expect(chat.messages).toEqual([user('Two'), assistant(ANSWER_TEXT)])
  })

  test('never sends one that nobody has read, and takes it back', async () => {
    const chat = start(quick('unread'))
    const first = chat.send('One')
    await chat.send('Two')
    expect(sent(quick('unread'))).toEqual([[user('Two')]])
    expect(await first).toMatchObject({ outcome: 'stopped', text: '' })
    expect(chat.messages).toEqual([user('Two'), assistant(ANSWER_TEXT)])
  })

  test('sends one request where it is called twice at once, as by a component that is mounted twice', async () => {
    const path = quick('strict-mode')
    const chat = start(path, { instant: true })
    const [first, second] = [chat.send('Why?', page()), chat.send('Why?', page())]
    expect((await first).outcome).toBe('stopped')
    expect((await second).outcome).toBe('done')
    const third = chat.send('Mounted', page()) // and unmounted, and mounted again
    third.stop()
    await chat.send('Mounted', page())
    expect(chat.messages).toEqual([user('Why?'), assistant(ANSWER_TEXT), user('Mounted'), assistant(ANSWER_TEXT)])
    expect(sent(path)).toHaveLength(2)
  })

  test('stops nothing of an answer that has ended', async () => {
    const onClose = vi.fn()
    const chat = start(quick('ended'), { onClose })
    const first = chat.send('One')
    await first
    await chat.send('Two')
    expect(onClose.mock.calls.map(([ending]) => (ending as Ending).outcome)).toEqual(['done', 'done'])
    expect((await first).outcome).toBe('done')
  })

  test('has one answer under way at most, also where onClose() of the one that it stops sends another', async () => {
    const path = '/chat-endless?on-close-sends'
    const chat = start(path, { instant: true })
    let inner: { readonly readyState: number } | undefined
    const first = chat.send('One', page(), { onClose: () => (inner ??= chat.send('Inner', page())) })
    await vi.waitUntil(() => first.text !== '')
    const second = chat.send('Two', page())
    await vi.waitUntil(() => second.text !== '')
    expect(inner?.readyState).toBe(2)
    second.stop()
    expect(chat.messages).toEqual([user('One'), assistant(first.text), user('Two'), assistant(second.text)])
  })

  test('goes through a burst of them in order, and answers the last', async () => {
    const path = quick('burst')
    const chat = start(path, { instant: true })
    const handles = Array.from({ length: 20 }, (_, i) => chat.send(`Prompt ${i}`, page()))
    const outcomes = await Promise.all(handles.map(async handle => (await handle).outcome))
    expect(outcomes).toEqual([...Array.from({ length: 19 }, () => 'stopped'), 'done'])
    expect(chat.messages).toEqual([user('Prompt 19'), assistant(ANSWER_TEXT)])
    expect(sent(path)).toHaveLength(1)
  })

  test('has a conversation in order in whichever microtask that is', async () => {
    const fetch = () => Promise.resolve(new Response(says('paid'), { headers: { 'content-type': 'text/event-stream' } }))
    for (let ticks = 0; ticks < 15; ticks++) {
      const chat = createChat({ url: at('/mine'), fetch })
      const first = chat.send('One')
      const ended = Promise.resolve(first)
      for (let left = ticks; left > 0; left--) await Promise.resolve()
      await chat.send('Two')
      const { text, outcome } = await ended
      expect(first.text).toBe(text)
      const turn = text || outcome === 'done' ? [user('One'), assistant(text)] : []
      expect(chat.messages, `after ${ticks} ticks`).toEqual([...turn, user('Two'), assistant('paid')])
    }
  })
})

describe('createChat(), where the app changes the messages,', () => {
  test('sends what they are then', async () => {
    const path = answers('edited', says('a'), says('b'))
    const chat = start(path, { messages: [system('Be brief')] })
    await chat.send('One')
    ;(chat.messages[1] as ChatMessage).content = 'Edited'
    chat.messages.pop()
    chat.messages.push(assistant('Mine'))
    await chat.send('Two')
    expect(sent(path)[1]).toEqual([system('Be brief'), user('Edited'), assistant('Mine'), user('Two')])
    chat.messages.length = 0
    await chat.send('Three')
    expect(sent(path)[2]).toEqual([user('Three')])
  })

  test('adds no answer to a conversation that was cleared meanwhile', async () => {
    for (const prompt of ['Why?', []]) {
      const chat = start('/chat?cleared', { messages: [user('Before')] })
      const stream = chat.send(prompt)
      for await (const { text } of stream) if (text) chat.messages.length = 0
      expect(stream.text).toBe(ANSWER_TEXT)
      expect(chat.messages, JSON.stringify(prompt)).toEqual([])
    }
  })

  test('adds no answer of the old conversation to a new one', async () => {
    for (const prompt of ['Why?', []]) {
      const chat = start('/chat-endless?cleared', { messages: [user('Before')], instant: true })
      const first = chat.send(prompt, page())
      await vi.waitUntil(() => first.text !== '')
      chat.messages.length = 0
      await chat.send('New', { url: at(quick('new-conversation')) })
      expect(chat.messages, JSON.stringify(prompt)).toEqual([user('New'), assistant(ANSWER_TEXT)])
    }
    expect(sent(quick('new-conversation'))).toEqual([[user('New')], [user('New')]])
  })

  test('adds the answer behind its question, where the app adds to them meanwhile', async () => {
    const chat = start(quick('added'))
    const stream = chat.send('Why?')
    chat.messages.unshift(system('Late'))
    chat.messages.push(user('A note'))
    await stream
    expect(chat.messages).toEqual([system('Late'), user('Why?'), assistant(ANSWER_TEXT), user('A note')])
  })

  test('takes back only what is its own, where the app changes them meanwhile', async () => {
    const chat = start('/status?is=500&added', { messages: [system('a')] })
    const stream = chat.send([user('b'), user('c')])
    chat.messages.splice(1, 1)
    chat.messages.push(user('A note'))
    await expect(stream).rejects.toBeInstanceOf(StreamError)
    expect(chat.messages).toEqual([system('a'), user('A note')])
  })

  test('sends what they were at the call, not what they are when it is read', async () => {
    const chat = start(quick('snapshot'))
    const stream = chat.send('Why?')
    chat.messages.unshift(system('Late'))
    await stream
    expect(sent(quick('snapshot'))).toEqual([[user('Why?')]])
  })

  test('send([]) asks for another answer to the same', async () => {
    const path = answers('again', says('a'), says('b'))
    const chat = start(path)
    await chat.send('Why?')
    chat.messages.pop()
    await chat.send([])
    expect(chat.messages).toEqual([user('Why?'), assistant('b')])
    expect(sent(path)).toEqual([[user('Why?')], [user('Why?')]])
    chat.messages.pop()
    await expect(chat.send([], { url: at('/status?is=500&again') })).rejects.toBeInstanceOf(StreamError)
    expect(chat.messages).toEqual([user('Why?')])
  })

  test('send([]) that is stopped by another keeps what was said, in order', async () => {
    const chat = start('/chat-endless?again', { messages: [user('Why?')], instant: true })
    const first = chat.send([], page())
    await vi.waitUntil(() => first.text !== '')
    await chat.send('Two', { url: at(quick('again-two')) })
    expect(chat.messages).toEqual([user('Why?'), assistant(first.text), user('Two'), assistant(ANSWER_TEXT)])
  })

  test('send() takes several messages, and adds the answer behind the last', async () => {
    const path = answers('several', says('d'))
    const chat = start(path, { messages: [system('s')] })
    await chat.send([user('a'), assistant('b'), user('c')])
    expect(chat.messages).toEqual([system('s'), user('a'), assistant('b'), user('c'), assistant('d')])
    expect(sent(path)).toEqual([[system('s'), user('a'), assistant('b'), user('c')]])
  })
})

describe('createChat(), given what makes no sense,', () => {
  /** Refused at once, by a TypeError, while an answer is under way: that goes on, and the conversation is as it was. */
  async function expectRefused(name: string, ask: (chat: Chat) => unknown, message: string | RegExp) {
    const chat = start(`/chat-endless?refused-${encodeURIComponent(name)}`, { instant: true })
    const first = chat.send('One', page())
    await vi.waitUntil(() => first.text !== '')
    let thrown: unknown
    try {
      ask(chat)
    } catch (error) {
      thrown = error
    }
    const { readyState } = first
    const messages = [...chat.messages]
    first.stop()
    expect(thrown).toBeInstanceOf(TypeError)
    expect((thrown as Error).message).toMatch(message)
    expect(messages).toEqual([user('One')])
    expect(readyState).toBe(1)
    expect(chat.messages).toEqual([user('One'), assistant(first.text)])
  }

  test.each([undefined, null, 5, {}, true])('refuses the prompt %j, and changes nothing', async prompt => {
    const message = 'Cannot send the prompt: neither a text nor messages: '
    await expectRefused(`prompt-${String(prompt)}`, chat => chat.send(prompt as never), message)
    await expectRefused(`prompt-target-${String(prompt)}`, chat => chat.send(prompt as never, page()), message)
  })

  test.each([[null], ['Why?'], [5], [[]]])('refuses %j among the messages, and changes nothing', async message => {
    const prompt = [user('Two'), message as never]
    await expectRefused(`message-${String(message)}`, chat => chat.send(prompt), 'Cannot send the prompt: ')
  })

  test.each([null, '#answer', 5, true])('refuses the target %j, and changes nothing', async target => {
    const message = `Cannot type into the target: not an element: ${String(target)}`
    await expectRefused(`target-${String(target)}`, chat => chat.send('Two', target as never), message)
    await expectRefused(`target-options-${String(target)}`, chat => chat.send('Two', target as never, { model: 'x' }), message)
  })

  test('refuses undefined for a target where options follow it, and changes nothing', async () => {
    const ask = (chat: Chat) => chat.send('Two', undefined as never, { model: 'x' })
    await expectRefused('target-undefined', ask, 'Cannot type into the target')
  })

  test('refuses a request that makes no sense, and keeps the conversation', () => {
    const chat = start(quick('no-sense'))
    expect(() => chat.send('Two', { url: 'http://[' })).toThrow('Cannot open event stream: not a valid URL: ')
    expect(() => chat.send('Two', page(), { request: () => undefined })).toThrow('Cannot send the prompt: request() gave undefined')
    expect(chat.messages).toEqual([])
  })

  test('sends nothing more by any of it', () => {
    const chat = start(quick('nothing'))
    expect(() => chat.send('Two', null as never)).toThrow(TypeError)
    expect(chat.messages).toEqual([])
    expect(server.requests(quick('nothing'))).toEqual([])
  })
})

test('the types of createChat() tell targets from options', () => {
  const chat = createChat()
  const unused = [
    // @ts-expect-error -- a selector is no target
    () => chat.send('Why?', '#answer'),
    // @ts-expect-error -- a React ref is neither
    () => chat.send('Why?', { current: null }),
    // @ts-expect-error -- what was not found is no target
    () => chat.send('Why?', null),
    // @ts-expect-error -- how to type says nothing where nothing is typed
    () => chat.send('Why?', { speed: 10 }),
    // @ts-expect-error -- the array stays the same one
    () => (chat.messages = []),
  ]
  expect(unused).toHaveLength(5)
})
