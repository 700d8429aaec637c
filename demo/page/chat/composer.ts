// Where the prompt is written, sent, and the answer stopped
import { createButton, element, setUsable } from '../shell/elements.ts'
import { onLanguage, say } from '../shell/language.ts'
import { langOf } from './lang.ts'
import { words } from './words.ts'

/** What happens upon the visitor's word. */
export interface ComposerActions {
  ask: (prompt: string) => void
  stop: () => void
}

export interface Composer {
  /** Whether an answer is under way: one prompt at a time. */
  setTyping: (typing: boolean) => void
  /** Nobody should have to type a prompt again. */
  giveBack: (prompt: string) => void
  /** The prompt is asked again from elsewhere. */
  takeAway: (prompt: string) => void
  focus: () => void
}

export function startComposer({ ask, stop: stopAnswer }: ComposerActions): Composer {
  const form = element('chat-form', HTMLFormElement)
  const prompt = element('prompt', HTMLTextAreaElement)
  const send = element('send', HTMLButtonElement)
  const stop = element('stop', HTMLButtonElement)
  let typing = false

  form.addEventListener('submit', event => {
    event.preventDefault()
    const text = prompt.value
    // A second click on Send must not pay for the same answer twice
    if (typing || text.trim() === '') return
    prompt.value = ''
    ask(text)
  })
  stop.addEventListener('click', stopAnswer)
  prompt.addEventListener('keydown', event => {
    // While an input method composes, Enter accepts what it offers. Safari says so by the old key code alone
    const composing = event.isComposing || event.keyCode === 229
    if (event.key !== 'Enter' || event.shiftKey || composing) return
    event.preventDefault()
    form.requestSubmit()
  })
  document.addEventListener('keydown', event => {
    if (event.key === 'Escape' && !event.isComposing) stopAnswer()
  })
  fillSuggestions(ask)

  return {
    setTyping(now) {
      typing = now
      setUsable(send, !typing)
      // A button that vanishes takes the focus with it
      if (!typing && document.activeElement === stop) prompt.focus()
      stop.hidden = !typing
    },
    giveBack: text => (prompt.value ||= text),
    takeAway(text) {
      if (prompt.value === text) prompt.value = ''
    },
    focus: () => prompt.focus(),
  }
}

function fillSuggestions(ask: (prompt: string) => void): void {
  const chips = element('suggestions', HTMLElement)

  function fill(): void {
    chips.replaceChildren(...say(words).suggestions.map(text => {
      const chip = createButton('chip', text)
      chip.lang = langOf(text) || 'en'
      chip.addEventListener('click', () => ask(text))
      return chip
    }))
  }
  onLanguage(fill)
  fill()
}
