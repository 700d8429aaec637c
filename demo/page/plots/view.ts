// What a run looks like: four papers, two plots, a table, and what the figures come to
import { create, element } from '../shell/elements.ts'
import { say } from '../shell/language.ts'
import { DISPLAYS, type DisplayName } from './displays/all.ts'
import { figures, type Figures } from './figures.ts'
import { createPaper } from './paper.ts'
import { createPlot, type Point } from './plot.ts'
import { read } from './reading.ts'
import type { Frame, Recorder } from './recorder.ts'
import type { Run } from './run.ts'
import { words } from './words.ts'

/** Beyond these a value is only told: a scale for it would make all else too small to see. */
const MOST_CHARACTERS = 20
const MOST_LAG_MS = 2000
/** The axis of time: at least so long, and so much longer than the text. */
const SHORTEST_MS = 3000
const AFTER_TEXT_MS = 1000

export interface View {
  /** New sheets, for text in this language that takes so long to come, as far as that is known. */
  clear(lang: string, lengthMs: number): void
  write: (name: DisplayName, text: string) => void
  /** Draws what is known of a run. */
  draw(run: Run): void
  /** Says all that has been said in the page's language. */
  label(): void
}

const all = (run: Run | undefined): (Recorder | undefined)[] => DISPLAYS.map(name => run?.recorders[name])

const points = (run: Run | undefined, value: (frame: Frame) => number): Point[][] =>
  all(run).map(recorder => recorder?.run.frames.map(frame => ({ time: frame.time, value: value(frame) })) ?? [])

const number = (value: number | undefined, digits = 0): string =>
  (value === undefined || !Number.isFinite(value) ? '–' : value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits }))

/** @param inBatches whether Teleprinter does not type, as the visitor's system asks for less motion */
export function createView(inBatches: () => boolean): View {
  const papers = Object.fromEntries(DISPLAYS.map(name => [name, createPaper(element(`paper-${name}`, HTMLElement))]))
  const charactersPlot = createPlot(element('characters', HTMLElement), DISPLAYS.length, 'bars')
  const lagPlot = createPlot(element('lag', HTMLElement), DISPLAYS.length, 'area')
  const rows = element('figures', HTMLTableSectionElement)
  const reading = element('reading', HTMLElement)
  let expectedMs = 0
  let last: Run | undefined

  function drawAll(run: Run | undefined): void {
    const untilMs = Math.max(SHORTEST_MS, AFTER_TEXT_MS + Math.max(run?.textEnd ?? run?.now ?? 0, expectedMs))
    const characters = points(run, ({ shown }) => shown)
    const textFrames = characters[0]?.filter(({ time }) => time <= (run?.textEnd ?? Infinity)).length ?? 0
    charactersPlot.draw(characters, untilMs, Math.max(MOST_CHARACTERS, 3 * (run?.come ?? 0) / textFrames || 0))
    lagPlot.draw(points(run, ({ lag }) => lag), untilMs, MOST_LAG_MS)
    // From the first text on: who shows nothing for long, and then all at once, is not even
    const found = all(run).map(recorder => recorder && figures(recorder.run, 0))
    rows.replaceChildren(...DISPLAYS.map((name, i) => row(name, found[i], run?.recorders[name].shown ?? 0, run?.come ?? 0)))
    reading.textContent = sentences(run, found, inBatches())
  }

  return {
    clear(lang, lengthMs) {
      for (const name of DISPLAYS) papers[name]?.clear(lang)
      expectedMs = lengthMs
    },
    write: (name, text) => papers[name]?.write(text),
    draw(run) {
      last = run
      drawAll(run)
    },
    label() {
      const { names, ways, batches, most, longest, seconds } = say(words)
      for (const name of DISPLAYS) {
        element(`name-${name}`, HTMLElement).textContent = names[name]
        element(`way-${name}`, HTMLElement).textContent = name === 'ours' && inBatches() ? batches : ways[name]
      }
      const inOrder = DISPLAYS.map(name => names[name])
      charactersPlot.label(inOrder, most, seconds)
      lagPlot.label(inOrder, longest, seconds)
      drawAll(last)
    },
  }
}

function row(name: DisplayName, found: Figures | undefined, shown: number, come: number): HTMLTableRowElement {
  const head = create('th', '', ...breakable(say(words).names[name]))
  head.scope = 'row'
  const cells = [
    number(found?.lag.mean), number(found?.lag.p95), number(found?.lag.max), number(found?.variation, 2),
    found && Number.isFinite(found.still) ? `${number(100 * found.still)}\u00A0%` : '–',
    come === 0 ? '–' : `${number(shown)}\u00A0/ ${number(come)}`,
  ]
  return create('tr', '', head, ...cells.map(cell => create('td', '', cell)))
}

/** A name that may be broken before its second part, where a phone has no room for all of it. */
function breakable(name: string): (string | Node)[] {
  const [first = '', ...rest] = name.split(/(?=Stream)/)
  return [first, ...rest.flatMap(part => [create('wbr'), part])]
}

function sentences(run: Run | undefined, found: (Figures | undefined)[], inBatches: boolean): string {
  const { reading, frames, names } = say(words)
  const known = read(Object.fromEntries(DISPLAYS.flatMap((name, i) => (found[i] ? [[name, found[i]]] : []))))
  const times = run?.recorders.raw.run.frames ?? []
  const [first, last] = [times[0], times.at(-1)]
  if (!known || !first || !last || times.length < 2) return ''
  return reading(known, names, inBatches) + frames(times.length, (last.time - first.time) / (times.length - 1))
}
