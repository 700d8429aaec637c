import type { IncomingMessage, ServerResponse } from 'node:http'
import { OPEN } from '../http/sse.ts'
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
 * @returns what is to be called with a request when it comes; its line is written when its answer is over
 */
export function createAnswerLog(store: Store): (path: string, req: IncomingMessage, res: ServerResponse) => void {
  return (path, { method }, res) => {
    const start = performance.now()
    const write = (how: string): void => {
      const line = { time: new Date().toISOString(), level: levelOf(res), text: `${method} ${describe(path, res)}, ${how}` }
      // A line that a store can't take is not worth an answer
      store.append(LOG, JSON.stringify(line), LIMITS).catch(() => {})
    }
    // A feed is answered when it is open. It may be hours until it is over
    if (method === 'GET') res.once(OPEN, () => write('open'))
    res.once('close', () => write(`${res.writableFinished ? '' : 'left after '}${duration(performance.now() - start)}`))
  }
}

function levelOf({ statusCode }: ServerResponse): 'info' | 'warn' | 'error' {
  if (statusCode < 400) return 'info'
  return statusCode < 500 ? 'warn' : 'error'
}

/** A path that leads nowhere is somebody's own text, and not for everybody's page. */
function describe(path: string, { statusCode, headersSent }: ServerResponse): string {
  if (!headersSent) return '(no answer)'
  return `${statusCode === 404 ? '(no such path)' : path} ${statusCode}`
}

function duration(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(1)} s`
}
