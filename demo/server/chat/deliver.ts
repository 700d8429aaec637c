import type { ServerResponse } from 'node:http'
import { formatError } from '../http/http-error.ts'
import { openStream, write } from '../http/sse.ts'
import type { Store } from '../store/store.ts'
import { entryId, entryNumber, eventId, OVER } from './answer-log.ts'
import type { Answers } from './answers.ts'
import type { Reader } from './audience.ts'

/** What a delivery is made of. */
export interface DeliverySetup {
  store: Store
  answers: Answers
  /** How often a comment shows that the stream is alive, in ms. */
  heartbeatMs: number
  /** How often it is looked whether somebody still makes the answer, in ms. */
  lookMs: number
}

/**
 * Sends the events of an answer, those that are there and those to come, each with its id. It reads the log no faster than the
 * client reads.
 *
 * @param reader stands where the delivery begins
 * @param tellStart whether the client may come back before it has seen an event: then the place before the first one has an id
 * @throws when `signal` is aborted, and where events are missing: then the answer must not look as if it were over
 */
export async function deliver(
  res: ServerResponse, answer: string, reader: Reader, tellStart: boolean, signal: AbortSignal, { store, answers, heartbeatMs, lookMs }: DeliverySetup,
): Promise<void> {
  // no-transform: a proxy that compressed the stream would hold it back to do so
  openStream(res, { 'Cache-Control': 'no-cache, no-transform' })
  const forgotten = new AbortController()
  const look = async (): Promise<void> => {
    // A store that is away is asked again
    if (!await answers.keepGoing(answer).catch(() => true)) forgotten.abort()
  }
  // A comment alone, without a blank line: there are clients that take that for an event with the last one's id, and no data
  const beating = setInterval(() => res.writableNeedDrain || res.write(':\n'), heartbeatMs)
  const looking = setInterval(() => void look(), lookMs)

  try {
    if (tellStart) await write(res, `id: ${eventId(answer, reader.at)}\n\n`, signal)
    await look()
    for await (const entries of store.follow(`answer:${answer}`, entryId(reader.at), AbortSignal.any([signal, forgotten.signal]))) {
      for (const { id, text } of entries) {
        const number = entryNumber(id)
        if (number !== reader.at + 1) throw new Error(`Cannot send the answer: entry ${reader.at + 1} is gone`)
        if (text === OVER) {
          res.end()
          return
        }
        await write(res, `id: ${eventId(answer, number)}\n${text}\n\n`, signal)
        reader.moveTo(number)
      }
    }
    signal.throwIfAborted()
    res.end(`data: ${formatError('Cannot go on with the answer: it is no longer kept', 'server_error', 'answer_gone')}\n\n`)
  } finally {
    clearInterval(beating)
    clearInterval(looking)
  }
}
