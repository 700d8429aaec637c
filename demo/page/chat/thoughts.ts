// What the model thinks before it answers: folded away, and quiet
import { createTypewriter, type Typewriter } from 'teleprinter'
import { create } from '../shell/elements.ts'
import { say } from '../shell/language.ts'
import type { Settings } from './settings.ts'
import { words } from './words.ts'

export interface Thoughts {
  element: HTMLDetailsElement
  write: (text: string) => void
  /** The thinking is over, unless more of it comes. */
  end: () => void
  /** Shows all that has come; what may come yet goes on from there. */
  stop: () => void
  label: () => void
}

export function createThoughts(settings: Settings, lang: string): Thoughts {
  const summary = create('summary')
  const body = create('div', 'thoughts-text')
  body.lang = lang
  body.dir = 'auto'
  const element = create('details', 'thoughts', summary, body)
  let typewriter = type()
  let begun = performance.now()
  let took: number | undefined // while it does not think
  let before = 0 // what it had taken then
  let whole = false

  function type(): Typewriter {
    // Whoever listens can open and read it; by itself it says nothing
    return createTypewriter(body, { ...settings.typing, announce: 'off', caret: false })
  }

  function label(): void {
    const { thinking, thought } = say(words)
    summary.textContent = took === undefined ? thinking : thought(took)
  }

  /** It thinks on: between two parts of its answer, or where that had broken. */
  function goOn(): void {
    before = took ?? 0
    begun = performance.now()
    took = undefined
    typewriter.stop()
    typewriter = type()
    if (whole) typewriter.write('\n\n')
    whole = false
    label()
  }

  function end(): void {
    if (took !== undefined) return
    took = before + performance.now() - begun
    whole = true
    void typewriter.end()
    label()
  }
  label()
  return {
    element, label, end,
    write(text) {
      if (took !== undefined) goOn()
      typewriter.write(text)
    },
    stop() {
      const broke = took === undefined
      end()
      if (broke) whole = false
      typewriter.stop()
    },
  }
}
