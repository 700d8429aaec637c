// How text is paced, by us and in other ways: a simulation in virtual time, with the real pacer, the same at every run.
import { inBursts, withStalls, type Deliver } from '../../demo/page/plots/deliveries.ts'
import type { Run } from '../../demo/page/plots/figures.ts'
import { createRecorder } from '../../demo/page/plots/recorder.ts'
import { FRAME_MS } from '../../src/typewriter/clock.ts'
import { createPacer, type Pacer, type PacerOptions } from '../../src/typewriter/pacer.ts'
import { createRandom } from '../helpers/every-cut.ts'
import { recorded } from './recorded.ts'

export { figures, mean, variation, type Figures, type Run } from '../../demo/page/plots/figures.ts'

/** Text that comes in one piece, as a token does. */
export interface Chunk {
  /** In milliseconds. */
  at: number
  /** In UTF-16 units. */
  size: number
}

/** What is asked of a pacer; others than ours may want to know the time of a frame. */
export interface Pacing extends Omit<Pacer, 'frame'> {
  frame(elapsed: number, backlog: number, now: number): number
}

/** How a page draws. */
export interface Screen {
  /** @default 60 */
  hz?: number
  /** The share of frames that come late, by one to six others. @default 0 */
  janky?: number
  seed?: number
}

/** Does with a pacer what a typewriter does: frames while there is text, none while there is none. */
export function simulate(trace: readonly Chunk[], pacing: Pacing, screen: Screen & { ends?: boolean } = {}): Run {
  const { hz = 60, janky = 0, seed = 1, ends = false } = screen
  const random = createRandom(seed)
  const recorder = createRecorder()
  let backlog = 0
  let next = 0
  let lastFrame: number | undefined
  for (let frame = 1; next < trace.length || backlog > 0; frame++) {
    if (frame > 500_000) throw new Error(`Still ${backlog} units to show after ${frame} frames`)
    if (random() < janky) frame += Math.ceil(6 * random())
    const time = (frame * 1000) / hz
    for (let chunk = trace[next]; chunk && chunk.at <= time; chunk = trace[++next]) {
      backlog += chunk.size
      recorder.arrive(chunk.at, chunk.size)
      pacing.arrive(chunk.at, backlog)
      if (ends && next === trace.length - 1) pacing.end(backlog)
    }
    let shown = 0
    if (backlog > 0) {
      shown = pacing.frame(lastFrame === undefined ? FRAME_MS : time - lastFrame, backlog, time)
      pacing.shown(shown)
      backlog -= shown
    }
    recorder.show(time, shown)
    recorder.frame(time)
    lastFrame = backlog > 0 ? time : undefined
  }
  return recorder.run
}

const nothing = () => {}

/** All of it at the next frame. */
const raw = (): Pacing => ({ arrive: nothing, end: nothing, shown: nothing, frame: (_, backlog) => backlog })

/** The effect that a page is most often given: a timer that shows a character. */
const fixed = (): Pacing => createPacer({ speed: 1000 / 30 })

/** Of the backlog, at each frame, the same share of what is left: it slows down to the end. */
function exponential(): Pacing {
  let credit = 0
  return {
    arrive: nothing,
    end: nothing,
    frame(elapsed, backlog) {
      credit = Math.min(backlog, credit + (backlog - credit) * (1 - Math.exp(-elapsed / 250)))
      // It never gets to the end of the last one
      if (backlog - credit < 0.5) credit = backlog
      return Math.floor(credit)
    },
    shown: count => void (credit -= count),
  }
}

/** As the AI SDK's `smoothStream()`: a word, with the space behind it, then 10 ms of waiting, before any more is read. */
function wordByWord(): Pacing {
  const random = createRandom(3)
  const length = () => 2 + Math.floor(8 * random())
  const ready: { at: number; size: number }[] = []
  let word = length()
  let come = 0 // of the word
  let lastBacklog = 0
  let free = 0
  let lastArrival = 0
  return {
    arrive(now, backlog) {
      lastArrival = now
      for (come += backlog - lastBacklog; come >= word; word = length()) {
        come -= word
        free = Math.max(free, now)
        ready.push({ at: free, size: word })
        free += 10
      }
      lastBacklog = backlog
    },
    end() {
      // What is left has no space behind it
      if (come > 0) ready.push({ at: Math.max(free, lastArrival), size: come })
      come = 0
    },
    frame(_, _backlog, now) {
      let due = 0
      for (; ready[0] && ready[0].at <= now; ready.shift()) due += ready[0].size
      return due
    },
    shown: count => void (lastBacklog -= count),
  }
}

/** Ours, and others beside it. */
export const pacings: Record<string, (options?: PacerOptions) => Pacing> = {
  'teleprinter': createPacer,
  'raw, each frame': raw,
  'a character every 30 ms': fixed,
  'smoothStream(), a word every 10 ms': wordByWord,
  'exponential, 250 ms': exponential,
}

/** Tokens of 1 to 7 units that are made at a pace, and come when `deliver` says, given when each was made. */
function tokens(perSecond: number, seconds: number, deliver: Deliver = madeAt => madeAt): Chunk[] {
  const random = createRandom(perSecond)
  const gap = 1000 / perSecond
  const trace: Chunk[] = []
  for (let madeAt = 5; madeAt < seconds * 1000; madeAt += gap * (0.7 + 0.6 * random())) {
    trace.push({ at: deliver(madeAt, random), size: 1 + Math.floor(7 * random()) })
  }
  return trace
}

/** Text as it comes; the last four when a model made it, in recordings. */
export const traces: Record<string, Chunk[]> = {
  '50 tokens/s': tokens(50, 20),
  '80 tokens/s, in bursts of 250 ms': tokens(80, 20, inBursts(250)),
  '100 tokens/s, in bursts of 1 s': tokens(100, 20, inBursts(1000)),
  '300 tokens/s, stalled for 1.5 s at times': tokens(300, 15, withStalls(1500)),
  '2,000 tokens/s': tokens(2000, 10),
  '20,000 tokens at once': tokens(20_000, 1, () => 5),
  ...Object.fromEntries(Object.entries(recorded).map(([model, trace]) => [`recorded: ${model}`, trace])),
}

/** Where text is drawn. */
export const screens: Record<string, Screen> = {
  '30 Hz': { hz: 30 },
  '60 Hz': { hz: 60 },
  '120 Hz': { hz: 120 },
  '144 Hz': { hz: 144 },
  '60 Hz, 10 % janky': { hz: 60, janky: 0.1 },
}
