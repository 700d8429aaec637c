import type { StreamError } from '../errors.ts'
import { checkRange } from './check.ts'

/** What a {@link RetryPolicy} decides upon. */
export interface Failure {
  /** Which failure this is since the last event arrived: 1, 2, 3 … */
  attempt: number
  /** What happened; `ended` is a clean end of the stream. */
  reason: StreamError
  /** The request's method, in capitals. */
  method: string
  /** Whether the answer had begun: the server has opened a stream. */
  received: boolean
  /** What a repeated request would send as `Last-Event-ID`; `''` for nothing. */
  lastEventId: string
  /** What the server's last `retry:` line asked for, in milliseconds. */
  reconnectionTime?: number | undefined
  /** What the server's `Retry-After` header asked for, in milliseconds. */
  retryAfter?: number | undefined
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
  base?: number | undefined
  /** What every further failure multiplies it by. @default 2 */
  factor?: number | undefined
  /** The longest wait of all, in milliseconds; the server may ask for a longer one. @default 30000 */
  max?: number | undefined
  /** How many failures in a row are followed by a retry. @default Infinity */
  limit?: number | undefined
  /** The share of a wait that is random, from 0 to 1. @default 0.75 */
  jitter?: number | undefined
}

/**
 * A retry policy that waits longer after every failure, and never as long as its neighbour.
 *
 * The wait is `base × factor^(attempt − 1)`, `max` at most, less a random share of it, so that clients that were dropped at
 * once don't come back at once. A server's `retry:` and `Retry-After` are floors: the randomness is added to them then. It stops
 * at what waiting does not mend, as a 404 or a wrong content type.
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
  checkRange({ base, factor, max, limit })
  checkRange({ jitter }, 0, 1)
  return failure => {
    const { attempt, reason: { code, status = 0 } } = failure
    const isTransient = ['network', 'timeout', 'ended'].includes(code) || status >= 500 || NOT_RUN.includes(status)
    if (attempt > limit || !isTransient) return false
    const longest = Math.min(max, base * factor ** (attempt - 1))
    const delay = longest * (1 - jitter * Math.random())
    const floor = serverFloor(failure)
    return delay >= floor ? delay : floor + Math.min(floor, base) * jitter * Math.random()
  }
}

/** The milliseconds that the server asks to wait at least, by `retry:` and `Retry-After`. */
export function serverFloor({ reconnectionTime = 0, retryAfter = 0 }: Pick<Failure, 'reconnectionTime' | 'retryAfter'>): number {
  return Math.max(reconnectionTime, retryAfter)
}

/** What {@link decideRetry} knows of the stream beside the failure. */
export interface RetryRules {
  /** Whether repeating the request costs nothing: GET and HEAD, outside chats. */
  safe: boolean
  /** The caller's. */
  policy?: RetryPolicy | false | undefined
  /** Used for safe requests where the caller has none. @default backoff() */
  reconnect?: RetryPolicy | undefined
  /** Whether the request carries an Idempotency-Key, so that the server runs it once. */
  idempotent: boolean
  /** Whether a broken answer may be resumed, by one more request. */
  resumable: boolean
}

/** Statuses by which a server says "later": that it did not run the request, so that sending it again pays nothing. */
const NOT_RUN = [408, 425, 429, 503]
const NOT_RUN_RETRIES = 2
/** Who waits for an answer is told at once where the server asks for more than this. */
const LONGEST_RETRY_AFTER = 60_000
/** A feed may come back for ever; somebody waits for a prompt's answer, and is told after this many retries. */
const IDEMPOTENT_RETRIES = 5

/**
 * Never pay twice: whether a failed request is sent again, and when.
 *
 * Only here the rules stand. A caller's policy decides, but for another method than GET only where no answer had begun.
 */
export function decideRetry(failure: Failure, { safe, policy, reconnect = backoff(), idempotent, resumable }: RetryRules): number | false {
  const { reason: { code, status = 0 }, received, retryAfter = 0 } = failure
  if (policy === false || code === 'too-large') return false
  if (safe) return (policy ?? reconnect)(failure)
  if (code === 'ended') return false
  // The answer had begun, so it is being paid for
  if (received) return resumable ? backoff()(failure) : false
  // It was answered, if not by a stream: the server has run it
  if (status >= 200 && status < 300) return false
  if (policy) return policy(failure)
  if (retryAfter > LONGEST_RETRY_AFTER) return false
  return backoff({ limit: NOT_RUN.includes(status) ? NOT_RUN_RETRIES : idempotent ? IDEMPOTENT_RETRIES : 0 })(failure)
}

/**
 * What a `Retry-After` header asks for, in milliseconds: it gives seconds, or a date.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function parseRetryAfter(headers: Headers | undefined): number | undefined {
  const value = headers?.get('retry-after') ?? ''
  const ms = /^\d/.test(value) ? parseInt(value) * 1000 : Date.parse(value) - Date.now()
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}
