import type { Kind, Tone } from '../measured.ts'

/** What a client is asked to do. */
export interface Task {
  kind: Kind
  url: string
  prompt: string
}

/** Hears what the client's app hears. */
export interface Listener {
  /** An event of the feed, by its data. */
  event(data: string): void
  /** A piece of the answer. */
  text(piece: string): void
  /** What a callback, a rejection or a result said, and its reason in one word, if it has one. */
  told(tone: Tone, text: string, code?: string): void
  /** The connection's state in the client's own words, and whether it has ended by itself. */
  state(text: string, over?: boolean): void
}

/** One of those that are compared. */
export interface Client {
  /** How the server's log calls it. */
  id: string
  name: string
  /** Where it comes from; `''` for the browser. */
  origin: string
  can: readonly Kind[]
  /** Its code, as an app would write it. */
  code: Record<Kind, string>
  /**
   * Starts it.
   *
   * @returns what ends it, whatever it is doing; nothing is heard of it after that
   */
  start(task: Task, listener: Listener): () => void
}
