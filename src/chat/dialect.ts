import { StreamError, type StreamErrorDetails } from '../errors.ts'
import { isObject, parseJson, textOf } from '../json.ts'
import type { Framing } from '../sse/framing.ts'
import type { ServerSentEvent } from '../sse/parser.ts'

/** One message of a conversation, and any field more that the provider takes: `tool_call_id` and the like. */
export interface ChatMessage {
  /** Who speaks; providers have further roles, as `tool`. */
  role: 'system' | 'user' | 'assistant' | (string & {})
  /** What is said. */
  content: string
  [field: string]: unknown
}

/** A piece of a tool call; pieces of one call share its index. */
export interface ToolCallDelta {
  /** Which call of the answer it belongs to. */
  index: number
  /** The provider's id of the call, to answer it by. */
  id?: string
  /** The tool. */
  name?: string
  /** The next piece of the arguments' JSON text. */
  arguments?: string
  /** The server runs the call itself, or has done so: it is none that the caller must run. */
  executed?: boolean
}

/** What an answer cost, in the provider's own count of tokens, and all that it says of it. */
export interface Usage {
  /** Tokens of the prompt. */
  inputTokens?: number
  /** Tokens of the answer, its thoughts included. */
  outputTokens?: number
  /** All that the provider said of it. */
  raw: unknown
}

/** What one event adds to an answer. */
export interface ChatDelta {
  /** The next piece of the visible text. */
  text?: string
  /** The next piece of the reasoning, where the provider shows it apart. */
  reasoning?: string
  /** Pieces of tool calls. */
  toolCalls?: ToolCallDelta[]
  /** Why the answer ends, in the provider's own word. */
  finishReason?: string
  /** What the answer has cost so far. */
  usage?: Usage
  /** The answer is whole, though the provider says no reason; more may follow, as it may behind a finish reason. */
  finished?: boolean
  /** The stream's end mark: nothing of the answer comes after it. */
  done?: boolean
}

/** What a dialect shapes a request with, beside the messages. */
export interface DialectRequestOptions {
  /** The model to ask for. */
  model?: string | undefined
  /** Any fields of the provider's request. */
  params?: Record<string, unknown> | undefined
}

/** What a provider's request and stream look like. */
export interface Dialect {
  /** What messages call it. */
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
  /** Whether an event, as a stream begins with, is of this dialect. */
  detect?: (event: ServerSentEvent) => boolean
  /** For a dialect that stands for others: the one of a stream, by its first event; `undefined` where that tells nothing yet. */
  pick?: (event: ServerSentEvent, framing: Framing) => Dialect | undefined
}

/** The system messages' text, apart from the conversation. */
export function splitSystem(messages: readonly ChatMessage[]): { system: string | undefined; others: ChatMessage[] } {
  return {
    system: messages.filter(({ role }) => role === 'system').map(({ content }) => content).join('\n\n') || undefined,
    others: messages.filter(({ role }) => role !== 'system'),
  }
}

/** The error of an event that can't be read, in the words of what could not be done. */
export function dialectError(event: ServerSentEvent, what: string, details?: StreamErrorDetails): StreamError {
  return new StreamError('dialect', `Cannot ${what}: ${shorten(event.data)}`, { event, ...details })
}

/** The error that an event reports, in JSON or in words, or somewhere deep in it. */
export function providerError(event: ServerSentEvent, error?: unknown): StreamError {
  const what = describeProviderError(error ?? parseJson(event.data) ?? event.data)
  return new StreamError('provider', `Provider reported an error: ${what}`, { event })
}

/**
 * What a provider says of an error, from the forms that are in use: `{ error: { message, code } }`, `{ error: 'text' }`,
 * `{ message, code }`, `{ errorText }`.
 */
export function describeProviderError(value: unknown): string {
  const error = (isObject(value) && value['error']) || value
  if (!isObject(error)) return shorten(String(error)) || 'it does not say which'
  const { message, errorText, code, type, status } = error
  const what = textOf(message ?? errorText) || shorten(JSON.stringify(error))
  const kind = code ?? status ?? type
  // Some say no more by their type than that it is one
  return /string|number/.test(typeof kind) && !/^(error|RUN_ERROR)$/.test(String(kind)) ? `${what} (${String(kind)})` : what
}

/** Enough of a text to recognise it by. */
export function shorten(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}
