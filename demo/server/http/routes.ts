import type { IncomingMessage, ServerResponse } from 'node:http'
import { sendText } from './http-error.ts'

/** What answers a request; the address is absolute, so that its query can be read. */
export type Handler = (req: IncomingMessage, res: ServerResponse, url: URL) => Promise<void> | void

/** The handlers of one path, by method. `HEAD` is answered by `GET`'s unless it has its own. */
export type Route = Partial<Record<'GET' | 'POST' | 'DELETE', Handler>>

/** What a part of the server answers, by path. */
export type Routes = Record<string, Route>

/** The handler for a request's method, or `undefined` after it was told which ones there are. */
export function pickHandler(route: Route, req: IncomingMessage, res: ServerResponse): Handler | undefined {
  const method = req.method === 'HEAD' ? 'GET' : req.method
  const [, handler] = Object.entries(route).find(([name]) => name === method) ?? []
  if (!handler) {
    const allow = Object.keys(route).flatMap(name => (name === 'GET' ? ['GET', 'HEAD'] : [name])).join(', ')
    sendText(res, 405, `Cannot ${req.method} here: only ${allow}`, { Allow: allow })
  }
  return handler
}
