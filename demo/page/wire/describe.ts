// What the columns of a row say, in the visitor's language
import { say } from '../shell/language.ts'
import { formatNumber, duration, size } from '../shell/units.ts'
import type { Entry, Fault, LifeNews } from './entries.ts'
import { words } from './words.ts'

/** The columns that differ with the kind of entry. */
export interface Description {
  type: string
  id: string
  data: string
  /** Of data, where there is any. */
  bytes: number | undefined
}

export function describe(entry: Entry): Description {
  const { comment, replayed, steps } = say(words)
  if (entry.kind === 'life') return { type: steps[entry.step], id: '', data: describeLife(entry), bytes: undefined }
  if (entry.kind === 'comment') return { type: comment, id: '', data: entry.text, bytes: entry.bytes }
  const { type, id = '', data, bytes } = entry
  return { type: entry.replayed ? `${type} (${replayed})` : type, id, data, bytes }
}

function describeLife(entry: LifeNews): string {
  const said = say(words)
  switch (entry.step) {
    case 'request': {
      const { attempt, method, url, headers, body } = entry
      const [, lastEventId] = headers.find(([name]) => name === 'last-event-id') ?? []
      return `${method} ${shorten(url)}${said.attempt(attempt)}${lastEventId === undefined ? '' : said.after(lastEventId)}`
        + (body === undefined ? '' : said.withBody(size(new TextEncoder().encode(body).length)))
    }
    case 'response':
      return said.response(`${entry.status} ${entry.statusText}`.trim(), entry.contentType || said.noType, duration(entry.ms))
    case 'retry':
      return said.retry(duration(entry.delayMs), describeFault(entry.fault))
    case 'why':
      return said.why[entry.cause]
    case 'ending': {
      const summary = said.ending(said.outcomes[entry.outcome], formatNumber(entry.events), size(entry.bytes))
      return entry.fault ? `${summary} · ${describeFault(entry.fault)}` : summary
    }
    default:
      return said.pace(duration(entry.ms))
  }
}

export function describeFault({ code, message }: Fault): string {
  return say(words).fault(code, message)
}

/** Without our own origin. */
function shorten(url: string): string {
  return url.startsWith(`${location.origin}/`) ? url.slice(location.origin.length) : url
}

/** Which entries are shown: of these kinds, with this text in what their row says of type, id and data. */
export function createMatcher(kinds: ReadonlySet<Entry['kind']>, text: string): (entry: Entry) => boolean {
  const wanted = text.trim().toLowerCase()
  return entry => {
    if (!kinds.has(entry.kind)) return false
    if (wanted === '') return true
    const { type, id, data } = describe(entry)
    return [type, id, data].some(part => part.toLowerCase().includes(wanted))
  }
}
