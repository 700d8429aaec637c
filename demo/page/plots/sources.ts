// Where the text of a run comes from: a trace that is played in real time, or the demo's own server
import { streamText } from 'teleprinter'
import type { Clock } from './clock.ts'
import type { Chunk } from './traces.ts'

/** Delivers text until there is no more of it, or `signal` is aborted. */
export type Source = (deliver: (text: string) => void, clock: Clock, signal: AbortSignal) => Promise<void>

/** Plays a trace. */
export function fromTrace(trace: readonly Chunk[]): Source {
  return async (deliver, clock, signal) => {
    for (const { at, text } of trace) {
      // After a pause the clock is where it was, and there is still something to wait for
      for (let left = at - clock.now(); left > 0 && !signal.aborted; left = at - clock.now()) {
        await after(left, signal)
        await clock.going()
      }
      if (signal.aborted) return
      deliver(text)
    }
  }
}

/** Asks the demo's model, and leaves when it has said so many characters. */
export function fromServer(prompt: string, length: number): Source {
  return async (deliver, clock, signal) => {
    let left = length
    for await (const { text = '' } of streamText(prompt, { url: '/api/chat', signal })) {
      await clock.going()
      if (signal.aborted) return
      if (text !== '') deliver(text.slice(0, left))
      left -= text.length
      if (left <= 0) return
    }
  }
}

/** So many milliseconds, or less if there is no more need to wait. */
function after(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}
