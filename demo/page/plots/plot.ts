// A plot by hand: a strip for each display, one scale for all of them. What is drawn is SVG, stretched to the room there is; what is
// to be read is HTML, which stays as large as it is
import { create } from '../shell/elements.ts'
import { formatNumber } from '../shell/units.ts'

/** A value at a time, in milliseconds. */
export interface Point { time: number; value: number }

export interface Plot {
  /**
   * Draws all strips anew.
   *
   * @param rows a strip's points each
   * @param untilMs where the axis of time ends; what comes later is left out
   * @param limit where the other axis ends at the latest: a value beyond it is cut off, and only told
   */
  draw(rows: readonly (readonly Point[])[], untilMs: number, limit: number): void
  /** Names the strips, and says how the greatest value of each is told. */
  label(names: readonly string[], most: (value: number) => string, seconds: (value: number) => string): void
}

const SVG = 'http://www.w3.org/2000/svg'
const [WIDTH, HEIGHT] = [1000, 100]

const plain = (value: number): string => String(value)

/** @param kind `bars` for what is counted in each frame, `area` for what goes on between two */
export function createPlot(host: HTMLElement, rows: number, kind: 'bars' | 'area'): Plot {
  const strips = Array.from({ length: rows }, () => createStrip(kind))
  const axis = create('div', 'plot-axis')
  host.append(...strips.map(({ box }) => box), axis)
  let names: readonly string[] = []
  let most = plain
  let seconds = plain
  let last: Parameters<Plot['draw']> = [[], 1000, 1]

  function draw(...drawing: Parameters<Plot['draw']>): void {
    last = drawing
    const [points, untilMs, limit] = drawing
    const greatest = points.map(row => row.reduce((max, { value }) => Math.max(max, value), 0))
    const top = niceAbove(Math.min(limit, Math.max(...greatest) || limit))
    const step = niceAbove(untilMs / 4)
    const ticks = Array.from({ length: Math.floor(untilMs / step) + 1 }, (_, i) => i * step)
    const x = (time: number): number => (WIDTH * time) / untilMs
    const y = (value: number): number => HEIGHT * (1 - value / top)
    const grid = ticks.map(time => `M${x(time)} 0V${HEIGHT}`).join('')

    for (const [i, { name, told, high, marks, lines }] of strips.entries()) {
      name.textContent = names[i] ?? ''
      told.textContent = points[i]?.length ? most(greatest[i] ?? 0) : ''
      high.textContent = formatNumber(top)
      lines.setAttribute('d', grid)
      marks.setAttribute('d', shapes[kind]((points[i] ?? []).filter(({ time }) => time <= untilMs).map(({ time, value }) => [x(time), y(value)])))
    }
    axis.replaceChildren(...ticks.map(time => {
      const tick = create('span', '', seconds(time / 1000))
      tick.style.left = `${(100 * time) / untilMs}%`
      return tick
    }))
  }
  return {
    draw,
    label(...labels) {
      [names, most, seconds] = labels
      draw(...last)
    },
  }
}

const shapes: Record<'bars' | 'area', (corners: [x: number, y: number][]) => string> = {
  bars: corners => corners.filter(([, y]) => y < HEIGHT).map(([x, y]) => `M${x.toFixed(1)} ${HEIGHT}V${y.toFixed(1)}`).join(''),
  area(corners) {
    const [start] = corners[0] ?? []
    return start === undefined ? '' : `M${start} ${HEIGHT}${corners.map(([x, y]) => `L${x.toFixed(1)} ${y.toFixed(1)}`).join('')}V${HEIGHT}Z`
  },
}

function createStrip(kind: string) {
  const [name, told, high] = ['strip-name', 'strip-most', 'strip-high'].map(className => create('span', className)) as [HTMLElement, HTMLElement, HTMLElement]
  const [svg, lines, marks] = ['svg', 'path', 'path'].map(tag => document.createElementNS(SVG, tag)) as [SVGElement, SVGElement, SVGElement]
  svg.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`)
  svg.setAttribute('preserveAspectRatio', 'none')
  svg.setAttribute('aria-hidden', 'true')
  lines.setAttribute('class', 'strip-grid')
  marks.setAttribute('class', `strip-${kind}`)
  svg.append(lines, marks)
  const box = create('div', 'strip', name, told, high, create('span', 'strip-low', '0'), svg)
  return { box, name, told, high, lines, marks }
}

/** The next of 1, 2, 5, 10, 20 … */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return power * ([1, 2, 5].find(step => step * power >= value) ?? 10)
}
