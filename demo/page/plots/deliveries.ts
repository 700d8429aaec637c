// How text that is made at an even pace comes to a page: networks and models in a few lines each

/** Says when what was made at one time comes. All in milliseconds; asked in the order of time. */
export type Deliver = (madeAt: number, random: () => number) => number

/** Holds what was made back, and delivers it about every so often. */
export function inBursts(everyMs: number): Deliver {
  let burst = 5
  return (madeAt, random) => {
    while (burst < madeAt) burst += everyMs * (0.8 + 0.4 * random())
    return burst
  }
}

/** A model that makes nothing for so long, about every three seconds or as it is said. */
export function withStalls(stallMs: number, everyMs = 3000): Deliver {
  let stalled = 0
  let nextStall = everyMs
  return (madeAt, random) => {
    if (madeAt >= nextStall) {
      stalled += stallMs
      nextStall += everyMs * (0.8 + 0.4 * random())
    }
    return madeAt + stalled
  }
}
