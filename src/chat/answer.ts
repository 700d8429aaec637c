import type { ChatDelta, Usage } from './dialect.ts'
import { toFinishReason, type FinishReason } from './finish-reason.ts'
import type { Timing } from './timing.ts'

/** A whole answer, and how it ended. */
export interface ChatResult {
  /** The visible text. */
  text: string
  /** The reasoning, where the provider shows it. */
  reasoning: string
  /** The tool calls that the caller must run; `arguments` is JSON text. */
  toolCalls: { id: string; name: string; arguments: string }[]
  /** Why the model stopped, in one vocabulary; absent where it did not say. */
  finishReason?: FinishReason
  /** The same in the provider's word. */
  rawFinishReason?: string
  usage?: Usage
  /** `done`: the whole answer; `stopped`: by `stop()`, the signal or leaving the loop; `truncated`: it broke off without its end mark. */
  outcome: 'done' | 'stopped' | 'truncated'
  lastEventId: string
  timing: Timing
}

/** An answer that grows by deltas. */
export interface Answer {
  add(delta: ChatDelta): void
  readonly text: string
  /** Whether the provider has said that the answer is whole. */
  readonly finished: boolean
  result(): Omit<ChatResult, 'outcome' | 'lastEventId' | 'timing'>
}

/** Puts an answer together from its deltas. */
export function createAnswer(): Answer {
  let text = ''
  let reasoning = ''
  let finished = false
  const toolCalls: ChatResult['toolCalls'] = []
  const growing = new Map<number, ChatResult['toolCalls'][number]>() // the last one of each index
  const last: Pick<ChatDelta, 'finishReason' | 'usage'> = {}

  return {
    add(delta) {
      text += delta.text ?? ''
      reasoning += delta.reasoning ?? ''
      if (delta.done || delta.finishReason) finished = true
      if (delta.finishReason) last.finishReason = delta.finishReason
      if (delta.usage) last.usage = delta.usage
      for (const { index, id, name, arguments: json = '' } of delta.toolCalls ?? []) {
        let call = growing.get(index)
        // Some servers give all calls of an answer the same index
        if (!call || (id && call.id && id !== call.id)) {
          call = { id: '', name: '', arguments: '' }
          growing.set(index, call)
          toolCalls.push(call)
        }
        call.id ||= id ?? ''
        call.name ||= name ?? ''
        call.arguments += json
      }
    },
    get text() {
      return text
    },
    get finished() {
      return finished
    },
    result: () => ({
      text,
      reasoning,
      toolCalls,
      ...(last.finishReason && { finishReason: toFinishReason(last.finishReason), rawFinishReason: last.finishReason }),
      ...(last.usage && { usage: last.usage }),
    }),
  }
}
