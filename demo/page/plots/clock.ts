import { createGate } from './gate.ts'

/** The time of a run. It stands still while the page is out of sight, as no frame shows anything then. */
export interface Clock {
  /** Milliseconds of the run. */
  now(): number
  pause(): void
  resume(): void
  /** Resolves when the clock goes, at once if it does. */
  going(): Promise<void>
}

export function createClock(time: () => number = () => performance.now()): Clock {
  const gate = createGate()
  let start = time()
  let stoodAt: number | undefined
  return {
    now: () => (stoodAt ?? time()) - start,
    pause() {
      stoodAt ??= time()
      gate.shut()
    },
    resume() {
      if (stoodAt !== undefined) start += time() - stoodAt
      stoodAt = undefined
      gate.open()
    },
    going: gate.pass,
  }
}
