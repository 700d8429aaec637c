/** Numbers from 0 to 1, the same ones for the same seed. */
export type Random = () => number

/** Makes a generator from a text: FNV-1a turns it into 32 bits, mulberry32 draws from them. */
export function createRandom(seed: string): Random {
  let state = 0x811c9dc5
  for (let i = 0; i < seed.length; i++) state = Math.imul(state ^ seed.charCodeAt(i), 0x01000193)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** `count` different items of a list, in a random order. */
export function draw<T>(random: Random, list: readonly T[], count: number): T[] {
  const rest = [...list]
  const drawn: T[] = []
  while (drawn.length < count && rest.length > 0) drawn.push(...rest.splice(Math.floor(random() * rest.length), 1))
  return drawn
}
