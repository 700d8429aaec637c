import { disposable } from '../dispose.ts'
import { StreamError } from '../errors.ts'
import { callSafely, report } from '../report.ts'
import type { ServerSentEvent } from '../sse/parser.ts'
import { onAbort } from './abort.ts'
import { checkDecoders, decodeEvent, type DecodedBy, type Decoder } from './decode.ts'
import { createEmitter } from './emitter.ts'
import { openEventStream } from './fetch-events.ts'
import { trackReadyState, type ReadyState } from './ready-state.ts'
import type { Ending, FetchEventsInit } from './request.ts'

/** An event of a type, its data as its decoder makes it, or a string. */
export interface TypedEvent<Type extends string = string, Data = string> extends Omit<ServerSentEvent, 'type' | 'data'> {
  /** The event's type. */
  type: Type
  /** What its decoder made of the data, or the text. */
  data: Data
}

type AnyEvent<Events> = { [Type in keyof Events & string]: TypedEvent<Type, Events[Type]> }[keyof Events & string]
/** Types of events whose data is no string, so that something must make it. */
type Decoded<Events> = { [Type in keyof Events]: Events[Type] extends string ? never : Type }[keyof Events]

/** All that `fetch()` takes, what a stream needs besides, and how events are decoded. */
export type ConnectInit<Events = Record<string, string>> =
  ConnectOptions<Events> & ([Decoded<Events>] extends [never] ? unknown : { events: Record<Decoded<Events>, unknown> })

/** {@link FetchEventsInit}, and how events are decoded. */
interface ConnectOptions<Events> extends FetchEventsInit {
  /**
   * How the data of an event becomes a value, by type: a function `(data: string) => value`, also an async one, or any Standard
   * Schema, which is given the data's JSON. Events of other types keep their text. Order is kept.
   */
  events?: { [Type in keyof Events]?: Decoder<Events[Type]> } | undefined
  /** Hears of an event that can't be decoded, and goes to no listener; the stream goes on. @default reportError(error) */
  onInvalid?: ((event: ServerSentEvent, error: StreamError) => void) | undefined
}

/** An open stream of events; see {@link connect}. */
export interface Connection<Events = Record<string, string>> extends Disposable {
  /** The absolute URL. */
  readonly url: string
  /** 0 connecting, 1 open, 2 closed for good. */
  readonly readyState: ReadyState
  /** The last event id: of the event that was delivered last, or sent without one since. */
  readonly lastEventId: string
  /**
   * Adds a listener for the server's events of a type; `'*'` hears all of them, as `(type, event)`.
   *
   * @returns a function that removes it
   */
  on<Type extends keyof Events & string>(type: Type, listener: (event: TypedEvent<Type, Events[Type]>) => void): () => void
  on(type: '*', listener: (type: keyof Events & string, event: AnyEvent<Events>) => void): () => void
  /** Removes a listener, or all of a type. */
  off(type: (keyof Events & string) | '*', listener?: (...args: never[]) => void): void
  /** Ends the request; no further event is delivered. */
  close(): void
  /** Resolves with how the connection ended; never rejects. */
  readonly closed: Promise<Ending>
}

/**
 * Connects to a stream of events and delivers them to listeners, over as many requests as it takes.
 *
 * Listeners hear the server's events, under the server's own types, and only those: one that is named `error` too. Our own
 * life is told by callbacks, `onOpen`, `onRetry` and `onClose`. Starts one microtask late, so that listeners added on the next
 * line miss nothing. When it tries again, and when not, is as in {@link fetchEvents}.
 *
 * @typeParam Events the types of the data, by type of event; they follow from `events` where that is given
 * @param url where to; relative to the page
 * @param init what `fetch()` takes, and more: see {@link ConnectInit}
 * @returns the connection: `on()` to listen, `close()` to end it, `closed` to learn how it ended
 * @throws {TypeError} at once where the request makes no sense, or a decoder is none: the message names what
 *
 * @example
 * ```ts
 * const connection = connect<{ tick: { id: number } }>('/events', { events: { tick: decoders.json } })
 * connection.on('tick', event => console.log(event.data.id))
 * connection.on('*', (type, event) => console.log(type, event.lastEventId))
 * setTimeout(() => connection.close(), 60_000)
 * ```
 */
export function connect<Decoders extends Record<string, Decoder>>(
  url: string | URL, init: Omit<ConnectOptions<Decoders>, 'events'> & { events: Decoders }): Connection<DecodedBy<Decoders>>
export function connect<Events extends Record<keyof Events, string> = Record<string, string>>(
  url: string | URL, init?: ConnectOptions<Events>): Connection<Events>
export function connect<Events extends object>(
  url: string | URL, init: ConnectInit<Events>): Connection<Events>
// oxlint-disable-next-line typescript/no-explicit-any -- what the signatures above have in common
export function connect(url: string | URL, init: Omit<ConnectOptions<object>, 'events'> & { events?: object | undefined } = {}): Connection<any> {
  const { events: decoders = {}, onInvalid = (_event, error) => report(error), ...request } = init
  const known = checkDecoders(decoders as Record<string, Decoder>)
  const emitter = createEmitter<TypedEvent<string, unknown>>()
  let lastEventId = init.lastEventId ?? ''
  let forgetSignal: (() => void) | undefined
  let settle: (ending: Ending) => void
  const closed = new Promise<Ending>(resolve => (settle = resolve))

  const { callbacks, readyState } = trackReadyState(init)
  const stream = openEventStream(url, {
    ...request,
    ...callbacks,
    onClose(ending) {
      forgetSignal?.()
      settle(ending)
      callbacks.onClose(ending)
    },
  })

  function close() {
    stream.stop(lastEventId)
  }

  async function run() {
    if (!stream.ending) forgetSignal = onAbort(init.signal, close)
    for (;;) {
      const events = await stream.read()
      if (!events) return
      for (const event of events) {
        const decoder = known.get(event.type)
        // One after the other, so that order is kept; where nothing is decoded, nothing waits
        const decoded = decoder ? await decodeEvent(decoder, event) : event
        if (stream.ending) return
        lastEventId = event.lastEventId
        if (decoded instanceof StreamError) callSafely(onInvalid, event, decoded)
        else emitter.emit(event.type, decoded)
      }
      if (!stream.ending) lastEventId = stream.lastEventId
    }
  }

  queueMicrotask(() => {
    run().catch(() => {}) // how it failed is told by `closed` and `onClose`
  })

  return {
    ...disposable(close),
    url: stream.url,
    get readyState() {
      return readyState()
    },
    get lastEventId() {
      return lastEventId
    },
    on: emitter.on,
    off: emitter.off,
    close,
    closed,
  }
}
