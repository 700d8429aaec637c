import type { ReadyState } from 'teleprinter'
import { create } from '../shell/elements.ts'
import { say } from '../shell/language.ts'
import { words } from './words.ts'

/** Writes a connection's readyState, and for who hears it read out, whose it is. */
export function showReadyState(line: HTMLElement, name: keyof typeof words.en.names, state: ReadyState): void {
  const { state: describe, named, names } = say(words)
  const seen = create('span', '', describe(state))
  seen.ariaHidden = 'true'
  line.replaceChildren(create('span', 'unseen', named(names[name], describe(state))), seen)
  line.dataset.state = String(state)
}
