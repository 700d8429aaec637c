import type { IncomingMessage, ServerResponse } from 'node:http'
import { readBody } from '../http/body.ts'
import { HttpError } from '../http/http-error.ts'
import type { Limits } from '../http/limits.ts'
import type { Handler, Routes } from '../http/routes.ts'
import { closeSignal } from '../http/sse.ts'
import { refuseStrangers, type HostCheck } from '../http/strangers.ts'
import type { Store } from '../store/store.ts'
import { answerId, fingerprint, HEADING, parseEventId } from './answer-log.ts'
import { createAnswers, type Answers } from './answers.ts'
import { completion, streamCompletion, whatIsRead } from './completion.ts'
import { deliver } from './deliver.ts'
import { parseChatRequest, readChatRequest, type ChatRequest } from './request.ts'
import { ask, NoStream, passOn, upstreamSource, type Upstream } from './upstream.ts'

const KEY_LENGTH = 255

/** What a chat handler is made of. */
export interface ChatSetup {
  store: Store
  /** The model server to pass requests on to; without one our own model answers. */
  upstream: Upstream | undefined
  /** The names under which it is asked; any where left out. */
  isOurs?: HostCheck | undefined
  /** Multiplies every wait of our own model. */
  pace: number
  limits: Omit<Limits, 'feeds'>
  /** For how many ms an answer is made without anybody who reads it. */
  graceMs: number
  /** The same where an `Idempotency-Key` says that its client may come back. */
  keyedGraceMs: number
  /** How often a comment shows that a stream is alive, in ms. */
  heartbeatMs: number
  /** How long the lease of whoever makes an answer holds, in ms. */
  leaseMs: number
  /** Hears that an answer is no longer made, and whether it is whole. */
  onEnd: (complete: boolean) => void
}

/** The handlers of `/api/chat`, and the answers that they give. */
export interface Chat { routes: Routes; answers: Answers }

/**
 * Makes the handlers of `/api/chat`: `POST` asks, or goes on with an answer by `Last-Event-ID`, or meets it again by its
 * `Idempotency-Key`; `DELETE` ends the answer of an `Idempotency-Key`.
 */
export function createChat({ store, upstream, isOurs, pace, limits, graceMs, keyedGraceMs, heartbeatMs, leaseMs, onEnd }: ChatSetup): Chat {
  const answers = createAnswers({
    store, leaseMs, most: limits.chats, mostCharacters: limits.answer, onEnd,
    ownSource: (id, { created, request = {} }) => (from, signal) => streamCompletion(readChatRequest(request), { id, created }, pace, from, signal),
  })
  const delivery = { store, answers, heartbeatMs, lookMs: leaseMs / 5 }

  const post: Handler = async (req, res) => {
    refuseStrangers(req, isOurs)
    const signal = closeSignal(res)
    const body = await readBody(req, limits.body)
    try {
      const lastEventId = req.headers['last-event-id']
      if (typeof lastEventId === 'string' && lastEventId !== '') await resume(res, lastEventId, signal)
      else await answer(req, res, parseChatRequest(body, limits), signal)
    } catch (error) {
      // A client that leaves is how many an answer ends, not a fault
      if (!signal.aborted) throw error
    }
  }

  async function answer(req: IncomingMessage, res: ServerResponse, request: ChatRequest, signal: AbortSignal): Promise<void> {
    const key = readKey(req)
    if (!request.stream) return answerWhole(res, request, key, signal)
    const id = answerId(key)
    await read(id, HEADING, signal, async reader => {
      const begun = answers.begin(id, {
        fingerprint: fingerprint(request.json),
        created: Math.floor(Date.now() / 1000),
        graceMs: key === undefined ? graceMs : keyedGraceMs,
        ...(!upstream && { request: whatIsRead(request) }),
      }, signal, upstream && upstreamSource(request, key, upstream))
      const outcome = await begun.catch((error: unknown) => {
        if (error instanceof NoStream) return error.answer
        throw error
      })
      if (outcome instanceof Response) await report(signal, () => passOn(res, outcome, upstream?.key, signal))
      else await deliver(res, id, reader, { tellStart: key !== undefined, isBegun: outcome }, signal, delivery)
    })
  }

  /** Goes on with an answer that is there; no model is ever asked. */
  async function resume(res: ServerResponse, lastEventId: string, signal: AbortSignal): Promise<void> {
    const { answer: id = '', number = 0 } = parseEventId(lastEventId) ?? {}
    if (number === 0 || await answers.last(id) < number) {
      const message = `Cannot resume the answer: it is no longer kept, or never was: ${lastEventId.slice(0, 100)}`
      throw new HttpError(410, message, { code: 'answer_gone' })
    }
    await read(id, number, signal, reader => deliver(res, id, reader, {}, signal, delivery))
  }

  async function read(id: string, at: number, signal: AbortSignal, body: (reader: ReturnType<Answers['audience']['join']>) => Promise<void>): Promise<void> {
    const reader = answers.audience.join(id, at)
    // At once, also where the body waits for something else
    signal.addEventListener('abort', () => reader.leave())
    try {
      await body(reader)
    } finally {
      reader.leave()
    }
  }

  /** Answers in one document: nothing of it is kept, so a key does not find it again, and whoever leaves ends it. */
  async function answerWhole(res: ServerResponse, request: ChatRequest, key: string | undefined, signal: AbortSignal): Promise<void> {
    await report(signal, async () => {
      if (upstream) return passOn(res, await ask(request, key, upstream, signal), upstream.key, signal)
      const document = await completion(request, pace, signal)
      res.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }).end(JSON.stringify(document))
    })
  }

  async function report(signal: AbortSignal, body: () => Promise<void>): Promise<void> {
    let complete = false
    try {
      await body()
      complete = !signal.aborted
    } finally {
      onEnd(complete)
    }
  }

  const stop: Handler = async (req, res) => {
    refuseStrangers(req, isOurs)
    const key = readKey(req)
    if (key === undefined) throw new HttpError(400, 'Cannot end an answer: the request has no Idempotency-Key')
    if (!await answers.end(answerId(key))) throw new HttpError(404, 'Cannot end the answer: there is none of this Idempotency-Key')
    res.writeHead(204).end()
  }

  return { routes: { '/api/chat': { POST: post, DELETE: stop } }, answers }
}

/** @throws {HttpError} 400 where the key is longer than a key has to be */
function readKey(req: IncomingMessage): string | undefined {
  const key = req.headers['idempotency-key']
  if (typeof key !== 'string' || key === '') return undefined
  if (key.length > KEY_LENGTH) throw new HttpError(400, `Cannot use the Idempotency-Key: it is longer than ${KEY_LENGTH} characters: ${key.length}`)
  return key
}
