import { createHash, randomBytes } from 'node:crypto'
import type { LogLimits, Store } from '../store/store.ts'

/** How long an answer can be resumed after its last event. */
const LIMITS: LogLimits = { maxEntries: 1_000_000, ttlMs: 10 * 60_000 }

/** What an answer's log begins with. */
export interface Heading {
  /** Of the request, so that another one under the same key is told apart. */
  fingerprint: string
  /** When the answer began, in seconds: all of its chunks say so, whoever makes them. */
  created: number
  /** How long the answer is made without a reader, in ms. */
  graceMs: number
  /**
   * What our own model reads of the request, where it answers: it always says the same, so any server can go on with the answer.
   * Left out where a model server was asked, which would answer anew.
   */
  request?: Record<string, unknown>
}

/**
 * An answer as a log of the store: its heading, then its events, the blocks of an event stream without their ids, then the mark
 * that it is over. They are numbered from 1 without a hole, so that two servers can never both write one, and a log that the store
 * has lost can never be written on.
 */
export interface AnswerLog {
  id: string
  /** The store's name for the log, and for the lease of whoever writes it. */
  name: string
  /** `undefined` where there is none that can be read: then there is no such answer, whatever else is there. */
  heading(): Promise<Heading | undefined>
  /** The number of the last entry; 0 where there is no such answer. */
  last(): Promise<number>
  isOver(): Promise<boolean>
  read(number: number): Promise<string | undefined>
  /** @returns whether it was written; `false` where somebody else has written an entry of this number, or the one before it is gone */
  append(number: number, text: string): Promise<boolean>
  forget(): Promise<void>
}

/** The number of the heading: who has seen that much has seen no event yet. */
export const HEADING = 1

/** The text of the entry by which an answer ends; every event's has a colon. */
export const OVER = 'over'

export function openAnswerLog(store: Store, id: string): AnswerLog {
  const name = `answer:${id}`
  return {
    id,
    name,
    heading: async () => parseHeading(await store.read(name, entryId(HEADING))),
    async last() {
      const bounds = await store.bounds(name)
      return bounds ? entryNumber(bounds.last) : 0
    },
    async isOver() {
      const bounds = await store.bounds(name)
      return bounds !== undefined && await store.read(name, bounds.last) === OVER
    },
    read: number => store.read(name, entryId(number)),
    append: async (number, text) => await store.append(name, text, LIMITS, entryId(number), entryId(number - 1)) !== undefined,
    forget: () => store.drop(name),
  }
}

function parseHeading(text = ''): Heading | undefined {
  try {
    const heading = JSON.parse(text) as Partial<Heading> | null
    return typeof heading?.fingerprint === 'string' ? heading as Heading : undefined
  } catch {
    return undefined
  }
}

export function entryId(number: number): string {
  return `0-${number}`
}

export function entryNumber(id: string): number {
  return Number(id.slice(id.indexOf('-') + 1))
}

/** The id of the answer under an `Idempotency-Key`, the same on every server; without one a random id, which nobody can guess. */
export function answerId(key: string | undefined): string {
  const bytes = key === undefined ? randomBytes(16) : createHash('sha256').update(key).digest().subarray(0, 16)
  return bytes.toString('base64url')
}

/** What tells one request from another: its text, so the same members in another order are another request. */
export function fingerprint(json: Record<string, unknown>): string {
  return createHash('sha256').update(JSON.stringify(json)).digest('base64url')
}

/** The id of an event, as clients see it and send it back. */
export function eventId(answer: string, number: number): string {
  return `${answer}:${number}`
}

/** Reads what {@link eventId} made. */
export function parseEventId(text: string): { answer: string; number: number } | undefined {
  const [, answer, number] = /^([\w-]{22}):([1-9]\d{0,8})$/.exec(text) ?? []
  return answer && number ? { answer, number: Number(number) } : undefined
}
