import { EventEmitter } from 'node:events'

/** Somebody who reads an answer on this server, and how far they have come. */
export interface Reader {
  /** The number of the last entry that was sent. */
  readonly at: number
  moveTo(number: number): void
  leave(): void
}

/** The readers of all answers on this server: whoever makes an answer waits for them, and does not go on for long without any. */
export interface Audience {
  join(answer: string, at: number): Reader
  /** How far the fastest reader of an answer has come; `undefined` where nobody reads it. */
  furthest(answer: string): number | undefined
  /** Calls the listener whenever a reader of the answer comes, moves or leaves. @returns what ends that */
  watch(answer: string, listener: () => void): () => void
}

export function createAudience(): Audience {
  const rooms = new Map<string, Set<{ at: number }>>()
  const news = new EventEmitter().setMaxListeners(0)

  return {
    join(answer, at) {
      const room = rooms.get(answer) ?? new Set()
      const seat = { at }
      rooms.set(answer, room.add(seat))
      news.emit(answer)
      return {
        get at() {
          return seat.at
        },
        moveTo(number) {
          seat.at = number
          news.emit(answer)
        },
        leave() {
          room.delete(seat)
          if (room.size === 0 && rooms.get(answer) === room) rooms.delete(answer)
          news.emit(answer)
        },
      }
    },
    furthest(answer) {
      const room = rooms.get(answer)
      return room && Math.max(...[...room].map(({ at }) => at))
    },
    watch(answer, listener) {
      news.on(answer, listener)
      return () => news.off(answer, listener)
    },
  }
}
