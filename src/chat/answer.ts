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

/** Puts an answer together from its deltas. */
export function createAnswer(): Answer {
  let raw = '' // finish reason
  let usage: Usage | undefined
  const calls: Required<Omit<ToolCallDelta, 'index'>>[] = []
  const growing = new Map<number, typeof calls[number]>() // the last one of each index

  const answer: Answer & { text: string; reasoning: string; finished: boolean } = {
    text: '',
    reasoning: '',
    finished: false,
    add(delta) {
      answer.text += delta.text ?? ''
      answer.reasoning += delta.reasoning ?? ''
      answer.finished ||= Boolean(delta.done || delta.finished || delta.finishReason)
      raw = delta.finishReason || raw
      usage = delta.usage ?? usage
      delta.toolCalls?.forEach(addPiece)
    },
    result() {
      const { text, reasoning, finished } = answer
      const toolCalls = calls.filter(({ executed }) => !executed)
        // Some providers send nothing where a tool takes nothing
        .map(({ id, name, arguments: json }) => ({ id, name, arguments: json || (finished ? '{}' : '') }))
      const reason = toFinishReason(raw)
      return {
        text,
        reasoning,
        toolCalls,
        // Some call a tool, and just stop
        ...(raw && { finishReason: reason === 'stop' && toolCalls.length > 0 ? 'tool-calls' : reason, rawFinishReason: raw }),
        ...(usage && { usage }),
      }
    },
  }

  function addPiece({ index, id, name, arguments: json = '', executed = false }: ToolCallDelta) {
    let call = growing.get(index)
    // Some servers give all calls of an answer the same index
    if (!call || (id && call.id && id !== call.id)) calls.push(call = { id: '', name: '', arguments: '', executed })
    growing.set(index, call)
    call.id ||= id ?? ''
    call.name ||= name ?? ''
    call.arguments += json
    call.executed ||= executed
  }

  return answer
}
