/** What can be said on one subject. Every paragraph and point stands by itself, so any of them can follow any other. */
export interface Theme {
  /** Which prompts it is for. */
  about: RegExp
  prose: readonly string[]
  /** The line above the list. */
  leads: readonly string[]
  points: readonly string[]
  /** The line above the code. */
  codeLeads: readonly string[]
  code: readonly string[]
}

/** All that the model can say in one language. `{prompt}` and `{earlier}` stand for what the visitor wrote. */
export interface Voice {
  /** How many paragraphs fill a page: a Chinese character says more than a letter does, and takes less room. */
  paragraphs: number
  openings: readonly string[]
  /** For a conversation's second turn and those after it. */
  memories: readonly string[]
  /** The first that fits is taken; the last one fits everything. */
  themes: readonly Theme[]
  asides: readonly string[]
  closings: readonly string[]
}
