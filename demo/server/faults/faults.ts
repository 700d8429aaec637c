import type { IncomingMessage, ServerResponse } from 'node:http'
import { readBody } from '../http/body.ts'
import { HttpError } from '../http/http-error.ts'
import type { Handler, Routes } from '../http/routes.ts'
import { closeSignal, openStream } from '../http/sse.ts'
import { refuseStrangers } from '../http/strangers.ts'
import { FAULTS, type Fault } from './behaviours.ts'
import { createRuns, formatRequest, log, sinceFirst, type Run, type Runs } from './runs.ts'
import { answerTo, feedScript, promptScript, type Script } from './script.ts'

const BODY_LIMIT = 64 * 1024
/** Streams of this part that may be open at once, over all visitors. */
const MAX_OPEN = 300
/** No run of the page lasts so long; whoever stays longer is sent away. */
const LONGEST_MS = 5 * 60_000

/**
 * Makes the handlers that misbehave on purpose, and those that tell who asked:
 *
 * - `GET /faults/<fault>` is a feed, `POST` a prompt; `?run=` counts the request, `&client=` says for whom
 * - `GET /faults/requests?run=` tells the requests of a run, as JSON, or as a stream that goes on
 * - `POST /faults/cut?run=` cuts the open connections of a run
 *
 * @param pace multiplies every wait
 */
export function createFaults(pace: number): Routes {
  const runs = createRuns()
  const streams = createStreams()
  const routes: Routes = {}
  for (const [name, fault] of Object.entries(FAULTS)) {
    const handler: Handler = (req, res, url) => misbehave(fault, { req, res, url, runs, streams, pace })
    routes[`/faults/${name}`] = { GET: handler, POST: handler }
  }
  return {
    ...routes,
    '/faults/requests': {
      GET(req, res, url) {
        refuseStrangers(req)
        streams.hold(res)
        tell(req, res, runs.open(readName(url, 'run', true)))
      },
    },
    '/faults/cut': {
      POST(req, res, url) {
        refuseStrangers(req)
        const { open } = runs.open(readName(url, 'run', true))
        sendJson(res, { cut: open.size })
        for (const other of open) other.destroy()
      },
    },
  }
}

interface Misbehaving {
  req: IncomingMessage
  res: ServerResponse
  url: URL
  runs: Runs
  streams: Streams
  pace: number
}

async function misbehave(fault: Fault, { req, res, url, runs, streams, pace }: Misbehaving): Promise<void> {
  refuseStrangers(req)
  if (req.method === 'HEAD') {
    openStream(res)
    res.end()
    return
  }
  streams.hold(res)
  const run = runs.open(readName(url, 'run'))
  const client = readName(url, 'client') ?? ''
  const lastEventId = String(req.headers['last-event-id'] ?? '')
  const signal = closeSignal(res)
  // Here, before the body has come: it is now that the request has reached us
  const at = Date.now() - run.startedAt
  const answer = fault(sinceFirst(run, client, at), pace)
  log(run, { client, method: req.method ?? '', lastEventId, at, status: answer.status, ran: answer.ran })
  run.open.add(res)
  res.once('close', () => run.open.delete(res))

  try {
    const script = req.method === 'POST' ? await readPrompt(req, run, pace) : feedScript(lastEventId, pace)
    await answer.send({ res, script, pace, signal })
  } catch (error) {
    // A client that leaves, or is cut off, is what this is all about
    if (!signal.aborted) throw error
  }
}

/** Reads what is asked. Any text will do: all prompts have the same answer. */
async function readPrompt(req: IncomingMessage, run: Run, pace: number): Promise<Script> {
  run.answer = answerTo(await readBody(req, BODY_LIMIT))
  return promptScript(run.answer, pace)
}

/** Tells the requests of a run: those so far, and to who asks for a stream those to come. */
function tell(req: IncomingMessage, res: ServerResponse, run: Run): void {
  const { requests, answer, followers } = run
  if (!/text\/event-stream/i.test(req.headers.accept ?? '') || req.method === 'HEAD') return sendJson(res, { requests, answer })
  openStream(res)
  // In Firefox a response is there when its first byte is
  res.write(`: a run since ${new Date(run.startedAt).toISOString()}\n\n`)
  for (const request of requests) res.write(formatRequest(request))
  followers.add(res)
  res.once('close', () => followers.delete(res))
}

/** The answers that are being sent. */
interface Streams {
  /** Keeps count of one until it is over. */
  hold(res: ServerResponse): void
}

/** Lets not too many be open at once, and none for ever. */
function createStreams(): Streams {
  let open = 0
  return {
    hold(res) {
      if (open >= MAX_OPEN) throw new HttpError(503, `Cannot answer: ${MAX_OPEN} streams are open`)
      open++
      const end = setTimeout(() => res.destroy(), LONGEST_MS)
      res.once('close', () => {
        open--
        clearTimeout(end)
      })
    },
  }
}

function readName(url: URL, name: string, needed: true): string
function readName(url: URL, name: string): string | undefined
function readName(url: URL, name: string, needed = false): string | undefined {
  const value = url.searchParams.get(name) ?? undefined
  if (value === undefined && !needed) return undefined
  if (value !== undefined && /^[\w-]{1,64}$/.test(value)) return value
  throw new HttpError(400, `Cannot read the address: ${name} is not 1 to 64 letters, digits, - or _: ${value ?? 'missing'}`)
}

function sendJson(res: ServerResponse, value: unknown): void {
  res.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }).end(JSON.stringify(value))
}
