import type { ChatDelta, ToolCallDelta, Usage } from './dialect.ts'
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
  /** What it cost; absent where the provider did not say. */
  usage?: Usage
  /** `done`: the whole answer; `stopped`: by `stop()`, the signal or leaving the loop; `truncated`: it broke off without its end mark. */
  outcome: 'done' | 'stopped' | 'truncated'
  /** The last event id that the server sent; `''` where it sent none. */
  lastEventId: string
  /** How it came. */
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

interface Call extends Required<Pick<ToolCallDelta, 'id' | 'name' | 'arguments'>> {
  executed?: boolean | undefined
}

/** Puts an answer together from its deltas. */
export function createAnswer(): Answer {
  let text = ''
  let reasoning = ''
  let finished = false
  const calls: Call[] = []
  const growing = new Map<number, Call>() // the last one of each index
  const last: Pick<ChatDelta, 'finishReason' | 'usage'> = {}

  return {
    add(delta) {
      text += delta.text ?? ''
      reasoning += delta.reasoning ?? ''
      if (delta.done || delta.finished || delta.finishReason) finished = true
      if (delta.finishReason) last.finishReason = delta.finishReason
      if (delta.usage) last.usage = delta.usage
      for (const { index, id, name, arguments: json = '', executed } of delta.toolCalls ?? []) {
        let call = growing.get(index)
        // Some servers give all calls of an answer the same index
        if (!call || (id && call.id && id !== call.id)) {
          call = { id: '', name: '', arguments: '' }
          growing.set(index, call)
          calls.push(call)
        }
        call.id ||= id ?? ''
        call.name ||= name ?? ''
        call.arguments += json
        call.executed ||= executed
      }
    },
    get text() {
      return text
    },
    get finished() {
      return finished
    },
    result() {
      const { finishReason: raw, usage } = last
      const toolCalls = calls.filter(({ executed }) => !executed)
        // Some providers send nothing where a tool takes nothing
        .map(({ id, name, arguments: json }) => ({ id, name, arguments: json || (finished ? '{}' : '') }))
      const reason = raw && toFinishReason(raw)
      return {
        text,
        reasoning,
        toolCalls,
        // Some call a tool, and just stop
        ...(reason && { finishReason: reason === 'stop' && toolCalls.length > 0 ? 'tool-calls' : reason, rawFinishReason: raw }),
        ...(usage && { usage }),
      }
    },
  }
}
