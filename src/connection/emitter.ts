import mitt from 'mitt'
import { callSafely } from '../report.ts'

type Listener = (...args: never[]) => void

/** An emitter whose listeners can't hurt each other. */
export interface Emitter<Event> {
  /** Adds a listener of a type, or of all (`'*'`, called with the type and the event); gives what removes it again. */
  on: (type: string, listener: Listener) => () => void
  /** Removes one listener of a type, or all of them. */
  off: (type: string, listener?: Listener) => void
  emit: (type: string, event: Event) => void
}

/**
 * mitt, which keeps the listeners, with two things that an app's own events can do without, and a server's can't:
 *
 * - a listener that throws is reported, and the others are called all the same;
 * - a server may name its events as it likes, `*` too. So types are kept under a prefix, out of the way of mitt's wildcard.
 */
export function createEmitter<Event>(): Emitter<Event> {
  const emitter = mitt<Record<string, never>>()

  function call(key: string, ...args: unknown[]) {
    const listeners = emitter.all.get(key)?.slice() ?? [] // a copy, as a listener may add and remove others
    for (const listener of listeners) callSafely(listener as (...args: unknown[]) => void, ...args)
  }

  return {
    on(type, listener) {
      if (typeof listener !== 'function') throw new TypeError(`Cannot listen to ${type}: not a function: ${String(listener)}`)
      emitter.on(keyOf(type), listener)
      return () => emitter.off(keyOf(type), listener)
    },
    off: (type, listener) => emitter.off(keyOf(type), listener),
    emit(type, event) {
      call(`=${type}`, event)
      call('*', type, event)
    },
  }
}

function keyOf(type: string): string {
  return type === '*' ? type : `=${type}`
}
