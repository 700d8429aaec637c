// The rows that are drawn: the last five hundred, and more for who reads further up
import { create, createButton, isAtEnd } from '../shell/elements.ts'
import { clock, formatNumber, duration } from '../shell/units.ts'
import { describe } from './describe.ts'
import { createDetail } from './detail.ts'
import type { Entry, View } from './entries.ts'

/** So many rows are drawn while the list follows its end. */
const DRAWN = 500
/** So many more below, and so many earlier ones at a click, while somebody reads. */
const MORE = 500
/** The one line of a row shows no more of its data. */
const LINE = 400

export interface Table {
  /** Draws what has come since the last time. */
  draw: () => void
  /** Draws all anew: the filter has changed, or the language. */
  redraw: () => void
  /** Draws an entry anew, if it is drawn. */
  change: (entry: Entry) => void
  /** Goes to the end, and follows it. */
  toEnd: () => void
  /** Scrolls to the end if it is followed. To be called last, when all that takes room in the scroller is there. */
  follow: () => void
  showEarlier: () => void
  /** Closes what is open, as before a new recording. */
  reset: () => void
  /** How many earlier rows {@link showEarlier} would draw. */
  readonly earlier: number
  /** Whether the end is followed: the reader is there. */
  readonly following: boolean
}

interface Drawn { entry: Entry; row: HTMLElement; detail: HTMLElement | undefined }

/** @param scroller what the body of the table scrolls in; it gets the focus of a row that goes */
export function createTable(scroller: HTMLElement, body: HTMLElement, view: View): Table {
  let drawn: Drawn[] = []
  let limit = DRAWN
  let following = true
  const expanded = new Set<number>()

  function draw(): void {
    view.take()
    const { rows, from } = undrawn()
    if (!following) {
      // Somebody reads: nothing above may go, and below there is a limit too
      append(rows.slice(from, from + Math.max(0, limit + MORE - drawn.length)))
      return
    }
    if (from === rows.length) return
    limit = DRAWN
    append(rows.slice(Math.max(from, rows.length - limit)))
    trim(drawn.length - limit)
  }

  /** All that matches, and where in it what comes after the last row begins. */
  function undrawn(): { rows: Entry[]; from: number } {
    const rows = view.rows()
    const last = drawn.at(-1)?.entry.number ?? 0
    let from = rows.length
    while (from > 0 && (rows[from - 1]?.number ?? 0) > last) from--
    return { rows, from }
  }

  function redraw(): void {
    trim(drawn.length)
    view.take()
    const rows = view.rows()
    append(rows.slice(Math.max(0, rows.length - limit)))
    following = true
  }

  function follow(): void {
    if (following) scroller.scrollTop = scroller.scrollHeight
  }

  function append(entries: readonly Entry[]): void {
    if (entries.length === 0) return
    const made = entries.map(make)
    body.append(...made.flatMap(nodes))
    drawn.push(...made)
  }

  function trim(excess: number): void {
    if (excess <= 0) return
    const gone = drawn.slice(0, excess)
    drawn = drawn.slice(excess)
    const hadFocus = body.contains(document.activeElement)
    for (const { row, detail } of gone) {
      row.remove()
      detail?.remove()
    }
    if (hadFocus && !body.contains(document.activeElement)) scroller.focus({ preventScroll: true })
  }

  function make(entry: Entry): Drawn {
    const isOpen = expanded.has(entry.number)
    return { entry, row: createRow(entry, isOpen), detail: isOpen ? createDetailRow(entry) : undefined }
  }

  function toggle(number: number): void {
    const item = drawn.find(({ entry }) => entry.number === number)
    if (!item) return
    if (item.detail) {
      item.detail.remove()
      item.detail = undefined
      expanded.delete(number)
    } else {
      item.detail = createDetailRow(item.entry)
      item.row.after(item.detail)
      expanded.add(number)
    }
    const button = item.row.querySelector('button')
    if (button) button.ariaExpanded = String(item.detail !== undefined)
    // What was opened is read, and must not be scrolled away
    following = isAtEnd(scroller)
  }

  scroller.addEventListener('scroll', () => (following = isAtEnd(scroller)), { passive: true })

  body.addEventListener('click', event => {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>('tr[data-number]') : null
    // Who selects text of a row has not clicked on it
    if (row && (event.target instanceof HTMLButtonElement || getSelection()?.isCollapsed !== false)) toggle(Number(row.dataset.number))
  })

  // From row to row, without all the stops of Tab between them
  body.addEventListener('keydown', event => {
    const from = event.target instanceof HTMLButtonElement ? event.target.closest('tr[data-number]') : null
    const index = drawn.findIndex(({ row }) => row === from)
    const to = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: drawn.length - 1 }[event.key]
    if (index === -1 || to === undefined) return
    event.preventDefault()
    drawn[to]?.row.querySelector('button')?.focus()
  })

  return {
    draw,
    redraw,
    change(entry) {
      const item = drawn.find(({ entry: { number } }) => number === entry.number)
      if (!item) return
      const row = createRow(item.entry, item.detail !== undefined)
      const hadFocus = item.row.contains(document.activeElement)
      item.row.replaceWith(row)
      item.row = row
      if (hadFocus) row.querySelector('button')?.focus({ preventScroll: true })
    },
    toEnd() {
      const { rows } = undrawn()
      limit = DRAWN
      following = true
      if (rows.at(-1) !== drawn.at(-1)?.entry) redraw()
    },
    follow,
    showEarlier() {
      const rows = view.rows()
      const first = rows.findIndex(({ number }) => number === drawn[0]?.entry.number)
      const made = rows.slice(Math.max(0, first - MORE), Math.max(0, first)).map(make)
      const { scrollHeight, scrollTop } = scroller
      limit += made.length
      body.prepend(...made.flatMap(nodes))
      drawn.unshift(...made)
      scroller.scrollTop = scrollTop + scroller.scrollHeight - scrollHeight
      made.at(-1)?.row.querySelector('button')?.focus({ preventScroll: true })
    },
    reset() {
      trim(drawn.length)
      expanded.clear()
      limit = DRAWN
      following = true
    },
    get earlier() {
      const first = drawn[0]?.entry.number
      return first === undefined ? 0 : Math.min(MORE, Math.max(0, view.rows().findIndex(({ number }) => number === first)))
    },
    get following() {
      return following
    },
  }
}

function nodes({ row, detail }: Drawn): HTMLElement[] {
  return detail ? [row, detail] : [row]
}

function createRow(entry: Entry, isOpen: boolean): HTMLElement {
  const { type, id, data, bytes } = describe(entry)
  const button = createButton('expand', String(entry.number))
  button.ariaExpanded = String(isOpen)
  const row = create('tr', 'entry')
  // A table that is laid out as a grid is none for some screen readers, unless it says so
  row.role = 'row'
  row.dataset.number = String(entry.number)
  row.dataset.kind = entry.kind
  if (entry.kind === 'life') row.dataset.step = entry.step
  if (entry.kind === 'life' && entry.step === 'ending') row.dataset.outcome = entry.outcome
  if (entry.kind === 'life' && entry.step === 'response') row.dataset.outcome = entry.status < 400 ? 'done' : 'failed'
  if (entry.kind === 'event' && entry.replayed) row.dataset.replayed = ''
  row.append(
    cell('number', button),
    cell('time', clock(entry.at)),
    cell('since', `+${duration(entry.since)}`),
    cell('gap', duration(entry.gap)),
    cell('type', type),
    cell('id', id),
    cell('data', data.length > LINE ? `${data.slice(0, LINE)}…` : data),
    cell('bytes', bytes === undefined ? '' : formatNumber(bytes)),
  )
  return row
}

function createDetailRow(entry: Entry): HTMLElement {
  const row = create('tr', 'detail-row')
  row.role = 'row'
  const content = cell('detail-cell', createDetail(entry))
  content.colSpan = 8
  content.ariaColSpan = '8'
  row.append(content)
  return row
}

function cell(className: string, content: string | Node): HTMLTableCellElement {
  const made = create('td', className, content)
  made.role = 'cell'
  return made
}
