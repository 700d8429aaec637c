// What is sent if all goes well: a feed's events, or the chunks of a prompt's answer. The faults spoil it.
import { tokenize } from '../chat/model/tokens.ts'
import { formatEvent } from '../http/sse.ts'

/** What a client asks for: a feed by GET, an answer by POST. */
export interface Script {
  kind: 'feed' | 'prompt'
  /** Milliseconds between two pieces. */
  gapMs: number
  /** The events, each as text. A feed's never end. */
  pieces(): Iterable<string>
}

const FEED_GAP_MS = 400
const PROMPT_GAP_MS = 150
/** Short, so that nobody waits long for a feed that comes back. */
const RECONNECTION_MS = 500

const ANSWERS = {
  en: 'A teleprinter types what comes down the line, one word after another. When the line breaks it stops, and what is on the paper stays on the paper.',
  zh: '电传打字机把线路上传来的字一个一个打在纸上。线路断了，它就停下来；已经打在纸上的字，一个也不会少。',
}

/** The answer to a prompt, in the prompt's language. */
export function answerTo(prompt: string): string {
  return /\p{Script=Han}/u.test(prompt) ? ANSWERS.zh : ANSWERS.en
}

/** Numbered events, from the one after `lastEventId` on. */
export function feedScript(lastEventId: string, pace: number): Script {
  const first = /^\d{1,9}$/.test(lastEventId) ? Number(lastEventId) + 1 : 1
  return {
    kind: 'feed', gapMs: FEED_GAP_MS * pace,
    * pieces() {
      for (let number = first; ; number++) {
        const data = JSON.stringify({ number })
        yield formatEvent({ id: number, data, ...(number === first && { retry: Math.round(RECONNECTION_MS * pace) }) })
      }
    },
  }
}

/** An answer as OpenAI's chunks, `[DONE]` last. */
export function promptScript(answer: string, pace: number): Script {
  return {
    kind: 'prompt', gapMs: PROMPT_GAP_MS * pace,
    * pieces() {
      for (const content of tokenize(answer)) yield chunk({ content })
      yield chunk({}, 'stop')
      yield formatEvent({ data: '[DONE]' })
    },
  }
}

function chunk(delta: object, reason: string | null = null): string {
  return formatEvent({ data: JSON.stringify({ choices: [{ index: 0, delta, finish_reason: reason }] }) })
}
