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
   * @param source makes it; our own model, unless given
   * @returns when its events are on their way
   * @throws {HttpError} 422 where another request has begun an answer of this id; 503 where too many are made at the moment
   * @throws what the source refused it by
   */
  begin(id: string, heading: Heading, source?: Source): Promise<void>
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

export function createAnswers({ store, leaseMs, most, mostCharacters, ownSource, onEnd }: AnswersSetup): Answers {
  const audience = createAudience()
  const producers = new Map<string, Producer>()
  const setup: ProducerSetup = { store, audience, leaseMs, mostCharacters, onEnd }
  // By this name our readers keep the answers of other servers going
  const here = randomUUID()
  let closing = false

  function start(log: AnswerLog, heading: Heading, source: Source, at: number, holder: string): Producer {
    const continuable = heading.request !== undefined
    const producer = produce({ log, source, at, continuable, holder, graceMs: heading.graceMs }, setup)
    producers.set(log.id, producer)
    void producer.over.then(() => producers.delete(log.id))
    if (closing) producer.halt('closing')
    return producer
  }

  async function begin(id: string, heading: Heading, source?: Source): Promise<void> {
    const log = openAnswerLog(store, id)
    const holder = randomUUID()
    for (;;) {
      const known = await log.heading()
      if (known && known.fingerprint !== heading.fingerprint) {
        throw new HttpError(422, 'Cannot answer: this Idempotency-Key came with another request before', { code: 'idempotency_key_reused' })
      }
      if (known) return
      refuseMore(producers.size, most, 'answers')
      if (await store.claim(log.name, holder, leaseMs)) {
        if (await log.append(HEADING, JSON.stringify(heading))) break
        await store.release(log.name, holder)
      }
      await wait(BEGINNING_MS)
    }
    await start(log, heading, source ?? ownSource(id, heading), HEADING, holder).opened
  }

  async function keepGoing(id: string): Promise<boolean> {
    if (producers.has(id) || closing) return true
    const log = openAnswerLog(store, id)
    const heading = await log.heading()
    if (!heading) return false
    if (await log.isOver()) return true
    if (await store.held(log.name)) {
      await store.claim(readersLease(id), here, leaseMs)
      return true
    }
    const holder = randomUUID()
    if (await store.claim(log.name, holder, leaseMs)) await goOn(log, heading, holder)
    return true
  }

  /** Goes on with an answer that nobody makes any more. We hold its lease. */
  async function goOn(log: AnswerLog, heading: Heading, holder: string): Promise<void> {
    const last = await log.last()
    if (heading.request && !await log.isOver()) {
      start(log, heading, ownSource(log.id, heading), last, holder)
      return
    }
    // Of a model server nobody knows what it would have said
    if (!await log.isOver() && await log.append(last + 1, ORPHANED)) await log.append(last + 2, OVER)
    await store.release(log.name, holder)
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
    last: id => openAnswerLog(store, id).last(),
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
