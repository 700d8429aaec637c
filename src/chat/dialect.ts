import { StreamError } from '../errors.ts'
import type { Framing } from '../sse/framing.ts'
import type { ServerSentEvent } from '../sse/parser.ts'

/** One message of a conversation. */
export interface ChatMessage {
  role: 'system' | 'user' | 'assistant' | (string & {})
  content: string
}

/** A piece of a tool call; pieces of one call share its index. */
export interface ToolCallDelta {
  index: number
  id?: string
  name?: string
  /** The next piece of the arguments' JSON text. */
  arguments?: string
}

/** What an answer cost, in tokens, and the provider's own figures. */
export interface Usage {
  inputTokens?: number
  outputTokens?: number
  raw: unknown
}

/** What one event adds to an answer. */
export interface ChatDelta {
  /** The next piece of the visible text. */
  text?: string
  /** The next piece of the reasoning, where the provider shows it apart. */
  reasoning?: string
  toolCalls?: ToolCallDelta[]
  /** Why the answer ends, in the provider's own word. */
  finishReason?: string
  usage?: Usage
  /** The stream's end mark: nothing of the answer comes after it. */
  done?: boolean
}

/** What a dialect shapes a request with, beside the messages. */
export interface DialectRequestOptions {
  model?: string | undefined
  /** Any fields of the provider's request. */
  params?: Record<string, unknown> | undefined
}

/** What a provider's request and stream look like. */
export interface Dialect {
  name: string
  /** The body of a request, and headers that it needs. */
  request: (messages: ChatMessage[], options: DialectRequestOptions) => { json: unknown; headers?: HeadersInit }
  /**
   * Makes the reader of one stream, with a state of its own. A reader throws a {@link StreamError}: `provider` where the
   * provider reports an error, `dialect` where it can't read the event.
   */
  reader: (framing?: Framing) => (event: ServerSentEvent) => ChatDelta | ChatDelta[]
  /** How the body becomes events. @default what the content type says */
  framing?: Framing
  /** Whether the end of the stream is the end of the answer, for want of another mark. @default false */
  endsAtEof?: boolean
  /** Whether a stream's first event is of this dialect. */
  detect?: (event: ServerSentEvent) => boolean
  /** For a dialect that stands for others: the one of a stream, by its first event. */
  pick?: (event: ServerSentEvent, framing: Framing) => Dialect
}

/** An event's data as a JSON object. @throws {StreamError} `dialect`: garbage in an answer is told, never skipped */
export function readJson(event: ServerSentEvent, dialect: string): object {
  const value = parseJson(event.data)
  if (isObject(value)) return value
  throw unreadable(event, dialect)
}

/** The error of an event that is not of its dialect. */
export function unreadable(event: ServerSentEvent, dialect: string): StreamError {
  return new StreamError('dialect', `Cannot read the event as ${dialect}: ${shorten(event.data)}`, { event })
}

/** The error that an event reports, in JSON or in words. */
export function providerError(event: ServerSentEvent): StreamError {
  const what = describeProviderError(parseJson(event.data) ?? event.data)
  return new StreamError('provider', `Provider reported an error: ${what}`, { event })
}

/** A JSON text's value; `undefined` where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * What a provider says of an error, from the forms that are in use: `{ error: { message, code } }`, `{ error: 'text' }`,
 * `{ message, code }`.
 */
export function describeProviderError(value: unknown): string {
  const error = isObject(value) ? (value['error'] ?? value) : value
  if (!isObject(error)) return shorten(String(error))
  const { message, code, type } = error
  const what = typeof message === 'string' ? message : shorten(JSON.stringify(error))
  const kind = code ?? type
  return typeof kind === 'string' || typeof kind === 'number' ? `${what} (${kind})` : what
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Enough of a text to recognise it by. */
export function shorten(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}
