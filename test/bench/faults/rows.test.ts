import { describe, expect, test } from 'vitest'
import { faults, type Seen } from './rows.ts'

/** What is said of a client of which only this was seen. */
function cell(says: string, seen: Partial<Seen>): string | undefined {
  return faults.find(fault => fault.says === says)?.cell({ events: [], failures: [], requests: [0], ...seen })
}
const event = (data: string) => ({ type: 'message', data })

describe('a cell', () => {
  test('counts requests', () => {
    expect(cell('POST dropped before any answer', { requests: [0] })).toBe('1 POST')
    expect(cell('POST dropped before any answer', { requests: [0, 1000] })).toBe('2 POSTs')
    expect(cell('a listener that throws', { requests: [0, 1, 2] })).toBe('3 requests')
  })

  test('tells whether the app was told', () => {
    expect(cell('answered 401', { failures: [undefined] })).toBe('1 request, status not told')
    expect(cell('answered 401', { failures: [undefined, 401] })).toBe('1 request, status told')
    expect(cell('answered 200 with a page', {})).toBe('1 request, failure not told')
    expect(cell('answered 200 with a page', { failures: [undefined] })).toBe('1 request, failure told')
  })

  test('tells when the second request came', () => {
    expect(cell('answered 429 with `Retry-After: 4`', { requests: [0, 4049, 9000] })).toBe('again after 4.0 s')
    expect(cell('answered 429 with `Retry-After: 4`', {})).toBe('gives up')
  })

  test('takes an answer that was cut for the end only where nothing was told', () => {
    expect(cell('answer cut without its end mark', { outcome: 'truncated' })).toBe('`truncated`')
    expect(cell('answer cut without its end mark', { outcome: 'end' })).toBe('taken for the end')
    expect(cell('answer cut without its end mark', { failures: [undefined] })).toBe('a failure')
  })

  test('tells where a feed goes on', () => {
    const [first, behind, anew] = ['event 1, after nothing', 'event 2, after 1', 'event 2, after nothing'].map(event)
    expect(cell('GET dropped', { events: [first, behind] as Seen['events'], requests: [0, 1000] })).toBe('behind the last event')
    expect(cell('GET dropped', { events: [first, anew] as Seen['events'], requests: [0, 1000] })).toBe('from the start')
    expect(cell('GET dropped', { events: [first] as Seen['events'] })).toBe('never comes back')
  })

  test('counts an event that was replayed where more came behind it', () => {
    const [replayed, behind] = [event('replayed'), event('not replayed')]
    expect(cell('events replayed after a drop', { events: [replayed, behind] })).toBe('once')
    expect(cell('events replayed after a drop', { events: [replayed, replayed, behind] })).toBe('twice')
    expect(cell('events replayed after a drop', { events: [replayed] })).toBe('–')
  })

  test('tells what became of an event', () => {
    expect(cell('an event named `error`', { events: [{ type: 'error', data: 'news' }] })).toBe('an event')
    expect(cell('an event named `error`', { failures: [undefined] })).toBe('told as a failure')
    expect(cell('an event named `error`', {})).toBe('lost')
    expect(cell('an event that the end cuts off', { events: [event('whole')] })).toBe('dropped')
    expect(cell('an event that the end cuts off', { events: [event('whole'), event('half')] })).toBe('delivered')
  })
})

test('faults have sentences of their own', () => {
  expect(new Set(faults.map(({ says }) => says)).size).toBe(faults.length)
})
