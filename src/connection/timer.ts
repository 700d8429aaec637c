/** How long one timer runs: it stands still while the machine sleeps, so that a long one would go on long after it. */
const STEP_MS = 5000
/** How much later than it is due a timer tells that the machine slept or the page was frozen, and not that it is busy. */
const SLEPT_MS = 5000

/**
 * Calls `onDue` after `delayMs` of waking time, which may be more than the 2³¹−1 ms that a timer of the platform takes; or calls
 * `onWake`, and ends, as soon as it finds that the machine has slept or the page was frozen.
 *
 * @returns stops it
 */
export function startTimer(delayMs: number, onDue: () => void, onWake: () => void): () => void {
  let leftMs = delayMs
  let timer: ReturnType<typeof setTimeout>

  function step() {
    const stepMs = Math.min(leftMs, STEP_MS)
    const dueAt = Date.now() + stepMs
    timer = setTimeout(() => {
      leftMs -= stepMs
      if (Date.now() - dueAt > Math.min(delayMs, SLEPT_MS)) onWake()
      else if (leftMs > 0) step()
      else onDue()
    }, stepMs)
  }

  step()
  return () => clearTimeout(timer)
}
