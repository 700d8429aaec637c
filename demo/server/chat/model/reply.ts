/** What our own model says to a conversation, before it is cut into tokens. */
export interface Reply {
  /** What it thinks first, apart from the answer; `''` for nothing. */
  reasoning: string
  text: string
  /** The tools that it asks the page to run; the answer then goes on in the next turn. */
  toolCalls: ToolCall[]
}

/** A call of a tool that the request offered. */
export interface ToolCall {
  name: string
  /** JSON. */
  arguments: string
}
