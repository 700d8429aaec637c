// What the model thinks before it answers: folded away, and quiet
import { createTypewriter } from 'teleprinter'
import { create } from '../shell/elements.ts'
import { say } from '../shell/language.ts'
import type { Settings } from './settings.ts'
import { words } from './words.ts'

export interface Thoughts {
  element: HTMLDetailsElement
  write: (text: string) => void
  /** The thinking is over. */
  end: () => void
  /** Shows all that has come. */
  stop: () => void
  label: () => void
}

export function createThoughts(settings: Settings, lang: string): Thoughts {
  const summary = create('summary')
  const body = create('div', 'thoughts-text')
  body.lang = lang
  const element = create('details', 'thoughts', summary, body)
  // Whoever listens can open and read it; by itself it says nothing
  const typewriter = createTypewriter(body, { ...settings.typing, announce: 'off', caret: false })
  const start = performance.now()
  let took: number | undefined

  function label(): void {
    const { thinking, thought } = say(words)
    summary.textContent = took === undefined ? thinking : thought(took)
  }
  function end(): void {
    if (took !== undefined) return
    took = performance.now() - start
    void typewriter.end()
    label()
  }
  label()
  return {
    element, label, end,
    write: text => {
      if (took === undefined) typewriter.write(text)
    },
    stop() {
      end()
      typewriter.stop()
    },
  }
}
