// What one request brings of an answer: reasoning, text, tool calls. An answer that calls tools has several such parts
import { createTypewriter, plainText, type ChatDelta, type Renderer, type Typewriter, type TypewriterState } from 'teleprinter'
import { markdown } from 'teleprinter/markdown'
import { create } from '../shell/elements.ts'
import { say } from '../shell/language.ts'
import { showCall, type CallView } from './call.ts'
import { keepEnd } from './scroll.ts'
import type { Look, Settings } from './settings.ts'
import { createThoughts, type Thoughts } from './thoughts.ts'
import { gatherCalls, type ToolCall, type ToolResult } from './tools.ts'
import { words } from './words.ts'

export interface Part {
  readonly element: HTMLElement
  readonly text: string
  readonly calls: ToolCall[]
  take: (delta: ChatDelta) => void
  /** Nothing more comes; settles when all is typed. */
  end: (state: TypewriterState) => Promise<void>
  /** Shows all that has come, at once. A part that failed can go on. */
  stop: (state: TypewriterState) => void
  goOn: () => void
  /** Nothing will go on any more. */
  close: () => void
  addCall: (call: ToolCall, result: ToolResult) => void
  /** Shows the text in the way that the visitor has chosen since. */
  show: () => void
  label: () => void
}

export function createPart(settings: Settings, lang: string): Part {
  const answer = create('div', 'answer')
  answer.lang = lang
  const element = create('div', 'part', answer)
  const calls = new Map<number, ToolCall>()
  const views: CallView[] = []
  let text = ''
  let thoughts: Thoughts | undefined
  let paper = createPaper(answer, settings.look)
  let typewriter: Typewriter | undefined = type()

  function type(): Typewriter {
    return createTypewriter(paper.renderer, settings.typing)
  }

  function think(reasoning: string): void {
    if (!thoughts) keepEnd(() => answer.before((thoughts = createThoughts(settings, lang)).element))
    thoughts?.write(reasoning)
  }

  /** The typing is over; what was switched meanwhile is shown now. */
  function settle(): void {
    typewriter = undefined
    if (paper.look === settings.look) makeReachable(answer)
    else show()
  }

  function show(): void {
    if (typewriter || paper.look === settings.look) return
    const { whole } = paper
    paper = createPaper(answer, settings.look)
    paper.renderer.write(text)
    if (whole) paper.close()
    makeReachable(answer)
  }

  return {
    element, show,
    get text() {
      return text
    },
    get calls() {
      return [...calls.values()]
    },
    take(delta) {
      if (delta.reasoning) think(delta.reasoning)
      if (delta.text || delta.toolCalls || delta.finishReason) thoughts?.end()
      gatherCalls(calls, delta.toolCalls ?? [])
      if (!delta.text) return
      text += delta.text
      typewriter?.write(delta.text)
    },
    async end(state) {
      thoughts?.end()
      if (state !== 'truncated') paper.whole = true
      await typewriter?.end(state)
      settle()
    },
    stop(state) {
      thoughts?.stop()
      if (state === 'stopped' || state === 'done') paper.whole = true
      typewriter?.stop(state)
      settle()
    },
    goOn() {
      paper.mark()
      typewriter = type()
    },
    close: () => paper.close(),
    addCall(call, result) {
      const view = showCall(call, result)
      views.push(view)
      keepEnd(() => element.append(view.element))
    },
    label() {
      thoughts?.label()
      for (const { label } of views) label()
      const { copyCode } = say(words)
      for (const button of answer.querySelectorAll('.teleprinter-copy')) button.textContent = copyCode
    },
  }
}

/** What a text is shown by. Another typewriter can go on with it, as long as the text is not whole. */
interface Paper {
  renderer: Renderer
  look: Look
  whole: boolean
  /** What is read out from here on is the rest. */
  mark: () => void
  close: () => void
}

function createPaper(answer: HTMLElement, look: Look): Paper {
  answer.replaceChildren()
  answer.style.whiteSpace = ''
  answer.dataset.look = look
  // In a tab of its own: this one holds the conversation
  const inner = look === 'plain' ? plainText(answer) : markdown(answer, { copyButton: say(words).copyCode, target: '_blank' })
  let told = 0
  let closed = false
  const heard = inner.words?.bind(inner)

  const paper: Paper = {
    look,
    whole: false,
    renderer: {
      element: answer,
      write: text => inner.write(text),
      ...(heard && { words: () => heard().slice(told) }),
      end() {
        if (paper.whole) paper.close()
      },
    },
    mark: () => (told = heard?.().length ?? 0),
    close() {
      paper.whole = true
      if (!closed) inner.end?.()
      closed = true
    },
  }
  return paper
}

/** Code and tables scroll sideways by themselves, and so by the keyboard too. */
function makeReachable(answer: HTMLElement): void {
  for (const box of answer.querySelectorAll<HTMLElement>('pre code, table')) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0
  }
}
