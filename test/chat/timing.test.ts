import { describe, expect, test } from 'vitest'
import { createStopwatch } from '../../src/chat/timing.ts'

/** Plays arrivals, each `[ms, tokens]`, and stops at the last one's time. */
function play(arrivals: [number, number][], end: number) {
  let now = 5000
  const stopwatch = createStopwatch(() => now)
  for (const [at, tokens] of arrivals) {
    now = 5000 + at
    stopwatch.byte()
    for (let count = 0; count < tokens; count++) stopwatch.token()
  }
  now = 5000 + end
  return stopwatch.stop()
}

describe('createStopwatch()', () => {
  test('measures from the call', () => {
    expect(play([[100, 0], [150, 1], [400, 1], [420, 1]], 500)).toEqual({ firstByte: 100, firstToken: 150, total: 500, longestGap: 250, buffered: false })
  })

  test('gives what never came the time of the end', () => {
    expect(play([], 70)).toEqual({ firstByte: 70, firstToken: 70, total: 70, longestGap: 0, buffered: false })
  })

  test('calls a whole answer in one burst after a long wait buffered, and nothing else', () => {
    expect(play([[3000, 200]], 3005).buffered).toBe(true)
    expect(play([[300, 200]], 305).buffered).toBe(false)
    expect(play([[3000, 3]], 3005).buffered).toBe(false)
    expect(play([[3000, 100], [4000, 100]], 4000).buffered).toBe(false)
  })
})
