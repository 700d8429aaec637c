// How an answer goes wrong, fault by fault
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { sendError } from '../http/http-error.ts'
import { openStream, write } from '../http/sse.ts'
import type { Script } from './script.ts'

/** An answer to be sent; the signal is aborted when the response closes. */
export interface Exchange {
  res: ServerResponse
  script: Script
  pace: number
  signal: AbortSignal
}

/** What is done with one request. */
export interface Answer {
  status: number
  /** Whether the server sets to work on the request, rather than turning it away. */
  ran: boolean
  send(exchange: Exchange): Promise<void> | void
}

/** Chooses the answer to a request, by the milliseconds since this client's first one. */
export type Fault = (sinceFirstMs: number, pace: number) => Answer

/** How many pieces come before what goes wrong in the middle. */
const PIECES_BEFORE = 5
const FAILING_MS = 2000
const HOLD_MS = 2000
const RETRY_AFTER_SECONDS = 3

/** What means nothing in a feed: by the standard all of it is passed over. */
const NONSENSE = ['a line without a meaning', 'retry: soon', ': a comment', 'daata: a misspelt name', 'event: without any data']
/** A chunk of an answer whose JSON is cut. */
const GARBAGE = 'data: {"choices":[{"index":0,"delta":{"conte\n\n'
const SIGN_IN = '<!doctype html><title>Sign in</title><h1>Please sign in to this network</h1>\n'

/** All faults, by the name that stands in the address. */
export const FAULTS: Record<string, Fault> = {
  healthy: () => stream(sendAll),
  drop: () => stream(drop),
  stall: () => stream(stall),
  500: (sinceFirstMs, pace) => (sinceFirstMs < FAILING_MS * pace ? FAILING : stream(sendAll)),
  429: (sinceFirstMs, pace) => {
    const seconds = Math.ceil(RETRY_AFTER_SECONDS * pace)
    return sinceFirstMs < seconds * 1000 ? tooEarly(seconds) : stream(sendAll)
  },
  trickle: () => stream(trickle),
  buffer: () => ({ status: 200, ran: true, send: buffer }),
  truncate: () => stream(truncate),
  malformed: () => stream(malform),
  html: () => ({ status: 200, ran: false, send: ({ res }) => void res.writeHead(200, { 'Content-Type': 'text/html' }).end(SIGN_IN) }),
  401: () => ({ status: 401, ran: false, send: ({ res }) => sendError(res, 401, 'Cannot answer: the token has expired') }),
}

/** The worst 500 there is: the model has done its work, and then the server fails. */
const FAILING: Answer = {
  status: 500, ran: true, send: ({ res }) => sendError(res, 500, 'Cannot answer: the server failed after it had done the work'),
}

function tooEarly(seconds: number): Answer {
  return {
    status: 429, ran: false,
    send({ res }) {
      res.setHeader('Retry-After', seconds)
      sendError(res, 429, `Cannot answer yet: come back in ${seconds} seconds`)
    },
  }
}

/** An answer that opens an event stream at once, and ends it when `send` is through. */
function stream(send: (exchange: Exchange) => Promise<void>): Answer {
  return {
    status: 200, ran: true,
    async send(exchange) {
      openStream(exchange.res, { 'Cache-Control': 'no-cache, no-transform' })
      await send(exchange)
      exchange.res.end()
    },
  }
}

async function sendAll({ res, script, signal }: Exchange): Promise<void> {
  for (const piece of script.pieces()) {
    await write(res, piece, signal)
    await pause(script.gapMs, signal)
  }
}

/** Sends the first pieces, and gives the next one, which is not sent. */
async function sendStart({ res, script, signal }: Exchange): Promise<string> {
  let sent = 0
  for (const piece of script.pieces()) {
    if (sent++ === PIECES_BEFORE) return piece
    await write(res, piece, signal)
    await pause(script.gapMs, signal)
  }
  return ''
}

async function drop(exchange: Exchange): Promise<void> {
  await sendStart(exchange)
  exchange.res.destroy()
}

async function stall(exchange: Exchange): Promise<void> {
  await sendStart(exchange)
  await once(exchange.res, 'close')
}

/** Ends as a whole answer does, by the protocol, in the middle of a piece. */
async function truncate(exchange: Exchange): Promise<void> {
  const next = await sendStart(exchange)
  await write(exchange.res, next.slice(0, next.length / 2), exchange.signal)
}

/** Each byte in a write of its own: a letter of several bytes comes in parts too. */
async function trickle({ res, script, signal }: Exchange): Promise<void> {
  for (const piece of script.pieces()) {
    const bytes = Buffer.from(piece)
    for (const byte of bytes) {
      await write(res, Uint8Array.of(byte), signal)
      await pause(script.gapMs / bytes.length, signal)
    }
  }
}

/** As a proxy does that collects: nothing at all, not even headers, and then what has gathered, at one go. */
async function buffer({ res, script, pace, signal }: Exchange): Promise<void> {
  let held = ''
  let heldMs = 0
  for (const piece of script.pieces()) {
    held += piece
    heldMs += script.gapMs
    // An answer is held until it is whole; a feed never is, and comes in bursts
    if (script.kind === 'prompt' || heldMs < HOLD_MS * pace) continue
    await pause(heldMs, signal)
    if (!res.headersSent) openStream(res)
    await write(res, held, signal)
    held = ''
    heldMs = 0
  }
  await pause(HOLD_MS * pace, signal)
  openStream(res)
  res.end(held)
}

/** In a feed something that makes no sense before each event; in an answer JSON that is cut, once. */
async function malform({ res, script, signal }: Exchange): Promise<void> {
  let sent = 0
  for (const piece of script.pieces()) {
    if (script.kind === 'feed') await write(res, `${NONSENSE[sent % NONSENSE.length]}\n\n`, signal)
    else if (sent === PIECES_BEFORE) await write(res, GARBAGE, signal)
    sent++
    await write(res, piece, signal)
    await pause(script.gapMs, signal)
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  // Never 0: a feed without an end would leave the server no time for anybody else
  await wait(Math.max(1, ms), undefined, { signal })
}
