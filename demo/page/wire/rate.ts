/** Over how long events are counted. */
const WINDOW_MS = 3000

/** How many events came a second, of late. */
export function createRate(): { reset(): void; perSecond(total: number, now: number): number } {
  let samples: { total: number; at: number }[] = []
  return {
    reset() {
      samples = []
    },
    /** @param total the events so far; to be asked now and then, and what was said then is what it reckons with */
    perSecond(total, now) {
      samples.push({ total, at: now })
      // The oldest is the last one from before the window
      while ((samples[1]?.at ?? Infinity) <= now - WINDOW_MS) samples.shift()
      const { total: before, at } = samples[0] ?? { total, at: now }
      return now > at ? ((total - before) * 1000) / (now - at) : 0
    },
  }
}
