// The log's tail: what this server has answered, line by line
import { connect } from 'teleprinter'
import { element } from '../shell/elements.ts'
import { say } from '../shell/language.ts'
import { time } from '../shell/units.ts'
import { startPanel } from './panel.ts'
import { gap, shape } from './shape.ts'
import { cell, createTail } from './tail.ts'
import { words } from './words.ts'

const line = shape({ time: 'string', level: 'string', text: 'string' })

export function startLog(): void {
  const add = createTail(element('log-lines', HTMLElement), element('log-more', HTMLButtonElement))

  startPanel({
    name: 'log',
    keepHidden: false,
    open(init) {
      const feed = connect('/feeds/log', { ...init, events: { line, gap } })
      feed.on('line', ({ data: { time: at, level, text } }) => {
        add([cell('line-time', time(new Date(at))), cell('line-level', level), cell('line-text', text)], { level })
      })
      // A line at its place, as what follows is whole again
      feed.on('gap', ({ data: { after } }) => {
        add([cell('line-time', time()), cell('line-level', 'gap'), cell('line-text', say(words).gap(after))], { level: 'warn' })
      })
      return feed
    },
  })
}
