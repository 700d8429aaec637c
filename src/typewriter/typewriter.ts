import { callSafely } from '../report.ts'
import { after, isHidden, onNextFrame, prefersReducedMotion } from './clock.ts'
import { findScrollers, follow as followEnd } from './follow.ts'
import { cutAt } from './graphemes.ts'
import { createPacer, FRAME_MS, type PacerOptions } from './pacer.ts'
import { plainText } from './plain-text.ts'
import { isRenderer, type Renderer } from './renderer.ts'

/** How a typewriter types. */
export interface TypewriterOptions extends PacerOptions {
  /** Shows text as it comes, once a frame, with no pacing. @default false */
  instant?: boolean | undefined
  /** Scrolls to the end of the text while the reader is there: the nearest scroller, another one, or none. @default true */
  follow?: boolean | Element | undefined
}

/** Types text into an element, or a renderer; see {@link createTypewriter}. */
export interface Typewriter {
  /** Takes text to type; ignored after `stop()`. @throws {TypeError} after `end()`, and for what is no string */
  write: (text: string) => void
  /** No more text comes. Resolves when all is shown: within 300 ms, unless paused or at a speed of your own. */
  end: () => Promise<void>
  /** Shows what has come, at once, less a last grapheme that more text could change. */
  flush: () => void
  /** Shows all that has come and ends. */
  stop: () => void
  /** Holds the typing; text is taken all the same. */
  pause: () => void
  resume: () => void
  /** All text that has come. */
  readonly text: string
  /** How many UTF-16 units of it are shown. */
  readonly shown: number
  /** The same as a stream, to pipe text to. It is never full: typing does not slow its source. */
  readonly writable: WritableStream<string>
}

/** What is shown every so often, in milliseconds, to readers who prefer reduced motion. */
const BATCH_MS = 100
/** More UTF-16 units than all but freak graphemes have. */
const NEAR = 64

/**
 * Creates a typewriter: any pace of text in, an even hand out.
 *
 * Text appears at the page's frame rate, in whole graphemes. In a hidden page it is written at once; for readers who prefer
 * reduced motion it appears in batches. The element is `aria-busy` while it types.
 *
 * @param target the element to type into, after what it holds; or a renderer
 * @param options the speed, and what the view follows
 * @returns the typewriter: `write()` it text, then `end()` it
 * @throws {TypeError} where the target is neither an element nor a renderer
 * @throws {RangeError} where `speed` or `maxDelay` is not a positive number
 *
 * @example
 * ```ts
 * const typewriter = createTypewriter(document.body)
 * typewriter.write('Hello, ')
 * typewriter.write('world')
 * await typewriter.end()
 * ```
 */
export function createTypewriter(target: Element | Renderer, options: TypewriterOptions = {}): Typewriter {
  const { instant = false, follow = true } = options
  const pacer = createPacer(options)
  const renderer = isRenderer(target) ? target : plainText(target)
  const element = isRenderer(target) ? undefined : target
  let text = ''
  let backlog = '' // of the text, what is not shown
  let state: 'typing' | 'ended' | 'closed' = 'typing'
  let paused = false
  let stopped = false
  let lastFrame: number | undefined
  let cancelTick: (() => void) | undefined
  let writable: WritableStream<string> | undefined
  let settle: () => void
  const closed = new Promise<void>(resolve => (settle = resolve))

  function write(chunk: string) {
    if (typeof chunk !== 'string') throw new TypeError(`Cannot write: not a string: ${String(chunk)}`)
    if (stopped) return
    if (state !== 'typing') throw new TypeError('Cannot write: the typewriter has ended')
    if (chunk === '') return
    text += chunk
    backlog += chunk
    pacer.arrive(performance.now(), backlog.length)
    element?.setAttribute('aria-busy', 'true')
    tick()
  }

  function end() {
    if (state === 'typing') {
      state = 'ended'
      pacer.end(backlog.length)
      if (backlog === '' && !paused) close()
      else tick()
    }
    return closed
  }

  /** Shows what is due, now or at the next tick of the clock that fits. */
  function tick() {
    if (paused || cancelTick || state === 'closed') return
    if (isHidden()) show(backlog.length)
    else if (prefersReducedMotion()) cancelTick = after(BATCH_MS, () => show(backlog.length))
    else cancelTick = onNextFrame(onFrame)
  }

  function onFrame(time: number) {
    const elapsed = lastFrame === undefined ? FRAME_MS : time - lastFrame
    const due = instant || isHidden() ? backlog.length : pacer.frame(Math.max(0, elapsed), backlog.length)
    show(due)
    lastFrame = cancelTick ? time : undefined
  }

  /** Shows so much of the backlog, in whole graphemes, and goes on while more of it can be shown. */
  function show(want: number) {
    cancelTick = undefined
    lastFrame = undefined
    const count = cutAt(backlog, want, state !== 'typing')
    const piece = backlog.slice(0, count)
    backlog = backlog.slice(count)
    pacer.shown(count)
    if (piece) callSafely(paint, piece)
    // The renderer may have written, ended or stopped meanwhile
    if (backlog === '' && state !== 'typing') close()
    else if (canShowMore()) tick()
  }

  /** Whether any cut is possible. Near the start there nearly always is one: the whole backlog is searched only where not. */
  function canShowMore() {
    return [NEAR, backlog.length].some(want => cutAt(backlog, want, state !== 'typing') > 0)
  }

  function paint(piece: string) {
    // `null` is what a selector gives that finds nothing
    const boxes = follow === true ? (element ? findScrollers(element) : []) : follow ? [follow] : []
    followEnd(boxes, () => renderer.write(piece))
  }

  function flush() {
    cancelTick?.()
    lastFrame = undefined
    if (state !== 'closed') show(backlog.length)
  }

  function close() {
    if (state === 'closed') return
    state = 'closed'
    cancelTick?.()
    element?.removeAttribute('aria-busy')
    settle()
    callSafely(() => renderer.end?.())
    callSafely(() => renderer.dispose?.())
  }

  function stop() {
    if (state === 'closed') return
    stopped = true
    state = 'ended'
    flush()
    close()
  }

  return {
    write,
    end,
    flush,
    stop,
    pause() {
      paused = true
      cancelTick?.()
      cancelTick = undefined
      lastFrame = undefined
    },
    resume() {
      paused = false
      if (state === 'ended' && backlog === '') close()
      else if (backlog !== '') tick()
    },
    get text() {
      return text
    },
    get shown() {
      return text.length - backlog.length
    },
    get writable() {
      return (writable ??= new WritableStream({ write, close: end, abort: stop }))
    },
  }
}
