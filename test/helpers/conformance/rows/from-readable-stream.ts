// A proposal, no part of the standard yet: a source over any stream of bytes
import { row, rowOfCases, WINDOW, WINDOW_AND_WORKER, type Check, type Row } from '../row.ts'
import { holds, same, throws, type Listening, type Tools } from '../tools.ts'

interface StreamSource extends EventSource {
  readonly lastEventId: string
  readonly reconnectionTime: number
}

type Controller = ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>

const fromReadableStream = (stream: ReadableStream) =>
  (EventSource as unknown as { fromReadableStream: (stream: ReadableStream) => StreamSource }).fromReadableStream(stream)

const bytes = (text: string) => new TextEncoder().encode(text)

/** A stream whose chunks are given by hand. */
function manual() {
  let controller: Controller | undefined
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({ start: own => void (controller = own) })
  return { stream, controller: controller as unknown as Controller,
    write: (text: string) => (controller as unknown as Controller).enqueue(bytes(text)) }
}

function read({ listen }: Tools, stream: ReadableStream): Listening & { source: StreamSource } {
  const source = fromReadableStream(stream)
  return { ...listen(source), source }
}

/** The data of a stream's messages, given whole or in pieces of so many bytes. */
function reads(text: string, expected: string[], size = Infinity): Check {
  return async tools => {
    const { stream, controller } = manual()
    const all = bytes(text)
    for (let start = 0; start < all.length; start += size) controller.enqueue(all.slice(start, start + size))
    controller.close()
    const { firstOf, of } = read(tools, stream)
    await firstOf('error', 1)
    same(of('message').map(({ data }) => data), expected, 'data')
  }
}

/** The end and an error of the stream are the same to a source. */
function ends(end: (controller: Controller) => void): Check {
  return async tools => {
    const { stream, controller, write } = manual()
    const { all, firstOf, source } = read(tools, stream)
    write('retry: 2\ndata: x\n\n')
    await firstOf('message', 1)
    end(controller)
    await firstOf('error', 1)
    await tools.wait(200)
    same(all.map(({ type, readyState }) => [type, readyState]), [['open', 1], ['message', 1], ['error', 2]],
      'events and readyState')
    same(source.readyState, 2, 'readyState at last')
  }
}

const MIXED = '\uFEFFdata: …ü文👍\r\ndata: two\r\rid: 1\nevent: message\ndata: three\n\n:comment\r\ndata\n\n'
const MIXED_DATA = ['…ü文👍\ntwo', 'three', '']

export const fromStream: Row[] = [
  rowOfCases<Check>('from-readable-stream',
    'Proposal: `EventSource.fromReadableStream()` is a source over any stream of bytes', WINDOW_AND_WORKER, {
    'opens, and delivers': async tools => {
      const { stream, write } = manual()
      const { all, first, source } = read(tools, stream)
      holds(source instanceof EventSource, 'it is an EventSource')
      same([source.readyState, all.length], [0, 0], 'readyState at first, and events')
      write('data: one\n\ndata: two\n\n')
      same((await first(3)).map(({ type, readyState, data }) => [type, readyState, data]),
        [['open', 1, undefined], ['message', 1, 'one'], ['message', 1, 'two']], 'events')
    },
    'url, credentials, origin': async tools => {
      const { stream, write } = manual()
      const { firstOf, source } = read(tools, stream)
      write('data: x\n\n')
      const [message] = await firstOf('message', 1)
      same([source.url, source.withCredentials, message?.origin], ['about:event-stream', false, 'null'],
        'url, withCredentials and origin')
    },
    'lastEventId': async tools => {
      const { stream, write } = manual()
      const { firstOf, source } = read(tools, stream)
      same(source.lastEventId, '', 'lastEventId at first')
      write('id: 7\ndata: x\n\n')
      await firstOf('message', 1)
      same(source.lastEventId, '7', 'lastEventId')
      write('data: y\n\nid\ndata: z\n\n')
      same((await firstOf('message', 3)).map(({ lastEventId }) => lastEventId), ['7', '7', ''], 'last event ids')
      same(source.lastEventId, '', 'lastEventId at last')
    },
    'reconnectionTime': async tools => {
      const { stream, write } = manual()
      const { firstOf, source } = read(tools, stream)
      holds(source.reconnectionTime > 0, `a positive reconnectionTime: ${source.reconnectionTime}`)
      write('retry: 1234\ndata: x\n\n')
      await firstOf('message', 1)
      same(source.reconnectionTime, 1234, 'reconnectionTime')
      write('retry: soon\nretry: 5x\nretry\ndata: y\n\n')
      await firstOf('message', 2)
      same(source.reconnectionTime, 1234, 'reconnectionTime after bad ones')
    },
    'a locked stream': () => {
      holds('fromReadableStream' in EventSource, 'there is a method')
      const { stream } = manual()
      stream.getReader()
      throws(() => fromReadableStream(stream), 'TypeError')
    },
    'the end': ends(controller => controller.close()),
    'an error': ends(controller => controller.error(new Error('broken'))),
    'close() leaves it at 2, without an event': async tools => {
      const { stream, write } = manual()
      const { all, firstOf, source } = read(tools, stream)
      write('data: x\n\n')
      await firstOf('message', 1)
      source.close()
      same(source.readyState, 2, 'readyState')
      await tools.wait(100)
      same(all.map(({ type }) => type), ['open', 'message'], 'events')
    },
    'line ends, byte order mark, comments': reads(MIXED, MIXED_DATA),
    'one byte a chunk': reads(MIXED, MIXED_DATA, 1),
    'chunks of three bytes': reads(MIXED, MIXED_DATA, 3),
    'what is unfinished is dropped': reads('data: one\n\ndata: two\n', ['one']),
    'several streams through one transform': async tools => {
      const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>()
      const { firstOf, source } = read(tools, readable)
      const pieces = ['id: 1\nretry: 77\ndata: one\n\ndata: t', 'wo\n\n', 'data: three\n\n']
      const pipe = async () => {
        for (const piece of pieces) await new Blob([piece]).stream().pipeTo(writable, { preventClose: true })
      }
      const piped = pipe()
      same((await firstOf('message', 3)).map(({ data, lastEventId }) => [data, lastEventId]),
        [['one', '1'], ['two', '1'], ['three', '1']], 'data and last event ids')
      same([source.lastEventId, source.reconnectionTime], ['1', 77], 'lastEventId and reconnectionTime')
      await piped
    },
  }, check => check),

  row('from-readable-stream-fetch', 'Proposal: it is a source over the body of a response', WINDOW, async tools => {
    const { body } = await fetch(tools.address({ body: 'id: 1\ndata: one\n\ndata: two\n\n' }))
    const { all, firstOf } = read(tools, body as ReadableStream)
    await firstOf('error', 1)
    same(all.map(({ type, readyState, data }) => [type, readyState, data]),
      [['open', 1, undefined], ['message', 1, 'one'], ['message', 1, 'two'], ['error', 2, undefined]], 'events')
  }),
]
