import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { dialects, StreamError, streamText } from '../../src/index.ts'
import type { ChatDelta, ChatOptions, Dialect, Ending, TextStream } from '../../src/index.ts'
import { ANSWER_TEXT, startServer, type TestServer } from '../helpers/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())

const ask = (path: string, options: ChatOptions = {}) => streamText('Why?', { url: server.url + path, ...options })

describe('streamText()', () => {
  test('gives the whole of an answer that has arrived to a loop that takes its time, though the connection breaks behind it', async () => {
    const stream = streamText('Hi', { url: `${server.url}/chat-pieces-then-drop?slow-chat` })
    for await (const _ of stream) await new Promise(resolve => setTimeout(resolve, 60))
    expect(await stream).toMatchObject({ text: ANSWER_TEXT, outcome: 'done' })
  })

  test('sends the prompt once, as OpenAI would have it, and gives the whole answer', async () => {
    const onClose = vi.fn()
    const stream = ask('/chat', { model: 'small', params: { temperature: 0 }, onClose })
    const result = await stream
    expect(result).toMatchObject({ text: ANSWER_TEXT, reasoning: '', toolCalls: [], finishReason: 'stop', rawFinishReason: 'stop', outcome: 'done', lastEventId: '' })
    expect(stream.text).toBe(ANSWER_TEXT)
    expect(await stream).toBe(result)
    const [request, ...others] = server.requests('/chat')
    expect(others).toEqual([])
    expect(request).toMatchObject({ method: 'POST', body: '{"model":"small","messages":[{"role":"user","content":"Why?"}],"stream":true,"temperature":0}' })
    expect(request?.headers['content-type']).toBe('application/json')
    expect(request?.headers['accept']).toMatch(/^text\/event-stream, /)
    expect(request?.headers['accept']).not.toContain('*/*')
    expect(await request?.over).toBe('finished')
    expect(onClose).toHaveBeenCalledExactlyOnceWith({ outcome: 'done', lastEventId: '' })
  })

  test('hands out the deltas as they come, and the result after them', async () => {
    const stream = ask('/chat?loop')
    const texts: (string | undefined)[] = []
    let grew = 0
    for await (const { text } of stream) {
      texts.push(text)
      if (stream.text === texts.join('') && text) grew++
    }
    expect(texts.join('')).toBe(ANSWER_TEXT)
    expect(grew).toBe(6)
    expect((await stream).outcome).toBe('done')
    expect(server.requests('/chat?loop')).toHaveLength(1)
  })

  test('can be awaited and iterated, whichever line comes first', async () => {
    const stream = ask('/chat?both')
    const result = Promise.resolve(stream)
    const deltas: ChatDelta[] = []
    for await (const delta of stream) deltas.push(delta)
    expect(deltas.at(-1)).toEqual({ done: true })
    expect((await result).text).toBe(ANSWER_TEXT)
    expect(server.requests('/chat?both')).toHaveLength(1)
  })

  test('says so where a loop starts after the answer was awaited', async () => {
    const stream = ask('/chat?late')
    await stream
    expect(() => stream[Symbol.asyncIterator]()).toThrow('Cannot iterate the stream: it is awaited already; start the loop first')
  })

  test('sends the messages of a conversation, or what request() makes of them', async () => {
    const messages = [{ role: 'system', content: 'Be brief' }, { role: 'user', content: 'Why?' }]
    await streamText(messages, { url: `${server.url}/chat?messages` })
    expect(JSON.parse(server.requests('/chat?messages')[0]?.body ?? '')).toEqual({ messages, stream: true })
    await ask('/chat?request', { request: ([first]) => ({ input: first?.content }) })
    expect(server.requests('/chat?request')[0]?.body).toBe('{"input":"Why?"}')
  })

  test("sends a dialect's headers under the caller's own", async () => {
    const dialect = { ...dialects.openai, request: () => ({ json: { own: true }, headers: { 'x-version': '1', 'x-key': 'dialect' } }) }
    await ask('/chat?headers', { dialect, headers: () => Promise.resolve({ 'x-key': 'mine' }) })
    expect(server.requests('/chat?headers')[0]).toMatchObject({ body: '{"own":true}', headers: { 'x-version': '1', 'x-key': 'mine' } })
  })

  test('refuses a request() that is a promise, and a dialect by its name alone', () => {
    expect(() => ask('/chat?promise', { request: messages => Promise.resolve({ messages }) })).toThrow('Cannot send the prompt: request() gave [object Promise]')
    expect(() => ask('/chat?name', { dialect: 'anthropic' as never })).toThrow('Cannot use the dialect: not an object with a reader: anthropic')
    expect(server.requests('/chat?promise')).toEqual([])
  })

  test.each(['{"message":"Quota"}\n', '<!doctype html>\n<h1>Down</h1>\n', '{"choices":[]}\n{"choices":[]}\n'])(
    'shows what came as an event stream, and is none: %j', async body => {
      for (const dialect of [dialects.openai, dialects.auto]) {
        const stream = ask('/mine', { dialect, fetch: () => Promise.resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } })) })
        await expect(stream).rejects.toMatchObject({ code: 'dialect', message: expect.stringContaining(body.slice(0, 20)) as string })
      }
    })

  test('is a POST whatever the body is, and refuses a request that is nothing', async () => {
    await ask('/chat?null', { body: null })
    expect(server.requests('/chat?null')[0]).toMatchObject({ method: 'POST', body: '{"messages":[{"role":"user","content":"Why?"}],"stream":true}' })
    expect(() => ask('/chat?nothing', { request: () => undefined })).toThrow('Cannot send the prompt: request() gave undefined')
  })

  test('can be caught and finished as a promise', async () => {
    const caught = await ask('/status?is=404&catch').catch((error: unknown) => error)
    expect(caught).toMatchObject({ code: 'http', status: 404 })
    const onFinally = vi.fn()
    await ask('/chat?finally').finally(onFinally)
    expect(onFinally).toHaveBeenCalledOnce()
  })

  test.each([undefined, 5, {}])('refuses the prompt %j at once', prompt => {
    expect(() => streamText(prompt as never)).toThrow(TypeError)
  })

  test('measures when bytes and tokens came', async () => {
    const { timing } = await ask('/chat?timing')
    expect(timing.firstByte).toBeGreaterThan(0)
    expect(timing.firstToken).toBeGreaterThanOrEqual(timing.firstByte)
    expect(timing.total).toBeGreaterThan(timing.firstToken)
    expect(timing.longestGap).toBeGreaterThan(0)
    expect(timing.longestGap).toBeLessThan(timing.total)
    expect(timing.buffered).toBe(false)
  })
})

describe('streamText(), when it ends,', () => {
  test('without its end mark but with a finish reason, is done', async () => {
    expect(await ask('/chat-no-mark')).toMatchObject({ outcome: 'done', text: 'whole', finishReason: 'stop' })
  })

  test('by a break behind its finish reason, is done', async () => {
    expect(await ask('/chat-drop-after-finish')).toMatchObject({ outcome: 'done', text: 'whole', finishReason: 'length' })
  })

  test('by its end mark, minds nothing behind it, and asks for nothing again', async () => {
    expect(await ask('/chat-more-after-mark')).toMatchObject({ outcome: 'done', text: 'whole' })
    expect(await ask('/chat-ids-drop-after-mark', { resume: true })).toMatchObject({ outcome: 'done', text: 'whole' })
    expect(server.requests('/chat-ids-drop-after-mark')).toHaveLength(1)
  })

  test('by its end mark, does not wait for a server that keeps the connection', async () => {
    expect(await ask('/chat-open-after-mark')).toMatchObject({ outcome: 'done', text: 'whole' })
    expect(await server.requests('/chat-open-after-mark')[0]?.over).toBe('left')
  })

  test.each(['/chat-cut', '/chat-empty', '/half-event'])('with neither (%s), is truncated, and was asked once', async path => {
    const onClose = vi.fn()
    const stream = ask(path, { onClose, dialect: path === '/half-event' ? dialects.rawText : dialects.openai })
    const { outcome, text } = await stream
    expect(outcome).toBe('truncated')
    expect(text).toBe(({ '/chat-cut': 'half an answer', '/half-event': 'whole' } as Record<string, string>)[path] ?? '')
    expect(onClose).toHaveBeenCalledExactlyOnceWith({ outcome: 'truncated', lastEventId: '' })
    expect(server.requests(path)).toHaveLength(1)
  })

  test('by a break in the middle, fails with network, keeps its text, and is not asked again', async () => {
    const stream = ask('/chat-drop', { retry: () => 1, idempotencyKey: true })
    await expect(stream).rejects.toMatchObject({ name: 'StreamError', code: 'network' })
    expect(stream.text).toBe('half an answer')
    expect(server.requests('/chat-drop')).toHaveLength(1)
  })

  test('with 204, is done and empty', async () => {
    expect(await ask('/status?is=204&chat')).toMatchObject({ outcome: 'done', text: '' })
  })

  test('by stop(), is stopped with what has arrived, and the server sees the end', async () => {
    const stream = ask('/chat-endless')
    for await (const _ of stream) if (stream.text.length > 10) stream.stop()
    const { outcome, text } = await stream
    expect(outcome).toBe('stopped')
    expect(text).toMatch(/^(word )+$/)
    expect(await server.requests('/chat-endless')[0]?.over).toBe('left')
  })

  test('by leaving the loop, is stopped', async () => {
    const stream = ask('/chat-endless?break')
    for await (const _ of stream) break
    expect((await stream).outcome).toBe('stopped')
    expect(await server.requests('/chat-endless?break')[0]?.over).toBe('left')
  })

  test('by return(), is stopped at once, also while a next() waits', async () => {
    const stream = ask('/never?return')
    const deltas = stream[Symbol.asyncIterator]()
    const next = deltas.next()
    await vi.waitUntil(() => server.requests('/never?return').length === 1)
    expect(await deltas.return?.('left')).toEqual({ value: 'left', done: true })
    expect(await next).toEqual({ value: undefined, done: true })
    expect(await stream).toMatchObject({ outcome: 'stopped', text: '' })
    expect(await server.requests('/never?return')[0]?.over).toBe('left')
    const early = ask('/never?early')
    await early[Symbol.asyncIterator]().return?.()
    expect((await early).outcome).toBe('stopped')
    expect(server.requests('/never?early')).toEqual([])
  })

  test('by throw(), is stopped at once, before the first next() and while one waits', async () => {
    const early = ask('/never?early-throw')
    const reason = new Error('mine')
    await expect(early[Symbol.asyncIterator]().throw?.(reason)).rejects.toBe(reason)
    expect((await early).outcome).toBe('stopped')
    expect(server.requests('/never?early-throw')).toEqual([])
    const stream = ask('/never?throw')
    const deltas = stream[Symbol.asyncIterator]()
    const next = deltas.next()
    await vi.waitUntil(() => server.requests('/never?throw').length === 1)
    await expect(deltas.throw?.(reason)).rejects.toBe(reason)
    expect(await next).toEqual({ value: undefined, done: true })
    expect((await stream).outcome).toBe('stopped')
    expect(await server.requests('/never?throw')[0]?.over).toBe('left')
  })

  test('by its signal, ends the loop and resolves as stopped; one aborted before sends nothing', async () => {
    const controller = new AbortController()
    const stream = ask('/chat-endless?signal', { signal: controller.signal })
    for await (const _ of stream) controller.abort()
    expect((await stream).outcome).toBe('stopped')
    const onClose = vi.fn()
    const never = ask('/chat-endless?aborted', { signal: AbortSignal.abort(), onClose })
    expect(await never).toMatchObject({ outcome: 'stopped', text: '' })
    expect(server.requests('/chat-endless?aborted')).toHaveLength(0)
    expect(onClose).toHaveBeenCalledOnce()
  })

  test('by stop() before anything has come, is stopped', async () => {
    const stream = ask('/never?chat')
    const result = Promise.resolve(stream)
    await vi.waitUntil(() => server.requests('/never?chat').length === 1)
    stream.stop()
    expect(await result).toMatchObject({ outcome: 'stopped', text: '' })
  })
})

describe('streamText(), when it fails,', () => {
  async function failed(path: string, options: ChatOptions = {}) {
    const endings: Ending[] = []
    const stream = ask(path, { onClose: ending => endings.push(ending), ...options })
    const error = await Promise.resolve(stream).then(result => expect.unreachable(`ended as ${result.outcome}`), (thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(StreamError)
    expect(endings).toEqual([{ outcome: 'failed', error, lastEventId: '' }])
    return { error: error as StreamError, text: stream.text }
  }

  test("by the provider's error in the stream, tells it and keeps the text", async () => {
    const { error, text } = await failed('/chat-error')
    expect(error).toMatchObject({ code: 'provider', message: 'Provider reported an error: Overloaded (529)', event: { type: 'error' } })
    expect(text).toBe('some text')
  })

  test.each([200, 401, 429])("by the provider's error in JSON with status %i, tells it", async is => {
    const { error } = await failed(`/json-error?is=${is}`, { retry: false })
    expect(error).toMatchObject({ code: 'provider', message: 'Provider reported an error: Quota used up (insufficient_quota)' })
    expect(is === 200 ? error.event?.data : error.body).toContain('insufficient_quota')
    if (is !== 200) expect(error.status).toBe(is)
    expect(server.requests(`/json-error?is=${is}`)).toHaveLength(1)
  })

  test('by garbage in the middle, tells it and keeps what came before', async () => {
    const { error, text } = await failed('/chat-garbage')
    expect(error).toMatchObject({ code: 'dialect', message: 'Cannot read the event as openai: {"choices":[{"del', event: { data: '{"choices":[{"del' } })
    expect(text).toBe('some text')
  })

  test('says the id of the last event that could be read', async () => {
    const good = '{"choices":[{"delta":{"content":"a"}}]}'
    const respond = () => new Response(`id: 1\ndata: ${good}\n\nid: 2\ndata: {bad\n\nid: 3\ndata: ${good}\n\n`, { headers: { 'content-type': 'text/event-stream' } })
    const onClose = vi.fn()
    await expect(ask('/mine', { fetch: () => Promise.resolve(respond()), onClose })).rejects.toMatchObject({ code: 'dialect' })
    expect(onClose.mock.calls[0]?.[0]).toMatchObject({ outcome: 'failed', lastEventId: '1' })
  })

  test('has one text, in the result and on the handle, in whichever microtask it is stopped', async () => {
    for (let ticks = 0; ticks < 12; ticks++) {
      const bytes = new TextEncoder().encode('data: {"choices":[{"delta":{"content":"paid"}}]}\n\n')
      const body = new ReadableStream<Uint8Array>({
        async pull(controller) {
          controller.enqueue(bytes)
          for (let left = ticks; left > 0; left--) await Promise.resolve()
          stream.stop()
        },
      }, { highWaterMark: 0 })
      const stream: TextStream = ask('/mine', { fetch: () => Promise.resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } })) })
      const { outcome, text } = await stream
      await new Promise(resolve => setTimeout(resolve))
      expect(outcome).toBe('stopped')
      expect(text).toBe(stream.text)
    }
  })

  test('says the same by the loop, the promise and onClose(), in whichever microtask of its failure it is stopped', async () => {
    const outcomes = new Set<string>()
    for (let ticks = 0; ticks < 30; ticks++) {
      let closed: Ending['outcome'] | undefined
      const stream = ask('/mine', {
        fetch: () => Promise.reject(new TypeError('no network')),
        onClose: ({ outcome }) => (closed = outcome),
      })
      const loop = (async () => {
        for await (const _ of stream);
        return 'stopped'
      })().catch(() => 'failed')
      for (let left = ticks; left > 0; left--) await Promise.resolve()
      stream.stop()
      const result = await stream.then(({ outcome }) => outcome, () => 'failed')
      expect([await loop, closed]).toEqual([result, result])
      outcomes.add(result)
    }
    expect([...outcomes]).toEqual(['stopped', 'failed'])
  })

  test('throws out of the loop, after the deltas that came before', async () => {
    const stream = ask('/chat-error?loop')
    const texts: unknown[] = []
    await expect(async () => {
      for await (const { text } of stream) texts.push(text)
    }).rejects.toMatchObject({ code: 'provider' })
    expect(texts).toEqual(['some text'])
  })

  test('by a page of HTML with 200, types nothing', async () => {
    for (const dialect of Object.values(dialects)) {
      const { error, text } = await failed('/html', { dialect })
      expect(error).toMatchObject({ code: 'content-type', message: 'Cannot open event stream: content type is text/html' })
      expect(text).toBe('')
    }
  })

  test('by a status, tells it; 503 is asked again twice, 500 never', async () => {
    expect((await failed('/status?is=500&chat')).error).toMatchObject({ code: 'http', status: 500 })
    expect(server.requests('/status?is=500&chat')).toHaveLength(1)
    const random = vi.spyOn(Math, 'random').mockReturnValue(0.999)
    expect((await failed('/status?is=503&chat')).error).toMatchObject({ code: 'http', status: 503 })
    random.mockRestore()
    expect(server.requests('/status?is=503&chat')).toHaveLength(3)
  })

  test('when nothing has come for its idle time', async () => {
    const { error, text } = await failed('/silent-after-one', { dialect: dialects.rawText, idleTimeout: 60 })
    expect(error.code).toBe('timeout')
    expect(text).toBe('one')
  })
})

describe('streamText(), in other forms,', () => {
  test('reads plain text, a byte a time, as raw text', async () => {
    for (const dialect of [dialects.rawText, dialects.auto]) {
      expect(await ask('/text', { dialect })).toMatchObject({ text: 'plain 文字 👍', outcome: 'done' })
    }
  })

  test('reads raw text out of events', async () => {
    expect(await ask('/raw-events', { dialect: dialects.rawText })).toMatchObject({ text: 'Hello you', outcome: 'done' })
  })

  test('auto recognises OpenAI by its first event', async () => {
    expect(await ask('/chat?auto', { dialect: dialects.auto })).toMatchObject({ text: ANSWER_TEXT, outcome: 'done' })
  })

  test('auto types no event stream that comes as plain text', async () => {
    const stream = ask('/events-as-text', { dialect: dialects.auto })
    await expect(stream).rejects.toMatchObject({ code: 'dialect' })
    expect(stream.text).toBe('')
  })

  test('auto shows what it does not recognise, and types none of it', async () => {
    const stream = ask('/chat-foreign', { dialect: dialects.auto })
    await expect(stream).rejects.toMatchObject({
      code: 'dialect', message: "Cannot tell the stream's dialect, name it with the dialect option: {\"hello\":\"world\"}",
    })
    expect(stream.text).toBe('')
  })
})

/** An answer of a body, without a server. */
const respond = (body: string, type = 'text/event-stream') => () =>
  Promise.resolve(new Response(body, { headers: { 'content-type': type } }))
const read = (body: string, options: ChatOptions = {}, type?: string) =>
  streamText('Why?', { url: 'http://localhost/', fetch: respond(body, type), ...options })
const eventOf = (data: string, type?: string) => `${type ? `event: ${type}\n` : ''}data: ${data}\n\n`
const events = (...data: (object | string)[]) =>
  data.map(item => eventOf(typeof item === 'string' ? item : JSON.stringify(item))).join('')

describe('streamText(), of a stream that is another one than was named,', () => {
  const streams: Record<string, string> = {
    openai: `
      {"choices":[{"delta":{"content":"Hi"}}]}
      {"choices":[{"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}
      [DONE]`,
    anthropic: `
      {"type":"message_start","message":{"role":"assistant","content":[],"usage":{"input_tokens":9,"output_tokens":1}}}
      {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}
      {"type":"ping"}
      {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}
      {"type":"content_block_stop","index":0}
      {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":3}}
      {"type":"message_stop"}`,
    openaiResponses: `
      {"type":"response.created","response":{"id":"r","status":"in_progress"}}
      {"type":"response.output_item.added","output_index":0,"item":{"type":"message","content":[]}}
      {"type":"response.output_text.delta","output_index":0,"delta":"Hi"}
      {"type":"response.completed","response":{"status":"completed","usage":{"input_tokens":1,"output_tokens":1}}}`,
    gemini: `
      {"candidates":[{"content":{"parts":[{"text":"Hi"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":1}}`,
    cohere: `
      {"type":"message-start","id":"m","delta":{"message":{"role":"assistant","content":[]}}}
      {"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"Hi"}}}}
      {"type":"message-end","delta":{"finish_reason":"COMPLETE","usage":{"tokens":{"input_tokens":1,"output_tokens":1}}}}`,
    ollama: `
      {"message":{"role":"assistant","content":"Hi"},"done":false}
      {"message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","eval_count":1}`,
    tgi: `
      {"token":{"text":"Hi","special":false}}
      {"token":{"text":"","special":true},"generated_text":"Hi","details":{"finish_reason":"eos_token","generated_tokens":1}}`,
    aiSdk: `
      {"type":"start"}
      {"type":"start-step"}
      {"type":"text-start","id":"0"}
      {"type":"text-delta","id":"0","delta":"Hi"}
      {"type":"text-end","id":"0"}
      {"type":"finish-step"}
      {"type":"finish"}
      [DONE]`,
    agUi: `
      {"type":"RUN_STARTED","threadId":"t","runId":"r"}
      {"type":"TEXT_MESSAGE_START","messageId":"m","role":"assistant"}
      {"type":"TEXT_MESSAGE_CONTENT","messageId":"m","delta":"Hi"}
      {"type":"TEXT_MESSAGE_END","messageId":"m"}
      {"type":"RUN_FINISHED","threadId":"t","runId":"r"}`,
  }
  const documents = (name: string) => (streams[name] ?? '').trim().split(/\n */)
  const named = new Set(['anthropic', 'openaiResponses', 'cohere']) // their events have their type for a name too
  const typeOf = (name: string, data: string) => (named.has(name) ? /"type":"([^"]+)"/.exec(data)?.[1] : undefined)
  const answerOf = (name: string, dialect: Dialect) => name === 'ollama'
    ? read(documents(name).join('\n'), { dialect }, 'application/x-ndjson')
    : read(documents(name).map(data => eventOf(data, typeOf(name, data))).join(''), { dialect })
  const known = { ...dialects }
  type Name = keyof typeof known
  const names = Object.keys(streams) as Name[]
  const wrong = names.flatMap(stream => names.filter(name => name !== stream).map(dialect => [dialect, stream] as const))

  test.each(names)('reads that of %s by its name and by auto', async name => {
    const { auto } = dialects
    for (const dialect of [known[name], auto]) expect(await answerOf(name, dialect)).toMatchObject({ text: 'Hi', outcome: 'done' })
  })

  test.each(wrong)('as %s, fails for one of %s, and shows its first event', async (dialect, stream) => {
    const [data] = documents(stream)
    const answer = answerOf(stream, known[dialect])
    await expect(answer).rejects.toMatchObject({
      code: 'dialect',
      message: `Cannot read the stream as ${dialect}, name it with the dialect option: ${data}`,
      event: { data },
    })
    expect(answer.text).toBe('')
  })

  test('tells onClose() the same, and cuts a long event', async () => {
    const onClose = vi.fn()
    const answer = read(events({ type: 'x'.repeat(1000) }), { onClose })
    const error: unknown = await Promise.resolve(answer).catch((thrown: unknown) => thrown)
    expect((error as Error).message).toMatch(/ with the dialect option: \{"type":"x{191}…$/)
    expect(onClose).toHaveBeenCalledExactlyOnceWith({ outcome: 'failed', error, lastEventId: '' })
  })

  test.each(['whole', 'in pieces', 'long'])("takes an error in JSON under an event stream's type for the provider's: %s", async form => {
    const body = JSON.stringify({ error: { message: 'Gone', trace: form === 'long' ? 'x'.repeat(3000) : undefined } })
    const pieces = form === 'in pieces' ? body.split(/(?=[:,"])/) : [body]
    const answer = streamText('Why?', {
      fetch: () => Promise.resolve(new Response(new ReadableStream({
        start(controller) {
          for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece))
          controller.close()
        },
      }), { headers: { 'content-type': 'text/event-stream' } })),
      url: 'http://localhost/',
    })
    await expect(answer).rejects.toMatchObject({ code: 'provider', message: 'Provider reported an error: Gone' })
  })

  test('throws it out of the loop too', async () => {
    await expect(async () => {
      for await (const _ of read(events({ type: 'haiku' })));
    }).rejects.toMatchObject({ code: 'dialect' })
  })

  test('is stopped, not foreign, where it was stopped before it could be told', async () => {
    const answer = read('')
    answer.stop()
    expect(await answer).toMatchObject({ outcome: 'stopped' })
  })
})

describe('streamText(), of a stream of the dialect that breaks off before any text,', () => {
  const role = { choices: [{ delta: { role: 'assistant', content: '' } }] }

  test.each([
    ['behind a chunk that says only the role', events(role)],
    ['behind no events', ''],
    ['behind comments', ': OPENROUTER PROCESSING\n\n'],
    ['behind blank data', 'data:\n\ndata: \n\n'],
    ['behind a heartbeat with a name', 'event: ping\ndata: {}\n\n'],
    ['behind a heartbeat without JSON', 'event: keep-alive\ndata: 1\n\n'],
  ])('is truncated %s', async (_name, body) => {
    for (const dialect of [dialects.openai, dialects.auto]) {
      expect(await read(body, { dialect }), dialect.name).toMatchObject({ outcome: 'truncated', text: '' })
    }
  })

  test('shows the first event that is none of the heartbeats before it', async () => {
    await expect(read(`data: \n\nevent: ping\ndata: {}\n\n${events({ type: 'haiku' })}`)).rejects.toMatchObject({
      code: 'dialect', message: 'Cannot read the stream as openai, name it with the dialect option: {"type":"haiku"}',
    })
  })
})

describe('streamText(), with a dialect that picks another one,', () => {
  const { openai } = dialects

  test('asks for each event until it picks, by the framing too, and reads on with what it picked', async () => {
    const seen: [string, string][] = []
    const choosy = {
      ...openai, name: 'choosy',
      pick(event: { data: string }, framing: string) {
        seen.push([event.data, framing])
        return event.data.startsWith('{') ? openai : undefined
      },
    }
    const body = `data: 1\n\ndata: 2\n\n${events({ choices: [{ delta: { content: 'Hi' } }] }, '[DONE]')}`
    expect(await read(body, { dialect: choosy })).toMatchObject({ text: 'Hi', outcome: 'done' })
    expect(seen).toEqual([['1', 'sse'], ['2', 'sse'], ['{"choices":[{"delta":{"content":"Hi"}}]}', 'sse']])
  })

  test('is truncated where nothing but heartbeats come, and fails where it never picks', async () => {
    const dialect = { ...openai, pick: () => undefined }
    expect(await read(eventOf('{}', 'ping') + eventOf(''), { dialect })).toMatchObject({ text: '', outcome: 'truncated' })
    await expect(read('data: 1\n\ndata: 2\n\n', { dialect })).rejects.toMatchObject({ code: 'dialect', event: { data: '1' } })
  })

  test('passes heartbeats before the answer, whatever they hold', async () => {
    const answer = events({ choices: [{ delta: { content: 'Hi' }, finish_reason: 'stop' }] })
    for (const beat of [eventOf('{}', 'ping'), eventOf('x', 'heartbeat'), eventOf('1', 'keep-alive'), eventOf(''), ':\n\n']) {
      expect(await read(beat + beat + answer, { dialect: dialects.auto }), beat).toMatchObject({ text: 'Hi', outcome: 'done' })
    }
  })

  test('fails with what pick() throws', async () => {
    const error = new Error('A bug of the app')
    const dialect = {
      ...openai,
      pick() {
        throw error
      },
    }
    await expect(read(events({}), { dialect })).rejects.toBe(error)
  })
})

describe('streamText(), of an answer in one piece of JSON,', () => {
  const message = { role: 'assistant', content: 'Hi' }
  const whole = { choices: [{ index: 0, message, finish_reason: 'stop' }], usage: { prompt_tokens: 1, completion_tokens: 2 } }
  const ends = { text: 'Hi', outcome: 'done', finishReason: 'stop', usage: { inputTokens: 1, outputTokens: 2 } }

  test.each([undefined, 2])('reads it, on one line or on many (indent %j)', async indent => {
    const body = JSON.stringify(whole, null, indent)
    for (const type of ['application/json', 'application/json; charset=utf-8', 'Application/JSON']) {
      for (const dialect of [dialects.openai, dialects.auto]) expect(await read(body, { dialect }, type)).toMatchObject(ends)
    }
  })

  test('reads the list of Gemini', async () => {
    const list = [
      { candidates: [{ content: { parts: [{ text: 'H' }] } }] },
      {
        candidates: [{ content: { parts: [{ text: 'i' }] }, finishReason: 'STOP' }],
        usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 2 },
      },
    ]
    for (const dialect of [dialects.gemini, dialects.auto]) {
      for (const body of [JSON.stringify(list), JSON.stringify(list, null, 1)]) {
        expect(await read(body, { dialect }, 'application/json')).toMatchObject(ends)
      }
    }
  })

  test("tells the provider's error in it, over many lines and in a list too", async () => {
    const error = { error: { code: 429, message: 'Quota used up', status: 'RESOURCE_EXHAUSTED' } }
    const told = { code: 'provider', message: 'Provider reported an error: Quota used up (429)' }
    for (const body of [error, [error]].flatMap(value => [JSON.stringify(value), JSON.stringify(value, null, 2)])) {
      await expect(read(body, {}, 'application/json')).rejects.toMatchObject(told)
      const refused = () => Promise.resolve(new Response(body, { status: 429, headers: { 'content-type': 'application/json' } }))
      await expect(read('', { fetch: refused, retry: false })).rejects.toMatchObject({ ...told, status: 429 })
    }
  })

  const strangers = ['{}', '{"hello":"world"}', '{\n"hello": "world"\n}', '"words"', '5', 'null', '[1]']

  test.each(strangers)('fails for %j, and types none of it', async body => {
    for (const dialect of [dialects.openai, dialects.auto, dialects.anthropic]) {
      const answer = read(body, { dialect }, 'application/json')
      await expect(answer).rejects.toMatchObject({ code: 'dialect' })
      expect(answer.text).toBe('')
    }
  })

  test('is truncated where it is cut', async () => {
    const body = JSON.stringify(whole, null, 2)
    for (const length of [1, 20, body.length - 1]) {
      const cut = body.slice(0, length)
      expect(await read(cut, {}, 'application/json'), cut).toMatchObject({ text: '', outcome: 'truncated' })
    }
    expect(await read('', {}, 'application/json')).toMatchObject({ text: '', outcome: 'truncated' })
  })

  test('reads lines of JSON that come under that name', async () => {
    const body = '{"message":{"content":"Hi"},"done":false}\n{"message":{"content":""},"done":true,"done_reason":"stop"}\n'
    for (const dialect of [dialects.ollama, dialects.auto]) {
      expect(await read(body, { dialect }, 'application/json')).toMatchObject({ text: 'Hi', outcome: 'done' })
    }
  })

  test('is JSON, whatever framing the dialect expects', async () => {
    const dialect = { ...dialects.rawText, framing: 'text' as const }
    expect(await read('"words"', { dialect }, 'application/json')).toMatchObject({ text: 'words' })
    const error = { code: 'provider', message: 'Provider reported an error: No' }
    await expect(read('{"error":"No"}', { dialect }, 'application/json')).rejects.toMatchObject(error)
  })
})
