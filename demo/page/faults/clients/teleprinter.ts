import { connect, StreamError, streamText, type FetchEventsInit } from 'teleprinter'
import { seconds } from '../../shell/units.ts'
import type { Client, Listener, Task } from './client.ts'

const IDLE_MS = 3000

export const teleprinter: Client = {
  id: 'teleprinter', name: 'Teleprinter', origin: 'connect, streamText',
  can: ['feed', 'prompt'],
  code: {
    feed: `const feed = connect(url, { idleTimeout: 3000, onRetry, onClose })
feed.on('*', (type, event) => show(event.data))`,
    prompt: `const answer = streamText(prompt, { url, idleTimeout: 3000, onRetry, onClose })
for await (const { text } of answer) show(text)
const { outcome } = await answer`,
  },
  start: (task, listener) => (task.kind === 'feed' ? follow(task, listener) : ask(task, listener)),
}

function follow({ url }: Task, listener: Listener): () => void {
  const feed = connect(url, {
    ...tellRetries(listener, 'readyState 1, open', 'readyState 0, waiting to try again'),
    onClose({ outcome, error }) {
      if (outcome === 'stopped') return
      listener.told(outcome, `onClose: ${error ? describe(error) : outcome}`, error?.code)
      listener.state('readyState 2, closed', true)
    },
  })
  listener.state('readyState 0, connecting')
  feed.on('*', (_type, { data }) => listener.event(data))
  return () => feed.close()
}

function ask({ url, prompt }: Task, listener: Listener): () => void {
  const answer = streamText(prompt, { url, ...tellRetries(listener, 'answer open', 'waiting to try again') })
  listener.state('waiting for the answer')
  let stopped = false
  void (async () => {
    try {
      for await (const { text = '' } of answer) {
        if (text !== '') listener.text(text)
      }
      const { outcome, timing } = await answer
      if (outcome === 'stopped' || stopped) return
      listener.told(outcome, `outcome: ${outcome}${timing.buffered ? ', timing.buffered: true' : ''}`)
      listener.state(outcome, true)
    } catch (error) {
      if (error instanceof StreamError) listener.told('failed', describe(error), error.code)
      else listener.told('failed', String(error))
      listener.state('failed', true)
    }
  })()
  return () => {
    stopped = true
    answer.stop()
  }
}

function tellRetries(listener: Listener, open: string, waiting: string): FetchEventsInit {
  return {
    idleTimeout: IDLE_MS,
    onOpen: () => listener.state(open),
    onRetry({ attempt, delay, reason }) {
      listener.told('retry', `onRetry: attempt ${attempt} in ${seconds(delay)} s: ${describe(reason)}`)
      listener.state(waiting)
    },
  }
}

function describe({ code, status, message }: StreamError): string {
  return `${code}${status === undefined ? '' : ` ${status}`}: ${message}`
}
