// What a row holds beyond its one line
import { create, createButton } from '../shell/elements.ts'
import { say } from '../shell/language.ts'
import { clock, formatNumber, duration } from '../shell/units.ts'
import { describe, describeFault } from './describe.ts'
import type { Entry, LifeNews } from './entries.ts'
import type { HeaderPair } from './parse-headers.ts'
import { words } from './words.ts'

/** More in one box would bring any browser to a halt. */
const LONGEST = 200_000

/** All there is to an entry: when it came, its data or headers, and what it means. */
export function createDetail(entry: Entry): HTMLElement {
  const { at, since, gap } = entry
  const said = say(words)
  const { bytes } = describe(entry)
  const moment = said.moment(clock(at), duration(since), duration(gap))
  const detail = create('div', 'detail')
  detail.append(create('p', 'moment', bytes === undefined ? moment : `${moment}${said.dataBytes(`${formatNumber(bytes)}\u00A0B`)}`))
  if (entry.kind === 'life') {
    detail.append(...describeLife(entry))
  } else {
    detail.append(...createData(entry.kind === 'event' ? entry.data : entry.text))
  }
  return detail
}

function createData(data: string): HTMLElement[] {
  const { copy, copied, noCopy, pretty, tooDeep, tooLong } = say(words)
  const box = createBox(cut(data))
  const row = create('div', 'row')
  const document = parseJson(data)
  if (document !== undefined) {
    const button = createButton('chip', pretty)
    button.ariaPressed = 'false'
    const note = create('p')
    note.role = 'status'
    button.addEventListener('click', () => {
      const isPretty = button.ariaPressed !== 'true'
      const text = isPretty ? layOut(document.value) : data
      button.ariaPressed = String(isPretty && text !== undefined)
      box.textContent = cut(text ?? data)
      note.textContent = text === undefined ? tooDeep : ''
    })
    row.append(button, note)
  }
  // Browsers give the clipboard to secure contexts alone
  if ('clipboard' in navigator) {
    const button = createButton('chip', copy)
    button.addEventListener('click', () => {
      navigator.clipboard.writeText(data).then(() => (button.textContent = copied), () => (button.textContent = noCopy))
    })
    row.append(button)
  }
  return [box, ...(data.length > LONGEST ? [create('p', '', tooLong(formatNumber(LONGEST), formatNumber(data.length)))] : []), row]
}

function describeLife(entry: LifeNews): HTMLElement[] {
  const { advice, bodyStart, redirected } = say(words)
  switch (entry.step) {
    case 'request': {
      const head = [`${entry.method} ${entry.url}`, ...lines(entry.headers)].join('\n')
      return [createBox(entry.body === undefined ? head : `${head}\n\n${cut(entry.body)}`)]
    }
    case 'response': {
      const box = createBox([`${entry.status} ${entry.statusText}`.trim(), ...lines(entry.headers)].join('\n'))
      return [create('p', '', redirected(entry.url)), box]
    }
    case 'retry':
    case 'ending': {
      const { fault } = entry
      if (!fault) return []
      const body = fault.body ? [create('p', '', bodyStart), createBox(cut(fault.body))] : []
      return [create('p', '', describeFault(fault)), ...body]
    }
    case 'why':
      return [create('p', '', advice[entry.cause](entry.origin, entry.headers.join(', ')))]
    default:
      return [createBox(`retry: ${entry.ms}`)]
  }
}

function createBox(text: string): HTMLPreElement {
  const box = create('pre', 'box scroller', text)
  // It scrolls, so the keyboard must get at it
  box.tabIndex = 0
  box.role = 'group'
  box.ariaLabel = say(words).content
  return box
}

function lines(headers: readonly HeaderPair[]): string[] {
  return headers.map(([name, value]) => `${name}: ${value}`)
}

function cut(text: string): string {
  return text.length > LONGEST ? text.slice(0, LONGEST) : text
}

/** Nothing where it is nested so deep that the browser gives up. */
function layOut(value: unknown): string | undefined {
  try {
    return JSON.stringify(value, null, 2)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** Only of objects and lists: a number or a word is as pretty as it can be. */
function parseJson(text: string): { value: unknown } | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}
