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
  /** What can be thought about it before the answer, a sentence each. */
  thoughts: readonly string[]
  /** Where to read on: Markdown, with a link in it. */
  links: readonly string[]
}

/** What is said around a tool. */
export interface ToolTalk {
  /** Thought before a tool is called; `{prompt}` stands for the prompt. */
  thoughts: readonly string[]
  /** The answer to a clock's `{time}`, `{date}`, `{weekday}` and `{zone}`. */
  time: readonly string[]
  /** The answer to dice: `{rolls}` and `{sum}`. */
  dice: readonly string[]
  /** The answer to any other result. */
  other: string
  /** The answer to an error. */
  failed: string
  closings: readonly string[]
  weekdays: readonly string[]
  and: string
}

/** Two things beside each other in a table. */
export interface Comparison {
  /** Finds the two in a prompt, as its first two groups. */
  about: RegExp
  /** Where the prompt names none. */
  either: readonly [string, string]
  leads: readonly string[]
  /** A name, and what is said of the one and of the other. */
  rows: readonly (readonly [string, string, string])[]
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
  /** Which prompts are worth a thought before the answer. */
  deep: RegExp
  /** How such a thought begins, and how it ends; `{prompt}` stands for the prompt. */
  musings: readonly string[]
  resolves: readonly string[]
  comparison: Comparison
  tools: ToolTalk
  asides: readonly string[]
  closings: readonly string[]
}
