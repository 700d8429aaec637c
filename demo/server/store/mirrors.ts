import { compareIds, indexAfter, type Entry } from './store.ts'

/** How many entries are read at once. */
export const PAGE = 256

/** What a mirror holds of its log at most: the newest entries, and those of so many characters. */
const MOST_ENTRIES = 512
const MOST_CHARACTERS = 256 * 1024

/** How often a mirror looks by itself whether there is something new: a message can be lost. */
const LOOK_MS = 3000

/** Where the logs are that are mirrored. What it can't do for now it rejects. */
export interface LogSource {
  /** The first entries after an id, at most {@link PAGE}. */
  read(log: string, after: string): Promise<Entry[]>
  /** The id of the last entry; `0-0` where there is none. */
  last(log: string): Promise<string>
  /** Calls the listener upon every entry that is appended. @returns what ends that */
  listen(log: string, listener: () => void): Promise<() => void>
}

interface Mirror {
  log: string
  followers: number
  /** The newest entries: all after the id `from`. */
  entries: Entry[]
  characters: number
  /** Not known before the log was looked at. */
  from: string | undefined
  listening: Promise<() => void> | undefined
  /** Whether the log is being read, and whether it has changed since. */
  reading: boolean
  stale: boolean
  /** How many times it was looked at. */
  updates: number
  wake: Set<() => void>
}

/** Follows logs that lie elsewhere. */
export interface Mirrors {
  follow(log: string, after: string, signal: AbortSignal): AsyncGenerator<Entry[]>
  /** Looks at all logs that are followed: messages may have been missed. */
  refresh(): void
  /** Ends all loops. */
  close(): void
}

/**
 * Makes one mirror for each log that is followed, however many follow it: the newest entries, read once for all.
 *
 * Who is further behind than the mirror reaches, at the beginning or as a slow reader, reads by themselves until they are there. So
 * what is held does not grow with the readers' number, nor with their slowness.
 */
export function createMirrors(source: LogSource): Mirrors {
  const mirrors = new Map<string, Mirror>()
  let closed = false
  const looking = setInterval(refresh, LOOK_MS).unref()

  function refresh(): void {
    for (const mirror of mirrors.values()) void update(mirror)
  }

  function join(log: string): Mirror {
    const known = mirrors.get(log)
    if (known) {
      known.followers++
      return known
    }
    const mirror: Mirror = {
      log, followers: 1, entries: [], characters: 0, from: undefined, listening: undefined, reading: false, stale: false, updates: 0, wake: new Set(),
    }
    mirrors.set(log, mirror)
    void update(mirror)
    return mirror
  }

  function leave(mirror: Mirror): void {
    if (--mirror.followers > 0) return
    mirrors.delete(mirror.log)
    mirror.listening?.then(end => end()).catch(() => {})
  }

  /** Reads what is new, once at a time, and wakes who waits for it. */
  async function update(mirror: Mirror): Promise<void> {
    mirror.stale = true
    if (mirror.reading) return
    mirror.reading = true
    try {
      // Listens first, so that nothing is missed between
      mirror.listening ??= source.listen(mirror.log, () => void update(mirror))
      await mirror.listening
      while (mirror.stale && mirror.followers > 0) {
        mirror.stale = false
        mirror.from ??= await source.last(mirror.log)
        const page = await source.read(mirror.log, mirror.entries.at(-1)?.id ?? mirror.from)
        add(mirror, page)
        mirror.stale ||= page.length === PAGE
      }
    } catch {
      // Its source is away: it is looked at again before long
      mirror.listening?.catch(() => (mirror.listening = undefined))
    }
    mirror.reading = false
    mirror.updates++
    for (const wake of mirror.wake) wake()
  }

  async function* follow(log: string, after: string, signal: AbortSignal): AsyncGenerator<Entry[]> {
    const mirror = join(log)
    const isOver = (): boolean => signal.aborted || closed
    let last = after
    try {
      while (!isOver()) {
        const { updates } = mirror
        const entries = await entriesAfter(mirror, last)
        if (isOver()) return
        last = entries.at(-1)?.id ?? last
        if (entries.length > 0) yield entries
        else await updateAfter(mirror, updates, signal)
      }
    } finally {
      leave(mirror)
    }
  }

  /** What there is after an id, out of the mirror where that reaches so far. */
  function entriesAfter(mirror: Mirror, id: string): Entry[] | Promise<Entry[]> {
    const { entries, from } = mirror
    if (from === undefined || compareIds(id, from) < 0) return source.read(mirror.log, id).catch(() => [])
    return entries.slice(indexAfter(entries, id))
  }

  return {
    follow,
    refresh,
    close() {
      closed = true
      clearInterval(looking)
      for (const { wake } of mirrors.values()) for (const end of wake) end()
    },
  }
}

function add(mirror: Mirror, page: Entry[]): void {
  mirror.entries.push(...page)
  for (const { text } of page) mirror.characters += text.length
  let dropped = 0
  while (dropped < mirror.entries.length && (mirror.entries.length - dropped > MOST_ENTRIES || mirror.characters > MOST_CHARACTERS)) {
    const { id, text } = mirror.entries[dropped++] as Entry
    mirror.from = id
    mirror.characters -= text.length
  }
  mirror.entries.splice(0, dropped)
}

/** Settles when the mirror has been updated more often than so many times, or the signal is aborted. */
function updateAfter(mirror: Mirror, updates: number, signal: AbortSignal): Promise<void> | undefined {
  if (mirror.updates > updates || signal.aborted) return undefined
  return new Promise(resolve => {
    const wake = (): void => {
      mirror.wake.delete(wake)
      signal.removeEventListener('abort', wake)
      resolve()
    }
    mirror.wake.add(wake)
    signal.addEventListener('abort', wake)
  })
}
