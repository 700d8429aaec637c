// What an inspector has heard, in order: the last five thousand entries, and which of them are shown

import type { HeaderPair } from './parse-headers.ts'

/** How a body is read: as an event stream, or a line or a piece of text at a time. */
export type Framing = 'sse' | 'lines' | 'text'

/** What went wrong, as far as it can be written down. */
export interface Fault {
  /** A `StreamError`'s, or the name of another error. */
  code: string
  message: string
  /** The start of the body that came instead of a stream. */
  body?: string | undefined
}

export interface EventNews {
  kind: 'event'
  /** The type that the server named, or `message`; of what is no event stream, `line` or `text`. */
  type: string
  /** The event's own id, where it has one. */
  id?: string | undefined
  data: string
  /** Of its data, in UTF-8. */
  bytes: number
  framing: Framing
  /** It had been delivered before a reconnect, so the SDK left it out. */
  replayed?: boolean
}

export interface CommentNews { kind: 'comment'; text: string; bytes: number }

/** What happens to a connection. */
export type LifeNews = { kind: 'life' } & (
  | { step: 'request'; attempt: number; method: string; url: string; headers: HeaderPair[]; body?: string | undefined }
  | { step: 'response'; status: number; statusText: string; contentType: string; ms: number; url: string; headers: HeaderPair[] }
  /** The server's `retry:` line, where it says something new. */
  | { step: 'pace'; ms: number }
  | { step: 'retry'; failures: number; delayMs: number; fault: Fault }
  /** Why another origin gave no answer, as far as a page can know: `both` where it can't tell CORS from a lost network. */
  | { step: 'why'; cause: 'cors' | 'nobody' | 'both'; origin: string; headers: string[] }
  | { step: 'ending'; outcome: 'done' | 'stopped' | 'truncated' | 'failed'; fault?: Fault | undefined; events: number; bytes: number }
)

export type News = EventNews | CommentNews | LifeNews

export type Entry = News & {
  /** 1 for the first of a recording. */
  number: number
  /** Milliseconds since 1970. */
  at: number
  /** Milliseconds since the recording began. */
  since: number
  /** Milliseconds since the entry before. */
  gap: number
}

export type Kind = Entry['kind']

/** More is not kept: somebody lets a feed run over the weekend. */
const LIMIT = 5000
/** Sixteen million characters of data, for events as long as books. */
const SIZE_LIMIT = 16 * 1024 * 1024

/** A recording: what is kept of it, oldest first. */
export interface Entries {
  add(news: News): Entry
  /** Forgets all that is kept. Numbers go on. */
  clear(): void
  /** Forgets all, and begins to count and to time anew. */
  restart(): void
  /** What is kept after the entry with this number; 0 for all. */
  after(number: number): Entry[]
  /** The number of the oldest entry that is kept, one more than the last where none is. */
  readonly first: number
  /** The number of the newest entry, 0 where there was none. */
  readonly last: number
}

/**
 * @param options.onAdd hears that there is a new entry
 * @param options.now milliseconds on a clock that is never put back
 */
export function createEntries(options: { limit?: number; sizeLimit?: number; onAdd?: () => void; now?: () => number } = {}): Entries {
  const { limit = LIMIT, sizeLimit = SIZE_LIMIT, onAdd = () => {}, now = () => performance.now() } = options
  let kept: Entry[] = []
  let oldest = 0 // index in `kept`: dropping them one by one off the front would move all the others each time
  let size = 0
  let last = 0
  let begun = now()
  let previous = begun

  function drop(): void {
    const entry = kept[oldest++]
    if (entry) size -= sizeOf(entry)
    if (oldest < limit) return
    kept = kept.slice(oldest)
    oldest = 0
  }

  function clear(): void {
    kept = []
    oldest = size = 0
  }

  return {
    add(news) {
      const time = now()
      const entry = { ...news, number: ++last, at: Date.now(), since: time - begun, gap: time - previous }
      previous = time
      kept.push(entry)
      size += sizeOf(entry)
      while (kept.length - oldest > limit || (size > sizeLimit && kept.length - oldest > 1)) drop()
      onAdd()
      return entry
    },
    clear,
    restart() {
      clear()
      last = 0
      previous = begun = now()
    },
    after(number) {
      const first = kept[oldest]?.number ?? last + 1
      return kept.slice(oldest + Math.max(0, number + 1 - first))
    },
    get first() {
      return kept[oldest]?.number ?? last + 1
    },
    get last() {
      return last
    },
  }
}

function sizeOf(entry: Entry): number {
  if (entry.kind === 'event') return entry.data.length
  return entry.kind === 'comment' ? entry.text.length : 0
}

/** The entries that match, as far as somebody wants to see them. */
export interface View {
  /** Looks at what has come since the last time, unless it is paused; gives what of it matches. */
  take(): Entry[]
  /** All that matches and is still kept, oldest first. */
  rows(): Entry[]
  /** Shows what matches this from now on. */
  filter(matches: (entry: Entry) => boolean): void
  /** What comes from now on waits. */
  pause(): void
  resume(): void
  /** Begins anew, as the recording does. */
  reset(): void
  readonly paused: boolean
  /** How many have come while it is paused, whether they match or not. */
  readonly waiting: number
  /** How many entries there are to look at: those that are kept, less what waits. */
  readonly total: number
}

export function createView(entries: Entries): View {
  let matches: ((entry: Entry) => boolean) | undefined
  let matching: Entry[] = []
  let seen = 0
  let pausedAt: number | undefined

  function forgetDropped(): void {
    const { first } = entries
    if ((matching[0]?.number ?? first) >= first) return
    const index = matching.findIndex(({ number }) => number >= first)
    matching = index === -1 ? [] : matching.slice(index)
  }

  return {
    take() {
      const until = pausedAt ?? entries.last
      const fresh = entries.after(seen).filter(entry => entry.number <= until && matches?.(entry) !== false)
      seen = until
      matching.push(...fresh)
      forgetDropped()
      return fresh
    },
    rows: () => matching,
    filter(next) {
      matches = next
      matching = []
      seen = 0
    },
    pause: () => (pausedAt ??= entries.last),
    resume: () => (pausedAt = undefined),
    reset() {
      matching = []
      seen = entries.last
      if (pausedAt !== undefined) pausedAt = entries.last
    },
    get paused() {
      return pausedAt !== undefined
    },
    get waiting() {
      return pausedAt === undefined ? 0 : entries.last - pausedAt
    },
    get total() {
      return Math.max(0, (pausedAt ?? entries.last) + 1 - entries.first)
    },
  }
}
