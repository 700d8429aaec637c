import { EventEmitter, once } from 'node:events'
import { BEGINNING, compareIds, indexAfter, StoreFull, type Entry, type LogLimits, type Store } from './store.ts'

interface Log {
  entries: Entry[]
  bytes: number
  expiry: NodeJS.Timeout | undefined
}

/** What an entry takes besides its text. */
const ENTRY_BYTES = 100

/** How many claims there are between two sweeps of the leases that have run out. */
const SWEEP_EVERY = 1000

/**
 * A store of one server alone, gone when it stops.
 *
 * @param maxBytes how much all logs may hold together; those that were written to longest ago are dropped, those that somebody
 * follows last, and none that somebody writes: whose lease of the same name is held. Where these alone hold so much, no log is
 * begun any more, and those that are there may grow to twice as much
 */
export function createMemoryStore({ maxBytes = 64 * 1024 * 1024 }: { maxBytes?: number } = {}): Store {
  // The one that was written to longest ago comes first
  const logs = new Map<string, Log>()
  const leases = new Map<string, { holder: string; until: number }>()
  // Its listeners are the readers, and there may be thousands
  const news = new EventEmitter().setMaxListeners(0)
  let bytes = 0
  let claims = 0

  function forget(name: string): void {
    const log = logs.get(name)
    clearTimeout(log?.expiry)
    bytes -= log?.bytes ?? 0
    logs.delete(name)
  }

  /** Drops the oldest entries beyond the limit, a tenth of them at once: each time moves all that stay. */
  function trim(log: Log, maxEntries: number): void {
    if (log.entries.length <= maxEntries + Math.floor(maxEntries / 10)) return
    for (const { text } of log.entries.splice(0, log.entries.length - maxEntries)) count(log, -sizeOf(text))
  }

  function count(log: Log, added: number): void {
    log.bytes += added
    bytes += added
  }

  const isFollowed = (name: string): boolean => news.listenerCount(eventOf(name)) > 0

  function makeRoom(writing: string, added: number): void {
    const isWritten = (name: string): boolean => name === writing || isHeld(leases.get(name))
    for (const isSpared of [isFollowed, () => false]) {
      for (const name of logs.keys()) {
        if (bytes + added <= maxBytes) return
        if (!isWritten(name) && !isSpared(name)) forget(name)
      }
    }
    if (bytes + added > maxBytes * (logs.has(writing) ? 2 : 1)) throw new StoreFull(`Cannot keep more: ${bytes} bytes are kept`)
  }

  async function append(name: string, text: string, { maxEntries, ttlMs }: LogLimits, id?: string, after?: string): Promise<string | undefined> {
    const log = logs.get(name) ?? { entries: [], bytes: 0, expiry: undefined }
    const { entries } = log
    const entry = { id: id ?? nextId(entries), text }
    const last = entries.at(-1)?.id ?? BEGINNING
    if (compareIds(entry.id, last) <= 0 || (after ?? last) !== last) return undefined
    makeRoom(name, sizeOf(text))
    logs.delete(name)
    logs.set(name, log)
    entries.push(entry)
    count(log, sizeOf(text))
    trim(log, maxEntries)
    clearTimeout(log.expiry)
    log.expiry = setTimeout(forget, ttlMs, name).unref()
    news.emit(eventOf(name))
    return entry.id
  }

  async function* follow(name: string, after: string, signal: AbortSignal): AsyncGenerator<Entry[]> {
    let last = after
    while (!signal.aborted) {
      const entries = logs.get(name)?.entries ?? []
      const fresh = entries.slice(indexAfter(entries, last))
      if (fresh.length === 0) {
        // Aborted, which the loop sees
        await once(news, eventOf(name), { signal }).catch(() => {})
      } else {
        last = fresh.at(-1)?.id ?? last
        yield fresh
      }
    }
  }

  function sweep(): void {
    for (const [name, lease] of leases) if (!isHeld(lease)) leases.delete(name)
  }

  return {
    append,
    follow,
    async read(name, id) {
      const { entries = [] } = logs.get(name) ?? {}
      const entry = entries[indexAfter(entries, id) - 1]
      return entry?.id === id ? entry.text : undefined
    },
    async drop(name) {
      forget(name)
    },
    async bounds(name) {
      const { entries = [] } = logs.get(name) ?? {}
      const [first, last] = [entries[0], entries.at(-1)]
      return first && last && { first: first.id, last: last.id }
    },
    async claim(lease, holder, ttlMs) {
      const held = leases.get(lease)
      if (isHeld(held) && held?.holder !== holder) return false
      leases.set(lease, { holder, until: Date.now() + ttlMs })
      if (++claims % SWEEP_EVERY === 0) sweep()
      return true
    },
    async release(lease, holder) {
      if (leases.get(lease)?.holder === holder) leases.delete(lease)
    },
    async held(lease) {
      return isHeld(leases.get(lease))
    },
    async countHeld(prefix) {
      return [...leases].filter(([name, lease]) => name.startsWith(prefix) && isHeld(lease)).length
    },
    async close() {
      for (const name of logs.keys()) forget(name)
      leases.clear()
    },
  }
}

/** An emitter takes some names for its own affairs. */
function eventOf(log: string): string {
  return `log:${log}`
}

function sizeOf(text: string): number {
  return 2 * text.length + ENTRY_BYTES
}

function isHeld(lease: { until: number } | undefined): boolean {
  return lease !== undefined && lease.until > Date.now()
}

/** An id made of the time, after all that a log holds. */
function nextId(entries: readonly Entry[]): string {
  const now = `${Date.now()}-0`
  const last = entries.at(-1)?.id ?? BEGINNING
  if (compareIds(now, last) > 0) return now
  const [ms, sequence] = last.split('-').map(Number)
  return `${ms}-${(sequence ?? 0) + 1}`
}
