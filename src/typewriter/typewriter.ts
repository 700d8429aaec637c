import { callSafely } from '../report.ts'
import { createAnnouncer } from './announce.ts'
import { adoptRules, showCaret } from './caret.ts'
import { after, isHidden, onNextFrame, prefersReducedMotion } from './clock.ts'
import { findScrollers, follow as followEnd } from './follow.ts'
import { cutAt } from './graphemes.ts'
import { createPacer, FRAME_MS, MAX_DELAY_MS, type PacerOptions } from './pacer.ts'
import { plainText } from './plain-text.ts'
import { isRenderer, type Renderer } from './renderer.ts'

/** How a typewriter types. */
export interface TypewriterOptions extends PacerOptions {
  /** Shows text as it comes, once a frame, with no pacing. @default false */
  instant?: boolean | undefined
  /** Scrolls to the end of the text while the reader is there: the nearest scroller, another one, or none. @default true */
  follow?: boolean | Element | undefined
  /** A caret behind the text until it is whole, or one of this form; it is CSS, and no text. @default true */
  caret?: boolean | string | undefined
  /** When screen readers are told the text: at its end, by the sentence, or not at all. @default 'end' */
  announce?: 'end' | 'sentence' | 'off' | undefined
  /** Hears at every frame that shows text how much of it is shown, in UTF-16 units. */
  onProgress?: ((progress: { shown: number; total: number }) => void) | undefined
}

/** What an element's `data-state` says of its text; the last four are ends. */
export type TypewriterState = 'waiting' | 'typing' | 'done' | 'stopped' | 'truncated' | 'failed'

declare global {
  interface HTMLElementEventMap {
    /** The text of an element is whole, or will never be. */
    'teleprinter:done': CustomEvent<{ state: TypewriterState; text: string }>
  }
}

/** Types text into an element, or a renderer; see {@link createTypewriter}. */
export interface Typewriter {
  /** Takes text to type; ignored after `stop()`. @throws {TypeError} after `end()`, and for what is no string */
  write: (text: string) => void
  /**
   * No more text comes. Resolves when all is shown: within 300 ms, unless paused or at a speed of your own. The element's `data-state`
   * is `done` then, unless another is given.
   */
  end: (state?: TypewriterState) => Promise<void>
  /** Shows what has come, at once, less a last grapheme that more text could change. */
  flush: () => void
  /** Shows all that has come and ends, as `stopped` unless another state is given. */
  stop: (state?: TypewriterState | Event) => void
  /** Holds the typing; text is taken all the same. */
  pause: () => void
  /** Goes on typing. */
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
/** A write that took longer than so many milliseconds, as in a line without end, is followed by a rest of four times as long … */
const CHEAP_MS = 4
/** … but where it was of so many UTF-16 units, which cost that by themselves. */
const LARGE = 1000

let owners: WeakMap<Element, () => void> | undefined // what the last typewriter of each element takes its marks away by

/**
 * Creates a typewriter: any pace of text in, an even hand out.
 *
 * Text appears at the page's frame rate, in whole graphemes. In a hidden page it is written at once; for readers who prefer
 * reduced motion it appears in batches. The element is `aria-busy` while it types, its `data-state` says `waiting`, `typing` and how
 * it ended, and it dispatches `teleprinter:done` then, which bubbles, with `{ state, text }` as its detail. Screen readers hear the
 * text from a region of its own, when it is whole.
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
  const { instant = false, follow = true, caret = true, announce = 'end', onProgress } = options
  const pacer = createPacer(options)
  const renderer = isRenderer(target) ? target : plainText(target)
  const { element } = renderer
  let hideCaret: (() => void) | undefined
  let marked: TypewriterState | undefined
  let text = ''
  let backlog = '' // of the text, what is not shown
  let state: 'typing' | 'ended' | 'closed' = 'typing'
  let last: TypewriterState = 'done' // what `data-state` says in the end
  let paused = false
  let stopped = false
  let restUntil = 0
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
    mark('typing')
    tick()
  }

  function end(as?: TypewriterState) {
    if (state === 'typing') {
      state = 'ended'
      last = known(as, 'done')
      pacer.end(backlog.length)
      if (backlog === '' && !paused) close()
      else tick()
    }
    return closed
  }

  /** Shows what is due, now or at the next tick of the clock that fits. */
  function tick() {
    if (paused || cancelTick || state === 'closed') return
    const restMs = restUntil - performance.now()
    if (isHidden()) show(backlog.length)
    else if (prefersReducedMotion()) cancelTick = after(Math.max(BATCH_MS, restMs), () => show(backlog.length))
    else if (restMs > 0) cancelTick = after(restMs, onFrame)
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
    if (piece) {
      callSafely(paint, piece)
      callSafely(onProgress, { shown: text.length - backlog.length, total: text.length })
    }
    // The renderer may have written, ended or stopped meanwhile
    if (backlog === '' && state !== 'typing') close()
    else if (canShowMore()) tick()
  }

  /** Whether any cut is possible. Near the start there nearly always is one: the whole backlog is searched only where not. */
  function canShowMore() {
    return [NEAR, backlog.length].some(want => cutAt(backlog, want, state !== 'typing') > 0)
  }

  function paint(piece: string) {
    const start = performance.now()
    inView(() => renderer.write(piece))
    const now = performance.now()
    restUntil = now - start > CHEAP_MS && piece.length < LARGE ? now + Math.min(4 * (now - start), options.maxDelay ?? MAX_DELAY_MS) : 0
    tell?.(false)
  }

  function words() {
    return renderer.words?.() ?? text.slice(0, text.length - backlog.length)
  }

  /** Changes the page, and keeps the end in view where it was. */
  function inView(change: () => void) {
    // `null` is what a selector gives that finds nothing
    const boxes = follow === true ? (element ? findScrollers(element) : []) : follow ? [follow] : []
    followEnd(boxes, change)
  }

  /** Says on the element how it goes, unless another typewriter has it by now. */
  function mark(now: TypewriterState) {
    if (!element || owners?.get(element) !== release) return
    if (state === 'closed') release()
    if (now === marked) return
    marked = now
    element.setAttribute('data-state', now)
    if (now !== 'typing') return
    element.setAttribute('aria-busy', 'true')
    if (hideCaret) adoptRules(element)
  }

  /** Leaves the element to another typewriter, or to the page. */
  function release() {
    element?.removeAttribute('aria-busy')
    hideCaret?.()
    hideCaret = undefined
    if (element) owners?.delete(element)
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
    settle()
    callSafely(() => renderer.end?.())
    callSafely(() => renderer.dispose?.())
    mark(last)
    tell?.(true)
    if (!element) return
    const view = element.ownerDocument.defaultView ?? globalThis // its own window's, where there are several
    element.dispatchEvent(new view.CustomEvent('teleprinter:done', { bubbles: true, composed: true, detail: { state: last, text } }))
  }

  function stop(as?: TypewriterState | Event) {
    if (state === 'closed') return
    stopped = true
    state = 'ended'
    last = known(as, 'stopped')
    flush()
    close()
  }

  if (element) {
    owners ??= new WeakMap()
    owners.get(element)?.()
    owners.set(element, release)
    // A line of its own, where the text begins
    if (caret !== false) inView(() => (hideCaret = showCaret(element, caret === true ? undefined : caret)))
  }
  const tell = element && announce !== 'off' ? createAnnouncer(element, announce === 'sentence', words) : undefined
  mark('waiting')

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
      return (writable ??= new WritableStream({ write, close: () => end(), abort: () => stop() }))
    },
  }
}

/** As a listener, `button.onclick = typewriter.stop`, it is given an event. */
function known(state: TypewriterState | Event | undefined, otherwise: TypewriterState): TypewriterState {
  return typeof state === 'string' ? state : otherwise
}
