import type { ServerResponse } from 'node:http'
import { HttpError } from '../http/http-error.ts'
import { formatEvent } from '../http/sse.ts'

/** Bounds on what is remembered, whoever asks for how much. */
const MAX_RUNS = 500
const RUN_MS = 5 * 60_000
const MAX_REQUESTS = 1000

/** A request that reached the server. */
export interface LoggedRequest {
  /** Who sent it, as the address says. */
  client: string
  method: string
  /** Its `Last-Event-ID`; `''` where there was none. */
  lastEventId: string
  /** Milliseconds since the run began. */
  at: number
  /** What it was answered with. */
  status: number
  /** Whether the server set to work on it: a prompt that did is paid for. One that was turned away did not. */
  ran: boolean
}

/** What the page lets happen at one press of its button: the requests of all clients. */
export interface Run {
  startedAt: number
  requests: LoggedRequest[]
  /** What a prompt is answered with if all goes well; `''` before the first one. */
  answer: string
  /** The answers that are being sent. */
  open: Set<ServerResponse>
  /** Those who follow the log. */
  followers: Set<ServerResponse>
}

/** The runs of the last minutes. */
export interface Runs {
  /** The run with this id: known, or new. Without an id it is one that nobody can ask for. */
  open(id: string | undefined): Run
}

/** Makes an empty register of runs; `now` is the clock. */
export function createRuns(now: () => number = Date.now): Runs {
  const known = new Map<string, Run>()

  function forget(id: string, run: Run): void {
    known.delete(id)
    for (const follower of run.followers) follower.end()
  }

  function open(id: string | undefined): Run {
    // Oldest first, as they were put in
    for (const [old, run] of known) {
      if (now() - run.startedAt >= RUN_MS) forget(old, run)
    }
    const found = id === undefined ? undefined : known.get(id)
    if (found) return found
    const run: Run = { startedAt: now(), requests: [], answer: '', open: new Set(), followers: new Set() }
    if (id === undefined) return run
    const [oldest] = known
    if (oldest && known.size >= MAX_RUNS) forget(...oldest)
    known.set(id, run)
    return run
  }

  return { open }
}

/** Milliseconds since a client's first request in a run, 0 for the first. */
export function sinceFirst(run: Run, client: string, at: number): number {
  return at - (run.requests.find(request => request.client === client)?.at ?? at)
}

/**
 * Writes down a request, and tells those who follow.
 *
 * @throws {HttpError} 429 where a run has made more requests than any client of ours would
 */
export function log(run: Run, request: LoggedRequest): void {
  if (run.requests.length >= MAX_REQUESTS) throw new HttpError(429, `Cannot answer: this run has made ${MAX_REQUESTS} requests`)
  run.requests.push(request)
  for (const follower of run.followers) follower.write(formatRequest(request))
}

/** A request as an event of the log. */
export function formatRequest(request: LoggedRequest): string {
  return formatEvent({ type: 'request', data: JSON.stringify(request) })
}
