/** How long one timer runs: it stands still while the machine sleeps, so that a long one would go on long after it. */
const STEP_MS = 30_000

/**
 * Calls `onDue` after `delayMs` of waking time, which may be more than the 2³¹−1 ms that a timer of the platform takes; or, with how
 * late it is, where a timer fires so late that the machine must have slept, or the page was frozen.
 *
 * @param sleptMs how much too late that is
 * @param onDue hears how late it was where it was slept through, in milliseconds, else 0
 * @returns stops it
 */
export function startTimer(delayMs: number, sleptMs: number, onDue: (lateMs: number) => void): () => void {
  let timer: ReturnType<typeof setTimeout>

  function step(leftMs: number) {
    const stepMs = Math.min(leftMs, STEP_MS)
    const dueAt = Date.now() + stepMs
    timer = setTimeout(() => {
      const lateMs = Date.now() - dueAt
      if (lateMs > sleptMs) onDue(lateMs)
      else if (leftMs > stepMs) step(leftMs - stepMs)
      else onDue(0)
    }, stepMs)
  }

  step(delayMs)
  return () => clearTimeout(timer)
}
