// Between the SDK and the network: a `fetch` that passes everything on, and tells what goes by
import { createParser } from 'teleprinter'
import type { Framing } from './entries.ts'
import type { HeaderPair } from './parse-headers.ts'

/** Hears what goes over the wire, in the order of the wire. */
export interface TapListener {
  onRequest: (request: { method: string; url: string; headers: HeaderPair[]; body: string | undefined }) => void
  /** @param ms how long the answer's head took */
  onResponse: (response: Response, ms: number, framing: Framing | undefined) => void
  onBytes: (count: number) => void
  onEvent: (event: { type: string; id: string | undefined; data: string; framing: Framing }) => void
  onComment: (text: string) => void
  onReconnectionTime: (ms: number) => void
}

/** What comes with these has no body, and a script can make no response that has one, though Chromium gives a stream, which is empty. */
const BODILESS: readonly number[] = [101, 103, 204, 205, 304]

/** A line that never ends is told in pieces of a million characters. */
const LONGEST_LINE = 1024 * 1024

/**
 * Makes a `fetch` for the SDK's option of that name.
 *
 * Event streams go through byte for byte. Lines of JSON and plain text, which the SDK reads for chats alone, reach it as event
 * streams, so that their errors and endings are told in the same way.
 */
export function createTap(listener: TapListener): typeof fetch {
  return async (input, init) => {
    listener.onRequest({
      method: init?.method ?? 'GET',
      url: String(input),
      headers: [...new Headers(init?.headers)],
      body: typeof init?.body === 'string' ? init.body : undefined,
    })
    const started = performance.now()
    const response = await fetch(input, init)
    const framing = response.ok ? framingOf(response) : undefined
    listener.onResponse(response, performance.now() - started, framing)
    if (!response.body || BODILESS.includes(response.status)) return response
    return withBody(response, response.body.pipeThrough(listen(framing, listener)), framing)
  }
}

function framingOf({ headers }: Response): Framing | undefined {
  const type = headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (type === 'text/event-stream') return 'sse'
  if (/^application\/(x-)?(ndjson|jsonl|jsonlines|json-lines)$/.test(type)) return 'lines'
  return type === 'text/plain' ? 'text' : undefined
}

function listen(framing: Framing | undefined, listener: TapListener): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  if (framing === 'sse') return listenToEvents(listener)
  if (framing) return listenToText(framing, listener)
  return new TransformStream({
    transform(chunk, controller) {
      listener.onBytes(chunk.length)
      controller.enqueue(chunk)
    },
  })
}

function listenToEvents(listener: TapListener): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let id: string | undefined
  let sound = true
  const parser = createParser({
    onId: own => (id = own),
    onEvent({ type, data }) {
      listener.onEvent({ type, id, data, framing: 'sse' })
      id = undefined
    },
    onComment: listener.onComment,
    onRetry: listener.onReconnectionTime,
  })
  return new TransformStream({
    transform(chunk, controller) {
      listener.onBytes(chunk.length)
      try {
        if (sound) parser.feed(chunk)
      } catch {
        // Too large: the SDK, which parses the same bytes, is about to say so
        sound = false
      }
      controller.enqueue(chunk)
    },
  })
}

function listenToText(framing: 'lines' | 'text', listener: TapListener): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  const decoder = new TextDecoder()
  const encoder = new TextEncoder()
  let rest = ''

  function take(text: string, isEnd: boolean): string[] {
    const parts = framing === 'lines' ? (rest + text).split('\n') : [text, '']
    rest = parts.pop() ?? ''
    if (isEnd || rest.length > LONGEST_LINE) {
      parts.push(rest)
      rest = ''
    }
    return parts.filter(part => part.trim() !== '' || (framing === 'text' && part !== ''))
  }

  function pass(parts: string[], controller: TransformStreamDefaultController<Uint8Array<ArrayBuffer>>): void {
    for (const data of parts) {
      listener.onEvent({ type: framing === 'lines' ? 'line' : 'text', id: undefined, data, framing })
      controller.enqueue(encoder.encode(`data: ${JSON.stringify(data)}\n\n`))
    }
  }

  return new TransformStream({
    transform(chunk, controller) {
      listener.onBytes(chunk.length)
      pass(take(decoder.decode(chunk, { stream: true }), false), controller)
    },
    flush: controller => pass(take(decoder.decode(), true), controller),
  })
}

/** The same response with another body. */
function withBody(response: Response, body: ReadableStream<Uint8Array<ArrayBuffer>>, framing: Framing | undefined): Response {
  const { status, statusText, url, redirected } = response
  const headers = new Headers(response.headers)
  if (framing && framing !== 'sse') headers.set('content-type', 'text/event-stream')
  const copy = new Response(body, { status, statusText, headers })
  // A response that a script makes has none of its own
  return Object.defineProperties(copy, { url: { value: url }, redirected: { value: redirected } })
}
