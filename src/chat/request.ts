import type { FetchEventsInit } from '../connection/request.ts'
import type { ChatMessage, Dialect } from './dialect.ts'

/** All that {@link FetchEventsInit} has, and what a chat needs besides. `idleTimeout` is 120,000 ms here. */
export interface ChatOptions extends FetchEventsInit {
  /** Where the prompt goes: a route of your own server, which holds the provider's key. @default '/api/chat' */
  url?: string | URL
  /** What the provider's stream looks like. @default openai for `streamText`, auto for `streamChat` */
  dialect?: Dialect
  /** The model to ask for, where the request names one. */
  model?: string
  /** Further fields of the provider's request: `{ temperature: 0 }` and the like. */
  params?: Record<string, unknown>
  /** Shapes the request's JSON wholly, from the messages. */
  request?: (messages: ChatMessage[]) => unknown
}

/** The dialect's request for the prompt, unless the caller shapes the body. */
export function shapeRequest(prompt: string | ChatMessage[], options: ChatOptions, dialect: Dialect): Pick<FetchEventsInit, 'json' | 'headers'> {
  const messages = typeof prompt === 'string' ? [{ role: 'user', content: prompt }] : prompt
  if (!Array.isArray(messages)) throw new TypeError(`Cannot send the prompt: neither a text nor messages: ${String(prompt)}`)
  const { request, model, params, headers, method = 'POST', body, json } = options
  if (body !== undefined || json !== undefined || /^(get|head)$/i.test(method)) return {}
  if (request) return { json: request(messages) }
  const shaped = dialect.request(messages, { ...(model !== undefined && { model }), ...(params && { params }) })
  if (!shaped.headers) return { json: shaped.json }
  return { json: shaped.json, headers: attempt => mergeHeaders(shaped.headers, typeof headers === 'function' ? headers(attempt) : headers) }
}

async function mergeHeaders(first: HeadersInit | undefined, second: HeadersInit | undefined | Promise<HeadersInit>): Promise<Headers> {
  const headers = new Headers(first)
  new Headers(await second).forEach((value, name) => headers.set(name, value))
  return headers
}
