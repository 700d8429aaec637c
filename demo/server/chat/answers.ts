import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { HttpError } from '../http/http-error.ts'
import { refuseMore } from '../http/limits.ts'
import type { Store } from '../store/store.ts'
import { HEADING, openAnswerLog, OVER, type AnswerLog, type Heading } from './answer-log.ts'
import { createAudience, type Audience } from './audience.ts'
import { ORPHANED, produce, readersLease, type Producer, type ProducerSetup, type Source } from './producer.ts'

/** How often somebody else's answer that is just being begun is looked for. */
const BEGINNING_MS = 50

/** What the answers of a server are made of. */
export interface AnswersSetup {
  store: Store
  /** How long a lease holds, in ms: after so long it shows that a server has died. */
  leaseMs: number
  /** How many answers may be made at the same time. */
  most: number
  /** How long each may become. */
  mostCharacters: number
  /** Makes an answer of our own model: anew, or from any event on. */
  ownSource: (id: string, heading: Heading) => Source
  /** Hears that an answer is no longer made here, and whether it is whole; nothing of one that was refused. */
  onEnd: (complete: boolean) => void
}

/** All answers that this server makes, or could go on with. */
export interface Answers {
  audience: Audience
  /**
   * Begins an answer, unless the same request has begun it before.
   *
   * @param signal ends the wait for another server that is just beginning it
   * @param source makes it; our own model, unless given
   * @returns whether it has begun it, when its events are on their way; `false`, at once, where it was begun before
   * @throws {HttpError} 422 where another request has begun an answer of this id; 503 where too many are made at the moment
   * @throws what the source refused it by
   */
  begin(id: string, heading: Heading, signal: AbortSignal, source?: Source): Promise<boolean>
  /** The number of an answer's last entry; 0 where there is no such answer. */
  last(id: string): Promise<number>
  /**
   * Sees to it that an answer which is not over is made by somebody, as a reader on this server waits for it.
   *
   * @returns whether there is such an answer
   */
  keepGoing(id: string): Promise<boolean>
  /** Ends an answer, wherever it is made. @returns whether there is one */
  end(id: string): Promise<boolean>
  /** Ends all that is made here, in such a way that another server can go on with it. */
  close(): Promise<void>
}

/** From where on an answer is to be made, and by what. */
interface Start { heading: Heading; source: Source; at: number }

export function createAnswers({ store, leaseMs, most, mostCharacters, ownSource, onEnd }: AnswersSetup): Answers {
  const audience = createAudience()
  const producers = new Map<string, Producer>()
  // Taken: by those who make an answer, and by those who are about to
  let places = 0
  const setup: ProducerSetup = { store, audience, leaseMs, mostCharacters, onEnd }
  // By this name our readers keep the answers of other servers going
  const here = randomUUID()
  let closing = false

  /** Makes an answer with our lease on its log, if we get that, within the limit: the place is taken before anything is waited for. */
  async function make(log: AnswerLog, prepare: () => Promise<Start | undefined>): Promise<Producer | undefined> {
    const holder = randomUUID()
    let producer: Producer | undefined
    places++
    try {
      const start = await store.claim(log.name, holder, leaseMs) ? await prepare() : undefined
      producer = start && run(log, start, holder)
      return producer
    } finally {
      if (!producer) {
        places--
        void store.release(log.name, holder).catch(() => {})
      }
    }
  }

  function run(log: AnswerLog, { heading, source, at }: Start, holder: string): Producer {
    const continuable = heading.request !== undefined
    const producer = produce({ log, source, at, continuable, holder, graceMs: heading.graceMs }, setup)
    producers.set(log.id, producer)
    void producer.over.then(() => {
      producers.delete(log.id)
      places--
    })
    if (closing) producer.halt('closing')
    return producer
  }

  async function begin(id: string, heading: Heading, signal: AbortSignal, source = ownSource(id, heading)): Promise<boolean> {
    const log = openAnswerLog(store, id)
    for (;;) {
      signal.throwIfAborted()
      if (closing) throw new HttpError(503, 'Cannot answer: the server is being stopped', { headers: { 'Retry-After': '1' } })
      const known = await log.heading()
      if (known && known.fingerprint !== heading.fingerprint) {
        throw new HttpError(422, 'Cannot answer: this Idempotency-Key came with another request before', { code: 'idempotency_key_reused' })
      }
      if (known) return false
      refuseMore(places, most, 'answers')
      const producer = await make(log, async () => await writeHeading(log, heading) ? { heading, source, at: HEADING } : undefined)
      if (producer) {
        await producer.opened
        return true
      }
      await wait(BEGINNING_MS, undefined, { signal })
    }
  }

  async function keepGoing(id: string): Promise<boolean> {
    if (producers.has(id) || closing) return true
    const log = openAnswerLog(store, id)
    if (!await log.heading()) return false
    if (await log.isOver()) return true
    if (await store.held(log.name)) await store.claim(readersLease(id), here, leaseMs)
    // Who is at the limit leaves it to others
    else if (places < most) await make(log, () => goOn(log))
    return true
  }

  /** Goes on with an answer that nobody makes any more. We hold its lease, so what we read now is how it stays. */
  async function goOn(log: AnswerLog): Promise<Start | undefined> {
    const heading = await log.heading()
    if (!heading || await log.isOver()) return undefined
    const last = await log.last()
    if (heading.request) return { heading, source: ownSource(log.id, heading), at: last }
    // Of a model server nobody knows what it would have said
    if (await log.append(last + 1, ORPHANED)) await log.append(last + 2, OVER)
    return undefined
  }

  async function end(id: string): Promise<boolean> {
    const producer = producers.get(id)
    producer?.halt('stopped')
    await producer?.over
    const log = openAnswerLog(store, id)
    // Where it is made elsewhere, its producer finds our entry in its way, and ends
    while (await log.last() > 0 && !await log.isOver()) await log.append(await log.last() + 1, OVER)
    return await log.last() > 0
  }

  return {
    audience,
    begin,
    async last(id) {
      const log = openAnswerLog(store, id)
      return await log.heading() ? log.last() : 0
    },
    keepGoing,
    end,
    async close() {
      closing = true
      await Promise.all([...producers.values()].map(producer => {
        producer.halt('closing')
        return producer.over
      }))
    },
  }
}

/** Begins an answer's log, whose lease we hold. @returns whether; `false` where somebody else has begun it before */
async function writeHeading(log: AnswerLog, heading: Heading): Promise<boolean> {
  const text = JSON.stringify(heading)
  if (await log.append(HEADING, text)) return true
  if (await log.heading()) return false
  // The rest of an answer whose heading is lost is of use to nobody
  await log.forget()
  return log.append(HEADING, text)
}
