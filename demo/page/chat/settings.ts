// The two switches: what the answers are shown by, and how fast they are typed. The browser remembers them
import type { TypewriterOptions } from 'teleprinter'
import { element } from '../shell/elements.ts'

export type Look = 'markdown' | 'plain'

const SPEEDS: Record<string, Pick<TypewriterOptions, 'speed' | 'instant'>> = {
  auto: { speed: 'auto' }, slow: { speed: 30 }, fast: { speed: 200 }, instant: { instant: true },
}

/** What the visitor has chosen. */
export interface Settings {
  readonly look: Look
  readonly typing: Pick<TypewriterOptions, 'speed' | 'instant'>
  /** Hears that the answers are to be shown in another way. */
  onLook: (listener: () => void) => void
}

export function startSettings(): Settings {
  const look = remember(element('look', HTMLSelectElement))
  const speed = remember(element('speed', HTMLSelectElement))
  return {
    get look() {
      return look.value === 'plain' ? 'plain' : 'markdown'
    },
    get typing() {
      return SPEEDS[speed.value] ?? {}
    },
    onLook: listener => look.addEventListener('change', listener),
  }
}

/** Puts a switch where it was left, and notes where it is left. */
function remember(select: HTMLSelectElement): HTMLSelectElement {
  const key = `chat-${select.id}`
  try {
    const kept = localStorage.getItem(key)
    if ([...select.options].some(({ value }) => value === kept)) select.value = kept ?? ''
  } catch {
    // A browser that keeps nothing has the switches as they are in the page
  }
  select.addEventListener('change', () => {
    try {
      localStorage.setItem(key, select.value)
    } catch {
      // See above
    }
  })
  return select
}
