// The class of the standard: https://html.spec.whatwg.org/multipage/server-sent-events.html#the-eventsource-interface
import { StreamError } from '../errors.ts'
import { callSafely } from '../report.ts'
import { onAbort } from './abort.ts'
import { check } from './check.ts'
import { eventStream, openEventStream, type EventStream } from './fetch-events.ts'
import { whyFutile } from './futile.ts'
import { wasPageCached } from './page-cache.ts'
import { CLOSED, CONNECTING, OPEN, type ReadyState } from './ready-state.ts'
import { parseUrl, type FetchEventsInit } from './request.ts'
import { backoff, type Failure } from './retry.ts'

/** The standard's one option, and all that a stream over `fetch` takes. */
export interface EventSourceInit extends FetchEventsInit {
  /** Whether a cross-origin request carries cookies. @default false */
  withCredentials?: boolean | undefined
}

/** The events of an {@link EventSource} itself; other types than these are a server's own, and `MessageEvent`s. */
export interface EventSourceEventMap {
  /** The connection is lost, and tried again, or closed: `readyState` tells. */
  error: Event
  /** An event for which the server names no type. */
  message: MessageEvent<string>
  /** The stream is open. */
  open: Event
}

type EventsOf<Own> = Omit<EventSourceEventMap, keyof Own> & Own
type Listener<Own extends Record<keyof Own, Event>, E> = (this: EventSource<Own>, event: E) => unknown
type Handler<Type extends keyof EventSourceEventMap> = ((event: EventSourceEventMap[Type]) => unknown) | null

/** [spec] a reconnection time, in milliseconds. This must initially be an implementation-defined value, probably in the region of a few seconds. */
const RECONNECTION_TIME = 3000
/** What a server's `retry: 0` comes to, so that no page can be made to hammer its server. */
const MIN_RECONNECTION_TIME = 400
/** See {@link turn}: more than promises that stand upon promises are deep. */
const TURNS = 16

/** EventTarget's own methods, with the types of our events and of those that the caller names. */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- types of inherited methods and constants only: there is nothing to initialize
export interface EventSource<Own extends Record<keyof Own, Event> = object> {
  /** 0: not open yet, or waiting to be opened again. */
  readonly CONNECTING: typeof CONNECTING
  /** 1: the stream is open. */
  readonly OPEN: typeof OPEN
  /** 2: closed for good. */
  readonly CLOSED: typeof CLOSED
  /** Hears that the stream is open; `null` for nobody. */
  onopen: Handler<'open'>
  /** Hears events for which the server names no type; `null` for nobody. */
  onmessage: Handler<'message'>
  /** Hears that the connection is lost, and tried again, or closed: `readyState` tells; `null` for nobody. */
  onerror: Handler<'error'>
  /** Hears events of a type: `open`, `error`, `message`, or any that the server names. */
  addEventListener<Type extends keyof EventsOf<Own> & string>(
    type: Type, listener: Listener<Own, EventsOf<Own>[Type]>, options?: boolean | AddEventListenerOptions): void
  addEventListener(type: string, listener: Listener<Own, MessageEvent>, options?: boolean | AddEventListenerOptions): void
  addEventListener(type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | AddEventListenerOptions): void
  /** Takes a listener away. */
  removeEventListener<Type extends keyof EventsOf<Own> & string>(
    type: Type, listener: Listener<Own, EventsOf<Own>[Type]>, options?: boolean | EventListenerOptions): void
  removeEventListener(type: string, listener: Listener<Own, MessageEvent>, options?: boolean | EventListenerOptions): void
  removeEventListener(type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | EventListenerOptions): void
}

/**
 * `EventSource`, over `fetch`: takes the browser's own class's place, and POST bodies and headers besides.
 *
 * It keeps to the standard: a status other than 200 and a wrong content type are final, a stream that ends or breaks is
 * connected to again after the reconnection time (longer after failures in a row). Where a cross-origin GET fails without an
 * answer, a request with `mode: 'no-cors'` tells whether the server is there: if it is, and a further attempt fails too, CORS
 * forbids it, and that is final. Given another method than GET it never sends a request twice that may have run. It starts one
 * microtask late.
 *
 * @typeParam Own the server's own events, by type: `new EventSource<{ tick: MessageEvent<string> }>('/events')`
 *
 * @example
 * ```ts
 * const source = new EventSource('/events', { headers: { authorization: 'Bearer my-token' } })
 * source.onmessage = event => console.log(event.data)
 * source.addEventListener('tick', event => console.log(event.lastEventId))
 * source.onerror = () => console.log(source.readyState === EventSource.CLOSED ? 'closed' : 'reconnecting')
 * ```
 */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging, eslint/no-unused-vars -- the interface above uses Own
export class EventSource<Own extends Record<keyof Own, Event> = object> extends EventTarget {
  /** 0: not open yet, or waiting to be opened again. */
  declare static readonly CONNECTING: typeof CONNECTING
  /** 1: the stream is open. */
  declare static readonly OPEN: typeof OPEN
  /** 2: closed for good. */
  declare static readonly CLOSED: typeof CLOSED

  // What Web IDL makes of an interface, and a class does not: constants, members that are enumerable, a name that no minifier takes
  static {
    Object.defineProperty(this, 'name', { value: 'EventSource' })
    for (const name of Object.getOwnPropertyNames(this.prototype)) {
      if (name !== 'constructor') Object.defineProperty(this.prototype, name, { enumerable: true })
    }
    // [spec] event handler IDL attributes; what is no object is null
    for (const type of ['open', 'message', 'error']) {
      Object.defineProperties(this.prototype, Object.getOwnPropertyDescriptors({
        get [`on${type}`]() {
          return (this as unknown as EventSource).#handlers.get(type) ?? null
        },
        set [`on${type}`](handler: object | null) {
          const source = this as unknown as EventSource
          if (Object(handler) === handler) {
            source.#handlers.set(type, handler as object)
            source.addEventListener(type, source.#callHandler) // which keeps its place while the handler is replaced
          } else {
            source.#handlers.delete(type)
            source.removeEventListener(type, source.#callHandler)
          }
        },
      }))
    }
    for (const target of [this, this.prototype]) {
      for (const [name, value] of Object.entries({ CONNECTING, OPEN, CLOSED })) Object.defineProperty(target, name, { value, enumerable: true })
    }
    Object.defineProperty(this.prototype, Symbol.toStringTag, { value: 'EventSource', configurable: true })
  }

  #stream: EventStream
  #readyState: ReadyState = CONNECTING
  #withCredentials: boolean
  #origin = '' // of the last response
  #lastEventId: string // of the last event that was dispatched
  #dispatching = false
  #handlers = new Map<string, object>()
  #forgetSignal: (() => void) | undefined
  #callHandler = (event: Event) => {
    const handler = this.#handlers.get(event.type)
    if (typeof handler === 'function') handler.call(this, event)
  }

  /**
   * @param url where to; relative to the page
   * @param init `withCredentials`, and what `fetch()` takes and more: see {@link FetchEventsInit}
   * @throws {DOMException} `SyntaxError` where the URL does not parse
   * @throws {TypeError} where the request makes no sense: the message names what
   */
  constructor(url: string | URL, init: EventSourceInit = {}) {
    super()
    if (arguments.length === 0) throw new TypeError('Cannot open event stream: no URL is given')
    const { withCredentials = false, ...rest } = init ?? {}
    // [spec] If urlRecord is failure, then throw a "SyntaxError" DOMException.
    const parsed = parseUrl(url)
    if (!parsed) throw new DOMException(`Cannot open event stream: not a valid URL: ${String(url)}`, 'SyntaxError')
    this.#withCredentials = Boolean(withCredentials)
    this.#lastEventId = rest.lastEventId ?? ''
    let futile: string | undefined // why the last attempt may have been
    this.#stream = openEventStream(parsed, {
      ...rest,
      dropReplays: false,
      // [spec] credentials mode is "include" if withCredentials, and "same-origin" else
      credentials: rest.credentials ?? (this.#withCredentials ? 'include' : 'same-origin'),
      onOpen: response => {
        this.#readyState = OPEN
        // A response that was made by hand has no URL
        this.#origin = new URL(response.url || this.#stream.url).origin
        callSafely(rest.onOpen, response)
        if (this.#readyState === OPEN) this.dispatchEvent(new Event('open'))
      },
      onRetry: info => this.#fail(CONNECTING, rest.onRetry, info),
      onClose: ending => {
        this.#fail(CLOSED, rest.onClose, ending)
        this.#forgetSignal?.() // only now: aborted in `onClose` it closes, as close() there does, without an event
      },
    }, {
      framer: response => response.status === 200 && eventStream(response),
      reconnect,
      again: async (reason, signal) => {
        const unanswered = this.#readyState === CONNECTING && reason.code === 'network' && !wasPageCached(reason)
        if (futile && unanswered) throw new StreamError('network', `Cannot open event stream: ${futile}`, { cause: reason })
        // A fetch of the app's own knows better than a request past it; and no such request can refuse redirects
        futile = unanswered && !rest.fetch && !rest.redirect ? await whyFutile(parsed, signal) : undefined
        // A network that came back meanwhile looks the same: only a further failure, at once, says that it is so
        return futile !== undefined
      },
    })
    queueMicrotask(() => {
      this.#run(rest.signal).catch(() => {}) // told by the error event
    })
  }

  /**
   * An `EventSource` over bytes that come from elsewhere: `open`, the events, and at the end an `error` event, without
   * reconnecting. Its `url` is `about:event-stream`, its events' `origin` is `'null'`.
   *
   * @param stream bytes, or text
   * @throws {TypeError} where it is no stream, or locked
   * @see https://github.com/whatwg/html/issues/12272 the proposal
   *
   * @example
   * ```ts
   * const { body } = await fetch('/events', { method: 'POST' })
   * EventSource.fromReadableStream(body!).onmessage = event => console.log(event.data)
   * ```
   */
  static fromReadableStream(stream: ReadableStream<Uint8Array | string>): EventSource {
    check(typeof stream?.getReader === 'function', 'stream', 'a ReadableStream', stream)
    const response = new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>, { headers: { 'content-type': 'text/event-stream' } })
    return new EventSource('about:event-stream', { fetch: () => Promise.resolve(response), retry: false })
  }

  async #run(signal: AbortSignal | null | undefined) {
    if (!this.#stream.ending) this.#forgetSignal = onAbort(signal, () => this.close())
    for (;;) {
      const events = await this.#stream.read()
      if (!events) return
      this.#dispatching = true
      for (const [index, { type, data, lastEventId }] of events.entries()) {
        if (index > 0) await turn()
        // [spec] If the readyState attribute is set to a value other than CLOSED, then dispatch the newly created event
        if (this.#readyState === CLOSED) break
        this.#lastEventId = lastEventId
        this.dispatchEvent(new MessageEvent(type, { data, origin: this.#origin, lastEventId }))
      }
      this.#dispatching = false
      this.#catchUp()
    }
  }

  /** To ids that came without an event, once all events are delivered. */
  #catchUp() {
    if (this.#readyState !== CLOSED) this.#lastEventId = this.#stream.lastEventId
  }

  /** [spec] fail the connection, or reestablish it: set the readyState attribute, and fire an event named error. */
  #fail<Info>(readyState: ReadyState, callback: ((info: Info) => void) | undefined, info: Info) {
    this.#catchUp()
    callSafely(callback, info)
    if (this.#readyState === CLOSED) return
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

  /** What a reconnect sends as `Last-Event-ID`; in a listener, the id of the event that it hears. Proposed to the standard. */
  get lastEventId(): string {
    return this.#dispatching ? this.#lastEventId : this.#stream.lastEventId
  }

  /** The wait before a reconnect, in milliseconds: the server's, or 3000. Proposed to the standard. */
  get reconnectionTime(): number {
    return this.#stream.reconnectionTime ?? RECONNECTION_TIME
  }

  /** Ends the request and closes for good, without an event. */
  close(): void {
    this.#readyState = CLOSED
    this.#stream.stop(this.#lastEventId)
  }
}

/**
 * [spec] queue a task which […] dispatches the newly created event
 *
 * The events of one chunk come in one task here, as in the engines; but there promises have their turn after every listener,
 * so that `await` on one event is in time to listen for the next. From a script the queue of promises can't be emptied, only
 * waited for.
 */
async function turn() {
  for (let i = 0; i < TURNS; i++) await Promise.resolve()
}

function reconnect(failure: Failure): number | false {
  const { reason, reconnectionTime = RECONNECTION_TIME, attempt } = failure
  // [spec] if res's status is not 200, or its Content-Type is not text/event-stream, then fail the connection
  if (reason.code === 'http' || reason.code === 'content-type') return false
  // After a good connection, which brought an event, the reconnection time, and a little at random so that not all come at once
  if (attempt === 1) return Math.max(reconnectionTime, MIN_RECONNECTION_TIME) * (1 + 0.1 * Math.random())
  // [spec] Optionally, wait some more. In particular, if the previous attempt failed, then user agents might introduce
  // an exponential backoff delay to avoid overloading a potentially already overloaded server.
  return backoff()({ ...failure, attempt: attempt - 1, reconnectionTime })
}
