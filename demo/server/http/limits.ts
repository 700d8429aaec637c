import { HttpError } from './http-error.ts'
import type { Handler, Route, Routes } from './routes.ts'

/** How much of everything the server takes. */
export interface Limits {
  /** Bytes of a chat request's body. */
  body: number
  /** Messages of a conversation. */
  messages: number
  /** Characters of all its messages together. */
  characters: number
  /** Characters of an answer, with what makes events of them. */
  answer: number
  /** Chats at the same time: those that are sent, and those that are made. */
  chats: number
  /** Feeds at the same time. */
  feeds: number
}

/** The limits, unless told otherwise. */
export const LIMITS: Limits = { body: 1024 * 1024, messages: 500, characters: 100_000, answer: 8 * 1024 * 1024, chats: 200, feeds: 5000 }

/** How many seconds those wait who find no place. */
const RETRY_AFTER = '5'

/** @throws {HttpError} 503, with when to come again, where `count` is at its limit */
export function refuseMore(count: number, most: number, what: string): void {
  if (count < most) return
  throw new HttpError(503, `Cannot take another one: ${most} ${what} are open`, { code: 'too_many', headers: { 'Retry-After': RETRY_AFTER } })
}

/** The same routes, of which at most so many are answered at the same time; those that end something always are. */
export function limitRoutes(routes: Routes, most: number, what: string): Routes {
  let count = 0
  const limit = (handler: Handler): Handler => (req, res, url) => {
    refuseMore(count, most, what)
    count++
    res.once('close', () => count--)
    return handler(req, res, url)
  }
  const limitRoute = (route: Route): Route =>
    Object.fromEntries(Object.entries(route).map(([method, handler]) => [method, method === 'DELETE' ? handler : limit(handler)]))
  return Object.fromEntries(Object.entries(routes).map(([path, route]) => [path, limitRoute(route)]))
}
