import { expect, test } from 'vitest'
import { texts } from '../../demo/page/plots/texts.ts'
import { createTrace, TRACES } from '../../demo/page/plots/traces.ts'

const traces = TRACES.flatMap(name => Object.entries(texts).map(([language, text]) => ({ name, language, text })))
const gaps = (name: (typeof TRACES)[number], text = texts.en) => {
  const times = createTrace(name, text).map(({ at }) => at)
  return times.slice(1).map((at, i) => at - (times[i] ?? 0))
}

test.each(traces)('createTrace() brings all of the text, in order: $name, $language', ({ name, text }) => {
  const trace = createTrace(name, text)
  expect(trace.map(chunk => chunk.text).join('')).toBe(text)
  expect(trace.every(({ at }, i) => at >= (trace[i - 1]?.at ?? 0))).toBe(true)
  expect(createTrace(name, text)).toEqual(trace)
})

test.each(Object.entries(texts))('texts has a thousand characters for each length that the page offers: %s', (_, text) => {
  expect(text.length).toBeGreaterThanOrEqual(1000)
})

test('createTrace() brings bursts as far apart as they are called', () => {
  const pauses = gaps('bursts').filter(gap => gap > 0)
  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(200)
  expect(Math.max(...pauses)).toBeLessThanOrEqual(300)
  expect(Math.min(...gaps('slowBursts').filter(gap => gap > 0))).toBeGreaterThanOrEqual(800)
})

test.each([200, 500, 1000])('createTrace() stalls once, in a text of %i characters', length => {
  expect(gaps('stall', texts.en.slice(0, length)).filter(gap => gap > 1000)).toHaveLength(1)
})

test('createTrace() is ten times as fast where it is very fast', () => {
  const last = (name: 'smooth' | 'fast') => createTrace(name, texts.en).at(-1)?.at ?? 0
  expect(last('smooth') / last('fast')).toBeGreaterThan(9)
})
