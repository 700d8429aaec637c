// A server that drops everybody at once must not be run down by everybody who returns
import { describe, expect, test } from 'vitest'
import { CLIENTS, policies, stampede, WINDOW_MS, type Stampede } from '../bench/stampede.ts'

const OURS = 'backoff()'

describe.each([0, 5000, 20_000])('100,000 clients dropped at once, the server back after %i ms', downMs => {
  const outcomes: Record<string, Stampede> = {}
  const of = (name: string) => (outcomes[name] ??= stampede((policies[name] as () => () => number)(), downMs))

  test.each(Object.keys(policies).filter(name => name !== OURS))('come at most a fifth as many at a time by default as by %s', name => {
    expect(of(OURS).peak).toBeLessThanOrEqual(of(name).peak / 5)
    expect(of(OURS).peakOnReturn).toBeLessThanOrEqual(of(name).peakOnReturn / 5)
  })

  test('come all back, and none later than the longest wait', () => {
    expect(of(OURS).backAfter(100)).toBeGreaterThanOrEqual(0)
    expect(of(OURS).backAfter(100)).toBeLessThan(downMs === 0 ? 1500 : 30_500)
  })

  test('come at a fixed time all within what their latency spreads, so that the comparison is one', () => {
    const fixed = of('fixed 1 s')
    expect(fixed.peak).toBeGreaterThan(CLIENTS / 2)
    expect(fixed.attempts.slice(0, 1000 / WINDOW_MS).every(count => count === 0)).toBe(true)
  })

  test('come the same way for the same seed, and alike for another', () => {
    const policy = (policies[OURS] as () => () => number)()
    expect(stampede(policy, downMs).attempts).toEqual(of(OURS).attempts)
    expect(stampede(policy, downMs, 2).peak / of(OURS).peak).toBeCloseTo(1, 1)
  })
})
