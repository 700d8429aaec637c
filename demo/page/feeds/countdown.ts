import { say } from '../shell/language.ts'
import { seconds } from '../shell/units.ts'
import { words } from './words.ts'

const STEP_MS = 100

/** Shows how long it is until the next attempt. Silent: the state beside it speaks. */
export function createCountdown(line: HTMLElement) {
  let counting: ReturnType<typeof setInterval> | undefined

  function show(attempt: number, end: number): void {
    const { attemptIn, attemptNow, attemptOnline } = say(words)
    const left = end - performance.now()
    if (left > 0) line.textContent = attemptIn(attempt, seconds(left))
    else line.textContent = navigator.onLine ? attemptNow(attempt) : attemptOnline(attempt)
  }

  function stop(): void {
    clearInterval(counting)
    line.textContent = ''
  }

  return {
    /** Counts down to an attempt in so many milliseconds, and goes on to say that it is under way. */
    start(attempt: number, delay: number): void {
      stop()
      const end = performance.now() + delay
      counting = setInterval(() => show(attempt, end), STEP_MS)
      show(attempt, end)
    },
    stop,
  }
}
