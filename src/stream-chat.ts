import type { ChatMessage } from './chat/dialect.ts'
import type { ChatResult } from './chat/answer.ts'
import { auto } from './chat/dialects/auto.ts'
import type { ChatOptions } from './chat/request.ts'
import { streamText } from './chat/stream-text.ts'
import { trackReadyState, type ReadyState } from './connection/ready-state.ts'
import { disposable } from './dispose.ts'
import { thenable, type Thenable } from './thenable.ts'
import { isRenderer, type Renderer } from './typewriter/renderer.ts'
import { createTypewriter, type Typewriter, type TypewriterOptions } from './typewriter/typewriter.ts'

/** An answer that is being typed; see {@link streamChat}. */
export interface ChatHandle extends Thenable<ChatResult>, Disposable {
  /** Ends the request and shows what has arrived; the result is `stopped`. */
  stop: () => void
  /** The visible text that has arrived. It stays, whatever happens. */
  readonly text: string
  /** The request's: 0 connecting, 1 open, 2 closed. The typing may end a little later. */
  readonly readyState: ReadyState
  /** What types it, to pause it by or to read how much is shown. */
  readonly typewriter: Typewriter
}

let handles: WeakMap<object, ChatHandle> | undefined // the last one of each element

/**
 * Sends a prompt and types the answer into an element, as it is computed.
 *
 * Replaces what the element holds; a second call for the same element stops the first. What has arrived is kept and shown,
 * however it ends.
 *
 * @param prompt the user's words, or the messages of a conversation
 * @param target the element to type into, or a renderer
 * @param options where to, in which dialect, how to type, and all that {@link fetchEvents} takes
 * @returns a handle to stop it by; awaited, it resolves when the answer is typed, as `done`, `stopped` or `truncated`
 * @throws {TypeError} at once where target, prompt or request make no sense: the message names what
 * @throws {StreamError} out of the promise where the answer failed, see {@link streamText}; where nobody awaits it, the error
 * is written to the console
 *
 * @example
 * ```ts
 * const answer = streamChat('Why is the sky blue?', document.body, { url: '/api/chat' })
 * setTimeout(() => answer.stop(), 10_000)
 * const { outcome, text } = await answer
 * console.log(outcome, text.length)
 * ```
 */
export function streamChat(
  prompt: string | readonly ChatMessage[], target: Element | Renderer, options: ChatOptions & TypewriterOptions = {}): ChatHandle {
  const { speed, maxDelay, instant, follow, caret, announce, onProgress, ...chatOptions } = options
  const { signal, dialect = auto } = chatOptions
  let awaited = false
  let stopping = false
  let outcome: ChatResult['outcome'] | undefined // once all has come

  const { callbacks, readyState } = trackReadyState(chatOptions)
  const stream = streamText(prompt, { ...chatOptions, ...callbacks, dialect })
  const typewriter = createTypewriter(target, { speed, maxDelay, instant, follow, caret, announce, onProgress })

  async function type(): Promise<ChatResult> {
    signal?.addEventListener('abort', stop)
    try {
      // Never awaits the typing: the network is read as fast as it comes
      for await (const { text } of stream) if (text) typewriter.write(text)
      const result = await stream
      outcome = result.outcome
      if (stopping || outcome === 'stopped') typewriter.stop(outcome)
      else await typewriter.end(result.outcome)
      return result
    } catch (error) {
      typewriter.stop('failed')
      throw error
    } finally {
      signal?.removeEventListener('abort', stop)
    }
  }

  function stop() {
    stopping = true
    stream.stop()
    // Before that the loop still hands over what has arrived
    if (outcome) typewriter.stop(outcome)
  }

  const typed = Promise.resolve().then(type)
  const handle: ChatHandle = {
    ...thenable(typed, () => (awaited = true)),
    ...disposable(stop),
    stop,
    get text() {
      return stream.text
    },
    get readyState() {
      return readyState()
    },
    typewriter,
  }

  handles ??= new WeakMap()
  const element = isRenderer(target) ? target.element : target
  const place = element ?? target
  const last = handles.get(place)
  handles.set(place, handle)
  last?.typewriter.stop() // first: the element is ours from here on
  last?.stop()
  // By now an app that heard of that end may have begun an answer of its own here
  if (handles.get(place) === handle) element?.replaceChildren()
  typed.catch(error => {
    if (!awaited) console.error(error)
  })
  return handle
}
