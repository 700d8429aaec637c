import { EventEmitter, once } from 'node:events'
import { BEGINNING, compareIds, type Entry, type LogLimits, type Store } from './store.ts'

interface Log {
  entries: Entry[]
  expiry: NodeJS.Timeout | undefined
}

/** A store of one server alone, gone when it stops. */
export function createMemoryStore(): Store {
  const logs = new Map<string, Log>()
  const leases = new Map<string, { holder: string; until: number }>()
  // Its listeners are the readers, and there may be thousands
  const news = new EventEmitter().setMaxListeners(0)

  function expireLater(name: string, log: Log, ttlMs: number): void {
    clearTimeout(log.expiry)
    log.expiry = setTimeout(() => logs.delete(name), ttlMs).unref()
  }

  async function append(name: string, text: string, { maxEntries, ttlMs }: LogLimits, id?: string): Promise<string | undefined> {
    const log = logs.get(name) ?? { entries: [], expiry: undefined }
    const { entries } = log
    const entry = { id: id ?? nextId(entries), text }
    if (compareIds(entry.id, entries.at(-1)?.id ?? BEGINNING) <= 0) return undefined
    logs.set(name, log)
    entries.push(entry)
    if (entries.length > maxEntries) entries.splice(0, entries.length - maxEntries)
    expireLater(name, log, ttlMs)
    news.emit(name)
    return entry.id
  }

  async function* follow(name: string, after: string, signal: AbortSignal): AsyncGenerator<Entry[]> {
    let last = after
    while (!signal.aborted) {
      const entries = logs.get(name)?.entries ?? []
      const fresh = entries.slice(firstAfter(entries, last))
      if (fresh.length === 0) {
        // Aborted, which the loop sees
        await once(news, name, { signal }).catch(() => {})
      } else {
        last = fresh.at(-1)?.id ?? last
        yield fresh
      }
    }
  }

  return {
    append,
    follow,
    async read(name, id) {
      const { entries = [] } = logs.get(name) ?? {}
      const index = firstAfter(entries, id) - 1
      return entries[index]?.id === id ? entries[index].text : undefined
    },
    async drop(name) {
      clearTimeout(logs.get(name)?.expiry)
      logs.delete(name)
    },
    async bounds(name) {
      const { entries = [] } = logs.get(name) ?? {}
      const [first, last] = [entries[0], entries.at(-1)]
      return first && last && { first: first.id, last: last.id }
    },
    async claim(lease, holder, ttlMs) {
      const held = leases.get(lease)
      if (held && isHeld(held) && held.holder !== holder) return false
      leases.set(lease, { holder, until: Date.now() + ttlMs })
      return true
    },
    async release(lease, holder) {
      if (leases.get(lease)?.holder === holder) leases.delete(lease)
    },
    async held(lease) {
      const held = leases.get(lease)
      return held !== undefined && isHeld(held)
    },
    async countHeld(prefix) {
      return [...leases].filter(([name, lease]) => name.startsWith(prefix) && isHeld(lease)).length
    },
    async close() {
      for (const { expiry } of logs.values()) clearTimeout(expiry)
      logs.clear()
      leases.clear()
    },
  }
}

/** Where the entries after an id begin. They are in order. */
function firstAfter(entries: readonly Entry[], id: string): number {
  let [low, high] = [0, entries.length]
  while (low < high) {
    // Readers are mostly at the end
    const middle = high === entries.length ? high - 1 : (low + high) >> 1
    if (compareIds(entries[middle]?.id ?? BEGINNING, id) > 0) high = middle
    else low = middle + 1
  }
  return low
}

function isHeld({ until }: { until: number }): boolean {
  return until > Date.now()
}

/** An id made of the time, after all that a log holds. */
function nextId(entries: readonly Entry[]): string {
  const now = `${Date.now()}-0`
  const last = entries.at(-1)?.id ?? BEGINNING
  if (compareIds(now, last) > 0) return now
  const [ms, sequence] = last.split('-').map(Number)
  return `${ms}-${(sequence ?? 0) + 1}`
}
