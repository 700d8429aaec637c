import type { ServerResponse } from 'node:http'
import { readEvents } from 'teleprinter'
import { HttpError } from '../http/http-error.ts'
import { write } from '../http/sse.ts'
import type { Source } from './producer.ts'
import type { ChatRequest } from './request.ts'

const DEFAULT_BASE = 'https://api.openai.com/v1'
const DEFAULT_MODEL = 'gpt-4o-mini'
const ERROR_LIMIT = 64 * 1024
/** What is passed on as it is, apart from the key. A page of the model server's, say, would be one of ours. */
const PASSED_ON = /^(?:application\/json|text\/event-stream|text\/plain)\s*(?:;|$)/i
/** The longest event that is taken. */
const EVENT_LIMIT = 1024 * 1024

/** A server that speaks OpenAI's API, and what we ask it with. */
export interface Upstream { url: string; key: string | undefined; model: string }

/**
 * Reads from the environment which model server requests are passed on to.
 *
 * @returns `undefined` where neither `OPENAI_API_KEY` nor `OPENAI_BASE_URL` is set
 * @throws {Error} if `OPENAI_BASE_URL` is not an http or https address, or has credentials in it, which belong into `OPENAI_API_KEY`
 */
export function readUpstream(env: Record<string, string | undefined>): Upstream | undefined {
  const key = env.OPENAI_API_KEY?.trim() || undefined
  const base = env.OPENAI_BASE_URL?.trim() || undefined
  if (!key && !base) return undefined
  if (base && (!/^https?:\/\/[^/]/.test(base) || !URL.canParse(base))) {
    throw new Error(`Cannot use OPENAI_BASE_URL: not an http or https address: ${withoutPassword(base)}`)
  }
  // fetch() refuses them too, but with every prompt
  if (base && withoutPassword(base) !== base) {
    throw new Error(`Cannot use OPENAI_BASE_URL: a name or password in it, where only OPENAI_API_KEY is sent: ${withoutPassword(base)}`)
  }
  const root = (base ?? DEFAULT_BASE).replace(/\/+$/, '')
  return { url: `${root}/chat/completions`, key, model: env.OPENAI_MODEL?.trim() || DEFAULT_MODEL }
}

function withoutPassword(address: string): string {
  return address.replace(/\/\/[^/?#]*@/, '//***@')
}

/**
 * Asks the model server.
 *
 * @param key the client's own `Idempotency-Key`, for a model server that knows of such
 * @throws {HttpError} 502 where it can't be reached
 * @throws when `signal` is aborted
 */
export async function ask(request: ChatRequest, key: string | undefined, upstream: Upstream, signal: AbortSignal): Promise<Response> {
  const body = JSON.stringify({ ...request.json, model: request.model ?? upstream.model })
  try {
    return await fetch(upstream.url, {
      method: 'POST', signal, body,
      // Where the prompt and the key go, OPENAI_BASE_URL alone says
      redirect: 'manual',
      headers: requestHeaders(key, upstream),
    })
  } catch (error) {
    signal.throwIfAborted()
    // Only the code: a message can quote the address or a header, and with it the key
    throw new HttpError(502, `Cannot reach the model server: ${errorCode(error)}`)
  }
}

/** Thrown where a model server that was asked for an event stream answers with something else: only whoever asked gets that. */
export class NoStream extends Error {
  readonly answer: Response

  constructor(answer: Response) {
    super(`Cannot read the answer: the model server answered ${answer.status} ${answer.headers.get('content-type') ?? 'without a type'}`)
    this.answer = answer
  }
}

/**
 * Makes an answer by the model server: asks it once, and gives its events as blocks, their comments and ids left out. What it
 * says when it is no event stream is thrown as {@link NoStream}.
 */
export function upstreamSource(request: ChatRequest, key: string | undefined, upstream: Upstream): Source {
  return async (_from, signal) => {
    const response = await ask(request, key, upstream, signal)
    const isStream = /^text\/event-stream\b/i.test(response.headers.get('content-type') ?? '')
    if (!response.ok || !isStream) throw new NoStream(response)
    return readBlocks(response, upstream.key)
  }
}

async function* readBlocks(response: Response, key: string | undefined): AsyncGenerator<string> {
  for await (const { type, data } of readEvents(response, { maxBufferSize: EVENT_LIMIT })) {
    const lines = data.split('\n').map(line => `data: ${line}`)
    const block = [...(type === 'message' ? [] : [`event: ${type}`]), ...lines].join('\n')
    yield withoutKey(block, key)
    // There are servers that leave the connection open
    if (data === '[DONE]') return
  }
}

/**
 * Passes an answer on that is no event stream: status, content type and bytes as they come, without the key.
 *
 * @throws {HttpError} where it is neither JSON nor text: its own status, if that is an error's, or else 502; 502 where it sends us elsewhere
 * @throws when `signal` is aborted, or when the model server breaks off in the middle of its answer
 */
export async function passOn(res: ServerResponse, answer: Response, key: string | undefined, signal: AbortSignal): Promise<void> {
  const { status, headers } = answer
  const headersOf = (...names: string[]): Record<string, string> =>
    Object.fromEntries(names.filter(name => headers.has(name)).map(name => [name, withoutKey(headers.get(name) ?? '', key)]))
  const type = headers.get('content-type')
  if ((status >= 300 && status < 400) || !PASSED_ON.test(type ?? '')) {
    answer.body?.cancel().catch(() => {})
    // Its error stays one of this status, without a page that is none of ours
    throw new HttpError(status >= 400 ? status : 502, `Cannot read the answer: the model server answered ${status} ${withoutKey(type ?? 'without a type', key).slice(0, 100)}`, {
      headers: { ...NO_SNIFFING, ...headersOf('retry-after', 'x-request-id') },
    })
  }
  res.writeHead(status, {
    'Cache-Control': 'no-cache, no-transform', 'X-Accel-Buffering': 'no', ...NO_SNIFFING, ...headersOf('content-type', 'retry-after', 'x-request-id'),
  })
  const chunks = blot(readBody(answer, signal), key)
  if (!answer.ok) {
    res.end(await readStart(chunks, ERROR_LIMIT))
    return
  }
  res.flushHeaders()
  for await (const chunk of chunks) await write(res, chunk, signal)
  res.end()
}

const NO_SNIFFING = { 'X-Content-Type-Options': 'nosniff' }

function requestHeaders(idempotencyKey: string | undefined, { key }: Upstream): Record<string, string> {
  return {
    'Content-Type': 'application/json',
    // A compressed stream comes in lumps
    'Accept-Encoding': 'identity',
    ...(key && { Authorization: `Bearer ${key}` }),
    ...(idempotencyKey !== undefined && { 'Idempotency-Key': idempotencyKey }),
  }
}

/** The first `limit` bytes of a body. An error page needs no more, and a broken one is as good as its start. */
async function readStart(body: AsyncIterable<Uint8Array>, limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of body) {
      chunks.push(chunk)
      size += chunk.length
      if (size >= limit) break
    }
  } catch {
    // what came is what there is
  }
  return Buffer.concat(chunks).subarray(0, limit)
}

/** The bytes of a body, which is cancelled when the loop is left, and at once when the signal is aborted. */
async function* readBody({ body }: Response, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const reader = body?.getReader()
  const cancel = (): void => void reader?.cancel().catch(() => {})
  signal.addEventListener('abort', cancel)
  if (signal.aborted) cancel()
  try {
    for (;;) {
      const chunk = await reader?.read()
      if (!chunk || chunk.done) return
      yield chunk.value
    }
  } finally {
    signal.removeEventListener('abort', cancel)
    cancel()
  }
}

// Some servers quote the key that they refuse
function withoutKey(text: string, key: string | undefined): string {
  return key ? text.replaceAll(key, '***') : text
}

/** The same of bytes, whose chunks can end within the key: what may be its start is held back. */
async function* blot(chunks: AsyncIterable<Uint8Array>, key: string | undefined): AsyncGenerator<Uint8Array> {
  let held = ''
  for await (const chunk of chunks) {
    // A character for each byte, so that nothing else changes
    const text = withoutKey(held + Buffer.from(chunk).toString('latin1'), key)
    const end = text.length - startLength(text, key)
    held = text.slice(end)
    yield Buffer.from(text.slice(0, end), 'latin1')
  }
  yield Buffer.from(held, 'latin1')
}

/** How much of a text's end is a start of the key. */
function startLength(text: string, key = ''): number {
  let length = Math.min(text.length, Math.max(0, key.length - 1))
  while (!text.endsWith(key.slice(0, length))) length--
  return length
}

function errorCode(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'it did not answer'
}
