import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Store } from '../store/store.ts'
import type { Source } from './feed.ts'

const LOG = 'feed:room'
const LIMITS = { maxEntries: 1000, ttlMs: 10 * 60_000 }
const PREFIX = 'room:'
/** Who was with a server that died is counted for so long. */
const LEASE_MS = 6000
const RENEW_MS = 2000
/** When a thousand come at once, not every one of them is news. */
const QUIET_MS = 100

/**
 * How many are in the room: an event `presence` whenever that has changed.
 *
 * Everybody who follows it is in it, by a lease that their server renews; so they are counted across servers.
 */
export function createRoom(store: Store): Source {
  /** The leases of those who are here by this server. */
  const here = new Set<string>()
  let renewing: NodeJS.Timeout | undefined
  /** A count that is to come. */
  let coming: Promise<void> | undefined
  let quiet: Promise<unknown> = Promise.resolve()

  async function welcome(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    const lease = PREFIX + randomUUID()
    signal.addEventListener('abort', () => leave(lease), { once: true })
    here.add(lease)
    renewing ??= setInterval(renew, RENEW_MS)
    await store.claim(lease, lease, LEASE_MS)
    await recount()
  }

  function leave(lease: string): void {
    here.delete(lease)
    if (here.size === 0) {
      clearInterval(renewing)
      renewing = undefined
    }
    // Without a store the lease ends by itself
    store.release(lease, lease).then(recount).catch(() => {})
  }

  /** Renews, and looks whether those of other servers are still there. */
  function renew(): void {
    Promise.all([...here].map(lease => store.claim(lease, lease, LEASE_MS))).then(recount).catch(() => {})
  }

  /** Counts, and tells if that has changed. Whoever asks while a count is to come shares it. */
  function recount(): Promise<void> {
    return (coming ??= quiet.then(() => {
      coming = undefined
      const told = tell()
      quiet = Promise.allSettled([told, wait(QUIET_MS, undefined, { ref: false })])
      return told
    }))
  }

  async function tell(): Promise<void> {
    const [count, told] = await Promise.all([store.countHeld(PREFIX), lastCount()])
    if (count !== told) await store.append(LOG, JSON.stringify({ count, time: new Date().toISOString() }), LIMITS)
  }

  async function lastCount(): Promise<number | undefined> {
    const { last } = await store.bounds(LOG) ?? {}
    const text = last === undefined ? undefined : await store.read(LOG, last)
    return text === undefined ? undefined : (JSON.parse(text) as { count: number }).count
  }

  return { log: LOG, type: 'presence', recentMs: 0, lastSaysAll: true, welcome }
}
