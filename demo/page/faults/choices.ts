import { create, element } from '../shell/elements.ts'
import { onLanguage, say } from '../shell/language.ts'
import { catalogue, FAULTS, type FaultName } from './catalogue.ts'
import type { Kind } from './measured.ts'

/** What the visitor has chosen. */
export interface Choices {
  readonly fault: FaultName
  readonly kind: Kind
}

/** Fills in the list of faults, chooses what the address names, and tells of every change. */
export function startChoices(onChange: () => void): Choices {
  const form = element('setup', HTMLFormElement)
  const labels = FAULTS.map(fault => {
    const radio = create('input')
    radio.type = 'radio'
    radio.name = 'fault'
    radio.value = fault
    const name = create('span', 'choice-name')
    const does = create('span', 'choice-does')
    return { fault, radio, name, does, label: create('label', 'choice', radio, create('span', '', name, ' ', does)) }
  })
  element('fault-list', HTMLElement).append(...labels.map(({ label }) => label))

  function translate(): void {
    for (const { fault, name, does } of labels) {
      name.textContent = say(catalogue)[fault].name
      does.textContent = say(catalogue)[fault].does
    }
  }

  /** The browser may have kept a choice over a reload; else the address decides, or we do. */
  function choose(name: string, fallback: string): void {
    const radios = [...form.querySelectorAll<HTMLInputElement>(`[name='${name}']`)]
    const asked = new URLSearchParams(location.search).get(name) ?? fallback
    if (!radios.some(radio => radio.checked)) (radios.find(({ value }) => value === asked) ?? radios[0])!.checked = true
  }

  translate()
  onLanguage(translate)
  choose('fault', 'drop')
  choose('kind', 'prompt')
  form.addEventListener('change', onChange)
  form.addEventListener('submit', event => event.preventDefault())

  const chosen = (name: string): string => String(new FormData(form).get(name))
  return {
    get fault() {
      return chosen('fault') as FaultName
    },
    get kind() {
      return chosen('kind') as Kind
    },
  }
}
