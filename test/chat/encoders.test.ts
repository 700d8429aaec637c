import { RunAgentInputSchema } from '@ag-ui/core/schemas'
import { convertToModelMessages, validateUIMessages } from 'ai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dialects, streamText, type ChatOptions, type ChatResult, type Dialect, type StreamError } from '../../src/index.ts'
import { CITY, PIECES, REASONING, startEncoders, type EncoderServer } from '../helpers/encoders.ts'

let server: EncoderServer
beforeAll(async () => {
  server = await startEncoders()
})
afterAll(() => server.close())

const TEXT = PIECES.join('')
const THOUGHTS = REASONING.join('')

const ask = (path: string, options: ChatOptions) => streamText('Why?', { url: server.url + path, ...options })

/** The network at its worst: the body a byte at a time. */
async function byteByByte(...request: Parameters<typeof fetch>): Promise<Response> {
  const response = await fetch(...request)
  const cut = new TransformStream<Uint8Array, Uint8Array>({
    transform(bytes, controller) {
      for (let at = 0; at < bytes.length; at++) controller.enqueue(bytes.subarray(at, at + 1))
    },
  })
  return new Response(response.body?.pipeThrough(cut), response)
}

/** How a stream is read: by its dialect and by `auto`, as it comes and a byte at a time. */
const waysToRead = (dialect: Dialect): ChatOptions[] => [
  { dialect }, { dialect: dialects.auto }, { dialect, fetch: byteByByte }, { dialect: dialects.auto, fetch: byteByByte },
]

/** The answer of a path, the same in whichever way it is read; arguments as what they say. */
async function read(path: string, dialect: Dialect) {
  const [result, ...others] = await Promise.all(waysToRead(dialect).map(async way => readOnce(path, way)))
  for (const other of others) expect(other).toEqual(result)
  return result as Awaited<ReturnType<typeof readOnce>>
}

async function readOnce(path: string, options: ChatOptions) {
  const { timing: _, lastEventId, toolCalls, ...result } = await ask(path, options)
  return { ...result, lastEventId: UUID.test(lastEventId) ? 'a uuid' : lastEventId, toolCalls: toolCalls.map(readArguments) }
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/
const readArguments = ({ id, name, arguments: json }: ChatResult['toolCalls'][number]) => (
  { id, name, input: JSON.parse(json) as unknown }
)

/** How a path's answer fails, the same in whichever way it is read, and the text that it leaves. */
async function fail(path: string, dialect: Dialect) {
  const failures = await Promise.all(waysToRead(dialect).map(async way => {
    const stream = ask(path, way)
    const error: unknown = await stream.then(() => expect.unreachable('no failure'), (thrown: unknown) => thrown)
    const { name, code, message } = error as StreamError
    return { name, code, message, text: stream.text }
  }))
  for (const failure of failures) expect(failure).toEqual(failures[0])
  return failures[0]
}

describe("streamText(), of the AI SDK's own streams,", () => {
  const { aiSdk } = dialects

  test('gives text, reasoning and why it ended, between steps, sources, files and metadata', async () => {
    expect(await read('/ai/answer', aiSdk)).toMatchObject({
      text: TEXT, reasoning: THOUGHTS, toolCalls: [], finishReason: 'stop', rawFinishReason: 'stop', outcome: 'done',
    })
  })

  test('gives no reasoning where the server sends none', async () => {
    expect(await read('/ai/without-reasoning', aiSdk)).toMatchObject({ text: TEXT, reasoning: '', outcome: 'done' })
  })

  test.each([
    ['stop', 'stop'], ['length', 'length'], ['content-filter', 'content-filter'], ['tool-calls', 'tool-calls'],
    ['other', 'other'], ['error', 'other'],
  ])('takes the finish reason %s as %s', async (raw, finishReason) => {
    const result = await read(`/ai/finish?is=${raw}`, aiSdk)
    expect(result).toMatchObject({ text: TEXT, finishReason, rawFinishReason: raw, outcome: 'done' })
  })

  test('is done by the end mark where the server sends neither start nor finish', async () => {
    const result = await read('/ai/no-finish', aiSdk)
    expect(result).toMatchObject({ text: TEXT, outcome: 'done' })
    expect(result).not.toHaveProperty('finishReason')
  })

  test('gives the tool calls that the page must run, whose arguments came in pieces or whole', async () => {
    expect(await read('/ai/client-tools', aiSdk)).toMatchObject({
      text: TEXT, finishReason: 'tool-calls', outcome: 'done',
      toolCalls: [{ id: 'c1', name: 'onClient', input: CITY }, { id: 'c2', name: 'onClient', input: { city: 'Oslo' } }],
    })
  })

  test('gives the call of a dynamic tool, and says that it waits for it where the server says stop', async () => {
    expect(await read('/ai/dynamic-tool', aiSdk)).toMatchObject({
      text: '', toolCalls: [{ id: 'c1', name: 'of the page', input: CITY }], outcome: 'done',
      finishReason: 'tool-calls', rawFinishReason: 'stop',
    })
  })

  test('leaves out the tool calls that the server ran, and gives the text of all steps', async () => {
    expect(await read('/ai/server-tool', aiSdk)).toMatchObject({
      text: TEXT, toolCalls: [], finishReason: 'stop', outcome: 'done',
    })
  })

  test('leaves out the tool calls that failed on the server: by the tool, by their input, for want of the tool', async () => {
    expect(await read('/ai/failing-tools', aiSdk)).toMatchObject({
      text: TEXT, toolCalls: [], finishReason: 'stop', outcome: 'done',
    })
  })

  test('leaves out the tool calls that the provider runs, with a result or without', async () => {
    expect(await read('/ai/provider-tool', aiSdk)).toMatchObject({
      text: TEXT, toolCalls: [], finishReason: 'stop', outcome: 'done',
    })
  })

  test('tells the tool call of the page from the one of the server in the same step', async () => {
    expect(await read('/ai/both-tools', aiSdk)).toMatchObject({
      toolCalls: [{ id: 'c2', name: 'onClient', input: CITY }], finishReason: 'tool-calls', outcome: 'done',
    })
  })

  test('gives the input that the server has mended, not the one that came in pieces', async () => {
    expect(await read('/ai/mended-input', aiSdk)).toMatchObject({
      toolCalls: [{ id: 'c1', name: 'onClient', input: CITY }], finishReason: 'tool-calls', outcome: 'done',
    })
  })

  test('gives the input of a tool that takes none as an empty object', async () => {
    expect(await read('/ai/no-input', aiSdk)).toMatchObject({
      toolCalls: [{ id: 'c1', name: 'clock', input: {} }], finishReason: 'tool-calls', outcome: 'done',
    })
  })

  test('gives an input that came as text as JSON', async () => {
    expect(await read('/ai/text-input', aiSdk)).toMatchObject({
      toolCalls: [{ id: 'c1', name: 'patch', input: '*** "Begin" 修正\n' }], finishReason: 'tool-calls', outcome: 'done',
    })
  })

  test("tells an error in the server's words, and keeps the text before it", async () => {
    expect(await fail('/ai/error', aiSdk)).toEqual({
      name: 'StreamError', code: 'provider', message: 'Provider reported an error: Sorry: 模型 overloaded 😔', text: TEXT,
    })
  })

  test('tells an error that the server masks', async () => {
    expect(await fail('/ai/error-masked', aiSdk)).toMatchObject({
      code: 'provider', message: 'Provider reported an error: An error occurred.', text: TEXT,
    })
  })

  test('tells an error that is all there is', async () => {
    expect(await fail('/ai/error-first', aiSdk)).toMatchObject({
      code: 'provider', message: 'Provider reported an error: Sorry: No 模型 😔', text: '',
    })
  })

  test('is truncated where the server stopped the answer', async () => {
    const result = await read('/ai/abort', aiSdk)
    expect(result).toMatchObject({ text: PIECES.slice(0, 2).join(''), toolCalls: [], outcome: 'truncated' })
  })

  test('reads a stream that the server wrote and merged itself, data and metadata first', async () => {
    expect(await read('/ai/written', aiSdk)).toMatchObject({
      text: TEXT, reasoning: THOUGHTS, finishReason: 'length', outcome: 'done',
    })
  })

  test("reads a stream that is piped to Node's response, and ends without a reason", async () => {
    const result = await read('/ai/piped', aiSdk)
    expect(result).toMatchObject({ text: TEXT, outcome: 'done' })
    expect(result).not.toHaveProperty('finishReason')
  })

  test('reads a text stream', async () => {
    expect(await read('/ai/text', dialects.rawText)).toMatchObject({ text: TEXT, reasoning: '', toolCalls: [], outcome: 'done' })
  })

  test('reads an object that is streamed as text, where it is told that it is text', async () => {
    expect(await ask('/ai/object', { dialect: dialects.rawText })).toMatchObject({ text: JSON.stringify(CITY), outcome: 'done' })
    await expect(ask('/ai/object', { dialect: dialects.auto })).rejects.toMatchObject({ code: 'dialect' })
  })
})

describe('streamText(), of streams by Hono,', () => {
  const { openai, rawText } = dialects

  test("gives OpenAI's chunks, between ids, a retry and pings", async () => {
    expect(await read('/hono/openai', openai)).toMatchObject({
      text: TEXT, finishReason: 'stop', outcome: 'done', lastEventId: 'end',
    })
  })

  test("gives OpenAI's chunks out of named events, in JSON of several lines", async () => {
    expect(await read('/hono/openai-named', openai)).toMatchObject({
      text: TEXT, finishReason: 'stop', outcome: 'done', lastEventId: '',
    })
  })

  test.each(['/hono/raw', '/hono/raw-named'])('gives raw text with its spaces and lines (%s)', async path => {
    const expected = { text: TEXT, outcome: 'done', lastEventId: path === '/hono/raw' ? '7' : '' }
    expect(await readOnce(path, { dialect: rawText })).toMatchObject(expected)
    expect(await readOnce(path, { dialect: rawText, fetch: byteByByte })).toMatchObject(expected)
  })

  test('takes raw text in events for nothing where it is not told so', async () => {
    const stream = ask('/hono/raw', { dialect: dialects.auto })
    await expect(stream).rejects.toMatchObject({ code: 'dialect' })
    expect(stream.text).toBe('')
  })

  test('gives streamed text as it is', async () => {
    expect(await read('/hono/text', rawText)).toMatchObject({ text: TEXT, outcome: 'done' })
  })

  test('tells the error of a stream that threw, and keeps the text before it', async () => {
    const error = { code: 'provider', message: 'Provider reported an error: 上流 gone 💥' }
    expect(await fail('/hono/error', openai)).toMatchObject({ ...error, text: PIECES.slice(0, 2).join('') })
    const stream = ask('/hono/raw-error', { dialect: rawText })
    await expect(stream).rejects.toMatchObject(error)
    expect(stream.text).toBe(PIECES[0])
  })
})

describe('streamText(), of streams by better-sse,', () => {
  test("gives OpenAI's chunks, between comments and ids", async () => {
    expect(await read('/better-sse/openai', dialects.openai)).toMatchObject({
      text: TEXT, finishReason: 'stop', outcome: 'done', lastEventId: 'end',
    })
  })

  test("gives OpenAI's chunks out of its batches and iterations, which end without a mark", async () => {
    expect(await read('/better-sse/iterate', dialects.openai)).toMatchObject({
      text: TEXT, finishReason: 'stop', outcome: 'done', lastEventId: 'a uuid',
    })
  })

  test('gives raw text with its spaces and lines', async () => {
    const expected = { text: TEXT, outcome: 'done', lastEventId: 'end' }
    expect(await readOnce('/better-sse/raw', { dialect: dialects.rawText })).toMatchObject(expected)
    expect(await readOnce('/better-sse/raw', { dialect: dialects.rawText, fetch: byteByByte })).toMatchObject(expected)
  })
})

describe("streamText(), of AG-UI's events,", () => {
  const { agUi } = dialects

  test('gives text and reasoning, between steps, states, snapshots and events of others', async () => {
    expect(await read('/ag-ui/answer', agUi)).toMatchObject({ text: TEXT, reasoning: THOUGHTS, toolCalls: [], outcome: 'done' })
  })

  test('gives what comes in chunks that say only what is new', async () => {
    expect(await read('/ag-ui/chunks', agUi)).toMatchObject({
      text: TEXT, reasoning: THOUGHTS, outcome: 'done',
      toolCalls: [{ id: 'c1', name: 'onClient', input: CITY }, { id: 'c2', name: 'onClient', input: { city: 'Oslo' } }],
    })
  })

  test('gives the tool calls that the page must run', async () => {
    expect(await read('/ag-ui/client-tools', agUi)).toMatchObject({
      text: TEXT, outcome: 'done',
      toolCalls: [{ id: 'c1', name: 'onClient', input: CITY }, { id: 'c2', name: 'onClient', input: { city: 'Oslo' } }],
    })
  })

  test('puts tool calls together whose pieces come in turns', async () => {
    expect(await read('/ag-ui/tools-at-once', agUi)).toMatchObject({
      text: '', outcome: 'done',
      toolCalls: [{ id: 'c1', name: 'onClient', input: CITY }, { id: 'c2', name: 'onClient', input: CITY }],
    })
  })

  test('leaves out the tool calls whose result the server sent', async () => {
    expect(await read('/ag-ui/server-tool', agUi)).toMatchObject({ text: TEXT, toolCalls: [], outcome: 'done' })
    expect(await read('/ag-ui/both-tools', agUi)).toMatchObject({
      toolCalls: [{ id: 'c2', name: 'onClient', input: CITY }], outcome: 'done',
    })
  })

  test("tells an error in the agent's words, and keeps the text before it", async () => {
    expect(await fail('/ag-ui/error', agUi)).toEqual({
      name: 'StreamError', code: 'provider', message: 'Provider reported an error: 模型 overloaded 😔 (busy)', text: TEXT,
    })
    const failure = await fail('/ag-ui/error-first', agUi)
    expect(failure).toMatchObject({ code: 'provider', text: '' })
    expect(failure?.message).toMatch(/^Provider reported an error: No 模型/)
  })

  test('is truncated where the run does not end', async () => {
    expect(await read('/ag-ui/broken-off', agUi)).toMatchObject({ text: TEXT, outcome: 'truncated' })
  })
})

describe('a request', () => {
  const messages = [
    { role: 'system', content: 'Answer in one sentence' }, { role: 'user', content: 'こんにちは 👋' },
    { role: 'assistant', content: 'Hello\n\nyou' }, { role: 'user', content: 'Why?' },
  ]
  const sent = (dialect: Dialect, params: Record<string, unknown>): unknown =>
    JSON.parse(JSON.stringify(dialect.request(messages, { model: 'small', params }).json))

  test("of aiSdk has messages that the AI SDK's own server takes for the same conversation", async () => {
    const json = sent(dialects.aiSdk, { temperature: 0 }) as { id: string; messages: unknown[] }
    expect(json).toMatchObject({ model: 'small', temperature: 0, id: expect.any(String) as string })
    const taken = await convertToModelMessages(await validateUIMessages({ messages: json.messages }))
    expect(taken).toEqual(messages.map(({ role, content: text }) => (
      { role, content: role === 'system' ? text : [{ type: 'text', text }] }
    )))
  })

  test("of aiSdk is answered by a route of the AI SDK's documents", async () => {
    const { text, outcome } = await streamText(messages, { url: `${server.url}/ai/route`, dialect: dialects.aiSdk })
    expect(outcome).toBe('done')
    expect(JSON.parse(text)).toMatchObject(messages.map(({ role }) => ({ role })))
  })

  test("of agUi is a run's input, in which the caller can name the thread", () => {
    const tools = [{ name: 'onClient', description: 'Run by the page', parameters: { type: 'object' } }]
    const input = RunAgentInputSchema.parse(sent(dialects.agUi, { threadId: 'mine', tools }))
    expect(input).toMatchObject({ threadId: 'mine', messages, tools })
    expect(input.runId).not.toBe('')
    expect(new Set(input.messages.map(({ id }) => id)).size).toBe(messages.length)
  })
})
