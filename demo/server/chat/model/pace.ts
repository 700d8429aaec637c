/** How long to wait, in ms. */
export interface Pace {
  /** Before the first token: the model reads the prompt. */
  first(): number
  /** After this token. */
  after(token: string): number
}

const between = (low: number, high: number): number => low + Math.random() * (high - low)

/**
 * Makes the uneven rhythm of a real model server: mostly a token every 10 to 80 ms, now and then several at once, and a
 * breath where a thought ends.
 *
 * @param factor multiplies every wait; 0 for none
 */
export function createPace(factor: number): Pace {
  let burst = 0
  return {
    first: () => factor * between(200, 500),
    after(token) {
      if (burst > 0) {
        burst--
        return 0
      }
      if (Math.random() < 0.04) burst = Math.round(between(3, 10))
      const pauses = token.includes('\n\n') || Math.random() < 0.01
      return factor * (pauses ? between(150, 450) : between(10, 80))
    },
  }
}
