import { create } from '../shell/elements.ts'
import { say } from '../shell/language.ts'
import { seconds } from '../shell/units.ts'
import type { Measured } from './measured.ts'
import { words } from './words.ts'

/** A client's requests, arrivals and news over the seconds of a run. */
export interface Timeline {
  element: HTMLElement
  show(measured: Measured, totalMs: number, hidden: readonly { from: number; to: number }[]): void
}

/** Makes an empty one. The marks differ in form and place, and a label says the same in words. */
export function createTimeline(): Timeline {
  const track = create('div', 'track')
  track.role = 'img'
  return {
    element: track,
    show({ requests, arrivals, told }, totalMs, hidden) {
      const shades = hidden.map(({ from, to }) => {
        const shade = mark('hidden', from, totalMs)
        shade.style.right = `${Math.max(0, 100 - to / totalMs * 100)}%`
        return shade
      })
      track.replaceChildren(
        ...shades,
        ...requests.map(({ at }) => mark('request', at, totalMs)),
        ...arrivals.map(at => mark('arrival', at, totalMs)),
        ...told.map(({ at }) => mark('told', at, totalMs)),
      )
      track.ariaLabel = say(words).timeline(list(requests), arrivals.length, list(told))
    },
  }
}

function mark(kind: string, at: number, totalMs: number): HTMLElement {
  const made = create('span', `mark mark-${kind}`)
  made.style.left = `${Math.min(100, at / totalMs * 100)}%`
  return made
}

function list(marks: readonly { at: number }[]): string {
  return marks.map(({ at }) => seconds(at)).join(', ')
}
