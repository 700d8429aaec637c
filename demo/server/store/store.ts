/** What was appended to a log, and where it stands in it. */
export interface Entry {
  /** `<number>-<number>`, growing, as Redis Streams have them. */
  id: string
  text: string
}

/** How a log is kept. */
export interface LogLimits {
  /** How many entries are kept; the oldest are dropped. */
  maxEntries: number
  /** How long the log is kept after its last entry, in ms. */
  ttlMs: number
}

/** The id before every other one: whoever follows a log from here on gets all that is kept of it. */
export const BEGINNING = '0-0'

/**
 * What the server must remember for longer than a request: logs that readers follow, and leases.
 *
 * In memory by default; in Redis where several servers share it, so that any of them goes on where another died.
 */
export interface Store {
  /**
   * Appends an entry.
   *
   * @param id where it stands; one of its own, made of the time, if left out
   * @param after the id that the log must end with for it to be written: {@link BEGINNING} where there must be no log yet
   * @returns its id, or `undefined` where the log already holds this id or a later one, as somebody else has written it, or does
   * not end with `after`
   */
  append(log: string, text: string, limits: LogLimits, id?: string, after?: string): Promise<string | undefined>
  /** The text of one entry; `undefined` where it is not there, or no longer. */
  read(log: string, id: string): Promise<string | undefined>
  /** Forgets a log at once. */
  drop(log: string): Promise<void>
  /** The ids of the first and the last entry that are kept; `undefined` where there is no such log. */
  bounds(log: string): Promise<{ first: string; last: string } | undefined>
  /**
   * The entries after this id, those that are kept and then those to come, in batches, until the signal is aborted: the loop
   * ends then without an error.
   */
  follow(log: string, after: string, signal: AbortSignal): AsyncIterable<Entry[]>
  /**
   * Takes a lease, or renews one's own.
   *
   * @returns whether it is the holder's now, for `ttlMs`
   */
  claim(lease: string, holder: string, ttlMs: number): Promise<boolean>
  /** Gives a lease back, if it is the holder's. */
  release(lease: string, holder: string): Promise<void>
  /** Whether somebody holds this lease. */
  held(lease: string): Promise<boolean>
  /** How many leases are held whose names begin so. */
  countHeld(prefix: string): Promise<number>
  close(): Promise<void>
}

/** The store is away: what was asked of it may be asked again. */
export class StoreError extends Error {}

/** The store is there, and takes no more: to wait is of little use. */
export class StoreFull extends StoreError {}

/** Less than 0 where `a` comes before `b`, 0 where they are the same. */
export function compareIds(a: string, b: string): number {
  const [aMs = 0, aSequence = 0] = a.split('-').map(Number)
  const [bMs = 0, bSequence = 0] = b.split('-').map(Number)
  return aMs - bMs || aSequence - bSequence
}

/** Where the entries after an id begin, in a list that is in order. */
export function indexAfter(entries: readonly Entry[], id: string): number {
  let [low, high] = [0, entries.length]
  while (low < high) {
    // Readers are mostly at the end
    const middle = high === entries.length ? high - 1 : (low + high) >> 1
    if (compareIds(entries[middle]?.id ?? BEGINNING, id) > 0) high = middle
    else low = middle + 1
  }
  return low
}

/** Whether a text is an id of an entry. */
export function isEntryId(text: string): boolean {
  return /^\d{1,15}-\d{1,15}$/.test(text)
}
