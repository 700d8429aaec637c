// What must compile, and what must not: see README.md beside this file
import { CLOSED, connect, decoders, type Connection, type Decoder, type Ending, type ServerSentEvent, type StandardSchema, type TypedEvent } from 'teleprinter'

declare function expectType<T>(value: T): void
declare const schema: StandardSchema<{ id: number }>

export function withoutDecoders(): void {
  const plain = connect('/events')
  plain.on('anything', event => expectType<string>(event.data))
  plain.on('*', (type, event) => expectType<[string, string, string]>([type, event.data, event.lastEventId]))
  expectType<Connection>(plain)

  const named = connect<{ tick: string; state: 'on' | 'off' }>('/events')
  named.on('tick', event => expectType<TypedEvent<'tick'>>(event))
  named.on('state', event => expectType<'on' | 'off'>(event.data))
  // @ts-expect-error -- no such event
  named.on('tock', () => {})
  // @ts-expect-error -- nor here
  named.off('tock')
  // @ts-expect-error -- the data is text
  named.on('tick', event => expectType<number>(event.data))

  // @ts-expect-error -- nothing makes a number of an event's text
  connect<{ tick: number }>('/events')
  // @ts-expect-error -- nor do options without decoders
  connect<{ tick: number }>('/events', { retry: false })
  // @ts-expect-error -- nor the decoder of another type
  connect<{ tick: number; size: number }>('/events', { events: { tick: Number } })
}

export function withDecoders(): void {
  const decoded = connect('/events', {
    events: {
      tick: schema,
      size: data => Number(data),
      photo: decoders.base64,
      prices: async data => new TextDecoder().decode(await decoders.gzip(data)),
      raw: decoders.json,
    },
  })
  decoded.on('tick', event => expectType<number>(event.data.id))
  decoded.on('size', event => expectType<number>(event.data))
  decoded.on('photo', event => expectType<Uint8Array>(event.data))
  decoded.on('prices', event => expectType<string>(event.data))
  decoded.on('message', event => expectType<string>(event.data))
  // @ts-expect-error -- a decoder's number is no string
  decoded.on('size', event => expectType<string>(event.data))
  // @ts-expect-error -- a schema's value is what it says
  decoded.on('tick', event => event.data.name)
  // @ts-expect-error -- of what JSON holds nothing is known
  decoded.on('raw', event => event.data.id)
  // @ts-expect-error -- no such event
  decoded.on('tock', () => {})

  const alone = connect('/events', { events: { tick: decoders.json } })
  alone.on('message', event => expectType<string>(event.data))
  // @ts-expect-error -- of what JSON holds nothing is known, also where no other decoder is
  alone.on('tick', event => event.data.length)

  const typed = connect<{ tick: { id: number } }>('/events', { events: { tick: decoders.json } })
  typed.on('tick', event => expectType<number>(event.data.id))
  typed.on('*', (type, event) => expectType<['tick', number]>([type, event.data.id]))
  // @ts-expect-error -- makes something else
  connect<{ tick: { id: number } }>('/events', { events: { tick: data => data.length } })
  // @ts-expect-error -- neither function nor schema
  connect('/events', { events: { tick: true } })
  // @ts-expect-error -- a decoder takes text
  expectType<Decoder<number>>((data: number) => data)
}

export async function aConnection(): Promise<void> {
  const connection = connect('/events', {
    onInvalid: (event, error) => expectType<[ServerSentEvent, string]>([event, error.code]),
    onRetry: ({ attempt, delay, reason }) => expectType<[number, number, Error]>([attempt, delay, reason]),
    onOpen: response => expectType<number>(response.status),
  })
  const stopListening: () => void = connection.on('tick', () => {})
  stopListening()
  expectType<Ending>(await connection.closed)
  expectType<boolean>(connection.readyState === CLOSED)
  // @ts-expect-error -- no such state
  expectType<boolean>(connection.readyState === 3)
  // @ts-expect-error -- for reading only
  connection.lastEventId = '7'
  // @ts-expect-error -- a listener takes one event
  connection.on('tick', (event, more) => console.log(event, more))
  // @ts-expect-error -- our life is told by callbacks, and onerror is none
  connect('/events', { onerror: () => {} })
}
