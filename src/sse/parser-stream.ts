import { createParser, type ParserOptions, type ServerSentEvent } from './parser.ts'

/**
 * The parser as a stream: bytes or strings in, events out, with backpressure.
 *
 * For pipelines that are streams already. `readEvents()` does the same several times faster.
 *
 * @throws {StreamError} `too-large`, as the error of the stream, where an event grows past `maxBufferSize`: with the next chunk or the
 * end where the same chunk gave events before it, so that those are read first
 *
 * @example
 * ```ts
 * const response = await fetch('/events')
 * const reader = response.body!.pipeThrough(new EventSourceParserStream()).getReader()
 * const { value } = await reader.read()
 * console.log(value?.type, value?.data)
 * ```
 */
export class EventSourceParserStream extends TransformStream<Uint8Array | string, ServerSentEvent> {
  /** @param options those of {@link createParser}, less `onEvent` */
  constructor(options: Omit<ParserOptions, 'onEvent'> = {}) {
    let enqueue: (event: ServerSentEvent) => void
    let events = 0
    let failure: { error: unknown } | undefined
    const parser = createParser({
      ...options,
      onEvent(event) {
        events++
        enqueue(event)
      },
    })
    super({
      start(controller) {
        enqueue = event => controller.enqueue(event)
      },
      transform(chunk) {
        if (failure) throw failure.error
        events = 0
        try {
          parser.feed(chunk)
        } catch (error) {
          // A stream that fails forgets what it has queued: what this chunk gave is to be read first
          if (events === 0) throw error
          failure = { error }
        }
      },
      flush() {
        if (failure) throw failure.error
      },
    })
  }
}
