import { EventType, type BaseEvent } from '@ag-ui/core'
import { EventEncoder } from '@ag-ui/encoder'
import { getRequestListener } from '@hono/node-server'
import {
  convertToModelMessages, createUIMessageStream, createUIMessageStreamResponse, jsonSchema, pipeUIMessageStreamToResponse,
  stepCountIs, streamText, tool, validateUIMessages, type ToolSet, type UIMessageStreamWriter,
} from 'ai'
import { MockLanguageModelV3, simulateReadableStream } from 'ai/test'
import { createSession, type Session } from 'better-sse'
import { Hono, type Context } from 'hono'
import { streamSSE, streamText as streamPlainText, type SSEStreamingApi } from 'hono/streaming'
import http from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the encoders send: pieces whose spaces, line ends and characters of several code units are easily lost. */
export const PIECES = ['春は', 'あけぼの。', ' It', ' is\n\n', 'dawn 👩‍🚀', '🌅 ', 'é']
export const REASONING = ['季節', ' or', '\nsky 🤔?']
export const CITY = { city: '東京 🗼', days: 2 }
const BROKEN = '{"city": 東京}'

/** A server on loopback with one path a stream, each made by an encoder that servers are built with. */
export interface EncoderServer {
  url: string
  close: () => Promise<void>
}

type ModelStream = Awaited<ReturnType<MockLanguageModelV3['doStream']>>['stream']
type ModelPart = ModelStream extends ReadableStream<infer Part> ? Part : never
type Reason = Extract<ModelPart, { type: 'finish' }>['finishReason']['unified']

// What a model says

const text = (pieces: string[], id = 't'): ModelPart[] => [
  { type: 'text-start', id }, ...pieces.map(delta => ({ type: 'text-delta' as const, id, delta })), { type: 'text-end', id },
]

const reasoning: ModelPart[] = [
  { type: 'reasoning-start', id: 'r' },
  ...REASONING.map(delta => ({ type: 'reasoning-delta' as const, id: 'r', delta })),
  { type: 'reasoning-end', id: 'r' },
]

const finish = (unified: Reason): ModelPart => ({
  type: 'finish', finishReason: { unified, raw: `raw ${unified}` },
  usage: {
    inputTokens: { total: 7, noCache: 7, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: 11, text: 8, reasoning: 3 },
  },
})

type Executed = { providerExecuted?: boolean; dynamic?: boolean }

const cut = (json: string) => json.match(/.{1,3}/gsu) ?? []

/** A tool call whose input comes in pieces, and whole. */
const call = (id: string, toolName: string, input: unknown = CITY, rest: Executed = {}): ModelPart[] => [
  { type: 'tool-input-start', id, toolName, ...rest },
  ...cut(JSON.stringify(input)).map(delta => ({ type: 'tool-input-delta' as const, id, delta })),
  { type: 'tool-input-end', id },
  ...callAtOnce(id, toolName, input, rest),
]

const callAtOnce = (toolCallId: string, toolName: string, input: unknown, rest: Executed = {}): ModelPart[] => [
  { type: 'tool-call', toolCallId, toolName, input: JSON.stringify(input), ...rest },
]

const inputSchema = jsonSchema<typeof CITY>({ type: 'object', properties: { city: { type: 'string' } } }, {
  validate(value) {
    const input = value as typeof CITY
    return input.city ? { success: true, value: input } : { success: false, error: new Error('No city') }
  },
})

const tools = {
  onClient: tool({ description: 'Run by the page', inputSchema }),
  clock: tool({ description: 'Run by the page, and takes nothing', inputSchema: jsonSchema<object>({ type: 'object' }) }),
  onServer: tool({ description: 'Run by the server', inputSchema, execute: ({ city }) => ({ weather: `晴れ in ${city}` }) }),
  inStages: tool({
    description: 'Tells how far it is', inputSchema,
    async *execute({ city }) {
      yield { looking: city }
      yield { weather: '晴れ' }
    },
  }),
  fails: tool({ description: 'Fails', inputSchema, execute: (): Promise<string> => Promise.reject(new Error('No thermometer')) }),
} satisfies ToolSet

/** The AI SDK's own streamText() with a model that says in each step what it is told. */
const say = (...steps: ModelPart[][]) => streamText({
  model: new MockLanguageModelV3({
    doStream: steps.map(chunks => ({ stream: simulateReadableStream({ chunks, initialDelayInMs: null, chunkDelayInMs: null }) })),
  }),
  prompt: 'Why?', tools, stopWhen: stepCountIs(5), onError() {},
  experimental_repairToolCall: ({ toolCall }) =>
    Promise.resolve(toolCall.input === BROKEN ? { ...toolCall, input: JSON.stringify(CITY) } : null),
})

const inOwnWords = { onError: (error: unknown) => `Sorry: ${error instanceof Error ? error.message : String(error)} 😔` }

/** The same where the server aborts once two pieces have come. */
function sayAndAbort() {
  const controller = new AbortController()
  const parts = text(PIECES).slice(0, 3)
  const stream = new ReadableStream<ModelPart>({
    pull(queue) {
      const part = parts.shift()
      if (part) return queue.enqueue(part)
      controller.abort(new DOMException('Too long', 'AbortError'))
      return queue.error(controller.signal.reason)
    },
  }, { highWaterMark: 0 })
  const model = new MockLanguageModelV3({ doStream: { stream } })
  return streamText({ model, prompt: 'Why?', abortSignal: controller.signal, onError() {} })
}

/** A stream that the server writes itself. */
const write = (execute: (writer: UIMessageStreamWriter) => void | Promise<void>) =>
  createUIMessageStream({ execute: ({ writer }) => execute(writer), ...inOwnWords })

/** What `fetch` handlers answer with: paths that begin with `/ai`. */
const aiSdk: Record<string, (context: Context) => Response | Promise<Response>> = {
  '/ai/answer': () => say([
    ...reasoning, ...text(PIECES.slice(0, 4)),
    { type: 'source', sourceType: 'url', id: 's', url: 'https://example.com/', title: 'A source' },
    { type: 'file', mediaType: 'image/png', data: 'iVBORw0KGgo=' },
    ...text(PIECES.slice(4), 'u'), finish('stop'),
  ]).toUIMessageStreamResponse({
    sendSources: true,
    messageMetadata: ({ part }) => (part.type === 'finish' ? { totalUsage: part.totalUsage } : { part: part.type }),
  }),
  '/ai/without-reasoning': () => say([
    ...reasoning, ...text(PIECES), finish('stop'),
  ]).toUIMessageStreamResponse({ sendReasoning: false }),
  '/ai/finish': context => say([...text(PIECES), finish(context.req.query('is') as Reason)]).toUIMessageStreamResponse(),
  '/ai/no-finish': () => say([
    ...text(PIECES), finish('stop'),
  ]).toUIMessageStreamResponse({ sendStart: false, sendFinish: false }),
  '/ai/client-tools': () => say([
    ...text(PIECES), ...call('c1', 'onClient'), ...callAtOnce('c2', 'onClient', { city: 'Oslo' }), finish('tool-calls'),
  ]).toUIMessageStreamResponse(),
  '/ai/dynamic-tool': () => createUIMessageStreamResponse({
    stream: write(writer => {
      writer.write({ type: 'tool-input-available', toolCallId: 'c1', toolName: 'of the page', input: CITY, dynamic: true })
      writer.write({ type: 'finish', finishReason: 'stop' })
    }),
  }),
  '/ai/server-tool': () => say(
    [...text(PIECES.slice(0, 2)), ...call('c1', 'onServer'), ...call('c2', 'inStages'), finish('tool-calls')],
    [...text(PIECES.slice(2)), finish('stop')],
  ).toUIMessageStreamResponse(),
  '/ai/failing-tools': () => say(
    [...call('c1', 'fails'), ...call('c2', 'onServer', { no: 'city' }), ...call('c3', 'madeUp'), finish('tool-calls')],
    [...text(PIECES), finish('stop')],
  ).toUIMessageStreamResponse(inOwnWords),
  '/ai/both-tools': () => say([
    ...call('c1', 'onServer'), ...call('c2', 'onClient'), finish('tool-calls'),
  ]).toUIMessageStreamResponse(),
  '/ai/provider-tool': () => say([
    ...call('c1', 'search', CITY, { providerExecuted: true, dynamic: true }),
    { type: 'tool-result', toolCallId: 'c1', toolName: 'search', result: { found: '晴れ' }, dynamic: true },
    ...callAtOnce('c2', 'search', CITY, { providerExecuted: true, dynamic: true }), // its result comes with a later answer
    ...text(PIECES), finish('stop'),
  ]).toUIMessageStreamResponse(),
  '/ai/error': () => say([
    ...text(PIECES), { type: 'error', error: new Error('模型 overloaded') }, finish('error'),
  ]).toUIMessageStreamResponse(inOwnWords),
  '/ai/error-masked': () => say([...text(PIECES), { type: 'error', error: new Error('secret') }]).toUIMessageStreamResponse(),
  '/ai/error-first': () => createUIMessageStreamResponse({ stream: write(() => Promise.reject(new Error('No 模型'))) }),
  '/ai/abort': () => sayAndAbort().toUIMessageStreamResponse(),
  '/ai/written': () => createUIMessageStreamResponse({
    stream: write(writer => {
      writer.write({ type: 'data-status', data: { text: 'thinking' }, transient: true })
      writer.write({ type: 'message-metadata', messageMetadata: { mood: '😀' } })
      writer.merge(say([...reasoning, ...text(PIECES), finish('length')]).toUIMessageStream({ sendStart: false }))
    }),
  }),
  // the server mends what the model has put wrong: only the whole input is right
  '/ai/mended-input': () => say([
    { type: 'tool-input-start', id: 'c1', toolName: 'onClient' },
    { type: 'tool-input-delta', id: 'c1', delta: BROKEN },
    { type: 'tool-input-end', id: 'c1' },
    { type: 'tool-call', toolCallId: 'c1', toolName: 'onClient', input: BROKEN },
    finish('tool-calls'),
  ]).toUIMessageStreamResponse(),
  '/ai/no-input': () => say([
    { type: 'tool-input-start', id: 'c1', toolName: 'clock' },
    { type: 'tool-input-delta', id: 'c1', delta: '' },
    { type: 'tool-input-end', id: 'c1' },
    { type: 'tool-call', toolCallId: 'c1', toolName: 'clock', input: '' },
    finish('tool-calls'),
  ]).toUIMessageStreamResponse(),
  // what a model of tools that take no JSON sends: the deltas are the input itself
  '/ai/text-input': () => createUIMessageStreamResponse({
    stream: write(writer => {
      writer.write({ type: 'start' })
      writer.write({ type: 'tool-input-start', toolCallId: 'c1', toolName: 'patch', inputEncoding: 'text' })
      writer.write({ type: 'tool-input-delta', toolCallId: 'c1', inputTextDelta: '*** "Begin" ' })
      writer.write({ type: 'tool-input-delta', toolCallId: 'c1', inputTextDelta: '修正\n' })
      writer.write({ type: 'tool-input-available', toolCallId: 'c1', toolName: 'patch', input: '*** "Begin" 修正\n' })
      writer.write({ type: 'finish', finishReason: 'stop' })
    }),
  }),
  '/ai/text': () => say([...reasoning, ...text(PIECES), finish('stop')]).toTextStreamResponse(),
  // what its streamObject() sends too
  '/ai/object': () => say([...text(cut(JSON.stringify(CITY))), finish('stop')]).toTextStreamResponse(),
  // a route as the AI SDK's own documents have it: it refuses what useChat() would not send
  '/ai/route': async context => {
    const body = await context.req.json<{ messages: unknown }>()
    const messages = await convertToModelMessages(await validateUIMessages({ messages: body.messages }))
    return say([...text([JSON.stringify(messages)]), finish('stop')]).toUIMessageStreamResponse()
  },
}

// OpenAI's chunks, as servers send them on

const chunk = (content: string, reason: string | null = null) => (
  { choices: [{ index: 0, delta: { content }, finish_reason: reason }] }
)
const CHUNKS = [...PIECES.map(piece => chunk(piece)), chunk('', 'stop')]

const hono: Record<string, (stream: SSEStreamingApi) => Promise<void>> = {
  '/hono/openai': async stream => {
    await stream.writeSSE({ data: JSON.stringify(chunk('')), retry: 3000, id: '0' })
    await stream.write(': ping\n\n')
    for (const [i, value] of CHUNKS.entries()) await stream.writeSSE({ data: JSON.stringify(value), id: `${i + 1}` })
    await stream.writeSSE({ data: '[DONE]', id: 'end' })
  },
  '/hono/openai-named': async stream => {
    for (const value of CHUNKS) await stream.writeSSE({ data: JSON.stringify(value, undefined, 2), event: 'chunk' })
    await stream.writeSSE({ data: '[DONE]', event: 'done' })
  },
  '/hono/raw': async stream => {
    for (const [i, data] of PIECES.entries()) await stream.writeSSE({ data, id: `${i + 1}` })
    await stream.writeSSE({ data: '[DONE]' })
  },
  '/hono/raw-named': async stream => {
    for (const data of PIECES) await stream.writeSSE({ data, event: 'token' })
  },
  '/hono/error': async stream => {
    for (const value of CHUNKS.slice(0, 2)) await stream.writeSSE({ data: JSON.stringify(value) })
    throw new Error('上流 gone 💥')
  },
  '/hono/raw-error': async stream => {
    await stream.writeSSE({ data: PIECES[0] as string })
    throw new Error('上流 gone 💥')
  },
}

// better-sse writes `data:` without a space, and a line end as it is: what is no JSON needs a space before, and each line a field
const asItIs = (data: unknown) => (typeof data === 'string' ? ` ${data.replaceAll('\n', '\ndata: ')}` : JSON.stringify(data))

const betterSse: Record<string, { serializer?: typeof asItIs; run: (session: Session) => void | Promise<void> }> = {
  '/better-sse/openai': {
    serializer: asItIs,
    run(session) {
      for (const [i, value] of CHUNKS.entries()) session.push(value, 'message', `${i}`)
      session.push('[DONE]', 'message', 'end')
    },
  },
  // by its own names for events, in batches, and without an end mark, which its own serializer would put into quotes
  '/better-sse/iterate': {
    async run(session) {
      await session.iterate(CHUNKS.slice(0, 3))
      await session.batch(async buffer => {
        buffer.comment('a comment').dispatch().retry(100).dispatch()
        await buffer.iterate(CHUNKS.slice(3), { eventName: 'more' })
      })
    },
  },
  '/better-sse/raw': {
    serializer: asItIs,
    run(session) {
      for (const [i, piece] of PIECES.entries()) session.push(piece, 'message', `${i}`)
      session.push('[DONE]', 'message', 'end')
    },
  },
}

// AG-UI

const ids = { threadId: 'thread', runId: 'run' }
const started: BaseEvent = { type: EventType.RUN_STARTED, ...ids }
const finished: BaseEvent = { type: EventType.RUN_FINISHED, ...ids }
const question = { id: 'q', role: 'user', content: 'Why?' }
const message = (pieces: string[], messageId = 'm'): BaseEvent[] => [
  { type: EventType.TEXT_MESSAGE_START, messageId, role: 'assistant' },
  ...pieces.map(delta => ({ type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta })),
  { type: EventType.TEXT_MESSAGE_END, messageId },
]
const toolCall = (toolCallId: string, toolCallName: string, input: unknown = CITY): BaseEvent[] => [
  { type: EventType.TOOL_CALL_START, toolCallId, toolCallName, parentMessageId: 'm' },
  ...cut(JSON.stringify(input)).map(delta => ({ type: EventType.TOOL_CALL_ARGS, toolCallId, delta })),
  { type: EventType.TOOL_CALL_END, toolCallId },
]
const toolResult = (toolCallId: string): BaseEvent => (
  { type: EventType.TOOL_CALL_RESULT, messageId: `of ${toolCallId}`, toolCallId, content: '{"weather":"晴れ"}', role: 'tool' }
)

const agUi: Record<string, BaseEvent[]> = {
  '/ag-ui/answer': [
    { ...started, timestamp: 1, parentRunId: null, input: { ...ids, messages: [question], tools: [], context: [] } },
    { type: EventType.STEP_STARTED, stepName: 'think' },
    { type: EventType.STATE_SNAPSHOT, snapshot: { mood: '😀' } },
    { type: EventType.REASONING_START, messageId: 'r' },
    { type: EventType.REASONING_MESSAGE_START, messageId: 'r', role: 'reasoning' },
    ...REASONING.map(delta => ({ type: EventType.REASONING_MESSAGE_CONTENT, messageId: 'r', delta })),
    { type: EventType.REASONING_MESSAGE_END, messageId: 'r' },
    { type: EventType.REASONING_ENCRYPTED_VALUE, subtype: 'message', entityId: 'r', encryptedValue: 'c2VjcmV0' },
    { type: EventType.REASONING_END, messageId: 'r' },
    { type: EventType.STEP_FINISHED, stepName: 'think' },
    ...message(PIECES),
    { type: EventType.STATE_DELTA, delta: [{ op: 'replace', path: '/mood', value: '😴' }] },
    { type: EventType.ACTIVITY_SNAPSHOT, messageId: 'a', activityType: 'plan', content: { steps: ['one'] } },
    { type: EventType.RAW, event: { choices: [{ delta: { content: 'not this' } }] } },
    { type: EventType.CUSTOM, name: 'own', value: { text: 'nor this' } },
    { type: EventType.MESSAGES_SNAPSHOT, messages: [question, { id: 'm', role: 'assistant', content: PIECES.join('') }] },
    { ...finished, result: { text: 'nor this' }, outcome: { type: 'success' }, usage: [{ model: 'small', outputTokens: 11 }] },
  ],
  '/ag-ui/chunks': [
    started,
    { type: EventType.REASONING_MESSAGE_CHUNK, messageId: 'r', delta: REASONING[0] },
    ...REASONING.slice(1).map(delta => ({ type: EventType.REASONING_MESSAGE_CHUNK, delta })),
    { type: EventType.TEXT_MESSAGE_CHUNK, messageId: 'm', role: 'assistant', delta: PIECES[0] },
    ...PIECES.slice(1).map(delta => ({ type: EventType.TEXT_MESSAGE_CHUNK, delta })),
    { type: EventType.TOOL_CALL_CHUNK, toolCallId: 'c1', toolCallName: 'onClient', parentMessageId: 'm' },
    ...cut(JSON.stringify(CITY)).map(delta => ({ type: EventType.TOOL_CALL_CHUNK, delta })),
    { type: EventType.TOOL_CALL_CHUNK, toolCallId: 'c2', toolCallName: 'onClient', delta: '{"city":' },
    { type: EventType.TOOL_CALL_CHUNK, toolCallId: 'c2', delta: '"Oslo"}' },
    finished,
  ],
  '/ag-ui/client-tools': [
    started, ...message(PIECES), ...toolCall('c1', 'onClient'), ...toolCall('c2', 'onClient', { city: 'Oslo' }), finished,
  ],
  '/ag-ui/tools-at-once': [
    started, ...toolCall('c1', 'onClient').flatMap((event, i) => [event, toolCall('c2', 'onClient')[i] as BaseEvent]),
    { ...finished, outcome: { type: 'success', pendingToolCallIds: ['c1', 'c2'] } },
  ],
  '/ag-ui/server-tool': [
    started, ...message(PIECES.slice(0, 2)), ...toolCall('c1', 'onServer'), toolResult('c1'),
    ...message(PIECES.slice(2), 'n'), finished,
  ],
  '/ag-ui/both-tools': [started, ...toolCall('c1', 'onServer'), ...toolCall('c2', 'onClient'), toolResult('c1'), finished],
  '/ag-ui/error': [started, ...message(PIECES), { type: EventType.RUN_ERROR, message: '模型 overloaded 😔', code: 'busy' }],
  '/ag-ui/error-first': [{ type: EventType.RUN_ERROR, message: 'No 模型' }],
  '/ag-ui/broken-off': [started, ...message(PIECES).slice(0, -1)],
}

/** Starts it on a free port. */
export async function startEncoders(): Promise<EncoderServer> {
  const app = new Hono()
  for (const [path, answer] of Object.entries(aiSdk)) app.post(path, answer)
  for (const [path, run] of Object.entries(hono)) app.post(path, context => streamSSE(context, run, () => Promise.resolve()))
  app.post('/hono/text', context => streamPlainText(context, async stream => {
    for (const piece of PIECES) await stream.write(piece)
  }))
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false })

  const server = http.createServer((request, response) => {
    const path = request.url ?? ''
    if (path === '/ai/piped') {
      return pipeUIMessageStreamToResponse({
        response, status: 201,
        stream: write(writer => {
          writer.write({ type: 'message-metadata', messageMetadata: { model: 'small' } })
          writer.write({ type: 'text-start', id: 't' })
          for (const delta of PIECES) writer.write({ type: 'text-delta', id: 't', delta })
          writer.write({ type: 'text-end', id: 't' })
          writer.write({ type: 'finish' })
        }),
      })
    }
    if (betterSse[path]) {
      const { run, serializer } = betterSse[path]
      return void createSession(request, response, { keepAlive: 1, ...(serializer && { serializer }) })
        .then(session => new Promise<void>(resolve => setTimeout(resolve, 10)).then(() => run(session))) // some comments first
        .then(() => response.end())
    }
    if (agUi[path]) {
      const encoder = new EventEncoder({ accept: request.headers.accept ?? '' })
      response.writeHead(200, { 'content-type': encoder.getContentType() })
      for (const event of agUi[path]) response.write(encoder.encodeBinary(event))
      return void response.end()
    }
    return void listener(request, response)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise(resolve => {
      server.close(() => resolve())
      server.closeAllConnections()
    }),
  }
}
