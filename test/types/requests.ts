// What must compile, and what must not: see README.md beside this file
import {
  backoff, createParser, EventSourceParserStream, fetchEvents, readEvents, StreamError, type Ending, type Failure, type FetchEventsInit,
  type RetryPolicy, type ServerSentEvent,
} from 'teleprinter'

declare function expectType<T>(value: T): void

export async function events(): Promise<void> {
  const stream = fetchEvents('/events', { headers: ({ attempt, lastEventId }) => ({ attempt: String(attempt), lastEventId }) })
  expectType<AsyncIterable<ServerSentEvent>>(stream)
  for await (const event of stream) expectType<[string, string, string]>([event.type, event.data, event.lastEventId])
  for await (const event of readEvents(new Response('data: hi\n\n'))) expectType<ServerSentEvent>(event)
  expectType<ReadableStream<ServerSentEvent>>(new Response('').body!.pipeThrough(new EventSourceParserStream()))
  // @ts-expect-error -- text is no response
  readEvents('data: hi\n\n')
  // @ts-expect-error -- the stream is the listener
  new EventSourceParserStream({ onEvent: () => {} })
  // @ts-expect-error -- an event's data is text
  for await (const { data } of fetchEvents('/events')) expectType<object>(data)
}

export function policies(): void {
  expectType<RetryPolicy>(backoff({ base: 1, factor: 2, max: 3, limit: 4, jitter: 0 }))
  expectType<RetryPolicy>(({ attempt, reason, retryAfter }) => (attempt < 3 && reason.code === 'network' ? (retryAfter ?? 1000) : false))
  // @ts-expect-error -- true is no time
  expectType<RetryPolicy>(() => true)
  // @ts-expect-error -- nothing is neither a time nor never
  expectType<RetryPolicy>(() => {})
  // @ts-expect-error -- a policy answers at once
  expectType<RetryPolicy>(async () => 1000)
  // @ts-expect-error -- a number is no policy
  fetchEvents('/events', { retry: 3 })
  // @ts-expect-error -- true is none either
  fetchEvents('/events', { retry: true })
  // @ts-expect-error -- milliseconds are a number
  backoff({ max: '30s' })
  // @ts-expect-error -- no such option
  backoff({ retries: 3 })
}

export function requests(signal: AbortSignal): void {
  expectType<FetchEventsInit>({ method: 'POST', json: { a: 1 }, signal, credentials: 'include', idempotencyKey: true, fetch })
  expectType<FetchEventsInit>({ headers: undefined, retry: undefined, onClose: undefined }) // also under exactOptionalPropertyTypes
  expectType<FetchEventsInit>({ onClose: ({ outcome }) => expectType<Ending['outcome']>(outcome) })
  // @ts-expect-error -- milliseconds are a number
  expectType<FetchEventsInit>({ idleTimeout: '30s' })
  // @ts-expect-error -- headers are pairs of text
  expectType<FetchEventsInit>({ headers: { authorization: 7 } })
  // @ts-expect-error -- an id is text
  expectType<FetchEventsInit>({ lastEventId: 7 })
  // @ts-expect-error -- not a function that fetches
  expectType<FetchEventsInit>({ fetch: (url: string) => url })
}

export function errors(error: StreamError, failure: Failure): void {
  expectType<Error>(error)
  if (error.code === 'http') expectType<number | undefined>(error.status)
  // @ts-expect-error -- no such code
  expectType<boolean>(error.code === 'nonsense')
  // @ts-expect-error -- the server may not have said so
  expectType<number>(failure.retryAfter)
  // @ts-expect-error -- no such code
  new StreamError('nonsense', 'Cannot say')
}

export function parsing(): void {
  const parser = createParser({ onEvent: event => expectType<ServerSentEvent>(event), onRetry: time => expectType<number>(time) })
  parser.feed(new Uint8Array(1))
  parser.feed('data: hi\n\n')
  // @ts-expect-error -- neither bytes nor text
  parser.feed(7)
  // @ts-expect-error -- for reading only
  parser.lastEventId = '7'
  // @ts-expect-error -- onEvent is missing
  createParser({})
}
