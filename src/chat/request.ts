import { isSafe, type FetchEventsInit } from '../connection/request.ts'
import { isObject } from '../json.ts'
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
  /** Shapes the request's JSON wholly, from the messages; at once, not by a promise. */
  request?: ((messages: ChatMessage[]) => unknown) | undefined
}

/** A prompt as messages. @throws {TypeError} where it is neither a text nor a list of messages */
export function toMessages(prompt: string | readonly ChatMessage[]): ChatMessage[] {
  if (typeof prompt === 'string') return [{ role: 'user', content: prompt }]
  if (Array.isArray(prompt) && !prompt.some(message => !isObject(message))) return [...prompt as readonly ChatMessage[]]
  throw new TypeError(`Cannot send the prompt: neither a text nor messages: ${String(prompt)}`)
}

/** The dialect's request for the prompt, unless the caller shapes the body. */
export function shapeRequest(prompt: string | readonly ChatMessage[], options: ChatOptions, dialect: Dialect): Pick<FetchEventsInit, 'json' | 'headers' | 'method'> {
  const messages = toMessages(prompt)
  const { request, model, params, method = 'POST', body, json } = options
  if (body || json !== undefined || isSafe(method.toUpperCase())) return { method }
  const shaped: ReturnType<Dialect['request']> = request ? { json: request(messages) } : dialect.request(messages, { model, params })
  if (shaped.json === undefined || (isObject(shaped.json) && 'then' in shaped.json)) {
    throw new TypeError(`Cannot send the prompt: ${request ? 'request()' : dialect.name} gave ${String(shaped.json)}`)
  }
  return { method, json: shaped.json, ...(shaped.headers && { headers: layHeaders(shaped.headers, options.headers) }) }
}

/** Headers, and others that come first where both name one; functions are asked at every attempt. */
export function layHeaders(...layers: FetchEventsInit['headers'][]): FetchEventsInit['headers'] {
  return async attempt => {
    const laid = new Headers()
    for (const layer of layers) {
      const headers = new Headers(typeof layer === 'function' ? await layer(attempt) : layer)
      headers.forEach((value, name) => laid.set(name, value))
    }
    return laid
  }
}
