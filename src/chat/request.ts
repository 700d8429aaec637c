import type { FetchEventsInit } from '../connection/request.ts'
import type { ChatMessage, Dialect } from './dialect.ts'

/** All that {@link FetchEventsInit} has, and what a chat needs besides. `idleTimeout` is 120,000 ms here. */
export interface ChatOptions extends FetchEventsInit {
  /** Where the prompt goes: a route of your own server, which holds the provider's key. @default '/api/chat' */
  url?: string | URL | undefined
  /** What the provider's stream looks like. @default openai for `streamText`, auto for `streamChat` */
  dialect?: Dialect | undefined
  /** The model to ask for, where the request names one. */
  model?: string | undefined
  /** Further fields of the provider's request: `{ temperature: 0 }` and the like. */
  params?: Record<string, unknown> | undefined
  /** Shapes the request's JSON wholly, from the messages. */
  request?: ((messages: ChatMessage[]) => unknown) | undefined
}

/** The dialect's request for the prompt, unless the caller shapes the body. */
export function shapeRequest(prompt: string | readonly ChatMessage[], options: ChatOptions, dialect: Dialect): Pick<FetchEventsInit, 'json' | 'headers' | 'method'> {
  const messages = typeof prompt === 'string' ? [{ role: 'user', content: prompt }] : prompt
  if (!Array.isArray(messages)) throw new TypeError(`Cannot send the prompt: neither a text nor messages: ${String(prompt)}`)
  const { request, model, params, headers, method = 'POST', body, json } = options
  if (body || json !== undefined || /^(get|head)$/i.test(method)) return { method }
  const shaped = request ? { json: request([...messages]) } : dialect.request([...messages], { model, params })
  if (shaped.json === undefined) throw new TypeError(`Cannot send the prompt: ${request ? 'request()' : dialect.name} made nothing of it`)
  const own = 'headers' in shaped ? shaped.headers : undefined
  return {
    method,
    json: shaped.json,
    ...(own && { headers: attempt => mergeHeaders(own, typeof headers === 'function' ? headers(attempt) : headers) }),
  }
}

async function mergeHeaders(first: HeadersInit | undefined, second: HeadersInit | undefined | Promise<HeadersInit>): Promise<Headers> {
  const headers = new Headers(first)
  new Headers(await second).forEach((value, name) => headers.set(name, value))
  return headers
}
