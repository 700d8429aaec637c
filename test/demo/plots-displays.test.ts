import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createClock } from '../../demo/page/plots/clock.ts'
import type { CreateDisplay } from '../../demo/page/plots/displays/display.ts'
import { fixed } from '../../demo/page/plots/displays/fixed.ts'
import { ours } from '../../demo/page/plots/displays/ours.ts'
import { smooth } from '../../demo/page/plots/displays/smooth.ts'
import { fromTrace } from '../../demo/page/plots/sources.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A display, and what it has shown. */
function open(create: CreateDisplay) {
  const shown: string[] = []
  return { ...create(text => shown.push(text)), shown }
}

describe.each<[string, CreateDisplay]>([['ours', ours('auto')], ['fixed', fixed(30)], ['smooth', smooth]])('%s', (_, create) => {
  test('the display shows all of the text, and then says that it has', async () => {
    const { write, end, shown } = open(create)
    write('One two ')
    write('three 四五')
    const ended = end()
    await vi.advanceTimersByTimeAsync(2000)
    await ended
    expect(shown.join('')).toBe('One two three 四五')
  })

  test('the display shows nothing while it is paused, and nothing is lost', async () => {
    const { write, end, pause, resume, shown } = open(create)
    pause()
    write('One two three')
    void end()
    await vi.advanceTimersByTimeAsync(2000)
    expect(shown).toEqual([])
    resume()
    await vi.advanceTimersByTimeAsync(2000)
    expect(shown.join('')).toBe('One two three')
  })

  test('the display shows nothing more once it is stopped', async () => {
    const { write, stop, shown } = open(create)
    write('One two three four five six seven eight nine ten')
    await vi.advanceTimersByTimeAsync(50)
    stop()
    const before = shown.join('')
    await vi.advanceTimersByTimeAsync(2000)
    expect(shown.join('')).toBe(before)
    expect(vi.getTimerCount()).toBe(0)
  })
})

test('fixed() shows a character every so often, an emoji whole', async () => {
  const { write, shown } = open(fixed(30))
  write('a👍b')
  await vi.advanceTimersByTimeAsync(70)
  expect(shown).toEqual(['a', '👍'])
})

test('smooth is the AI SDK’s smoothStream(): a word and its space every 10 ms, the last one at the end', async () => {
  const { write, end, shown } = open(smooth)
  write('One two three')
  await vi.advanceTimersByTimeAsync(5)
  expect(shown).toEqual(['One '])
  await vi.advanceTimersByTimeAsync(100)
  expect(shown).toEqual(['One ', 'two '])
  void end()
  await vi.advanceTimersByTimeAsync(100)
  expect(shown).toEqual(['One ', 'two ', 'three'])
})

test('smooth holds Chinese back until it ends, as there are no spaces in it', async () => {
  const { write, end, shown } = open(smooth)
  write('老式的电传打字机')
  write('一次只打一个字')
  await vi.advanceTimersByTimeAsync(5000)
  expect(shown).toEqual([])
  void end()
  await vi.advanceTimersByTimeAsync(10)
  expect(shown).toEqual(['老式的电传打字机一次只打一个字'])
})

describe('fromTrace()', () => {
  const trace = [{ at: 5, text: 'a' }, { at: 5, text: 'b' }, { at: 1000, text: 'c' }]

  test('fromTrace() delivers each piece when it is due, and stands still with its clock', async () => {
    const clock = createClock()
    const come: string[] = []
    const over = fromTrace(trace)(text => come.push(text), clock, new AbortController().signal)
    await vi.advanceTimersByTimeAsync(900)
    expect(come).toEqual(['a', 'b'])
    clock.pause()
    await vi.advanceTimersByTimeAsync(5000)
    expect(come).toEqual(['a', 'b'])
    expect(clock.now()).toBe(900)
    clock.resume()
    await vi.advanceTimersByTimeAsync(99)
    expect(come).toEqual(['a', 'b'])
    await vi.advanceTimersByTimeAsync(1)
    expect(come).toEqual(['a', 'b', 'c'])
    await over
  })

  test('fromTrace() leaves at once when it is told to', async () => {
    const leave = new AbortController()
    const come: string[] = []
    const over = fromTrace(trace)(text => come.push(text), createClock(), leave.signal)
    await vi.advanceTimersByTimeAsync(10)
    leave.abort()
    await over
    expect(come).toEqual(['a', 'b'])
    expect(vi.getTimerCount()).toBe(0)
  })
})
