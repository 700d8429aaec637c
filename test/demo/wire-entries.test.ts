import { describe, expect, test } from 'vitest'
import { createEntries, createView, type Entry, type News } from '../../demo/page/wire/entries.ts'

const comment = (text: string): News => ({ kind: 'comment', text, bytes: text.length })
const numbers = (entries: readonly Entry[]): number[] => entries.map(({ number }) => number)
const upTo = (last: number, first = 1): number[] => Array.from({ length: last - first + 1 }, (_, i) => first + i)
const isOdd = ({ number }: Entry): boolean => number % 2 === 1

/** Entries with so many comments in them, and how to add more. */
function record(count: number, limit = 10) {
  const entries = createEntries({ limit })
  const add = (more: number): void => upTo(more).forEach(n => entries.add(comment(String(n))))
  add(count)
  return { entries, add }
}

describe('createEntries()', () => {
  test('entries are numbered, and timed since the start and since the one before', () => {
    let now = 1000
    const entries = createEntries({ now: () => now })
    now = 1010
    entries.add(comment('a'))
    now = 1100
    expect(entries.add(comment('b'))).toMatchObject({ number: 2, since: 100, gap: 90, text: 'b' })
    entries.restart()
    now = 1105
    expect(entries.add(comment('c'))).toMatchObject({ number: 1, since: 5, gap: 5 })
  })

  test('entries beyond the limit are dropped, the oldest first', () => {
    const { entries, add } = record(25)
    expect(numbers(entries.after(0))).toEqual(upTo(25, 16))
    add(1000)
    expect(numbers(entries.after(0))).toEqual(upTo(1025, 1016))
    expect([entries.first, entries.last]).toEqual([1016, 1025])
    expect(numbers(entries.after(1023))).toEqual([1024, 1025])
    expect(entries.after(1025)).toEqual([])
  })

  test('entries of more data than is kept are dropped, the newest is not', () => {
    const entries = createEntries({ sizeLimit: 100 })
    for (let i = 0; i < 5; i++) entries.add(comment('x'.repeat(40)))
    expect(numbers(entries.after(0))).toEqual([4, 5])
    entries.add(comment('x'.repeat(400)))
    expect(numbers(entries.after(0))).toEqual([6])
  })

  test('entries are numbered on after clear(), and from 1 after restart()', () => {
    const { entries, add } = record(3)
    entries.clear()
    expect([entries.first, entries.last, entries.after(0)]).toEqual([4, 3, []])
    add(1)
    expect(numbers(entries.after(0))).toEqual([4])
    entries.restart()
    add(1)
    expect(numbers(entries.after(0))).toEqual([1])
  })
})

describe('createView()', () => {
  test('take() gives what has come since, and rows() all that is kept', () => {
    const { entries, add } = record(4)
    const view = createView(entries)
    expect(numbers(view.take())).toEqual(upTo(4))
    add(8)
    expect(numbers(view.take())).toEqual(upTo(12, 5))
    expect(numbers(view.rows())).toEqual(upTo(12, 3))
    expect(view.total).toBe(10)
  })

  test('filter() looks at all that is kept again, and at what comes', () => {
    const { entries, add } = record(4)
    const view = createView(entries)
    view.take()
    view.filter(isOdd)
    expect(numbers(view.take())).toEqual([1, 3])
    add(2)
    expect(numbers(view.take())).toEqual([5])
    expect(numbers(view.rows())).toEqual([1, 3, 5])
    expect(view.total).toBe(6)
    view.filter(() => true)
    view.take()
    expect(numbers(view.rows())).toEqual(upTo(6))
  })

  test('pause() holds back what comes, also where the filter changes, and resume() shows all of it', () => {
    const { entries, add } = record(4)
    const view = createView(entries)
    view.pause()
    add(3)
    expect(numbers(view.take())).toEqual(upTo(4))
    expect([view.paused, view.waiting, view.total]).toEqual([true, 3, 4])
    view.filter(isOdd)
    expect(numbers(view.take())).toEqual([1, 3])
    view.pause()
    view.resume()
    expect(numbers(view.take())).toEqual([5, 7])
    expect([view.paused, view.waiting, view.total]).toEqual([false, 0, 7])
  })

  test('a paused view of what is no longer kept is empty', () => {
    const { entries, add } = record(4)
    const view = createView(entries)
    view.pause()
    view.take()
    add(20)
    view.take()
    expect([view.rows(), view.total, view.waiting]).toEqual([[], 0, 20])
  })

  test('reset() shows nothing of what was cleared', () => {
    const { entries, add } = record(4)
    const view = createView(entries)
    view.take()
    entries.clear()
    view.reset()
    expect([view.take(), view.rows(), view.total]).toEqual([[], [], 0])
    add(1)
    expect(numbers(view.take())).toEqual([5])
    expect(view.total).toBe(1)
  })
})
