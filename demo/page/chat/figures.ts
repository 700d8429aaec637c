// The line of figures under an answer: measured as it comes, shown a few times a second
import type { ChatDelta, Usage } from 'teleprinter'
import { create } from '../shell/elements.ts'
import { say } from '../shell/language.ts'
import { formatNumber } from '../shell/units.ts'
import { words } from './words.ts'

export type Outcome = 'done' | 'stopped' | 'truncated' | 'failed'

/** Measures the deltas of an answer, over as many requests as it takes. */
export interface Meter {
  /** A request goes out, also behind an end that was none. */
  send: () => void
  add: (delta: ChatDelta) => void
  /** The connection broke, and the answer has come back. */
  resume: () => void
  /** The last delta of a request is in. */
  rest: () => void
  end: (outcome: Outcome) => void
  readonly figures: Figures
}

/** All times in milliseconds. */
export interface Figures {
  firstToken: number | undefined
  /** As code points, of the text alone. */
  characters: number
  charactersPerSecond: number | undefined
  /** The pieces of text, reasoning and tool calls. */
  chunks: number
  longestGap: number
  total: number
  input: number | undefined
  output: number | undefined
  resumed: number
  outcome: Outcome | undefined
}

/** So short a time tells nothing of the speed. */
const LEAST_MS = 50

export function createMeter(now: () => number = () => performance.now()): Meter {
  const start = now()
  let firstToken: number | undefined
  let characters = 0
  let writing = 0 // ms between the first and the last piece of text, of all requests
  let lastText: number | undefined
  let chunks = 0
  let last: number | undefined // arrival of this request
  let longestGap = 0
  let usages: Usage[] = [] // of the requests, the last one's at the end
  let current: Usage | undefined
  let resumed = 0
  let end: { at: number; outcome: Outcome } | undefined

  const sum = (field: 'inputTokens' | 'outputTokens'): number | undefined => {
    const counts = [...usages, current].flatMap(usage => usage?.[field] ?? [])
    return counts.length > 0 ? counts.reduce((total, tokens) => total + tokens, 0) : undefined
  }

  function rest(): void {
    if (current) usages = [...usages, current]
    current = undefined
    last = undefined
    lastText = undefined
  }

  return {
    rest,
    send() {
      rest()
      end = undefined
    },
    add(delta) {
      current = delta.usage ?? current
      if (!delta.text && !delta.reasoning && !delta.toolCalls) return
      const at = now()
      firstToken ??= at - start
      if (last !== undefined) longestGap = Math.max(longestGap, at - last)
      last = at
      chunks++
      if (!delta.text) return
      if (lastText !== undefined) writing += at - lastText
      lastText = at
      characters += Array.from(delta.text).length
    },
    resume: () => void resumed++,
    end(outcome) {
      rest()
      end = { at: now(), outcome }
    },
    get figures() {
      const at = end?.at ?? now()
      return {
        firstToken: firstToken ?? (end ? undefined : at - start),
        characters, chunks, resumed,
        charactersPerSecond: writing >= LEAST_MS ? characters / writing * 1000 : undefined,
        // A silence that lasts is one
        longestGap: last === undefined ? longestGap : Math.max(longestGap, at - last),
        total: at - start,
        input: sum('inputTokens'),
        output: sum('outputTokens'),
        outcome: end?.outcome,
      }
    },
  }
}

export interface FiguresView {
  element: HTMLElement
  show: (figures: Figures) => void
}

const NAMES = ['firstToken', 'amount', 'rate', 'chunks', 'gap', 'usage', 'outcome'] as const

export function createFigures(): FiguresView {
  const rows = NAMES.map(name => {
    const term = create('dt')
    const value = create('dd')
    value.dataset.figure = name
    return { name, term, value, row: create('div', '', term, value) }
  })
  const element = create('dl', 'figures', ...rows.map(({ row }) => row))

  return {
    element,
    show(figures) {
      const texts = describe(figures)
      element.ariaLabel = say(words).figures
      for (const { name, term, value } of rows) {
        write(term, say(words)[name])
        write(value, texts[name])
        if (name === 'outcome') value.dataset.outcome = figures.outcome ?? ''
      }
    },
  }
}

function describe(figures: Figures): Record<typeof NAMES[number], string> {
  const { seconds, aSecond, tokens, outcomes, resumed } = say(words)
  const { firstToken, characters, charactersPerSecond, chunks, longestGap, input, output } = figures
  const state = outcomes[figures.outcome ?? (chunks === 0 ? 'waiting' : 'receiving')]
  return {
    firstToken: firstToken === undefined ? '–' : seconds(firstToken),
    amount: count(characters),
    rate: charactersPerSecond === undefined ? '–' : aSecond(count(charactersPerSecond)),
    chunks: count(chunks),
    gap: seconds(longestGap),
    usage: input === undefined && output === undefined ? '–' : tokens(count(input), count(output)),
    outcome: figures.resumed > 0 ? `${state}, ${resumed(figures.resumed)}` : state,
  }
}

function count(value: number | undefined): string {
  return value === undefined ? '–' : formatNumber(value)
}

function write(node: HTMLElement, text: string): void {
  if (node.textContent !== text) node.textContent = text
}
