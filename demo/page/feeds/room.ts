// The room: how many are in it
import { CLOSED, connect, OPEN } from 'teleprinter'
import { element } from '../shell/elements.ts'
import { say } from '../shell/language.ts'
import { startPanel } from './panel.ts'
import { shape } from './shape.ts'
import { words } from './words.ts'

const presence = shape({ count: 'number', time: 'string' })

export function startRoom(): void {
  const number = element('room-count', HTMLElement)
  const label = element('room-label', HTMLElement)
  let count: number | undefined

  function show(): void {
    number.textContent = count === undefined ? '\u2013' : String(count)
    label.textContent = count === undefined ? say(words).left : say(words).people(count)
  }

  startPanel({
    name: 'room',
    // Somebody who looks at another tab has not left
    keepHidden: true,
    open(init) {
      const feed = connect('/feeds/room', { ...init, events: { presence } })
      feed.on('presence', ({ data }) => {
        count = data.count
        show()
      })
      return feed
    },
    onState(state) {
      // While it is to be connected again, the number is what it was
      if (state === CLOSED) count = undefined
      number.dataset.known = String(state === OPEN)
      show()
    },
  })
}
