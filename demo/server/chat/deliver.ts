import type { ServerResponse } from 'node:http'
import { formatError, HttpError } from '../http/http-error.ts'
import { openStream, write } from '../http/sse.ts'
import type { Store } from '../store/store.ts'
import { entryId, entryNumber, eventId, HEADING, OVER } from './answer-log.ts'
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
 * @param isBegun whether the answer is known to be on its way; if not, and it has no event yet, its request may still be refused: then
 * the stream opens with the first event, or with the first sign of life
 * @throws {HttpError} 503 where the answer is gone before the stream is open: its request was refused
 * @throws when `signal` is aborted, and where events are missing: then the answer must not look as if it were over
 */
export async function deliver(
  res: ServerResponse, answer: string, reader: Reader, { tellStart = false, isBegun = false }: { tellStart?: boolean; isBegun?: boolean },
  signal: AbortSignal, { store, answers, heartbeatMs, lookMs }: DeliverySetup,
): Promise<void> {
  const log = `answer:${answer}`
  const open = (): void => {
    if (res.headersSent) return
    // no-transform: a proxy that compressed the stream would hold it back to do so
    openStream(res, { 'Cache-Control': 'no-cache, no-transform' })
    if (tellStart) res.write(`id: ${eventId(answer, reader.at)}\n\n`)
  }
  // Behind the end nothing comes any more; no client has this place from us
  const isOver = await store.read(log, entryId(reader.at)) === OVER
  if (isBegun || isOver || reader.at > HEADING) open()
  if (isOver) {
    res.end()
    return
  }
  const forgotten = new AbortController()
  const look = async (): Promise<void> => {
    // A store that is away is asked again
    if (!await answers.keepGoing(answer).catch(() => true)) forgotten.abort()
  }
  // A comment alone, without a blank line: there are clients that take that for an event with the last one's id, and no data
  const beating = setInterval(() => {
    open()
    if (!res.writableNeedDrain) res.write(':\n')
  }, heartbeatMs)
  const looking = setInterval(() => void look(), lookMs)

  try {
    await look()
    for await (const entries of store.follow(log, entryId(reader.at), AbortSignal.any([signal, forgotten.signal]))) {
      open()
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
    if (!res.headersSent) {
      throw new HttpError(503, 'Cannot read the answer: the request that began it was refused', { code: 'answer_gone', headers: { 'Retry-After': '1' } })
    }
    res.end(`data: ${formatError('Cannot go on with the answer: it is no longer kept', 'server_error', 'answer_gone')}\n\n`)
  } finally {
    clearInterval(beating)
    clearInterval(looking)
  }
}
