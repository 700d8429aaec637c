// What must compile, and what must not: see README.md beside this file
import { EventStreamContentType, fetchEventSource, type EventSourceMessage, type FetchEventSourceInit } from 'teleprinter/fetch-event-source'

declare function expectType<T>(value: T): void

export async function calls(): Promise<void> {
  expectType<void>(await fetchEventSource('/events', { onmessage: message => expectType<EventSourceMessage>(message) }))
  await fetchEventSource(new Request('https://localhost/events'), { onopen() {}, onclose: null, onerror: async () => 1000, openWhenHidden: true })
  expectType<'text/event-stream'>(EventStreamContentType)
  expectType<FetchEventSourceInit>({ method: 'POST', headers: new Headers({ a: 'b' }), idleTimeout: 30_000 })
  // @ts-expect-error -- onerror says what a policy would
  await fetchEventSource('/events', { retry: () => 1000 })
  // @ts-expect-error -- a wait is a number
  await fetchEventSource('/events', { onerror: () => '1s' })
  // @ts-expect-error -- an id is text
  await fetchEventSource('/events', { onmessage: ({ id }) => expectType<number>(id) })
  // @ts-expect-error -- its words are in small letters
  await fetchEventSource('/events', { onMessage() {} })
}
