// The clients that meet the faults, each with its defaults and an app that only listens.
import { fetchEventSource } from '@microsoft/fetch-event-source'
import { EventSource as EventSourcePackage } from 'eventsource'
import OpenAI from 'openai'
import { SSE } from 'sse.js'
import { connect, StreamError, streamText } from '../../../src/index.ts'

/** What an app hears. */
export interface App {
  /** May throw, as an app's bug does. */
  event: (data: string, type: string) => void
  /** With the status, where the client tells it. */
  failure: (status: number | undefined) => void
  end: (outcome: string) => void
}

/** Asks the URL and lets the app hear; gives what ends it. */
type Open = (url: string, app: App) => () => void

export interface Client {
  /** Whose version stands behind its name; none where that is the browser's. */
  package?: string
  /** The global that it can't do without. */
  needs?: string
  /** By GET. */
  feed?: Open
  /** By POST. */
  prompt?: Open
  /** Whether it knows by what mark a model's answer ends. */
  chats?: boolean
}

const PROMPT = 'Why is the sky blue?'
const messages = [{ role: 'user' as const, content: PROMPT }]
const headers = { 'content-type': 'application/json' }
const body = JSON.stringify({ messages, stream: true })

const statusOf = (error: unknown) => (error as { status?: number }).status

/** A class with the standard's interface, whose `error` events have a `code` where they tell a status. */
function ofClass(Class: new (url: string) => Pick<EventSource, 'onmessage' | 'onerror' | 'close'>): Open {
  return (url, { event, failure }) => {
    const source = new Class(url)
    source.onmessage = ({ data, type }) => event(String(data), type)
    source.onerror = error => failure((error as { code?: number }).code)
    return () => source.close()
  }
}

/** Its own `onerror` hears what went wrong, and returns nothing. */
function ofFetchEventSource(init?: RequestInit): Open {
  return (url, { event, failure, end }) => {
    const controller = new AbortController()
    void fetchEventSource(url, {
      ...init as { method: string; headers: Record<string, string>; body: string },
      signal: controller.signal,
      onmessage: message => event(message.data, message.event),
      onclose: () => end('end'),
      onerror: error => failure(statusOf(error)),
    })
    return () => controller.abort()
  }
}

/** The package's types have no constructor. */
interface Sse extends Pick<EventTarget, 'addEventListener'> {
  close: () => void
}
const SseClass = SSE as unknown as new (url: string, options: object) => Sse

function ofSse(options: object): Open {
  return (url, { event, failure }) => {
    const source = new SseClass(url, options)
    source.addEventListener('message', message => event((message as MessageEvent<string>).data, message.type))
    source.addEventListener('error', error => failure((error as { responseCode?: number } & Event).responseCode || undefined))
    return () => source.close()
  }
}

const feedOfTeleprinter: Open = (url, { event, failure, end }) => {
  const connection = connect(url, {
    onRetry: ({ reason }) => failure(reason.status),
    onClose: ({ outcome, error }) => (error ? failure(error.status) : end(outcome)),
  })
  connection.on('*', (type, { data }) => event(data, type))
  return () => connection.close()
}

const promptOfTeleprinter: Open = (url, { event, failure, end }) => {
  const stream = streamText(PROMPT, { url })
  const read = async () => {
    for await (const { text } of stream) if (text) event(text, 'message')
    end((await stream).outcome)
  }
  read().catch((error: unknown) => failure(error instanceof StreamError ? error.status : undefined))
  return () => stream.stop()
}

const promptOfOpenAI: Open = (url, { event, failure, end }) => {
  const controller = new AbortController()
  const { signal } = controller
  // Its own address is a path below the one that it is given
  const client = new OpenAI({ apiKey: 'none', dangerouslyAllowBrowser: true, fetch: (_address, init) => fetch(url, init) })
  const read = async () => {
    const stream = await client.chat.completions.create({ model: 'any', messages, stream: true }, { signal })
    for await (const { choices } of stream) event(choices[0]?.delta.content ?? '', 'message')
    end('end')
  }
  read().catch((error: unknown) => failure(statusOf(error)))
  return () => controller.abort()
}

/** By the names that head the table's columns, ours first. */
export const clients: Record<string, Client> = {
  'teleprinter': { package: 'teleprinter', feed: feedOfTeleprinter, prompt: promptOfTeleprinter, chats: true },
  'the browser\'s `EventSource`': { needs: 'EventSource', feed: (...given) => ofClass(globalThis.EventSource)(...given) },
  'eventsource': { package: 'eventsource', feed: ofClass(EventSourcePackage) },
  'fetch-event-source': {
    package: '@microsoft/fetch-event-source', needs: 'document',
    feed: ofFetchEventSource(), prompt: ofFetchEventSource({ method: 'POST', headers, body }),
  },
  'sse.js': { package: 'sse.js', needs: 'XMLHttpRequest', feed: ofSse({}), prompt: ofSse({ headers, payload: body }) },
  'sse.js, `autoReconnect`': {
    package: 'sse.js', needs: 'XMLHttpRequest',
    feed: ofSse({ autoReconnect: true }), prompt: ofSse({ headers, payload: body, autoReconnect: true }),
  },
  'openai': { package: 'openai', prompt: promptOfOpenAI, chats: true },
}
