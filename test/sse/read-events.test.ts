import { describe, expect, test, vi } from 'vitest'
import { StreamError } from '../../src/errors.ts'
import type { ServerSentEvent } from '../../src/sse/parser.ts'
import { readEvents } from '../../src/sse/read-events.ts'
import { cutEvery, everyByteCut, toBytes } from '../helpers/every-cut.ts'

/** A body that is pulled chunk by chunk, and says what was done with it. */
function createBody(chunks: readonly (string | Uint8Array)[], then: 'close' | 'stall' | Error = 'close') {
  const cancel = vi.fn<(reason: unknown) => void>()
  let pulls = 0
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = chunks[pulls++]
      if (chunk !== undefined) controller.enqueue(toBytes(chunk))
      else if (then instanceof Error) controller.error(then)
      else if (then === 'close') controller.close()
    },
    cancel,
  }, { highWaterMark: 0 })
  return { stream, cancel, pulls: () => pulls }
}

async function collect(events: AsyncIterable<ServerSentEvent>): Promise<{ data: string[]; error?: unknown }> {
  const data: string[] = []
  try {
    for await (const event of events) data.push(event.data)
  } catch (error) {
    return { data, error }
  }
  return { data }
}

/** Lets all promises settle that can. */
const settle = () => new Promise(setImmediate)

const done = { value: undefined, done: true }
const item = (data: string, lastEventId = '') => ({ value: { type: 'message', data, lastEventId }, done: false })
const tooLarge = new StreamError('too-large', 'Cannot parse: an event of more bytes than maxBufferSize: 20')

describe('readEvents()', () => {
  test('readEvents() reads the events of a response', async () => {
    const events: ServerSentEvent[] = []
    const response = new Response('id: 1\nevent: t\ndata: a\n\ndata: b\n\ndata: dropped\n')
    for await (const event of readEvents(response)) events.push(event)
    expect(events).toEqual([
      { type: 't', data: 'a', lastEventId: '1' },
      { type: 'message', data: 'b', lastEventId: '1' },
    ])
  })

  test('readEvents() asks neither for status nor for content type', async () => {
    const response = new Response('data: a\n\n', { status: 500, headers: { 'content-type': 'text/html' } })
    expect(await collect(readEvents(response))).toEqual({ data: ['a'] })
  })

  test('readEvents() reads a stream of bytes, cut anywhere', async () => {
    for (const { name, chunks } of everyByteCut('\uFEFFdata: é\n\n: c\ndata: 😀\r\n\r\ndata:d\r\r')) {
      expect(await collect(readEvents(createBody(chunks).stream)), name).toEqual({ data: ['é', '😀', 'd'] })
    }
  })

  test('readEvents() reads many events of one chunk and of many chunks', async () => {
    const data = Array.from({ length: 20_000 }, (_, i) => String(i))
    const whole = toBytes(data.map(number => `data: ${number}\n\n`).join(''))
    expect(await collect(readEvents(createBody([whole]).stream))).toEqual({ data })
    expect(await collect(readEvents(createBody(cutEvery(100, whole)).stream))).toEqual({ data })
  })

  test('readEvents() has no events for a response without a body or with an empty one', async () => {
    expect(await collect(readEvents(new Response(null, { status: 204 })))).toEqual({ data: [] })
    expect(await collect(readEvents(new Response('')))).toEqual({ data: [] })
    const events = readEvents(new Response(null))
    expect(await events.return?.()).toEqual(done)
    expect(await events.next()).toEqual(done)
  })

  test("readEvents() takes the parser's options", async () => {
    const heard: unknown[] = []
    const options = {
      lastEventId: '0',
      onRetry: (ms: number) => heard.push(ms),
      onComment: (comment: string) => heard.push(comment),
      onId: (id: string) => heard.push(`id ${id}`),
    }
    const events = readEvents(new Response('retry: 10\n: c\ndata: a\n\nid: 1\ndata: b\n\n'), options)
    expect(await events.next()).toEqual(item('a', '0'))
    expect(await events.next()).toEqual(item('b', '1'))
    expect(heard).toEqual([10, 'c', 'id 1'])
  })

  test('readEvents() gives an iterator that is its own iterable', () => {
    const events = readEvents(new Response('data: a\n\n'))
    expect(events[Symbol.asyncIterator]()).toBe(events)
  })

  test('readEvents() goes on where an earlier loop stopped asking', async () => {
    const events = readEvents(createBody(['data: a\n\ndata: b\n\n', 'data: c\n\n']).stream)
    expect(await events.next()).toEqual(item('a'))
    expect(await collect(events)).toEqual({ data: ['b', 'c'] })
  })
})

describe('readEvents() and backpressure', () => {
  test('readEvents() reads nothing before the first next(), and no chunk before its events are asked for', async () => {
    const { stream, pulls } = createBody(['data: a\n\ndata: b\n\n', ': no event\n', 'data: c\n\n'])
    const events = readEvents(stream)
    await settle()
    expect(pulls()).toBe(0)
    expect(await events.next()).toEqual(item('a'))
    await settle()
    expect(pulls()).toBe(1)
    expect(await events.next()).toEqual(item('b'))
    await settle()
    expect(pulls()).toBe(1)
    expect(await events.next()).toEqual(item('c'))
    await settle()
    expect(pulls()).toBe(3)
  })

  test('readEvents() hands out the events of a chunk before the next chunk has come', async () => {
    const { stream } = createBody(['data: a\n\ndata: b\r\n\r'], 'stall')
    const events = readEvents(stream)
    expect(await events.next()).toEqual(item('a'))
    expect(await events.next()).toEqual(item('b'))
    await events.return?.()
  })

  test('readEvents() answers overlapping calls of next() in order', async () => {
    const { stream } = createBody(['data: a\n\ndata: b\n\n', ':\n', 'data: c\n\n'])
    const events = readEvents(stream)
    const answers: unknown[] = []
    await Promise.all([0, 1, 2, 3, 4].map(call => events.next().then(answer => answers.push([call, answer]))))
    expect(answers).toEqual([[0, item('a')], [1, item('b')], [2, item('c')], [3, done], [4, done]])
  })
})

describe('readEvents() and leaving', () => {
  test('readEvents() cancels the stream when the loop breaks', async () => {
    const { stream, cancel, pulls } = createBody(['data: a\n\ndata: b\n\n', 'data: c\n\n'])
    const events = readEvents(stream)
    for await (const event of events) {
      expect(event.data).toBe('a')
      break
    }
    expect(cancel).toHaveBeenCalledOnce()
    expect(await events.next()).toEqual(done)
    expect(pulls()).toBe(1)
  })

  test('readEvents() cancels the stream when the loop throws, and lets that through', async () => {
    const { stream, cancel } = createBody(['data: a\n\n'], 'stall')
    const bug = new Error('A bug of the app')
    const loop = async () => {
      for await (const event of readEvents(stream)) {
        if (event) throw bug
      }
    }
    await expect(loop()).rejects.toBe(bug)
    expect(cancel).toHaveBeenCalledOnce()
  })

  test('readEvents() cancels the stream when the function around the loop returns', async () => {
    const { stream, cancel } = createBody(['data: a\n\n'], 'stall')
    const first = async () => {
      for await (const event of readEvents(stream)) return event.data
      return undefined
    }
    expect(await first()).toBe('a')
    expect(cancel).toHaveBeenCalledOnce()
  })

  test('readEvents() cancels the stream at return() before the first next()', async () => {
    const { stream, cancel, pulls } = createBody(['data: a\n\n'])
    const events = readEvents(stream)
    expect(await events.return?.('enough')).toEqual({ value: 'enough', done: true })
    expect(cancel).toHaveBeenCalledOnce()
    expect(await events.next()).toEqual(done)
    expect(pulls()).toBe(0)
  })

  test('readEvents() cancels the stream at return() while reads are pending, and answers them', async () => {
    const { stream, cancel } = createBody(['data: a\n\n'], 'stall')
    const events = readEvents(stream)
    await events.next()
    const pending = [events.next(), events.next()]
    await settle()
    expect(cancel).not.toHaveBeenCalled()
    const returned = events.return?.()
    expect(cancel).toHaveBeenCalledOnce()
    expect(await returned).toEqual(done)
    expect(await Promise.all(pending)).toEqual([done, done])
  })

  test('readEvents() cancels the stream at throw() while a read is pending', async () => {
    const { stream, cancel } = createBody([], 'stall')
    const events = readEvents(stream)
    const pending = events.next()
    const bug = new Error('A bug of the app')
    await expect(events.throw?.(bug)).rejects.toBe(bug)
    expect(cancel).toHaveBeenCalledOnce()
    expect(await pending).toEqual(done)
  })

  test('readEvents() cancels the stream only once', async () => {
    const { stream, cancel } = createBody(['data: a\n\n'], 'stall')
    const events = readEvents(stream)
    await events.next()
    await Promise.all([events.return?.(), events.return?.(), expect(events.throw?.(1)).rejects.toBe(1)])
    await events.return?.()
    expect(cancel).toHaveBeenCalledOnce()
  })

  test('readEvents() does not cancel a stream that has ended', async () => {
    const { stream, cancel } = createBody(['data: a\n\n'])
    const events = readEvents(stream)
    expect(await collect(events)).toEqual({ data: ['a'] })
    await events.return?.()
    expect(cancel).not.toHaveBeenCalled()
  })

  test('readEvents() does not wait for a stream that is slow to cancel, or fails to', async () => {
    const slow = new ReadableStream<Uint8Array>({ cancel: () => new Promise(() => {}) })
    expect(await readEvents(slow).return?.()).toEqual(done)
    const failing = new ReadableStream<Uint8Array>({ cancel: () => Promise.reject(new Error('Cannot be cancelled')) })
    expect(await readEvents(failing).return?.()).toEqual(done)
    await settle() // an unhandled rejection would fail the run
  })

  test('readEvents() releases a stream that has ended', async () => {
    const { stream } = createBody(['data: a\n\n'])
    await collect(readEvents(stream))
    expect(stream.locked).toBe(false)
  })

  test('readEvents() releases a stream that it has cancelled', async () => {
    const { stream } = createBody(['data: a\n\n'], 'stall')
    for await (const event of readEvents(stream)) if (event) break
    await settle()
    expect(stream.locked).toBe(false)
  })

  test('readEvents() releases a stream that it has cancelled while a read was pending', async () => {
    const { stream } = createBody(['data: a\n\n'], 'stall')
    const events = readEvents(stream)
    await events.next()
    const pending = events.next()
    await events.return?.()
    expect(await pending).toEqual(done)
    await settle()
    expect(stream.locked).toBe(false)
  })

  test('readEvents() releases a stream that it has cancelled because an event was too large', async () => {
    const { stream } = createBody([`data: ${'x'.repeat(20)}`], 'stall')
    expect(await collect(readEvents(stream, { maxBufferSize: 20 }))).toEqual({ data: [], error: tooLarge })
    await settle()
    expect(stream.locked).toBe(false)
  })

  test('readEvents() releases a stream that has failed', async () => {
    const { stream } = createBody(['data: a\n\n'], new Error('The network broke'))
    await collect(readEvents(stream))
    await settle()
    expect(stream.locked).toBe(false)
  })
})

describe('readEvents() and failures', () => {
  test('readEvents() lets through what the stream fails with, after the events before it, once', async () => {
    const failure = new Error('The network broke')
    const { stream, cancel } = createBody(['data: a\n\ndata: b\n\n', 'data: lost'], failure)
    const events = readEvents(stream)
    expect(await events.next()).toEqual(item('a'))
    expect(await events.next()).toEqual(item('b'))
    await expect(events.next()).rejects.toBe(failure)
    expect(await events.next()).toEqual(done)
    expect(await events.return?.()).toEqual(done)
    expect(cancel).not.toHaveBeenCalled()
  })

  test('readEvents() delivers the events before a too large one in the same chunk first', async () => {
    const { stream, cancel, pulls } = createBody([`data: a\n\ndata: b\n\ndata: ${'x'.repeat(20)}`, 'data: never read\n\n'])
    const events = readEvents(stream, { maxBufferSize: 20 })
    expect(await events.next()).toEqual(item('a'))
    expect(await events.next()).toEqual(item('b'))
    await expect(events.next()).rejects.toThrow(tooLarge)
    expect(await events.next()).toEqual(done)
    expect(cancel).toHaveBeenCalledExactlyOnceWith(tooLarge)
    expect(pulls()).toBe(1)
  })

  test('readEvents() ends the stream at once when an event grows too large, whatever is still to be handed out', async () => {
    const { stream, cancel } = createBody([`data: a\n\ndata: ${'x'.repeat(20)}`], 'stall')
    const events = readEvents(stream, { maxBufferSize: 20 })
    expect(await events.next()).toEqual(item('a'))
    expect(cancel).toHaveBeenCalledOnce()
    await expect(events.next()).rejects.toThrow(tooLarge)
  })

  test('readEvents() throws a too-large that comes over many chunks', async () => {
    const { stream, cancel } = createBody(['data: a\n\n', ...Array.from({ length: 30 }, () => 'x')], 'stall')
    expect(await collect(readEvents(stream, { maxBufferSize: 20 }))).toEqual({ data: ['a'], error: tooLarge })
    expect(cancel).toHaveBeenCalledOnce()
  })

  test('readEvents() lets what a listener throws out of the loop, and cancels the stream', async () => {
    const { stream, cancel } = createBody(['data: a\n\n: c\n'], 'stall')
    const bug = new Error('A bug of the app')
    const onComment = () => {
      throw bug
    }
    expect(await collect(readEvents(stream, { onComment }))).toEqual({ data: ['a'], error: bug })
    expect(cancel).toHaveBeenCalledOnce()
  })

  test('readEvents() tells only the first of overlapping calls that the stream failed', async () => {
    const failure = new Error('The network broke')
    const events = readEvents(createBody(['data: a\n\n'], failure).stream)
    const answers = await Promise.allSettled([events.next(), events.next(), events.next()])
    expect(answers).toEqual([
      { status: 'fulfilled', value: item('a') },
      { status: 'rejected', reason: failure },
      { status: 'fulfilled', value: done },
    ])
  })
})

describe('readEvents() and bad arguments', () => {
  const locked = new TypeError('Cannot read events: the stream is locked, that is read by somebody else, or was read already')

  test('readEvents() throws a TypeError at once where the stream is locked', () => {
    const { stream } = createBody(['data: a\n\n'])
    const response = new Response('data: a\n\n')
    stream.getReader()
    response.body?.getReader()
    expect(() => readEvents(stream)).toThrow(locked)
    expect(() => readEvents(response)).toThrow(locked)
  })

  test('readEvents() throws a TypeError at once where the response was read already', async () => {
    const response = new Response('data: a\n\n')
    await response.text()
    expect(() => readEvents(response)).toThrow(locked)
  })

  test('readEvents() throws a TypeError at once where the stream is being read by readEvents()', async () => {
    const response = new Response('data: a\n\n')
    const events = readEvents(response)
    expect(() => readEvents(response)).toThrow(locked)
    expect(await collect(events)).toEqual({ data: ['a'] })
    expect(() => readEvents(response)).toThrow(locked)
  })

  test.each<[unknown, string]>([
    [undefined, 'undefined'],
    [null, 'null'],
    ['data: a', 'data: a'],
    [1, '1'],
    [{}, '[object Object]'],
    [{ body: 'data: a' }, '[object Object]'],
    [{ body: undefined }, '[object Object]'],
  ])('readEvents() throws a TypeError at once for %o', (source, shown) => {
    const error = new TypeError(`Cannot read events: neither a Response nor a ReadableStream: ${shown}`)
    expect(() => readEvents(source as Response)).toThrow(error)
  })

  test('readEvents() throws a RangeError at once for a bad option, and leaves the stream alone', () => {
    const { stream } = createBody(['data: a\n\n'])
    const error = new RangeError('Cannot parse: maxBufferSize is not a positive number: -1')
    expect(() => readEvents(stream, { maxBufferSize: -1 })).toThrow(error)
    expect(stream.locked).toBe(false)
  })
})
