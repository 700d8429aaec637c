/** Where no frames come (Node, workers), this stands for one. */
const FRAME_MS = 1000 / 60

/** Whether nobody sees the page: it has no frames then, and its timers are slow. */
export function isHidden(): boolean {
  return globalThis.document?.visibilityState === 'hidden'
}

/** Whether the reader asked the system for less motion. */
export function prefersReducedMotion(): boolean {
  return globalThis.matchMedia?.('(prefers-reduced-motion: reduce)').matches ?? false
}

/** Calls back at the page's next frame, or as soon as the page is hidden, as no frame comes then; gives what cancels it. */
export function onNextFrame(callback: (time: number) => void): () => void {
  if (typeof requestAnimationFrame !== 'function') return after(FRAME_MS, () => callback(performance.now()))
  const frame = requestAnimationFrame(time => {
    cancel()
    callback(time)
  })
  function onVisibilityChange() {
    if (!isHidden()) return
    cancel()
    callback(performance.now())
  }
  function cancel() {
    cancelAnimationFrame(frame)
    document.removeEventListener('visibilitychange', onVisibilityChange)
  }
  document.addEventListener('visibilitychange', onVisibilityChange)
  return cancel
}

/** Calls back after a while; gives what cancels it. */
export function after(delayMs: number, callback: () => void): () => void {
  const timer = setTimeout(callback, delayMs)
  return () => clearTimeout(timer)
}
