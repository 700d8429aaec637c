import { batchReader, iterateBatches } from './batches.ts'
import { createParser, type ParserOptions, type ServerSentEvent } from './parser.ts'

/**
 * Reads the events of one response, or of any byte stream.
 *
 * Pulls: the stream is read as fast as the loop asks. Leaving the loop, by `break`, `return` or `throw`, cancels the stream,
 * also while a read is pending. It checks neither status nor content type and never reconnects: `fetchEvents()` does.
 *
 * @param source a response, or its body; a response without a body has no events
 * @param options those of {@link createParser}, less `onEvent`
 * @returns the events, as they complete
 * @throws {TypeError} where the stream is locked, that is read by somebody else, or was read already
 * @throws {StreamError} `too-large`, out of the loop, where an unfinished event grows past `maxBufferSize`; what the stream
 * itself fails with comes through as it is
 *
 * @example
 * ```ts
 * for await (const event of readEvents(await fetch('/events'))) console.log(event.data)
 * ```
 */
export function readEvents(
  source: Response | ReadableStream<Uint8Array>,
  options: Omit<ParserOptions, 'onEvent'> = {},
): AsyncIterableIterator<ServerSentEvent> & AsyncDisposable {
  const stream = bodyOf(source)
  const read = batchReader(readChunk, onEvent => createParser({ ...options, onEvent }), cancel)
  const reader = stream?.getReader() // only now, so that bad options leave the stream as it is

  async function readChunk() {
    try {
      const chunk = await reader?.read()
      if (chunk && !chunk.done) return chunk.value
    } catch (error) {
      reader?.releaseLock()
      throw error
    }
    reader?.releaseLock()
    return undefined
  }

  function cancel(reason?: unknown) {
    reader?.cancel(reason).catch(() => {}) // a stream that can't even be cancelled is over all the same
    reader?.releaseLock()
  }

  return iterateBatches({ read, cancel: () => cancel() })
}

function bodyOf(source: Response | ReadableStream<Uint8Array>): ReadableStream<Uint8Array> | null {
  const isResponse = typeof source === 'object' && source !== null && 'body' in source
  const stream = isResponse ? source.body : source
  if (stream !== null && typeof stream?.getReader !== 'function' || source === null) {
    throw new TypeError(`Cannot read events: neither a Response nor a ReadableStream: ${String(source)}`)
  }
  if (stream?.locked || (isResponse && source.bodyUsed)) {
    throw new TypeError('Cannot read events: the stream is locked, that is read by somebody else, or was read already')
  }
  return stream
}
