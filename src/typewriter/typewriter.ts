import { callSafely } from '../report.ts'
import { createAnnouncer } from './announce.ts'
import { createClock } from './clock.ts'
import { findScrollers, follow as followEnd } from './follow.ts'
import { cutAt } from './graphemes.ts'
import { createMarks } from './marks.ts'
import { createPacer, FOREVER_MS, MAX_DELAY_MS, type PacerOptions } from './pacer.ts'
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

/** What takes long to write, as a line without end does, is followed by a rest; but not so many UTF-16 units, which take that by themselves. */
const LARGE = 1000

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
  const { instant, follow = true, caret = true, announce = 'end', maxDelay = MAX_DELAY_MS, onProgress } = options
  const pacer = createPacer(options)
  const renderer = isRenderer(target) ? target : plainText(target)
  const { element } = renderer
  const clock = createClock(elapsedMs => show(instant ? FOREVER_MS : elapsedMs))
  const mark = element && createMarks(element, caret)
  const tell = element && announce !== 'off' ? createAnnouncer(element, announce === 'sentence', () => renderer.words?.() ?? text.slice(0, shown)) : undefined
  let text = ''
  let backlog = '' // of the text, what is not shown
  let shown = 0
  let ending: TypewriterState | undefined // what `data-state` says in the end, once no more text comes
  let paused = false
  let stopped = false
  let closed = false
  let restUntil = 0
  let writable: WritableStream<string> | undefined
  let settle: () => void
  const whole = new Promise<void>(resolve => (settle = resolve))

  function write(chunk: string) {
    if (typeof chunk !== 'string') throw new TypeError(`Cannot write: not a string: ${String(chunk)}`)
    if (stopped) return
    if (ending) throw new TypeError('Cannot write: the typewriter has ended')
    if (chunk === '') return
    if (text === '') mark?.('typing')
    text += chunk
    backlog += chunk
    pacer.arrive(performance.now(), backlog.length)
    goOn()
  }

  function end(as?: TypewriterState) {
    if (!ending) {
      ending = known(as, 'done')
      pacer.end(backlog.length)
      if (!paused) goOn()
    }
    return whole
  }

  /** Shows what there is, in its time; closes where that is all. */
  function goOn() {
    if (backlog === '') close()
    else if (!paused) clock.start(restUntil)
  }

  /** Shows what is due of the backlog, in whole graphemes. */
  function show(elapsedMs: number) {
    const { length } = backlog
    const due = pacer.frame(elapsedMs, length)
    const count = cutAt(backlog, due, Boolean(ending))
    const piece = backlog.slice(0, count)
    backlog = backlog.slice(count)
    shown += count
    pacer.shown(count)
    if (piece) {
      callSafely(() => {
        const start = performance.now()
        inView(() => renderer.write(piece))
        const now = performance.now()
        // Four times as long: the page has most of its time. A frame is rest enough for a short one
        restUntil = count < LARGE ? now + Math.min(4 * (now - start), maxDelay) : 0
        tell?.(false)
      })
      callSafely(onProgress, { shown, total: text.length })
    }
    // What is due and not shown waits for the rest of its grapheme. The renderer may have written, ended or stopped meanwhile
    if (due < length || ending) goOn()
  }

  /** Changes the page, and keeps the end in view where it was. */
  function inView(change: () => void) {
    // `null` is what a selector gives that finds nothing
    const boxes = follow === true ? findScrollers(element) : follow ? [follow] : []
    followEnd(boxes, change)
  }

  function flush() {
    clock.stop()
    if (backlog) show(FOREVER_MS)
    else close()
  }

  function close() {
    if (!ending || closed) return
    closed = true
    settle()
    callSafely(() => renderer.end?.())
    callSafely(() => renderer.dispose?.())
    mark?.(ending, true)
    tell?.(true)
    // An event of its own window's, where there are several
    const view = element?.ownerDocument.defaultView ?? globalThis
    element?.dispatchEvent(new view.CustomEvent('teleprinter:done', { bubbles: true, composed: true, detail: { state: ending, text } }))
  }

  function stop(as?: TypewriterState | Event) {
    if (closed) return
    stopped = true
    ending = known(as, 'stopped')
    flush()
  }

  // The caret takes a line of its own, where the text begins
  inView(() => mark?.('waiting'))

  return {
    write,
    end,
    flush,
    stop,
    pause() {
      paused = true
      clock.stop()
    },
    resume() {
      paused = false
      goOn()
    },
    get text() {
      return text
    },
    get shown() {
      return shown
    },
    get writable() {
      return (writable ??= new WritableStream({ write, close: end, abort: () => stop() }))
    },
  }
}

/** As a listener, `button.onclick = typewriter.stop`, it is given an event. */
function known(state: TypewriterState | Event | undefined, otherwise: TypewriterState): TypewriterState {
  return (typeof state === 'string' && state) || otherwise
}
