// The same table as in Node, in a page
import { beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { faces, playAll, rulesOf, type Outcome } from '../helpers/rules.ts'

let outcomes: Map<string, Promise<Outcome>>
beforeAll(() => {
  vi.spyOn(globalThis, 'reportError').mockImplementation(() => {}) // where what a listener throws is reported
  outcomes = playAll(inject('server'))
})

describe.each(faces)('never pay twice, by %s:', face => {
  test.each(rulesOf(face).map(rule => [rule.name, rule] as const))('%s', { timeout: 60_000 }, async (name, rule) => {
    const outcome = await outcomes.get(`${face}: ${name}`)
    expect(outcome).toMatchObject(rule.expected)
    if (rule.apart) expect(Math.min(...outcome?.gaps ?? [])).toBeGreaterThanOrEqual(rule.apart)
  })
})
