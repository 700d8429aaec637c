import { createAnswer, type ChatResult } from '../../src/chat/answer.ts'
import type { ChatDelta, Dialect } from '../../src/chat/dialect.ts'
import type { ServerSentEvent } from '../../src/sse/parser.ts'

/** An event that holds a value as JSON, or a string as it is. */
export function event(value: unknown, type = 'message'): ServerSentEvent {
  return { type, data: typeof value === 'string' ? value : JSON.stringify(value), lastEventId: '' }
}

/** Reads one stream's events, or the values of events without a name, one after the other. */
export function readAll(dialect: Pick<Dialect, 'reader'>, chunks: readonly unknown[]): ChatDelta[] {
  const read = dialect.reader('sse')
  return chunks.flatMap(chunk => read(isEvent(chunk) ? chunk : event(chunk)))
}

type Played = Pick<ChatResult,
  'text' | 'reasoning' | 'toolCalls' | 'finishReason' | 'rawFinishReason' | 'usage'> & { finished: boolean }

/** What an answer of these events comes out as. */
export function play(dialect: Pick<Dialect, 'reader'>, ...chunks: unknown[]): Played {
  const answer = createAnswer()
  for (const delta of readAll(dialect, chunks)) answer.add(delta)
  return { ...answer.result(), finished: answer.finished }
}

function isEvent(chunk: unknown): chunk is ServerSentEvent {
  return typeof chunk === 'object' && chunk !== null && 'lastEventId' in chunk
}

/** What nobody's reader takes harm from, and nothing of. */
export const HARMLESS: readonly unknown[] = [
  '', ' ', '\n', {}, { type: 'something-new', data: { text: 'No' } }, { object: 'ping' },
  event('still here', 'heartbeat'), event('5', 'progress'), event('[]', 'progress'), event('null', 'progress'), event('', 'ping'),
  event({ text: 'No', delta: 'No' }, 'something-new'), { error: null }, { error: '' },
]
