import { connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { answer } from '../../demo/server/chat/model/model.ts'
import { blocks, fields, post, send, serve, type Served } from './serve.ts'

interface Chunk {
  id: string; object: string; created: number; model: string
  choices: { index: number; delta: { role?: string; content?: string }; finish_reason: string | null }[]
  usage?: { prompt_tokens: number; completion_tokens: number; total_tokens: number } | null
}

let served: Served
afterEach(() => served.close())

const HI = { messages: [{ role: 'user', content: 'hi' }] }
const STREAM = { ...HI, stream: true }

/** All data of a stream: its chunks, and what came after them. */
async function readChat(response: Response): Promise<{ chunks: Chunk[]; text: string; last: string | undefined }> {
  const data: string[] = []
  for await (const block of blocks(response)) {
    if (!/^id: [\w-]{22}:\d+\ndata: .+$/.test(block)) throw new Error(`Not a block of an id and data alone: ${block}`)
    data.push(fields(block).data ?? '')
  }
  const last = data.pop()
  const chunks = data.map(json => JSON.parse(json) as Chunk)
  return { chunks, text: chunks.map(chunk => chunk.choices[0]?.delta.content ?? '').join(''), last }
}

describe('a streamed answer', () => {
  test('/api/chat streams OpenAI chunks: the role, the text in pieces, the reason, [DONE]', async () => {
    served = await serve({ pace: 0 })
    const response = await post(served, STREAM)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(response.headers.get('cache-control')).toBe('no-cache, no-transform')

    const { chunks, text, last } = await readChat(response)
    expect(last).toBe('[DONE]')
    expect(text).toBe(answer(HI.messages))
    expect(chunks.length).toBeGreaterThan(50)
    expect(chunks[0]?.choices[0]?.delta).toEqual({ role: 'assistant', content: '' })
    expect(chunks.at(-1)?.choices).toEqual([{ index: 0, delta: {}, finish_reason: 'stop' }])
    for (const chunk of chunks) {
      expect(chunk).toMatchObject({ id: chunks[0]?.id, object: 'chat.completion.chunk', model: 'teleprinter-demo' })
      expect(chunk.usage).toBeUndefined()
    }
    expect(chunks.slice(0, -1).every(chunk => chunk.choices[0]?.finish_reason === null)).toBe(true)
  })

  test('/api/chat sends its text while it is still being computed', async () => {
    served = await serve({ pace: 0.1 })
    let over = false
    void served.nextEnd('chat').then(() => (over = true))
    let pieces = 0
    for await (const chunk of (await post(served, STREAM)).body ?? []) {
      expect(chunk.length).toBeGreaterThan(0)
      if (++pieces === 20) break
    }
    expect(over).toBe(false)
  })

  test('/api/chat adds the usage where it is asked for', async () => {
    served = await serve({ pace: 0 })
    const { chunks } = await readChat(await post(served, { ...STREAM, stream_options: { include_usage: true } }))
    const usage = chunks.at(-1)?.usage
    expect(chunks.at(-1)?.choices).toEqual([])
    expect(usage?.total_tokens).toBe((usage?.prompt_tokens ?? 0) + (usage?.completion_tokens ?? 0))
    expect(chunks.slice(0, -1).every(chunk => chunk.usage === null)).toBe(true)
  })

  test('/api/chat answers in the name of the model that was asked for', async () => {
    served = await serve({ pace: 0 })
    const { chunks } = await readChat(await post(served, { ...STREAM, model: 'some-model' }))
    expect(chunks[0]?.model).toBe('some-model')
  })

  test('/api/chat takes JSON under any content type, as curl -d sends it', async () => {
    served = await serve({ pace: 0 })
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    expect((await readChat(await post(served, STREAM, { headers }))).last).toBe('[DONE]')
  })

  test('/api/chat completes fifty answers at once', async () => {
    served = await serve({ pace: 0.01 })
    const ask = async (i: number): Promise<void> => {
      const messages = [{ role: 'user', content: `Question ${i}` }]
      const { text, last } = await readChat(await post(served, { messages, stream: true }))
      expect(text).toBe(answer(messages))
      expect(last).toBe('[DONE]')
    }
    await Promise.all(Array.from({ length: 50 }, (_, i) => ask(i)))
  }, 20_000)
})

describe('one document', () => {
  test.each([{ ...HI, stream: false }, HI])('/api/chat answers %j with one document', async body => {
    served = await serve({ pace: 0 })
    const response = await post(served, body)
    expect(response.headers.get('content-type')).toBe('application/json')
    const message = { role: 'assistant', content: answer(HI.messages) }
    expect(await response.json()).toMatchObject({ object: 'chat.completion', choices: [{ index: 0, message, finish_reason: 'stop' }] })
  })
})

describe('a client that leaves', () => {
  test('/api/chat stops computing when the client leaves in mid-answer', async () => {
    served = await serve()
    const ended = served.nextEnd('chat')
    const leave = new AbortController()
    const response = await post(served, STREAM, { signal: leave.signal })
    await response.body?.getReader().read()
    leave.abort()
    expect(await ended).toBe(false)
  })

  test('/api/chat stops computing when the client of one document leaves', async () => {
    served = await serve({ pace: 1000 })
    const ended = served.nextEnd('chat')
    const socket = connect(served.port, '127.0.0.1')
    const body = JSON.stringify(HI)
    socket.write(`POST /api/chat HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`, () => socket.destroy())
    expect(await ended).toBe(false)
  })

  test('/api/chat reports an answer that was made to its end', async () => {
    served = await serve({ pace: 0 })
    const ended = served.nextEnd('chat')
    await readChat(await post(served, STREAM))
    expect(await ended).toBe(true)
  })
})

describe('requests that cannot be served', () => {
  test.each([
    '', 'hi', '{', 'null', '[]', '"text"', '{}', '{"messages":null}', '{"messages":{}}', '{"messages":[]}', '{"messages":"hi"}',
    '{"messages":[null]}', '{"messages":["hi"]}', '{"messages":[{"content":"hi"}]}', '{"messages":[{"role":"user"}]}',
    '{"messages":[{"role":"user","content":5}]}', '{"messages":[{"role":1,"content":"hi"}]}',
  ])('/api/chat answers 400 to %s', async body => {
    served = await serve({ pace: 0 })
    const response = await post(served, body)
    expect(response.status).toBe(400)
    expect(response.headers.get('content-type')).toBe('application/json')
    const { error } = await response.json() as { error: { message: string } }
    expect(error.message).toMatch(/^Cannot read the request: /)
  })

  test('/api/chat answers 400 to what is nested beyond all measure, and 200 to what is not', async () => {
    served = await serve({ pace: 0 })
    const nested = (depth: number): string => JSON.stringify(STREAM).replace(/^\{/, `{"tools":${'['.repeat(depth)}${']'.repeat(depth)},`)
    expect((await post(served, nested(100))).status).toBe(200)
    expect((await post(served, nested(400_000))).status).toBe(400)
  })

  test.each([
    [{ role: 'user', content: [{ type: 'text', text: 'hi' }, { type: 'image_url', image_url: {} }] }], [{ role: 'assistant', content: null }],
  ])('/api/chat accepts the message %j', async message => {
    served = await serve({ pace: 0 })
    expect((await post(served, { messages: [...HI.messages, message] })).status).toBe(200)
  })

  test('/api/chat answers 413 to a body that says it is too large', async () => {
    served = await serve()
    const response = await post(served, ' '.repeat(1024 * 1024 + 1))
    expect(response.status).toBe(413)
    expect(((await response.json()) as { error: { message: string } }).error.message).toContain('1048576')
  })

  test('/api/chat takes a body of exactly its limit', async () => {
    served = await serve({ pace: 0 })
    const json = JSON.stringify(HI)
    expect((await post(served, json + ' '.repeat(1024 * 1024 - json.length))).status).toBe(200)
  })

  test('/api/chat answers 413 to a client that is still sending', async () => {
    served = await serve()
    const socket = connect(served.port, '127.0.0.1').setEncoding('utf8')
    socket.write('POST /api/chat HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n')
    const piece = `10000\r\n${' '.repeat(0x10000)}\r\n`
    const push = (): void => { while (!socket.destroyed && socket.write(piece)); }
    socket.on('drain', push)
    push()
    const answered = await new Promise<string>((resolve, reject) => {
      socket.once('data', (text: string) => resolve(text))
      socket.once('error', reject)
    })
    socket.destroy()
    expect(answered).toMatch(/^HTTP\/1\.1 413 /)
  })

  test.each([['cross-site', 403], ['same-site', 403], ['same-origin', 200], ['none', 200]])(
    '/api/chat answers a browser that asks from %s with %i', async (site, status) => {
      served = await serve({ pace: 0 })
      const headers = { 'sec-fetch-site': site }
      expect((await send(`${served.url}/api/chat`, { method: 'POST', headers, body: JSON.stringify(HI) })).status).toBe(status)
    })

  test.each([
    ['http://evil.test', 'demo.test:3000', 403], ['http://demo.test:3001', 'demo.test:3000', 403], ['null', 'demo.test:3000', 403],
    ['http://demo.test:3000', 'demo.test:3000', 200], ['https://demo.test', 'demo.test', 200],
  ])('/api/chat answers a page of %s, whose browser says no more than that, at %s with %i', async (origin, host, status) => {
    served = await serve({ pace: 0 })
    expect((await send(`${served.url}/api/chat`, { method: 'POST', headers: { origin, host }, body: JSON.stringify(HI) })).status).toBe(status)
    // A proxy may ask in its own name, but does not change what the browser says
    const headers = { origin, host: 'inner', 'sec-fetch-site': 'same-origin' }
    expect((await send(`${served.url}/api/chat`, { method: 'POST', headers, body: JSON.stringify(HI) })).status).toBe(200)
  })
})
