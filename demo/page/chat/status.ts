// The one line that says, for eyes and for screen readers, how it goes
import { element } from '../shell/elements.ts'
import { onLanguage, say } from '../shell/language.ts'
import { words, type Words } from './words.ts'

/** Says something, in the language of the moment and in that of any later one. */
export type Status = (text: (words: Words) => string, outcome?: string) => void

const ready = (text: Words): string => text.ready

export function startStatus(): Status {
  const line = element('chat-status', HTMLElement)
  let last = ready

  function write(): void {
    const text = last(say(words))
    // Writing the same again would have it read out again
    if (line.textContent !== text) line.textContent = text
  }
  onLanguage(write)
  write()
  return (text, outcome = '') => {
    last = text
    line.dataset.outcome = outcome
    write()
  }
}
