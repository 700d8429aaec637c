// The log's tail: what this server has answered, line by line
import { connect } from 'teleprinter'
import { element } from '../shell/elements.ts'
import { say } from '../shell/language.ts'
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
    open(init, tell) {
      const feed = connect('/feeds/log', { ...init, events: { line, gap } })
      feed.on('line', ({ data: { time, level, text } }) => {
        const clock = new Date(time).toLocaleTimeString('en-GB')
        add([cell('line-time', clock), cell('line-level', level), cell('line-text', text)], { level })
      })
      feed.on('gap', ({ data: { after } }) => tell(say(words).gap(after)))
      return feed
    },
  })
}
