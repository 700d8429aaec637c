/** How long one timer runs: it stands still while the machine sleeps, so that a long one would go on long after it. */
const STEP_MS = 30_000

/**
 * Calls `onDue` after `delayMs` of waking time, which may be more than the 2³¹−1 ms that a timer of the platform takes; or calls
 * `onWake`, and ends, where a timer fires so late that the machine must have slept, or the page was frozen.
 *
 * @param sleptMs how much too late that is
 * @param onWake hears how late it was, in milliseconds
 * @returns stops it
 */
export function startTimer(delayMs: number, sleptMs: number, onDue: () => void, onWake: (lateMs: number) => void): () => void {
  let leftMs = delayMs
  let timer: ReturnType<typeof setTimeout>

  function step() {
    const stepMs = Math.min(leftMs, STEP_MS)
    const dueAt = Date.now() + stepMs
    timer = setTimeout(() => {
      leftMs -= stepMs
      const lateMs = Date.now() - dueAt
      if (lateMs > sleptMs) onWake(lateMs)
      else if (leftMs > 0) step()
      else onDue()
    }, stepMs)
  }

  step()
  return () => clearTimeout(timer)
}
