// The record: its rows, what is shown of them, and what can be done with it
import { element, setUsable } from '../shell/elements.ts'
import { say } from '../shell/language.ts'
import { formatNumber } from '../shell/units.ts'
import { createMatcher } from './describe.ts'
import { createView, type Entries, type Entry, type Kind } from './entries.ts'
import { download, fileName, toEventStream, toNdjson } from './export.ts'
import type { Session } from './session.ts'
import { createTable } from './table.ts'
import { words } from './words.ts'

const KINDS = ['event', 'comment', 'life'] as const

export interface List {
  /** Something has come: it is drawn with the next frame. */
  wake: () => void
  /** Draws all anew, in another language. */
  redraw: () => void
  change: (entry: Entry) => void
  /** A new recording begins. */
  reset: () => void
}

export function createList(entries: Entries, session: () => Session | undefined): List {
  const scroller = element('scroller', HTMLElement)
  const empty = element('empty', HTMLElement)
  const shown = element('shown', HTMLElement)
  const waiting = element('waiting', HTMLElement)
  const text = element('filter', HTMLInputElement)
  const pause = element('pause', HTMLButtonElement)
  const earlier = element('earlier', HTMLButtonElement)
  const newest = element('newest', HTMLButtonElement)
  const kinds = new Map<Kind, HTMLButtonElement>(KINDS.map(kind => [kind, element(`kind-${kind}`, HTMLButtonElement)]))
  const exports = [element('export-ndjson', HTMLButtonElement), element('export-sse', HTMLButtonElement)]

  const view = createView(entries)
  const table = createTable(scroller, element('rows', HTMLElement), view)
  let frame = 0

  function draw(): void {
    frame = 0
    table.draw()
    label()
  }

  function wake(): void {
    frame ||= requestAnimationFrame(draw)
  }

  /** Writes what depends on what is drawn. */
  function label(): void {
    const said = say(words)
    const matching = view.rows().length
    const { total, waiting: held } = view
    const dropped = entries.first - 1
    shown.textContent = `${said.of(formatNumber(matching), formatNumber(total))}${dropped > 0 && total > 0 ? said.dropped(formatNumber(dropped)) : ''}`
    waiting.textContent = view.paused ? said.waiting(formatNumber(held)) : ''
    pause.textContent = view.paused ? said.resume : said.pause
    empty.hidden = matching > 0
    empty.textContent = total > 0 ? said.nothingMatches : entries.last > 0 ? said.cleared : said.idle
    const before = table.earlier
    earlier.hidden = before === 0
    earlier.textContent = said.earlier(formatNumber(before))
    newest.textContent = said.newest
    newest.hidden = table.following
    for (const button of exports) setUsable(button, session() !== undefined)
    table.follow()
  }

  function createFilter(): (entry: Entry) => boolean {
    return createMatcher(new Set(KINDS.filter(kind => kinds.get(kind)?.ariaPressed === 'true')), text.value)
  }

  function refilter(): void {
    view.filter(createFilter())
    table.redraw()
    label()
  }

  function save(extension: 'ndjson' | 'sse'): void {
    const recording = session()
    if (!recording) return
    const { request, openedAt, blotter } = recording
    // What came while the list stands still is recorded as well
    const chosen = entries.after(0).filter(createFilter())
    const content = extension === 'sse' ? toEventStream(chosen, blotter) : toNdjson(request, openedAt, chosen, blotter)
    const name = fileName(request.url, new Date(), extension)
    download(name, content)
    element('saved', HTMLElement).textContent = say(words).exported(name, formatNumber(chosen.length))
  }

  text.addEventListener('input', refilter)
  for (const button of kinds.values()) {
    button.addEventListener('click', () => {
      button.ariaPressed = String(button.ariaPressed !== 'true')
      refilter()
    })
  }
  pause.addEventListener('click', () => {
    if (view.paused) view.resume()
    else view.pause()
    draw()
  })
  element('clear', HTMLButtonElement).addEventListener('click', () => {
    entries.clear()
    view.reset()
    table.reset()
    label()
  })
  earlier.addEventListener('click', () => {
    table.showEarlier()
    label()
  })
  newest.addEventListener('click', () => {
    // It goes, and must not take the focus with it
    scroller.focus({ preventScroll: true })
    table.toEnd()
    label()
  })
  // Somebody may have come to the end, or left it; in a smaller box the end is further down
  scroller.addEventListener('scroll', wake, { passive: true })
  addEventListener('resize', wake)
  element('export-ndjson', HTMLButtonElement).addEventListener('click', () => save('ndjson'))
  element('export-sse', HTMLButtonElement).addEventListener('click', () => save('sse'))
  label()

  return {
    wake,
    redraw: refilter,
    change: table.change,
    reset() {
      view.resume()
      element('saved', HTMLElement).textContent = ''
      view.reset()
      table.reset()
      label()
    },
  }
}
