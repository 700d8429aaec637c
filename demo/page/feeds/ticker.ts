// The ticker: a row for each symbol, kept up to date
import { connect } from 'teleprinter'
import { create, element } from '../shell/elements.ts'
import { say } from '../shell/language.ts'
import { startPanel } from './panel.ts'
import { gap, shape } from './shape.ts'
import { createSparkline } from './sparkline.ts'
import { words } from './words.ts'

const quote = shape({ symbol: 'string', price: 'number', change: 'number', time: 'string' })

interface Row { show: (price: number, change: number) => void }

export function startTicker(): void {
  const table = element('ticker-quotes', HTMLTableSectionElement)
  const rows = new Map<string, Row>()

  startPanel({
    name: 'ticker',
    keepHidden: false,
    open(init, tell) {
      const feed = connect('/feeds/ticker', { ...init, events: { quote, gap } })
      feed.on('quote', ({ data: { symbol, price, change } }) => {
        const row = rows.get(symbol) ?? addRow(symbol)
        row.show(price, change)
      })
      feed.on('gap', ({ data: { after } }) => tell(say(words).gap(after), 'passing'))
      return feed
    },
  })

  /** Adds a row where it belongs by the alphabet: which symbols there are, the first quotes tell. */
  function addRow(symbol: string): Row {
    const name = create('th', '', symbol)
    name.scope = 'row'
    const price = create('td', 'price')
    const change = create('td', 'change')
    const sparkline = createSparkline()
    const line = create('tr', '', name, price, change, create('td', 'lately', sparkline.element))
    line.dataset.symbol = symbol
    table.insertBefore(line, [...table.rows].find(({ dataset }) => (dataset.symbol ?? '') > symbol) ?? null)

    const row: Row = {
      show(amount, percent) {
        price.textContent = amount.toFixed(2)
        change.textContent = describeChange(percent)
        change.dataset.way = wayOf(percent)
        sparkline.add(amount)
      },
    }
    rows.set(symbol, row)
    return row
  }
}

function wayOf(percent: number): 'up' | 'down' | 'level' {
  if (percent === 0) return 'level'
  return percent > 0 ? 'up' : 'down'
}

/** With its sign, a true minus, and the unit: the colour says nothing that the text does not. */
function describeChange(percent: number): string {
  const sign = { up: '+', down: '\u2212', level: '\u00B1' }[wayOf(percent)]
  return `${sign}${Math.abs(percent).toFixed(2)}\u00A0%`
}
