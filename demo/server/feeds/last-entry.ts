import type { Entry, Store } from '../store/store.ts'

/** The last entry of a log; `undefined` where there is no such log. */
export async function lastEntry(store: Store, log: string): Promise<Entry | undefined> {
  const { last } = await store.bounds(log) ?? {}
  if (last === undefined) return undefined
  const stop = new AbortController()
  try {
    for await (const entries of store.follow(log, idBefore(last), stop.signal)) return entries.at(-1)
  } finally {
    stop.abort()
  }
  return undefined
}

/** An id that comes before this one, and after all others that do. */
export function idBefore(id: string): string {
  const [ms = 0, sequence = 0] = id.split('-').map(Number)
  return sequence > 0 ? `${ms}-${sequence - 1}` : `${Math.max(0, ms - 1)}-999999999999999`
}
