import { describe, expect, test } from 'vitest'
import { backoff, decideRetry, parseRetryAfter, type Failure, type RetryRules } from '../../src/connection/retry.ts'
import { StreamError, type StreamErrorCode } from '../../src/errors.ts'

function failure(code: StreamErrorCode, { status, ...rest }: Partial<Failure> & { status?: number } = {}): Failure {
  const reason = new StreamError(code, 'broken', status === undefined ? {} : { status })
  return { attempt: 1, reason, method: 'POST', received: false, lastEventId: '', ...rest }
}

const many = <T>(make: () => T) => Array.from({ length: 500 }, make)

describe('backoff()', () => {
  test('waits longer after every failure, up to its maximum', () => {
    const policy = backoff({ base: 100, factor: 3, max: 2000, jitter: 0 })
    expect([1, 2, 3, 4, 5].map(attempt => policy(failure('network', { attempt })))).toEqual([100, 300, 900, 2000, 2000])
  })

  test('takes a random share off, never more', () => {
    const delays = many(() => backoff({ base: 1000, jitter: 0.5 })(failure('network')) as number)
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(500)
    expect(Math.max(...delays)).toBeLessThanOrEqual(1000)
    expect(new Set(delays).size).toBeGreaterThan(400)
  })

  test.each(['reconnectionTime', 'retryAfter'] as const)('never undercuts %s, and spreads what comes behind it', floor => {
    const delays = many(() => backoff()(failure('network', { [floor]: 5000 })) as number)
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(5000)
    expect(Math.max(...delays)).toBeLessThanOrEqual(5750)
    expect(new Set(delays).size).toBeGreaterThan(400)
  })

  test('stops at what waiting does not mend', () => {
    const given = [failure('http', { status: 404 }), failure('http', { status: 401 }), failure('content-type', { status: 200 }), failure('too-large')]
    expect(given.map(backoff())).toEqual([false, false, false, false])
  })

  test('stops after its limit', () => {
    const policy = backoff({ limit: 2 })
    expect([1, 2, 3].map(attempt => typeof policy(failure('network', { attempt })))).toEqual(['number', 'number', 'boolean'])
  })

  test.each([
    [{ base: -1 }, 'Cannot use base: not a number from 0 to Infinity: -1'],
    [{ factor: NaN }, 'Cannot use factor: not a number from 0 to Infinity: NaN'],
    [{ jitter: 1.5 }, 'Cannot use jitter: not a number from 0 to 1: 1.5'],
  ])('refuses %o', (options, message) => {
    expect(() => backoff(options)).toThrow(new RangeError(message))
  })
})

describe('decideRetry()', () => {
  const get: RetryRules = { safe: true, policy: undefined, idempotent: false, resumable: false }
  const post: RetryRules = { ...get, safe: false }
  const always = () => 7
  const rows: [string, RetryRules, Failure, 'again' | 'final'][] = [
    ...(['network', 'timeout', 'ended'] as const).map(code => [`GET ${code}`, get, failure(code), 'again'] as [string, RetryRules, Failure, 'again']),
    ...[500, 502, 503, 504, 429, 408, 425].map(status => [`GET ${status}`, get, failure('http', { status }), 'again'] as [string, RetryRules, Failure, 'again']),
    ...[400, 401, 403, 404, 410].map(status => [`GET ${status}`, get, failure('http', { status }), 'final'] as [string, RetryRules, Failure, 'final']),
    ['GET wrong content type', get, failure('content-type', { status: 200 }), 'final'],
    ['GET too large', { ...get, policy: always }, failure('too-large'), 'final'],
    ['GET with retry: false', { ...get, policy: false }, failure('network'), 'final'],
    ['GET dropped in the middle', get, failure('network', { received: true }), 'again'],

    ['POST before any response', post, failure('network'), 'final'],
    ['POST before any response, with a key', { ...post, idempotent: true }, failure('network'), 'again'],
    ['POST before any response, with a policy', { ...post, policy: always }, failure('network'), 'again'],
    ...[408, 425, 429, 503].map(status => [`POST ${status}`, post, failure('http', { status }), 'again'] as [string, RetryRules, Failure, 'again']),
    ...[408, 425, 429, 503].map(status => [`POST ${status}, twice before`, post, failure('http', { status, attempt: 3 }), 'final'] as [string, RetryRules, Failure, 'final']),
    ...[500, 502, 504].map(status => [`POST ${status}`, post, failure('http', { status }), 'final'] as [string, RetryRules, Failure, 'final']),
    ...[500, 502, 504].map(status => [`POST ${status}, with a key`, { ...post, idempotent: true }, failure('http', { status }), 'again'] as [string, RetryRules, Failure, 'again']),
    ...[200, 201].map(status => [`POST ${status} that is no stream, with policy and key`, { ...post, policy: always, idempotent: true }, failure('content-type', { status }), 'final'] as [string, RetryRules, Failure, 'final']),
    ['POST 500, with a policy', { ...post, policy: always }, failure('http', { status: 500 }), 'again'],
    ['POST 500 of the provider, with a key', { ...post, idempotent: true }, failure('provider', { status: 500 }), 'again'],
    ['POST 401, with a key', { ...post, idempotent: true }, failure('http', { status: 401 }), 'final'],
    ['POST broken after the first byte', post, failure('network', { received: true }), 'final'],
    ['POST broken after the first byte, with policy and key', { ...post, policy: always, idempotent: true }, failure('network', { received: true }), 'final'],
    ['POST broken, resumable', { ...post, resumable: true }, failure('network', { received: true, lastEventId: '4' }), 'again'],
    ['POST broken, resumable, retry: false', { ...post, resumable: true, policy: false }, failure('network', { received: true, lastEventId: '4' }), 'final'],
    ['POST ended', { ...post, policy: always, resumable: true }, failure('ended', { received: true, lastEventId: '4' }), 'final'],
  ]

  test.each(rows)('%s', (_name, rules, given, expected) => {
    expect(decideRetry(given, rules)).toEqual(expected === 'final' ? false : expect.any(Number))
  })

  test("a caller's policy has the last word on the wait", () => {
    expect(decideRetry(failure('network', { retryAfter: 60_000 }), { ...get, policy: always })).toBe(7)
  })
})

describe('decideRetry(), where the server asks for a long wait,', () => {
  const asked = (retryAfter: number, safe: boolean, policy?: () => number) =>
    decideRetry(failure('http', { status: 429, retryAfter }), { safe, policy, idempotent: true, resumable: false })

  test('lets whoever waits for an answer know, after a minute', () => {
    expect(asked(60_000, false)).toBeGreaterThanOrEqual(60_000)
    expect(asked(60_001, false)).toBe(false)
  })

  test('waits as long for a feed, or where the caller says so', () => {
    expect(asked(86_400_000, true)).toBeGreaterThanOrEqual(86_400_000)
    expect(asked(86_400_000, false, () => 5)).toBe(5)
  })
})

describe('parseRetryAfter()', () => {
  const parse = (value: string) => parseRetryAfter(new Headers({ 'retry-after': value }))

  test('reads seconds and dates', () => {
    expect(parse('4')).toBe(4000)
    const inTen = parse(new Date(Date.now() + 10_000).toUTCString()) as number
    expect(inTen).toBeGreaterThan(8000)
    expect(inTen).toBeLessThanOrEqual(10_000)
    expect(parse('Wed, 21 Oct 2015 07:28:00 GMT')).toBe(0)
  })

  test('takes the first of two', () => {
    expect(parse('2, 3')).toBe(2000)
  })

  test('ignores what is neither', () => {
    expect(parse('soon')).toBeUndefined()
    expect(parseRetryAfter(undefined)).toBeUndefined()
    expect(parseRetryAfter(new Headers())).toBeUndefined()
  })
})
