import { FRAME_MS } from './pacer.ts'

/** A frame out of view may have no frames though its page is visible: after so long, text is written without one. */
const STALL_MS = 250

/** Whether nobody sees the page: it has no frames then, and its timers are slow. */
export function isHidden(): boolean {
  return globalThis.document?.visibilityState === 'hidden'
}

/** Whether the reader asked the system for less motion. */
export function prefersReducedMotion(): boolean {
  return globalThis.matchMedia?.('(prefers-reduced-motion: reduce)').matches ?? false
}

/**
 * Calls back at the page's next frame; gives what cancels it. In a hidden page, where no frame comes, it calls back at once; where
 * there are none at all, as in Node, after the time of one.
 */
export function onNextFrame(callback: (time: number) => void): () => void {
  if (typeof requestAnimationFrame !== 'function') return after(FRAME_MS, callback)
  return untilHidden(callback, go => {
    const frame = requestAnimationFrame(go)
    const timer = setTimeout(() => go(performance.now()), STALL_MS)
    return () => {
      cancelAnimationFrame(frame)
      clearTimeout(timer)
    }
  })
}

/** Calls back after a while, or as soon as the page is hidden, where timers are slow; gives what cancels it. */
export function after(delayMs: number, callback: (time: number) => void): () => void {
  return untilHidden(callback, go => {
    const timer = setTimeout(() => go(performance.now()), delayMs)
    return () => clearTimeout(timer)
  })
}

function untilHidden(callback: (time: number) => void, wait: (go: (time: number) => void) => () => void): () => void {
  const page = globalThis.document as Document | undefined // a worker has frames, but no page
  const cancelWait = wait(go)
  function go(time: number) {
    cancel()
    callback(time)
  }
  function onVisibilityChange() {
    if (isHidden()) go(performance.now())
  }
  function cancel() {
    cancelWait()
    page?.removeEventListener('visibilitychange', onVisibilityChange)
  }
  page?.addEventListener('visibilitychange', onVisibilityChange)
  return cancel
}
