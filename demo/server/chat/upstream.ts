import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ChatRequest } from './request.ts'
import { sendError } from '../http/http-error.ts'
import { write } from '../http/sse.ts'

const DEFAULT_BASE = 'https://api.openai.com/v1'
const DEFAULT_MODEL = 'gpt-4o-mini'
const ERROR_LIMIT = 64 * 1024

/** A server that speaks OpenAI's API, and what we ask it with. */
export interface Upstream { url: string; key: string | undefined; model: string }

/**
 * Reads from the environment which model server requests are passed on to.
 *
 * @returns `undefined` where neither `OPENAI_API_KEY` nor `OPENAI_BASE_URL` is set
 * @throws {Error} if `OPENAI_BASE_URL` is not an http or https address
 */
export function readUpstream(env: Record<string, string | undefined>): Upstream | undefined {
  const key = env.OPENAI_API_KEY?.trim() || undefined
  const base = env.OPENAI_BASE_URL?.trim() || undefined
  if (!key && !base) return undefined
  if (base && !/^https?:\/\/[^/]/.test(base)) {
    throw new Error(`Cannot use OPENAI_BASE_URL: not an http or https address: ${base}`)
  }
  const root = (base ?? DEFAULT_BASE).replace(/\/+$/, '')
  return { url: `${root}/chat/completions`, key, model: env.OPENAI_MODEL?.trim() || DEFAULT_MODEL }
}

/**
 * Passes a request on and its answer back: status, content type and bytes as they come.
 *
 * @throws when `signal` is aborted, or when the model server breaks off in the middle of its answer
 */
export async function passOn(
  req: IncomingMessage, res: ServerResponse, request: ChatRequest, upstream: Upstream, signal: AbortSignal,
): Promise<void> {
  let response: Response
  try {
    response = await fetch(upstream.url, {
      method: 'POST', signal,
      headers: requestHeaders(req, upstream),
      body: JSON.stringify({ ...request.json, model: request.model ?? upstream.model }),
    })
  } catch (error) {
    signal.throwIfAborted()
    // Only the code: a message can quote the address or a header, and with it the key
    sendError(res, 502, `Cannot reach the model server: ${errorCode(error)}`)
    return
  }

  res.writeHead(response.status, responseHeaders(response))
  if (!response.ok) {
    res.end(withoutKey(await readStart(response, ERROR_LIMIT), upstream.key))
    return
  }
  res.flushHeaders()
  if (response.body) for await (const chunk of response.body) await write(res, chunk, signal)
  res.end()
}

function requestHeaders(req: IncomingMessage, { key }: Upstream): Record<string, string> {
  const idempotencyKey = req.headers['idempotency-key']
  return {
    'Content-Type': 'application/json',
    // A compressed stream comes in lumps
    'Accept-Encoding': 'identity',
    ...(key && { Authorization: `Bearer ${key}` }),
    ...(typeof idempotencyKey === 'string' && { 'Idempotency-Key': idempotencyKey }),
  }
}

function responseHeaders(response: Response): Record<string, string> {
  const headers: Record<string, string> = { 'Cache-Control': 'no-cache, no-transform', 'X-Accel-Buffering': 'no' }
  for (const name of ['content-type', 'retry-after', 'x-request-id']) {
    const value = response.headers.get(name)
    if (value !== null) headers[name] = value
  }
  return headers
}

/** The first `limit` bytes of a body, as text. An error page needs no more, and a broken one is as good as its start. */
async function readStart(response: Response, limit: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    if (response.body) {
      for await (const chunk of response.body) {
        chunks.push(chunk)
        size += chunk.length
        if (size >= limit) break
      }
    }
  } catch {
    // what came is what there is
  }
  return Buffer.concat(chunks).subarray(0, limit).toString('utf8')
}

// Some servers quote the key that they refuse
function withoutKey(text: string, key: string | undefined): string {
  return key ? text.replaceAll(key, '***') : text
}

function errorCode(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'it did not answer'
}
