import { fetchEventSource } from '@microsoft/fetch-event-source'
import type { Client } from './client.ts'

/** As its README has it: `onmessage`, and for a POST the method, the headers, the body and a signal. */
export const fetchEventSourceClient: Client = {
  id: 'fetch-event-source', name: 'fetch-event-source', origin: '@microsoft/fetch-event-source 2.0.1',
  can: ['feed', 'prompt'],
  code: {
    feed: `await fetchEventSource(url, {
  signal,
  onmessage(ev) { show(ev.data) },
})`,
    prompt: `await fetchEventSource(url, {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ messages, stream: true }),
  signal,
  onmessage(ev) {
    if (ev.data === '[DONE]') return
    show(JSON.parse(ev.data).choices[0].delta.content ?? '')
  },
})`,
  },
  start({ kind, url, prompt }, listener) {
    const stop = new AbortController()
    const { signal } = stop
    const asked = kind === 'feed'
      ? fetchEventSource(url, { signal, onmessage: ev => listener.event(ev.data) })
      : fetchEventSource(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ messages: [{ role: 'user', content: prompt }], stream: true }),
        signal,
        onmessage(ev) {
          if (ev.data === '[DONE]') return
          const { choices } = JSON.parse(ev.data) as { choices: { delta: { content?: string } }[] }
          const piece = choices[0]?.delta.content ?? ''
          if (piece !== '') listener.text(piece)
        },
      })
    listener.state('promise pending')
    asked.then(() => {
      if (signal.aborted) return
      listener.told('done', 'the promise resolved')
      listener.state('promise resolved', true)
    }, (error: unknown) => {
      listener.told('failed', `the promise rejected: ${String(error)}`, error instanceof Error ? error.name : '')
      listener.state('promise rejected', true)
    })
    return () => stop.abort()
  },
}
