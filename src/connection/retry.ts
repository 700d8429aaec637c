import type { StreamError } from '../errors.ts'

/** What a {@link RetryPolicy} decides upon. */
export interface Failure {
  /** Which failure this is since the last event arrived: 1, 2, 3 … */
  attempt: number
  /** What happened; `ended` is a clean end of the stream. */
  reason: StreamError
  /** The request's method, in capitals. */
  method: string
  /** Whether any byte of this request's answer had arrived. */
  received: boolean
  /** What a repeated request would send as `Last-Event-ID`; `''` for nothing. */
  lastEventId: string
  /** What the server's last `retry:` line asked for, in milliseconds. */
  reconnectionTime?: number
  /** What the server's `Retry-After` header asked for, in milliseconds. */
  retryAfter?: number
}

/**
 * Decides after a failure: the milliseconds to wait before the next attempt, or `false` to stop.
 *
 * It has the last word, also over `retry:` and `Retry-After`, which it finds in the failure. It is not asked where a repeated
 * request could pay twice: a request other than GET that broke after its first byte is final.
 */
export type RetryPolicy = (failure: Failure) => number | false

/** How {@link backoff} waits. */
export interface BackoffOptions {
  /** The longest wait before the first retry, in milliseconds. @default 1000 */
  base?: number
  /** What every further failure multiplies it by. @default 2 */
  factor?: number
  /** The longest wait of all, in milliseconds; the server may ask for a longer one. @default 30000 */
  max?: number
  /** How many failures in a row are followed by a retry. @default Infinity */
  limit?: number
  /** The share of a wait that is random, from 0 to 1. @default 0.75 */
  jitter?: number
}

/**
 * A retry policy that waits longer after every failure, and never as long as its neighbour.
 *
 * The wait is `base × factor^(attempt − 1)`, `max` at most, less a random share of it, so that clients that were dropped at
 * once don't come back at once. A server's `retry:` and `Retry-After` are floors: the randomness is added to them then.
 *
 * @throws {RangeError} where an option is not a number of its range
 *
 * @example
 * ```ts
 * const feed = fetchEvents('/events', { retry: backoff({ max: 10_000, limit: 5 }) })
 * ```
 *
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoff(options: BackoffOptions = {}): RetryPolicy {
  const { base = 1000, factor = 2, max = 30_000, limit = Infinity, jitter = 0.75 } = options
  for (const [name, value, highest] of [['base', base], ['factor', factor], ['max', max], ['limit', limit], ['jitter', jitter, 1]] as const) {
    if (!(value >= 0 && value <= (highest ?? Infinity))) throw new RangeError(`Cannot back off: ${name} is out of range: ${value}`)
  }
  return ({ attempt, reconnectionTime = 0, retryAfter = 0 }) => {
    if (attempt > limit) return false
    const longest = Math.min(max, base * factor ** (attempt - 1))
    const delay = longest * (1 - jitter * Math.random())
    const floor = Math.max(reconnectionTime, retryAfter)
    return delay >= floor ? delay : floor + Math.min(floor, base) * jitter * Math.random()
  }
}

/** What {@link decideRetry} knows of the stream beside the failure. */
export interface RetryRules {
  /** Whether repeating the request costs nothing: GET and HEAD, outside chats. */
  safe: boolean
  policy: RetryPolicy | false | undefined
  /** Whether the request carries an Idempotency-Key, so that the server runs it once. */
  idempotent: boolean
  /** Whether a broken answer may still be resumed by one more request. */
  resumable: boolean
}

/** Statuses that say "later": a feed comes back after them as after any 5xx. */
const TRANSIENT = [408, 425, 429]
/** Statuses by which a server says that it did not run the request, so that sending it again pays nothing. */
const NOT_RUN = [...TRANSIENT, 503]
const NOT_RUN_RETRIES = 2
/** A feed may come back for ever; somebody waits for a prompt's answer, and is told after this many retries. */
const IDEMPOTENT_RETRIES = 5

/**
 * Never pay twice: whether a failed request is sent again, and when.
 *
 * Only here the rules stand. A caller's policy can forbid any repetition, but allow only those that no answer has begun to.
 */
export function decideRetry(failure: Failure, { safe, policy, idempotent, resumable }: RetryRules): number | false {
  const { reason, received, attempt } = failure
  if (policy === false || reason.code === 'too-large') return false
  const usual = backoff()
  if (safe) {
    if (policy) return policy(failure)
    return isTransient(reason) ? usual(failure) : false
  }
  // The answer had begun, so it is being paid for
  if (received) return resumable && reason.code !== 'ended' && failure.lastEventId ? usual(failure) : false
  if (reason.code === 'ended') return false
  if (policy) return policy(failure)
  if (NOT_RUN.includes(reason.status ?? 0)) return attempt <= NOT_RUN_RETRIES ? usual(failure) : false
  return idempotent && attempt <= IDEMPOTENT_RETRIES && isTransient(reason) ? usual(failure) : false
}

function isTransient({ code, status = 0 }: StreamError): boolean {
  return code === 'network' || code === 'timeout' || code === 'ended' || status >= 500 || TRANSIENT.includes(status)
}

/**
 * What a `Retry-After` header asks for, in milliseconds: it gives seconds, or a date.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function parseRetryAfter(headers: Headers | undefined): number | undefined {
  const value = headers?.get('retry-after')
  if (!value) return undefined
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now()
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}
