import { setTimeout as wait } from 'node:timers/promises'
import { formatError } from '../http/http-error.ts'
import { StoreError, StoreFull, type Store } from '../store/store.ts'
import { OVER, type AnswerLog } from './answer-log.ts'
import type { Audience } from './audience.ts'

/** How many entries an answer may have: several times what the longest models say. */
const MOST_ENTRIES = 100_000

/** So far an answer is made ahead of its fastest reader. */
const MOST_AHEAD = 64 * 1024

/** How long a store that is away is waited for, and how often it is asked. */
const STORE_PATIENCE_MS = 30_000
const STORE_RETRY_MS = 250

/**
 * Makes the events of an answer, as blocks of an event stream, from the one of this index on. Where it throws, or rejects, before
 * there are any, there will be none.
 */
export type Source = (from: number, signal: AbortSignal) => AsyncIterable<string> | Promise<AsyncIterable<string>>

/** Why an answer is no longer made: by whoever asked, as nobody reads it, as the server ends, or as somebody else writes it, or its log is gone. */
export type Halt = 'stopped' | 'abandoned' | 'closing' | 'lost'

/** What all producers of a server share. */
export interface ProducerSetup {
  store: Store
  audience: Audience
  /** How long a lease holds, in ms. Its producer renews it more than three times as often. */
  leaseMs: number
  /** How long an answer may become. */
  mostCharacters: number
  /** Hears that an answer is no longer made, and whether it is whole; nothing of one that was refused. */
  onEnd: (complete: boolean) => void
}

/** One answer to be made. */
export interface Task {
  log: AnswerLog
  source: Source
  /** The number of the last entry that is written. */
  at: number
  /** Whether anybody can go on with the answer where this producer ends. */
  continuable: boolean
  /** Who holds the answer's lease: this producer. */
  holder: string
  /** How long it is made without a reader, in ms. */
  graceMs: number
}

/** An answer that is being made. */
export interface Producer {
  /** Settles when the events are on their way, or the answer was ended before; rejects with what the source refused it by. */
  opened: Promise<void>
  /** Settles when the last entry is written and the lease given back; never rejects. */
  over: Promise<void>
  halt(why: Halt): void
}

/** The name of the lease by which readers on other servers keep an answer going. */
export const readersLease = (answer: string): string => `readers:${answer}`

/**
 * Makes an answer and writes it to its log, apart from whoever reads it: a reader who leaves may come back, and another one may
 * read the same answer.
 *
 * It waits for its fastest reader. Without any it goes on for the grace period, as no reader may be left who wants it.
 */
export function produce({ log, source, at, continuable, holder, graceMs }: Task, { store, audience, leaseMs, mostCharacters, onEnd }: ProducerSetup): Producer {
  const controller = new AbortController()
  const { signal } = controller
  const sums = [0] // characters of the entries since `at`
  let last = at
  let why: Halt | undefined
  let refused = false
  let tell: { resolve: () => void; reject: (error: unknown) => void }
  const opened = new Promise<void>((resolve, reject) => (tell = { resolve, reject }))
  opened.catch(() => {}) // whoever goes on with an answer does not ask

  function halt(reason: Halt): void {
    why ??= reason
    controller.abort()
  }

  async function run(): Promise<void> {
    const blocks = await open()
    tell.resolve()
    for await (const block of blocks) {
      if (last - at >= MOST_ENTRIES || said() > mostCharacters) throw new TooLong()
      await append(block)
      await untilReadersCome()
    }
    signal.throwIfAborted()
  }

  async function open(): Promise<AsyncIterable<string>> {
    try {
      return await source(at - 1, signal)
    } catch (error) {
      refused = why === undefined
      throw error
    }
  }

  /** Writes an entry, and waits for a store that is away. */
  async function append(text: string, patienceMs = STORE_PATIENCE_MS): Promise<void> {
    const number = ++last
    sums.push(said() + text.length)
    const until = performance.now() + patienceMs
    for (let tries = 1; ; tries++) {
      try {
        if (await log.append(number, text)) return
        // Written after all, by a try that failed?
        if (tries > 1 && await log.read(number) === text) return
        halt('lost')
        throw new Error('Cannot write the answer: another server does, or its log is gone')
      } catch (error) {
        if (!(error instanceof StoreError) || error instanceof StoreFull || performance.now() >= until || signal.aborted) {
          last--
          sums.pop()
          throw error
        }
      }
      await wait(STORE_RETRY_MS)
    }
  }

  const said = (): number => sums.at(-1) ?? 0

  function isAhead(): boolean {
    const furthest = audience.furthest(log.id)
    return furthest !== undefined && said() - (sums[Math.max(0, furthest - at)] ?? said()) > MOST_AHEAD
  }

  function untilReadersCome(): Promise<void> | undefined {
    if (!isAhead()) return undefined
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (!signal.aborted && isAhead()) return
        unwatch()
        signal.removeEventListener('abort', look)
        if (signal.aborted) reject(new Error('Cannot go on with the answer: it was ended'))
        else resolve()
      }
      const unwatch = audience.watch(log.id, look)
      signal.addEventListener('abort', look)
    })
  }

  let grace: NodeJS.Timeout | undefined
  function onAudience(): void {
    if (audience.furthest(log.id) === undefined) grace ??= setTimeout(() => void leave(), graceMs)
    else {
      clearTimeout(grace)
      grace = undefined
    }
  }

  async function leave(): Promise<void> {
    const over = grace
    const held = await store.held(readersLease(log.id)).catch(() => true)
    // Somebody has come in the meantime, even if they have left again
    if (grace !== over) return
    if (held) grace = setTimeout(() => void leave(), leaseMs / 3)
    else halt('abandoned')
  }

  /** Keeps the lease, and sees whether somebody else has ended the answer. */
  async function renew(): Promise<void> {
    const held = await store.claim(log.name, holder, leaseMs)
    const written = await log.last()
    // Nothing at all: the store has lost the answer, and with it all who read it
    if (!held || written > last || written === 0) halt('lost')
  }

  /** How an answer ends that does not end by itself. */
  async function breakOff(error: unknown): Promise<void> {
    if (why === 'lost') return
    if (why === 'abandoned' || why === 'closing') {
      // Whoever comes back goes on with it
      if (continuable) return
      await append(CUT[why], 0)
    } else if (why === undefined) {
      if (continuable && !(error instanceof TooLong)) console.error(error)
      await append(error instanceof TooLong ? TOO_LONG : BROKEN, 0)
    }
    await append(OVER, 0)
  }

  async function work(): Promise<void> {
    const unwatch = audience.watch(log.id, onAudience)
    onAudience()
    const renewing = setInterval(() => void renew().catch(() => {}), leaseMs * 0.3)
    let complete = false
    let failure: unknown
    try {
      await run()
      await append(OVER)
      complete = true
    } catch (error) {
      failure = error
      // A store that takes no more takes no error either: then the readers hear that the answer is gone. One that is away hears
      // nothing: the lease runs out, and tells
      await (refused || error instanceof StoreFull ? log.forget() : breakOff(error)).catch(() => {})
    }
    unwatch()
    clearTimeout(grace)
    grace = undefined
    clearInterval(renewing)
    await store.release(log.name, holder).catch(() => {})
    if (refused) return tell.reject(failure)
    tell.resolve()
    onEnd(complete)
  }

  return { opened, halt, over: work() }
}

class TooLong extends Error {}

const errorBlock = (message: string, code: string): string => `data: ${formatError(message, 'server_error', code)}`

const BROKEN = errorBlock('Cannot go on with the answer: the model server broke off', 'answer_broken')
const TOO_LONG = errorBlock('Cannot go on with the answer: it is too long', 'answer_too_long')
const CUT = {
  abandoned: errorBlock('Cannot go on with the answer: its reader was away for too long, and the model was not asked again', 'answer_interrupted'),
  closing: errorBlock('Cannot go on with the answer: the server was stopped, and the model was not asked again', 'answer_interrupted'),
}
/** For an answer whose server died. */
export const ORPHANED = errorBlock('Cannot go on with the answer: its server is gone, and the model was not asked again', 'answer_interrupted')
