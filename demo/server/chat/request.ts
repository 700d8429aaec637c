import { HttpError } from '../http/http-error.ts'
import type { Limits } from '../http/limits.ts'

/** A turn of the conversation, as OpenAI's API has it. */
export interface ChatMessage { role: string; content: string }

/** The body of `POST /api/chat`: what our own model reads of it. All other fields are for the model behind us. */
export interface ChatRequest {
  messages: ChatMessage[]
  stream: boolean
  includeUsage: boolean
  model: string | undefined
  /** The document as it came. */
  json: Record<string, unknown>
}

/**
 * Reads the body of a chat request. Its content type is not asked for: curl, for one, calls every body a form.
 *
 * @throws {HttpError} 400 if it is not JSON, or has no messages or too many; 413 if they are too long
 */
export function parseChatRequest(body: string, limits: Pick<Limits, 'messages' | 'characters'>): ChatRequest {
  const request = readChatRequest(parseJson(body))
  const { messages } = request
  if (messages.length > limits.messages) {
    throw new HttpError(400, `Cannot answer: the conversation has more than ${limits.messages} messages: ${messages.length}`)
  }
  const characters = messages.reduce((sum, { content }) => sum + content.length, 0)
  if (characters > limits.characters) {
    throw new HttpError(413, `Cannot answer: the conversation has more than ${limits.characters} characters: ${characters}`)
  }
  return request
}

/** The same of a document that is parsed already. */
export function readChatRequest(json: unknown): ChatRequest {
  if (!isObject(json)) throw new HttpError(400, 'Cannot read the request: its body is not a JSON object')
  const { messages, stream, stream_options: streamOptions, model } = json
  if (!Array.isArray(messages) || messages.length === 0) {
    throw new HttpError(400, 'Cannot read the request: messages is not an array with at least one message')
  }
  return {
    messages: messages.map(readMessage),
    // As with OpenAI, an answer comes as one document unless a stream is asked for
    stream: stream === true,
    includeUsage: isObject(streamOptions) && streamOptions.include_usage === true,
    model: typeof model === 'string' && model !== '' ? model : undefined,
    json,
  }
}

/**
 * A request's document as text again. The order of its members stays as it came, so that the same request sent by another program may
 * be another text.
 *
 * @throws {HttpError} 400 where it is nested more deeply than can be written, though it could be read
 */
export function formatRequest(json: Record<string, unknown>): string {
  try {
    return JSON.stringify(json)
  } catch {
    throw new HttpError(400, 'Cannot read the request: it is nested too deeply')
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new HttpError(400, 'Cannot read the request: its body is not JSON')
  }
}

function readMessage(message: unknown, index: number): ChatMessage {
  if (!isObject(message) || typeof message.role !== 'string') {
    throw new HttpError(400, `Cannot read the request: messages[${index}] has no role`)
  }
  const content = readContent(message.content)
  if (content !== undefined) return { role: message.role, content }
  // An assistant that called a tool said nothing
  if (message.role === 'assistant') return { role: message.role, content: '' }
  throw new HttpError(400, `Cannot read the request: messages[${index}] has no content`)
}

/** Content is a string, or an array of parts of which some are text. */
function readContent(content: unknown): string | undefined {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return undefined
  return content.map((part: unknown) => (isObject(part) && typeof part.text === 'string' ? part.text : '')).join('')
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
