// The same table as in browsers, in Node
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { faces, playAll, rulesOf, type Outcome } from '../helpers/rules.ts'
import { startServer, type TestServer } from '../helpers/server.ts'

let server: TestServer
let outcomes: Map<string, Promise<Outcome>>
beforeAll(async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {}) // where what a listener throws is reported
  server = await startServer()
  outcomes = playAll(server.url)
})
afterAll(() => server.close())

describe.each(faces)('never pay twice, by %s:', face => {
  test.each(rulesOf(face).map(rule => [rule.name, rule] as const))('%s', { timeout: 30_000 }, async (name, rule) => {
    const outcome = await outcomes.get(`${face}: ${name}`)
    expect(outcome).toMatchObject(rule.expected)
    if (rule.apart) expect(Math.min(...outcome?.gaps ?? [])).toBeGreaterThanOrEqual(rule.apart)
  })
})
