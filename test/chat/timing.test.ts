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
  return stopwatch.stop(true)
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

  test('judges that by the bytes: what came early, with no token in it, was not held back', () => {
    expect(play([[10, 0], [3000, 200]], 3005).buffered).toBe(false)
    expect(play([[10, 0], [2990, 0], [3000, 200]], 3005).buffered).toBe(false)
    expect(play([[3000, 0], [3001, 200]], 3005).buffered).toBe(true)
    expect(play([[3000, 200], [3150, 0]], 3150).buffered).toBe(false)
  })

  test('minds no tokens that are read late out of bytes that came at once, and no end that comes late', () => {
    expect(play([[3000, 0], [3050, 10], [3060, 10]], 9000).buffered).toBe(true)
    let now = 5000
    const stopwatch = createStopwatch(() => now)
    now += 3000
    stopwatch.byte()
    for (let count = 0; count < 20; count++) {
      now += 100
      stopwatch.token()
    }
    expect(stopwatch.stop(true)).toEqual({ firstByte: 3000, firstToken: 3100, total: 5000, longestGap: 0, buffered: true })
  })

  test('draws the lines at a wait of a second, a tenth of one for the burst, and twenty tokens', () => {
    expect(play([[1000, 19], [1100, 1]], 1100).buffered).toBe(true)
    expect(play([[999, 19], [1099, 1]], 1099).buffered).toBe(false)
    expect(play([[1000, 19], [1101, 1]], 1101).buffered).toBe(false)
    expect(play([[1000, 19], [1100, 0]], 1100).buffered).toBe(false)
  })

  test('calls nothing buffered of which nothing came', () => {
    expect(play([], 5000).buffered).toBe(false)
    expect(play([[3000, 0]], 5000).buffered).toBe(false)
  })

  test('tells the longest silence between arrivals, not that before the first or behind the last', () => {
    expect(play([[900, 1], [1000, 1], [1040, 1]], 9000).longestGap).toBe(100)
    expect(play([[900, 1]], 9000).longestGap).toBe(0)
  })

  test('can be asked twice', () => {
    let now = 0
    const stopwatch = createStopwatch(() => now)
    stopwatch.byte()
    now = 10
    expect(stopwatch.stop(true)).toMatchObject({ firstByte: 0, total: 10 })
    now = 20
    expect(stopwatch.stop(true)).toMatchObject({ firstByte: 0, total: 20 })
  })
})
