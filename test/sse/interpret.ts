import { createParser, type EventStreamParser, type ParserOptions, type ServerSentEvent } from '../../src/sse/parser.ts'
import type { Happening, Interpretation } from '../helpers/reference-parser.ts'

export interface RecordingParser extends EventStreamParser {
  /** What the listeners heard, in order. */
  log: Happening[]
}

/** A parser that writes down what all its listeners hear. */
export function createRecorder(options: Omit<ParserOptions, 'onEvent'> = {}): RecordingParser {
  const log: Happening[] = []
  const parser = createParser({
    ...options,
    onEvent: heard => log.push({ event: heard }),
    onId: id => log.push({ id }),
    onRetry: retry => log.push({ retry }),
    onComment: comment => log.push({ comment }),
  })
  return Object.assign(parser, { log })
}

/** What `createParser()` makes of these chunks. */
export function interpret(chunks: Iterable<Uint8Array | string>, options?: Omit<ParserOptions, 'onEvent'>): Interpretation {
  const parser = createRecorder(options)
  for (const chunk of chunks) parser.feed(chunk)
  return { log: parser.log, lastEventId: parser.lastEventId }
}

/** An event as `onEvent` hears it. */
export function event(data: string, type = 'message', lastEventId = ''): { event: ServerSentEvent } {
  return { event: { type, data, lastEventId } }
}

/** Only the data of what was heard. */
export function dataOf(log: readonly Happening[]): string[] {
  return log.flatMap(happening => ('event' in happening ? [happening.event.data] : []))
}
