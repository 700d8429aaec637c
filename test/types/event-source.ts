// What must compile, and what must not: see README.md beside this file
import * as teleprinter from 'teleprinter'

declare function expectType<T>(value: T): void

/** The browser's own class, as lib.dom declares it. */
type Native = typeof globalThis.EventSource

export function takesTheBrowsersPlace(source: teleprinter.EventSource): void {
  globalThis.EventSource = teleprinter.EventSource
  expectType<Native>(teleprinter.EventSource)
  expectType<InstanceType<Native>>(source)
  expectType<EventTarget>(source)
  expectType<0 | 1 | 2>(source.readyState)
  expectType<2>(teleprinter.EventSource.CLOSED)
}

export function events(source: teleprinter.EventSource): void {
  source.onmessage = event => expectType<string>(event.data)
  source.onopen = event => expectType<Event>(event)
  source.addEventListener('message', event => expectType<string>(event.data))
  source.addEventListener('error', event => expectType<Event>(event))
  source.addEventListener('tick', event => expectType<string>(event.lastEventId))
  source.addEventListener('tick', { handleEvent() {} }, { once: true })
  // @ts-expect-error -- an error event has no data
  source.addEventListener('error', event => event.data)
  // @ts-expect-error -- no listener
  source.addEventListener('tick', 'say')
  // @ts-expect-error -- no handler
  source.onmessage = 'say'

  const typed = new teleprinter.EventSource<{ tick: MessageEvent<'now'> }>('/events')
  typed.addEventListener('tick', event => expectType<'now'>(event.data))
  // @ts-expect-error -- an event's type is an event
  expectType<teleprinter.EventSource<{ tick: string }>>(typed)
}

export function options(source: teleprinter.EventSource): void {
  new teleprinter.EventSource(new URL('https://localhost/events'), { withCredentials: true, headers: async () => ({ a: 'b' }), json: { a: 1 } })
  teleprinter.EventSource.fromReadableStream(new ReadableStream<Uint8Array>())
  // @ts-expect-error -- a URL is needed
  new teleprinter.EventSource()
  // @ts-expect-error -- not a word
  new teleprinter.EventSource('/events', { withCredentials: 'include' })
  // @ts-expect-error -- a response is no stream
  teleprinter.EventSource.fromReadableStream(new Response())
  // @ts-expect-error -- for reading only
  source.url = '/elsewhere'
  // @ts-expect-error -- for reading only
  source.readyState = 2
}
