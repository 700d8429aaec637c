// The class of the standard: https://html.spec.whatwg.org/multipage/server-sent-events.html#the-eventsource-interface
import type { ServerSentEvent } from '../sse/parser.ts'
import { openEventStream, type EventStream } from './fetch-events.ts'
import { callSafely } from '../report.ts'
import { CLOSED, CONNECTING, OPEN, type ReadyState } from './ready-state.ts'
import { parseUrl, type FetchEventsInit } from './request.ts'
import { backoff, type Failure } from './retry.ts'

/** The standard's one option, and all that a stream over `fetch` takes. */
export interface EventSourceInit extends FetchEventsInit {
  /** Whether a cross-origin request carries cookies. @default false */
  withCredentials?: boolean | undefined
}

/** The events of an {@link EventSource}; other types than these are a server's own, and `MessageEvent`s. */
export interface EventSourceEventMap {
  error: Event
  message: MessageEvent<string>
  open: Event
}

type Handler<Type extends keyof EventSourceEventMap> = ((event: EventSourceEventMap[Type]) => unknown) | null

/** [spec] a reconnection time, in milliseconds. This must initially be an implementation-defined value, probably in the region of a few seconds. */
const RECONNECTION_TIME = 3000
/** What a server's `retry: 0` comes to, so that no page can be made to hammer its server. */
const MIN_RECONNECTION_TIME = 100

type Listener<E extends Event> = (this: EventSource, event: E) => unknown

/** EventTarget's own methods, with the types of our events. */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- types of inherited methods only: there is nothing to initialize
export interface EventSource {
  addEventListener<Type extends keyof EventSourceEventMap>(
    type: Type, listener: Listener<EventSourceEventMap[Type]>, options?: boolean | AddEventListenerOptions): void
  addEventListener(type: string, listener: Listener<MessageEvent>, options?: boolean | AddEventListenerOptions): void
  addEventListener(type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | AddEventListenerOptions): void
  removeEventListener<Type extends keyof EventSourceEventMap>(
    type: Type, listener: Listener<EventSourceEventMap[Type]>, options?: boolean | EventListenerOptions): void
  removeEventListener(type: string, listener: Listener<MessageEvent>, options?: boolean | EventListenerOptions): void
  removeEventListener(type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | EventListenerOptions): void
}

/**
 * `EventSource`, over `fetch`: takes the browser's own class's place, and POST bodies and headers besides.
 *
 * It keeps to the standard: a status other than 200 and a wrong content type are final, a stream that ends or breaks is
 * connected to again after the reconnection time (longer after failures in a row). Given another method than GET it never sends
 * a request twice that may have run. It starts one microtask late.
 *
 * @example
 * ```ts
 * const source = new EventSource('/events', { headers: { authorization: 'Bearer …' } })
 * source.onmessage = event => console.log(event.data)
 * source.addEventListener('tick', event => console.log(event.lastEventId))
 * source.onerror = () => console.log(source.readyState === EventSource.CLOSED ? 'closed' : 'reconnecting')
 * ```
 */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export class EventSource extends EventTarget {
  static readonly CONNECTING = CONNECTING
  static readonly OPEN = OPEN
  static readonly CLOSED = CLOSED

  #stream: EventStream
  #readyState: ReadyState = CONNECTING
  #withCredentials: boolean
  #origin = ''
  #lastEventId: string
  #handlers = new Map<string, { handler: object; listener: (event: Event) => void }>()

  /**
   * @param url where to; relative to the page
   * @param init `withCredentials`, and what `fetch()` takes and more: see {@link FetchEventsInit}
   * @throws {DOMException} `SyntaxError` where the URL does not parse
   * @throws {TypeError} where the request makes no sense: the message names what
   */
  constructor(url: string | URL, init: EventSourceInit = {}) {
    super()
    const { withCredentials = false, ...rest } = init ?? {}
    this.#withCredentials = Boolean(withCredentials)
    this.#lastEventId = rest.lastEventId ?? ''
    const request: FetchEventsInit = {
      ...rest,
      // [spec] credentials mode is "include" if withCredentials, and "same-origin" else
      credentials: rest.credentials ?? (this.#withCredentials ? 'include' : 'same-origin'),
      onOpen: response => this.#announceOpen(response, rest),
      onRetry: info => {
        callSafely(rest.onRetry, info)
        if (this.#readyState !== CLOSED) this.#fail(CONNECTING)
      },
      onClose: ending => {
        callSafely(rest.onClose, ending)
        if (this.#readyState !== CLOSED) this.#fail(CLOSED)
      },
    }
    // [spec] If urlRecord is failure, then throw a "SyntaxError" DOMException.
    if (!parseUrl(url)) throw new DOMException(`Cannot open event stream: not a valid URL: ${String(url)}`, 'SyntaxError')
    this.#stream = openEventStream(url, request, {
      accepts: response => response.status === 200,
      reconnect,
      replays: true,
    })
    queueMicrotask(() => {
      this.#run(rest.signal).catch(() => {}) // told by the error event
    })
  }

  async #run(signal: AbortSignal | null | undefined) {
    const close = () => this.close()
    if (signal?.aborted) return close()
    signal?.addEventListener('abort', close)
    for (;;) {
      const events = await this.#stream.read().finally(() => {
        if (this.#stream.ending) signal?.removeEventListener('abort', close)
      })
      if (!events) return
      for (const event of events) this.#deliver(event)
    }
  }

  #deliver({ type, data, lastEventId }: ServerSentEvent) {
    // [spec] If the readyState attribute is set to a value other than CLOSED, then dispatch the newly created event
    if (this.#readyState === CLOSED) return
    this.#lastEventId = lastEventId
    this.dispatchEvent(new MessageEvent(type, { data, origin: this.#origin, lastEventId }))
  }

  #announceOpen(response: Response, init: EventSourceInit) {
    this.#readyState = OPEN
    // A response that was made by hand has no URL
    this.#origin = new URL(response.url || this.#stream.url).origin
    callSafely(init.onOpen, response)
    if (this.#readyState === OPEN) this.dispatchEvent(new Event('open'))
  }

  /** [spec] fail the connection, or reestablish it: set the readyState attribute, and fire an event named error. */
  #fail(readyState: ReadyState) {
    this.#readyState = readyState
    this.dispatchEvent(new Event('error'))
  }

  /** The absolute URL. */
  get url(): string {
    return this.#stream.url
  }

  /** Whether a cross-origin request carries cookies. */
  get withCredentials(): boolean {
    return this.#withCredentials
  }

  /** 0 connecting, 1 open, 2 closed for good. */
  get readyState(): ReadyState {
    return this.#readyState
  }

  get CONNECTING(): typeof CONNECTING {
    return CONNECTING
  }
  get OPEN(): typeof OPEN {
    return OPEN
  }
  get CLOSED(): typeof CLOSED {
    return CLOSED
  }

  get onopen(): Handler<'open'> {
    return this.#handler('open') as Handler<'open'>
  }
  set onopen(handler: Handler<'open'>) {
    this.#setHandler('open', handler)
  }
  get onmessage(): Handler<'message'> {
    return this.#handler('message') as Handler<'message'>
  }
  set onmessage(handler: Handler<'message'>) {
    this.#setHandler('message', handler)
  }
  get onerror(): Handler<'error'> {
    return this.#handler('error') as Handler<'error'>
  }
  set onerror(handler: Handler<'error'>) {
    this.#setHandler('error', handler)
  }

  /** Ends the request and closes for good, without an event. */
  close(): void {
    this.#readyState = CLOSED
    this.#stream.stop(this.#lastEventId)
  }

  #handler(type: string): object | null {
    return this.#handlers.get(type)?.handler ?? null
  }

  /** [spec] an event handler IDL attribute: keeps its place among the listeners while it is replaced; what is no object is null. */
  #setHandler(type: string, value: unknown) {
    const known = this.#handlers.get(type)
    const isCallable = typeof value === 'function'
    if (!isCallable && (typeof value !== 'object' || value === null)) {
      if (known) this.removeEventListener(type, known.listener)
      this.#handlers.delete(type)
    } else if (known) known.handler = value
    else {
      const entry = {
        handler: value,
        listener: (event: Event) => {
          if (typeof entry.handler === 'function') entry.handler.call(this, event)
        },
      }
      this.#handlers.set(type, entry)
      this.addEventListener(type, entry.listener)
    }
  }
}

function reconnect(failure: Failure): number | false {
  const { reason, reconnectionTime = RECONNECTION_TIME, attempt, received } = failure
  // [spec] if res's status is not 200, or its Content-Type is not text/event-stream, then fail the connection
  if (reason.code === 'http' || reason.code === 'content-type') return false
  // After a good connection the reconnection time, and a little at random so that not all come back at once
  if (attempt === 1 || received) return Math.max(reconnectionTime, MIN_RECONNECTION_TIME) * (1 + 0.1 * Math.random())
  // [spec] Optionally, wait some more. In particular, if the previous attempt failed, then user agents might introduce
  // an exponential backoff delay to avoid overloading a potentially already overloaded server.
  return backoff()({ ...failure, attempt: attempt - 1, reconnectionTime })
}
