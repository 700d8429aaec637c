import type { CreateDisplay } from './display.ts'

/** All that has come, at the next frame. */
export const raw: CreateDisplay = show => {
  let waiting = ''
  let frame: number | undefined
  let ended = false
  let paused = false
  let settle: () => void
  const done = new Promise<void>(resolve => (settle = resolve))

  function onFrame(): void {
    frame = undefined
    const text = waiting
    waiting = ''
    show(text)
    if (ended) settle()
  }
  function pause(): void {
    paused = true
    if (frame !== undefined) cancelAnimationFrame(frame)
    frame = undefined
  }
  function go(): void {
    if (!paused && waiting !== '') frame ??= requestAnimationFrame(onFrame)
  }

  return {
    write(text) {
      waiting += text
      go()
    },
    end() {
      ended = true
      if (waiting === '') settle()
      return done
    },
    pause,
    resume() {
      paused = false
      go()
    },
    stop: pause,
  }
}
