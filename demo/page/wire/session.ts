// One recording: a connection by the SDK, and what is heard of it on the wire
import { backoff, CLOSED, connect, type Connection, type Ending, type ReadyState } from 'teleprinter'
import type { Entries, Entry, EventNews, Fault } from './entries.ts'
import type { HeaderPair } from './parse-headers.ts'
import { createBlotter, type Blotter } from './secrets.ts'
import { createTap } from './tap.ts'
import { whyBlocked } from './why-blocked.ts'

/** What the form asks for. */
export interface InspectorRequest {
  method: string
  /** Absolute. */
  url: string
  headers: HeaderPair[]
  body: string | undefined
  lastEventId: string
  reconnect: boolean
}

/** What a recording comes to. */
export interface Totals {
  events: number
  bytes: number
  /** Requests after the first one. */
  reconnects: number
  replays: number
}

export interface Session {
  readonly request: InspectorRequest
  readonly openedAt: number
  /** All that is recorded has been through it; what leaves the page goes again, as it may have learned since. */
  readonly blotter: Blotter
  readonly readyState: ReadyState
  readonly lastEventId: string
  readonly totals: Readonly<Totals>
  readonly ending: Ending | undefined
  /** While it waits: when the next request goes out, on `performance.now()`'s clock, and why the last one is over. */
  readonly wait: { until: number; fault: Fault } | undefined
  close(): void
}

export interface SessionListener {
  /** The readyState may be another one now. */
  onState(): void
  /** An entry that was there already has changed. */
  onChange(entry: Entry): void
}

const encoder = new TextEncoder()

/**
 * Opens a connection and records what happens.
 *
 * @throws {TypeError} where the browser refuses the request as it stands: the message names what
 */
export function openSession(request: InspectorRequest, entries: Entries, listener: SessionListener): Session {
  const { method, url, headers, body, lastEventId, reconnect } = request
  const totals: Totals = { events: 0, bytes: 0, reconnects: 0, replays: 0 }
  const openedAt = Date.now()
  const blotter = createBlotter(url, headers, body)
  let wait: Session['wait']
  let ending: Ending | undefined
  let requests = 0
  let answered = false // the request under way
  let explained = false
  let foreign = false // what came is no event stream
  let pace: number | undefined

  // What went over the wire and was not delivered yet
  let undelivered: { entry: Entry & EventNews; type: string; data: string; id: string | undefined }[] = []
  let next = 0

  const tap = createTap({
    onRequest(sent) {
      wait = undefined
      answered = false
      entries.add({
        kind: 'life', step: 'request', attempt: ++requests, ...sent,
        url: blotter.text(sent.url), headers: blotter.headers(sent.headers), body: sent.body && blotter.body(sent.body),
      })
      totals.reconnects = requests - 1
    },
    onResponse(response, ms, framing) {
      answered = true
      foreign = framing !== undefined && framing !== 'sse'
      const { status, statusText } = response
      blotter.learn(response.url, [...response.headers])
      entries.add({
        kind: 'life', step: 'response', status, statusText: blotter.text(statusText), ms,
        contentType: blotter.text(response.headers.get('content-type') ?? ''),
        url: blotter.text(response.url), headers: blotter.headers([...response.headers]),
      })
    },
    onBytes: count => (totals.bytes += count),
    onEvent(event) {
      totals.events++
      const { type, data, id, framing } = event
      const entry = entries.add({
        kind: 'event', framing, bytes: encoder.encode(data).length,
        type: blotter.text(type), data: blotter.text(data), id: id && blotter.text(id),
      })
      if (framing === 'sse') undelivered.push({ entry: entry as Entry & EventNews, type, data, id })
    },
    onComment: text => void entries.add({ kind: 'comment', text: blotter.text(text), bytes: encoder.encode(text).length }),
    onReconnectionTime(ms) {
      // Many servers send it with every event
      if (ms === pace) return
      pace = ms
      entries.add({ kind: 'life', step: 'pace', ms })
    },
  })

  /** The SDK gives events in the order of the wire: what it passes over was delivered before a reconnect. */
  function deliver(type: string, data: string, id: string): void {
    for (;;) {
      const sent = undelivered[next++]
      if (!sent) return forget()
      if (sent.type === type && sent.data === data && (sent.id ?? id) === id) break
      markReplayed(sent.entry)
    }
    if (next === undelivered.length) forget()
  }

  /** At the end of an attempt, when all that is new has been delivered. */
  function markRest(): void {
    for (const { entry } of undelivered.slice(next)) markReplayed(entry)
    forget()
  }

  function markReplayed(entry: Entry & EventNews): void {
    entry.replayed = true
    totals.replays++
    listener.onChange(entry)
  }

  function faultOf(error: Error & { code?: string; body?: string }): Fault {
    return { code: error.code ?? error.name, message: blotter.text(error.message), body: error.body && blotter.text(error.body) }
  }

  function forget(): void {
    undelivered = []
    next = 0
  }

  /** Where another origin gave no answer, the SDK's error says as little as the browser does. */
  async function explain(fault: Fault): Promise<void> {
    if (fault.code !== 'network' || answered || explained || new URL(url).origin === location.origin) return
    explained = true
    const cause = await whyBlocked(url, method, controller.signal)
    if (!controller.signal.aborted) {
      entries.add({ kind: 'life', step: 'why', cause, origin: location.origin, headers: headers.map(([name]) => name) })
      listener.onState()
    }
  }

  const controller = new AbortController() // of the explanation alone
  const patient = backoff()
  const isGet = method === 'GET'
  const connection: Connection = connect(url, {
    method, headers, lastEventId, fetch: tap,
    ...(body !== undefined && { body }),
    // Only a GET has a policy: for other methods the SDK's own rules must hold. The end of a text is no end of a feed
    ...(reconnect ? isGet && { retry: failure => (foreign ? false : patient(failure)) } : { retry: false }),
    onOpen: () => listener.onState(),
    onRetry({ attempt, delay, reason }) {
      markRest()
      const fault = faultOf(reason)
      wait = { until: performance.now() + delay, fault }
      entries.add({ kind: 'life', step: 'retry', failures: attempt, delayMs: delay, fault })
      listener.onState()
      void explain(fault)
    },
    onClose(closed) {
      const { outcome, error } = closed
      ending = closed
      wait = undefined
      if (outcome !== 'stopped') markRest()
      else forget()
      const fault = error && faultOf(error)
      entries.add({ kind: 'life', step: 'ending', outcome, fault, events: totals.events, bytes: totals.bytes })
      listener.onState()
      if (fault) void explain(fault)
    },
  })
  connection.on('*', (type, { data, lastEventId: id }) => deliver(type, data, id))

  return {
    request, openedAt, blotter, totals,
    get readyState() {
      return ending ? CLOSED : connection.readyState
    },
    get lastEventId() {
      return blotter.text(connection.lastEventId)
    },
    get ending() {
      return ending
    },
    get wait() {
      return wait
    },
    close() {
      controller.abort()
      connection.close()
    },
  }
}
