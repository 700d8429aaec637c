import type { CreateDisplay } from './display.ts'

/** The effect that a page is most often given: a timer that shows a character. */
export function fixed(everyMs: number): CreateDisplay {
  return show => {
    const waiting: string[] = []
    let timer: ReturnType<typeof setInterval> | undefined
    let ended = false
    let paused = false
    let settle: () => void
    const done = new Promise<void>(resolve => (settle = resolve))

    function tick(): void {
      show(waiting.shift() ?? '')
      if (waiting.length > 0) return
      rest()
      if (ended) settle()
    }
    function rest(): void {
      clearInterval(timer)
      timer = undefined
    }
    function pause(): void {
      paused = true
      rest()
    }
    function go(): void {
      if (!paused && waiting.length > 0) timer ??= setInterval(tick, everyMs)
    }

    return {
      write(text) {
        waiting.push(...Array.from(text))
        go()
      },
      end() {
        ended = true
        if (waiting.length === 0) settle()
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
}
