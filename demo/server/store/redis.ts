import type { RedisClientType } from 'redis'
import { createMirrors, PAGE } from './mirrors.ts'
import { BEGINNING, StoreError, StoreFull, type Entry, type Store } from './store.ts'

/** Before all that others keep in the same Redis. */
const PREFIX = 'teleprinter:'

/** How long Redis may take to answer, or to be connected to, in ms. */
const TIMEOUT_MS = 2000

/** How often an idle connection is tried out, and after how long without a byte it is given up for a new one: in timeouts. */
const PING_AFTER = 1.5
const GIVE_UP_AFTER = 3

// Appends, limits and tells, at once. A log that has this id already, or a later one, or another end than is asked for, is left as it is
const APPEND = `
if ARGV[6] then
  local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
  if (last and last[1] or '0-0') ~= ARGV[6] then return false end
end
local id = redis.pcall('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], ARGV[2], 'text', ARGV[3])
if type(id) == 'table' then
  if string.find(id.err, 'equal or smaller', 1, true) then return false end
  return id
end
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('PUBLISH', ARGV[5], id)
return id`

const CLAIM = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`

const RELEASE = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`

const logKey = (log: string): string => `${PREFIX}log:${log}`
const leaseKey = (lease: string): string => `${PREFIX}lease:${lease}`
const channel = (log: string): string => `${PREFIX}news:${log}`

/**
 * A store that several servers share: its logs are Redis Streams, of bounded length and gone some time after their last entry.
 *
 * Where Redis is away later, its methods reject with a {@link StoreError}, and loops over logs wait.
 *
 * @throws {Error} where the address is none, or Redis can't be reached there
 */
export async function createRedisStore(url: string, timeoutMs = TIMEOUT_MS): Promise<Store> {
  if (!/^rediss?:\/\/[^/?#]+(?:\/\d*)?(?:[?#]|$)/.test(url) || !URL.canParse(url)) {
    // Not quoted: there may be a password anywhere in it
    throw new Error('Cannot use REDIS_URL: not a redis or rediss address, such as redis://user:password@host:6379 (a / in a password is written %2F)')
  }
  const { client, listener } = await connect(url, timeoutMs)
  const ask = createLine(client, timeoutMs)
  const askListener = createLine(listener, timeoutMs)

  const range = async (log: string, from: string, to: string, count: number): Promise<Entry[]> =>
    (await ask(it => it.xRange(logKey(log), from, to, { COUNT: count })) ?? []).map(toEntry)
  const lastEntry = async (log: string): Promise<Entry | undefined> =>
    (await ask(it => it.xRevRange(logKey(log), '+', '-', { COUNT: 1 })) ?? []).map(toEntry)[0]

  const mirrors = createMirrors({
    read: (log, after) => range(log, `(${after}`, '+', PAGE),
    last: async log => (await lastEntry(log))?.id ?? BEGINNING,
    async listen(log, hear) {
      await askListener(it => it.subscribe(channel(log), hear))
      return () => void askListener(it => it.unsubscribe(channel(log), hear)).catch(() => {})
    },
  })
  listener.on('ready', () => mirrors.refresh())

  return {
    async append(log, text, { maxEntries, ttlMs }, id = '*', after?: string) {
      const options = { keys: [logKey(log)], arguments: [String(maxEntries), id, text, String(ttlMs), channel(log), ...(after === undefined ? [] : [after])] }
      return await ask(to => to.eval(APPEND, options)) as string | null ?? undefined
    },
    read: async (log, id) => (await range(log, id, id, 1))[0]?.text,
    async drop(log) {
      await ask(to => to.del(logKey(log)))
    },
    async bounds(log) {
      const [[first], last] = await Promise.all([range(log, '-', '+', 1), lastEntry(log)])
      return first && last && { first: first.id, last: last.id }
    },
    follow: (log, after, signal) => mirrors.follow(log, after, signal),
    async claim(lease, holder, ttlMs) {
      return await ask(to => to.eval(CLAIM, { keys: [leaseKey(lease)], arguments: [holder, String(ttlMs)] })) === 1
    },
    async release(lease, holder) {
      await ask(to => to.eval(RELEASE, { keys: [leaseKey(lease)], arguments: [holder] }))
    },
    async held(lease) {
      return await ask(to => to.exists(leaseKey(lease))) === 1
    },
    async countHeld(prefix) {
      const MATCH = `${leaseKey(prefix).replace(/[*?[\]\\]/g, '\\$&')}*`
      // A scan may meet a key twice
      const found = new Set<string>()
      let cursor = '0'
      do {
        const page = await ask(to => to.scan(cursor, { MATCH, COUNT: 1000 }))
        for (const key of page.keys) found.add(key)
        cursor = page.cursor
      } while (cursor !== '0')
      return found.size
    },
    async close() {
      mirrors.close()
      for (const one of [client, listener]) if (one.isOpen) one.destroy()
    },
  }
}

type Ask = <T>(question: (to: RedisClientType) => Promise<T>) => Promise<T>

/**
 * What asks a connection. While it is late with an answer it is asked nothing else: whatever is sent keeps it from being given up,
 * also where nobody receives it any more.
 */
function createLine(one: RedisClientType, timeoutMs: number): Ask {
  let isLate = false
  return async question => {
    if (isLate) throw new StoreError('Cannot reach Redis: it does not answer')
    const answer = question(one)
    const settle = (): void => void (isLate = false)
    return inTime(answer, timeoutMs, () => {
      isLate = true
      answer.then(settle, settle)
    })
  }
}

/** By these words Redis refuses what it refuses again the next time: its memory is full, its disk, or we may not. */
const REFUSALS = /^(?:OOM|MISCONF|NOPERM|WRONGTYPE)\b/

/** What Redis answers; a {@link StoreError} where it does not, or not in time, and a {@link StoreFull} where it refuses for good. */
async function inTime<T>(answer: Promise<T>, timeoutMs: number, onLate: () => void): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      onLate()
      reject(new Error(`no answer within ${timeoutMs} ms`))
    }, timeoutMs)
  })
  try {
    return await Promise.race([answer, late])
  } catch (error) {
    const reason = reasonOf(error)
    const [refusal] = REFUSALS.exec(reason) ?? []
    if (refusal) throw new StoreFull(`Cannot write to Redis: ${refusal}`, { cause: error })
    throw new StoreError(`Cannot reach Redis: ${reason}`, { cause: error })
  } finally {
    clearTimeout(timer)
  }
}

/** One connection to ask by, and one to hear by. */
async function connect(url: string, timeoutMs: number): Promise<{ client: RedisClientType; listener: RedisClientType }> {
  const { createClient } = await import('redis')
  let started = false
  const client = createClient({
    url,
    // Better no answer at once than one that is too late
    disableOfflineQueue: true,
    pingInterval: PING_AFTER * timeoutMs,
    socket: {
      connectTimeout: timeoutMs,
      socketTimeout: GIVE_UP_AFTER * timeoutMs,
      // At the start nobody is served by waiting; later everybody is
      reconnectStrategy: retries => (started ? Math.min(50 * 2 ** Math.min(retries, 10), 1000) : false),
    },
  }) as RedisClientType
  const listener = client.duplicate() as RedisClientType
  reportOutages(client)
  listener.on('error', () => {}) // which the other one tells
  try {
    await client.connect()
    await listener.connect()
  } catch (error) {
    for (const one of [client, listener]) if (one.isOpen) one.destroy()
    throw new Error(`Cannot reach Redis at REDIS_URL: ${reasonOf(error)}`, { cause: error })
  }
  started = true
  return { client, listener }

  /** Says once that Redis is gone, and once that it is back. */
  function reportOutages(one: RedisClientType): void {
    let away = false
    one.on('error', (error: unknown) => {
      if (started && !away) console.error(`Redis is away: ${reasonOf(error)}`)
      away = started
    })
    one.on('ready', () => {
      if (away) console.error('Redis is back')
      away = false
    })
  }
}

function toEntry({ id, message }: { id: string; message: Record<string, string> }): Entry {
  return { id, text: message.text ?? '' }
}

/** The code, where there is one: a message can quote the address, and with it the password. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'code' in error ? String(error.code) : error.message
}
