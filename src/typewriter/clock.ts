import { FOREVER_MS } from './pacer.ts'

/** A frame of 60 Hz. */
export const FRAME_MS = 1000 / 60
/** What is shown every so often, in milliseconds, to readers who prefer reduced motion. */
const BATCH_MS = 100
/** A frame out of view may have no frames though its page is visible: after so long, text is written without one. */
const STALL_MS = 250

/** Ticks while there is something to show. */
export interface Clock {
  /** Ticks once: at the next frame, not before a time; in a hidden page, which has no frames and slow timers, at once. */
  start(notBefore: number): void
  stop(): void
}

/**
 * Creates a clock.
 *
 * @param onTick hears how many milliseconds it waited since it was started or, while it goes on, since the last tick; for ever where
 * nobody is to see any typing: in a hidden page, and where the reader asked the system for less motion
 */
export function createClock(onTick: (elapsedMs: number) => void): Clock {
  const page = globalThis.document as Document | undefined // a worker has frames, but no page
  let frame = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let last = 0
  let isCalm: boolean | undefined

  const isHidden = () => page?.visibilityState === 'hidden'
  const onVisibilityChange = () => tick()

  function tick(time = performance.now()) {
    stop()
    onTick(isCalm || isHidden() ? FOREVER_MS : time - last)
    last = time
  }

  function stop() {
    globalThis.cancelAnimationFrame?.(frame)
    clearTimeout(timer)
    timer = undefined
    page?.removeEventListener('visibilitychange', onVisibilityChange)
  }

  return {
    start(notBefore) {
      if (timer) return
      if (isHidden()) return tick()
      const now = performance.now()
      last = now - FRAME_MS
      isCalm = globalThis.matchMedia?.('(prefers-reduced-motion: reduce)').matches
      const delayMs = Math.max(notBefore - now, isCalm ? BATCH_MS : 0)
      frame = delayMs > FRAME_MS ? 0 : (globalThis.requestAnimationFrame?.(tick) ?? 0)
      timer = setTimeout(tick, frame ? STALL_MS : Math.max(delayMs, FRAME_MS))
      page?.addEventListener('visibilitychange', onVisibilityChange)
    },
    stop,
  }
}
