import { describe, expect, test } from 'vitest'
import { StreamError } from '../../src/errors.ts'
import { EventSourceParserStream } from '../../src/sse/parser-stream.ts'
import type { ServerSentEvent } from '../../src/sse/parser.ts'
import { cutEvery, everyByteCut, everyStringCut, toBytes } from '../helpers/every-cut.ts'

type Chunk = Uint8Array | string

function streamOf<T>(chunks: Iterable<T>): ReadableStream<T> {
  const iterator = chunks[Symbol.iterator]()
  return new ReadableStream<T>({
    pull(controller) {
      const { done, value } = iterator.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
  }, { highWaterMark: 0 })
}

function parse(chunks: Iterable<Chunk>, options?: ConstructorParameters<typeof EventSourceParserStream>[0]) {
  return streamOf(chunks).pipeThrough(new EventSourceParserStream(options))
}

/** Reads to the end, or to the error. */
async function readAll(stream: ReadableStream<ServerSentEvent>): Promise<{ events: ServerSentEvent[]; error?: unknown }> {
  const events: ServerSentEvent[] = []
  const reader = stream.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return { events }
      events.push(value)
    }
  } catch (error) {
    return { events, error }
  }
}

/** Lets all promises settle that can. */
const settle = () => new Promise(setImmediate)

const tooLarge = new StreamError('too-large', 'Cannot parse: an event of more bytes than maxBufferSize: 20')

describe('EventSourceParserStream', () => {
  const text = '\uFEFFid: 1\ndata: é\n\nevent: 😀\r\ndata\r\n\r\n: x'
  const events = [
    { type: 'message', data: 'é', lastEventId: '1' },
    { type: '😀', data: '', lastEventId: '1' },
  ]

  test('EventSourceParserStream reads bytes, cut anywhere', async () => {
    for (const { name, chunks } of everyByteCut(text)) expect(await readAll(parse(chunks)), name).toEqual({ events })
  })

  test('EventSourceParserStream reads strings, cut anywhere', async () => {
    for (const { name, chunks } of everyStringCut(text)) expect(await readAll(parse(chunks)), name).toEqual({ events })
  })

  test('EventSourceParserStream reads strings and bytes in turns', async () => {
    const { events: [first] } = await readAll(parse(['data: a', toBytes('b\n'), '\n']))
    expect(first).toEqual({ type: 'message', data: 'ab', lastEventId: '' })
  })

  test('EventSourceParserStream reads what TextDecoderStream gives', async () => {
    const decoded = streamOf(cutEvery(3, toBytes(text)) as BufferSource[]).pipeThrough(new TextDecoderStream())
    expect(await readAll(decoded.pipeThrough(new EventSourceParserStream()))).toEqual({ events })
  })

  test('EventSourceParserStream is a TransformStream', () => {
    expect(new EventSourceParserStream()).toBeInstanceOf(TransformStream)
  })

  test('EventSourceParserStream drops what is unfinished at the end, and closes', async () => {
    const chunks = ['data: a\n\nid: 2\ndata: b\n']
    expect(await readAll(parse(chunks))).toEqual({ events: [{ type: 'message', data: 'a', lastEventId: '' }] })
    expect(await readAll(parse([]))).toEqual({ events: [] })
  })

  test("EventSourceParserStream takes the parser's options", async () => {
    const heard: unknown[] = []
    const options = {
      lastEventId: '0',
      onRetry: (ms: number) => heard.push(ms),
      onComment: (comment: string) => heard.push(comment),
      onId: (id: string) => heard.push(`id ${id}`),
    }
    expect(await readAll(parse(['retry: 10\n: c\ndata: a\n\nid: 1\ndata: b\n\n'], options))).toEqual({
      events: [{ type: 'message', data: 'a', lastEventId: '0' }, { type: 'message', data: 'b', lastEventId: '1' }],
    })
    expect(heard).toEqual([10, 'c', 'id 1'])
  })

  test('EventSourceParserStream throws at once where an option is wrong', () => {
    expect(() => new EventSourceParserStream({ maxBufferSize: 0 })).toThrow(
      new RangeError('Cannot parse: maxBufferSize is not a positive number: 0'),
    )
    // @ts-expect-error the stream is the listener
    expect(new EventSourceParserStream({ onEvent() {} })).toHaveProperty('readable')
  })

  test('EventSourceParserStream pulls no faster than it is read', async () => {
    let pulled = 0
    const source = function* () {
      for (;;) yield `data: ${pulled++}\n\n`
    }
    const reader = parse(source()).getReader()
    await settle()
    const ahead = pulled
    expect(ahead).toBeLessThanOrEqual(2)
    await settle()
    expect(pulled).toBe(ahead)
    for (let i = 0; i < 10; i++) expect((await reader.read()).value?.data).toBe(String(i))
    await settle()
    expect(pulled).toBe(10 + ahead)
    await reader.cancel()
  })

  test('EventSourceParserStream lets a writer wait while its events are not read', async () => {
    const { readable, writable } = new EventSourceParserStream()
    const writer = writable.getWriter()
    const written: string[] = []
    const writes = ['data: a\n\ndata: b\n\n', 'data: c\n\n'].map(chunk => writer.write(chunk).then(() => written.push(chunk)))
    await settle()
    expect(written).toHaveLength(0)
    const reader = readable.getReader()
    expect((await reader.read()).value?.data).toBe('a')
    await settle()
    expect(written).toHaveLength(1)
    expect((await reader.read()).value?.data).toBe('b')
    await settle()
    expect(written).toHaveLength(1)
    expect((await reader.read()).value?.data).toBe('c')
    await Promise.all(writes)
  })

  test('EventSourceParserStream cancels its source when it is cancelled', async () => {
    let reason: unknown
    const source = new ReadableStream<Chunk>({
      pull: controller => controller.enqueue('data: a\n\n'),
      cancel: why => {
        reason = why
      },
    })
    const reader = source.pipeThrough(new EventSourceParserStream()).getReader()
    await reader.read()
    await reader.cancel('enough')
    await settle()
    expect(reason).toBe('enough')
  })

  test('EventSourceParserStream passes on what its source fails with', async () => {
    const failure = new Error('The network broke')
    const source = function* () {
      yield 'data: a\n\n'
      throw failure
    }
    const { events: [first], error } = await readAll(parse(source()))
    expect(first?.data).toBe('a')
    expect(error).toBe(failure)
  })

  test('EventSourceParserStream fails with too-large at both ends', async () => {
    const { readable, writable } = new EventSourceParserStream({ maxBufferSize: 20 })
    const writer = writable.getWriter()
    const read = readAll(readable)
    await writer.write('data: a\n\n')
    await expect(writer.write(`data: ${'x'.repeat(20)}`)).rejects.toThrow(tooLarge)
    await expect(writer.closed).rejects.toThrow(tooLarge)
    expect(await read).toEqual({ events: [{ type: 'message', data: 'a', lastEventId: '' }], error: tooLarge })
  })

  test('EventSourceParserStream delivers the events before a too large one in the same chunk first', async () => {
    const chunk = `data: a\n\ndata: b\n\ndata: c\n\ndata: ${'x'.repeat(20)}`
    const { events: delivered, error } = await readAll(parse([chunk], { maxBufferSize: 20 }))
    expect(delivered.map(({ data }) => data)).toEqual(['a', 'b', 'c'])
    expect(error).toEqual(tooLarge)
  })

  test('EventSourceParserStream fails with a TypeError at a chunk that is neither bytes nor a string', async () => {
    const { events: delivered, error } = await readAll(parse(['data: a\n\n', 1 as unknown as string]))
    expect(delivered).toHaveLength(1)
    expect(error).toEqual(new TypeError('Cannot parse: neither a Uint8Array nor a string: 1'))
  })
})
