import type { ServerSentEvent } from '../sse/parser.ts'
import { createEmitter } from './emitter.ts'
import { openEventStream } from './fetch-events.ts'
import { trackReadyState, type ReadyState } from './ready-state.ts'
import type { Ending, FetchEventsInit } from './request.ts'

/** The types of a server's events, each with that of its data: a string's. */
export type EventMap<Events = Record<string, string>> = { [Type in keyof Events]: string }

/** An event of a type, its data of the type that an {@link EventMap} gives. */
export interface TypedEvent<Type extends string = string, Data = string> extends Omit<ServerSentEvent, 'type' | 'data'> {
  type: Type
  data: Data
}

type AnyEvent<Events extends EventMap<Events>> = { [Type in keyof Events & string]: TypedEvent<Type, Events[Type]> }[keyof Events & string]

/** An open stream of events; see {@link connect}. */
export interface Connection<Events extends EventMap<Events> = Record<string, string>> {
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
  /** Ends the request; nothing is delivered after it. */
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
 * @param url where to; relative to the page
 * @param init what `fetch()` takes, and more: see {@link FetchEventsInit}
 * @returns the connection: `on()` to listen, `close()` to end it, `closed` to learn how it ended
 * @throws {TypeError} at once where the request makes no sense: the message names what
 *
 * @example
 * ```ts
 * const connection = connect('/events', { onRetry: ({ delay }) => console.log(`back in ${delay} ms`) })
 * connection.on('tick', event => console.log(event.data))
 * connection.on('*', (type, event) => console.log(type, event.lastEventId))
 * setTimeout(() => connection.close(), 60_000)
 * ```
 */
export function connect<Events extends EventMap<Events> = Record<string, string>>(
  url: string | URL, init: FetchEventsInit = {}): Connection<Events> {
  const emitter = createEmitter<ServerSentEvent>()
  let lastEventId = init.lastEventId ?? ''
  let settle: (ending: Ending) => void
  const closed = new Promise<Ending>(resolve => (settle = resolve))

  const { callbacks, readyState } = trackReadyState(init)
  const stream = openEventStream(url, {
    ...init,
    ...callbacks,
    onClose(ending) {
      init.signal?.removeEventListener('abort', close)
      settle(ending)
      callbacks.onClose(ending)
    },
  })

  function close() {
    stream.stop(lastEventId)
  }

  async function run() {
    if (init.signal?.aborted) close()
    else if (!stream.ending) init.signal?.addEventListener('abort', close)
    for (;;) {
      const events = await stream.read()
      if (!events) return
      for (const event of events) {
        if (stream.ending) return
        lastEventId = event.lastEventId
        emitter.emit(event.type, event)
      }
      if (!stream.ending) lastEventId = stream.lastEventId
    }
  }

  queueMicrotask(() => {
    run().catch(() => {}) // how it failed is told by `closed` and `onClose`
  })

  return {
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
