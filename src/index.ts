export { StreamError, type StreamErrorCode, type StreamErrorDetails } from './errors.ts'

export { createParser, type EventStreamParser, type ParserOptions, type ServerSentEvent } from './sse/parser.ts'
export { EventSourceParserStream } from './sse/parser-stream.ts'
export { readEvents } from './sse/read-events.ts'
export type { Framing } from './sse/framing.ts'

export { fetchEvents } from './connection/fetch-events.ts'
export type { Attempt, Ending, FetchEventsInit } from './connection/request.ts'
export { backoff, type BackoffOptions, type Failure, type RetryPolicy } from './connection/retry.ts'
export { connect, type Connection, type EventMap, type TypedEvent } from './connection/connect.ts'
export { CONNECTING, OPEN, CLOSED, type ReadyState } from './connection/ready-state.ts'
export { EventSource, type EventSourceEventMap, type EventSourceInit } from './connection/event-source.ts'

export { streamText, type TextStream } from './chat/stream-text.ts'
export type { ChatResult } from './chat/answer.ts'
export type { ChatOptions } from './chat/request.ts'
export type { ChatDelta, ChatMessage, Dialect, DialectRequestOptions, ToolCallDelta, Usage } from './chat/dialect.ts'
export type { FinishReason } from './chat/finish-reason.ts'
export type { Timing } from './chat/timing.ts'
export * as dialects from './chat/dialects/index.ts'

export { createTypewriter, type Typewriter, type TypewriterOptions } from './typewriter/typewriter.ts'
export { plainText } from './typewriter/plain-text.ts'
export type { PacerOptions } from './typewriter/pacer.ts'
export type { Renderer } from './typewriter/renderer.ts'

export { streamChat, type ChatHandle } from './stream-chat.ts'
