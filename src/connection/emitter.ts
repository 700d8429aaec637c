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
 * mitt, with two things that an app's own events can do without, and a server's can't:
 *
 * - a listener that throws is reported, and the others are called all the same;
 * - a server may name its events as it likes, `*` too. So types are kept under a prefix, out of the way of mitt's wildcard.
 */
export function createEmitter<Event>(): Emitter<Event> {
  const emitter = mitt<Record<string, { type: string; event: Event }>>()
  // What mitt calls in a listener's place, so that `off()` finds it again
  const wrappers = { one: new WeakMap<Listener, Listener>(), all: new WeakMap<Listener, Listener>() }

  function wrap(type: string, listener: Listener): () => void {
    const known = type === '*' ? wrappers.all : wrappers.one
    const call = listener as (...args: unknown[]) => void
    const wrapper = known.get(listener) ?? (type === '*'
      ? (_key: string, { type: own, event }: { type: string; event: Event }) => callSafely(call, own, event)
      : ({ event }: { event: Event }) => callSafely(call, event))
    known.set(listener, wrapper)
    return wrapper
  }

  return {
    on(type, listener) {
      if (typeof listener !== 'function') throw new TypeError(`Cannot listen to ${type}: not a function: ${String(listener)}`)
      const wrapper = wrap(type, listener)
      emitter.on(key(type), wrapper)
      return () => emitter.off(key(type), wrapper)
    },
    off(type, listener) {
      if (!listener) emitter.off(key(type))
      else if (typeof listener === 'function') emitter.off(key(type), wrap(type, listener))
    },
    emit: (type, event) => emitter.emit(`=${type}`, { type, event }),
  }
}

function key(type: string): string {
  return type === '*' ? type : `=${type}`
}
