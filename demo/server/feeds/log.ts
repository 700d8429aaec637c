import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Store } from '../store/store.ts'
import type { Source } from './feed.ts'

const LOG = 'feed:log'
const LIMITS = { maxEntries: 1000, ttlMs: 10 * 60_000 }

/** The log's tail: an event `line` for each request that was answered. */
export const answerLog: Source = { log: LOG, type: 'line', recentMs: 60_000 }

/**
 * Writes the log that everybody can read on the page of feeds: what was asked for, how it was answered, and how long that took.
 * There is nothing of the visitor in it: no query, no header, no body.
 *
 * @returns what is to be called with a request when it comes; the line is written when its answer is over
 */
export function createAnswerLog(store: Store): (path: string, req: IncomingMessage, res: ServerResponse) => void {
  return (path, { method }, res) => {
    const start = performance.now()
    res.once('close', () => {
      const line = { time: new Date().toISOString(), level: levelOf(res), text: describe(`${method}`, path, res, performance.now() - start) }
      // A line that a store can't take is not worth an answer
      store.append(LOG, JSON.stringify(line), LIMITS).catch(() => {})
    })
  }
}

function levelOf({ statusCode }: ServerResponse): 'info' | 'warn' | 'error' {
  if (statusCode < 400) return 'info'
  return statusCode < 500 ? 'warn' : 'error'
}

function describe(method: string, path: string, res: ServerResponse, ms: number): string {
  // A path that leads nowhere is somebody's own text, and not for everybody's page
  const shown = res.statusCode === 404 ? '(no such path)' : path
  const took = ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(1)} s`
  const answer = res.headersSent ? res.statusCode : 'without an answer'
  return `${method} ${shown} ${answer}, ${res.writableFinished ? '' : 'left after '}${took}`
}
