// A run: one source of text, four displays that are given it at the same moments, and a record of each
import { createClock } from './clock.ts'
import { DISPLAYS, type DisplayName } from './displays/all.ts'
import type { CreateDisplay } from './displays/display.ts'
import { createRecorder, type Recorder } from './recorder.ts'
import type { Source } from './sources.ts'

export type RunState = 'running' | 'paused' | 'done' | 'stopped' | 'failed'

export interface Run {
  readonly state: RunState
  /** Milliseconds so far; the time out of sight does not count. */
  readonly now: number
  /** When the text had come to its end. */
  readonly textEnd: number | undefined
  /** How many characters have come. */
  readonly come: number
  readonly recorders: Record<DisplayName, Recorder>
  /** Those that have not shown all. */
  readonly typing: ReadonlySet<DisplayName>
  /** What went wrong, where the state is `failed`. */
  readonly error: unknown
  pause(): void
  resume(): void
  stop(): void
}

export interface RunSetup {
  source: Source
  displays: Record<DisplayName, CreateDisplay>
  /** Puts text on the page. */
  show: (name: DisplayName, text: string) => void
  /** Hears of every frame. */
  onFrame: (run: Run) => void
  /** Hears that the state has changed, that the text has ended, or that a display has shown all. */
  onChange: (run: Run) => void
}

export function startRun({ source, displays, show, onFrame, onChange }: RunSetup): Run {
  const clock = createClock()
  const leave = new AbortController()
  const typing = new Set(DISPLAYS)
  const recorders = forEach(() => createRecorder())
  let state: RunState = 'running'
  let textEnd: number | undefined
  let come = 0
  let error: unknown

  const made = forEach(name => displays[name](text => {
    if (text === '') return
    show(name, text)
    recorders[name].show(clock.now(), text.length)
  }))
  const each = (act: 'pause' | 'resume' | 'stop'): void => {
    for (const name of DISPLAYS) made[name][act]()
  }

  const run: Run = {
    get state() { return state },
    get now() { return clock.now() },
    get textEnd() { return textEnd },
    get come() { return come },
    get error() { return error },
    recorders,
    typing,
    pause() {
      if (state !== 'running') return
      clock.pause()
      each('pause')
      change('paused')
    },
    resume() {
      if (state !== 'paused') return
      clock.resume()
      each('resume')
      change('running')
    },
    stop: () => finish('stopped'),
  }

  function change(to: RunState): void {
    state = to
    onChange(run)
  }
  function finish(as: 'done' | 'stopped' | 'failed'): void {
    if (state !== 'running' && state !== 'paused') return
    clock.pause()
    leave.abort()
    each('stop')
    cancelAnimationFrame(frame)
    change(as)
  }

  // Asked for before any display asks for its own: of the callbacks of a frame this is always the first, and what a display shows in
  // one frame is never counted with the next
  let frame = requestAnimationFrame(onEachFrame)
  function onEachFrame(): void {
    frame = requestAnimationFrame(onEachFrame)
    if (state !== 'running') return
    for (const name of DISPLAYS) recorders[name].frame(clock.now())
    onFrame(run)
  }

  async function deliver(): Promise<void> {
    await source(text => {
      come += text.length
      for (const name of DISPLAYS) {
        recorders[name].arrive(clock.now(), text.length)
        made[name].write(text)
      }
    }, clock, leave.signal)
    if (state !== 'running' && state !== 'paused') return
    textEnd = clock.now()
    onChange(run)
    await Promise.all(DISPLAYS.map(async name => {
      await made[name].end()
      typing.delete(name)
      onChange(run)
    }))
    // The last text is seen in the next frame
    await new Promise(resolve => requestAnimationFrame(resolve))
    finish('done')
  }
  deliver().catch((reason: unknown) => {
    error = reason
    finish('failed')
  })
  return run
}

function forEach<T>(make: (name: DisplayName) => T): Record<DisplayName, T> {
  return Object.fromEntries(DISPLAYS.map(name => [name, make(name)])) as Record<DisplayName, T>
}
