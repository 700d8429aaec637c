import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createChat } from './chat/chat.ts'
import { readUpstream } from './chat/upstream.ts'
import { createFaults } from './faults/faults.ts'
import { createFeeds } from './feeds/feeds.ts'
import { createAnswerLog } from './feeds/log.ts'
import { HttpError, sendError, sendText } from './http/http-error.ts'
import { limitRoutes, LIMITS, type Limits } from './http/limits.ts'
import { createOpenRequests } from './http/open-requests.ts'
import { pickHandler, type Routes } from './http/routes.ts'
import { createPages, packageRoot } from './http/static.ts'
import { readHosts } from './http/strangers.ts'
import { inTurn } from './http/turns.ts'
import { createMemoryStore } from './store/memory.ts'
import { StoreError, type Store } from './store/store.ts'

/** What the demo's server can be told. */
export interface DemoOptions {
  /**
   * Where `OPENAI_API_KEY`, `OPENAI_BASE_URL` and `OPENAI_MODEL` are looked up, and then `HOST` and `ALLOWED_HOSTS`. Default: nowhere,
   * so our own model answers, under any name.
   */
  env?: Record<string, string | undefined>
  /** Multiplies every wait of our own model and of the faults; 0 for none. Default 1. */
  pace?: number
  /** Milliseconds between two events of `/events`; the other feeds go by it too. Default 1000. */
  interval?: number
  /** Milliseconds for which an answer is made without anybody who reads it. Default 3000. */
  grace?: number
  /** The same where an `Idempotency-Key` says that its client may come back. Default 60,000. */
  keyedGrace?: number
  /** Milliseconds between two comments that show that a chat's stream is alive. Default 15,000. */
  heartbeat?: number
  /** Milliseconds after which a server that makes an answer and gives no sign of life is taken for dead. Default 3000. */
  lease?: number
  /** How much the server takes. Default: `LIMITS` of http/limits.ts. */
  limits?: Partial<Limits>
  /** The package's folder, with `demo/page`, `demo/build/page` and `dist` in it. Default: found from this file. */
  root?: string
  /** What is remembered for longer than a request; whoever made it closes it. Default: in this process's memory. */
  store?: Store
  /** Hears that an answer is no longer made, and whether it is whole; or that a feed's client has left. */
  onStreamEnd?: (kind: 'chat' | 'events', complete: boolean) => void
}

/** The demo's server. */
export interface DemoServer extends Server {
  /**
   * Ends it within a second, however many streams are open: feeds end, as their clients come back by themselves; answers of our own
   * model break off, so that clients who can resume them do, at another server; other answers end with an error that says so.
   */
  shutDown(): Promise<void>
}

/** How long a request may take to come, also where nobody reads it; answers may take as long as they like. */
const REQUEST_TIMES = { headersTimeout: 15_000, requestTimeout: 15_000, connectionsCheckingInterval: 5000 }

/** How long what is being sent may take to be sent, when the server shuts down. */
const LAST_WORDS_MS = 300

/**
 * Makes the demo's server: the pages, `/events` and the other feeds, `/api/chat`, and the faults. It does not listen yet.
 *
 * @throws {Error} if the environment names a model server in a way that cannot be used
 */
export function createDemoServer(options: DemoOptions = {}): DemoServer {
  const { env = {}, pace = 1, interval = 1000, root = packageRoot(), onStreamEnd = () => {} } = options
  const { grace: graceMs = 3000, keyedGrace: keyedGraceMs = 60_000, heartbeat: heartbeatMs = 15_000, lease: leaseMs = 3000 } = options
  const store = options.store ?? createMemoryStore()
  const limits = { ...LIMITS, ...options.limits }
  const sendPage = createPages(root)
  const onChatEnd = (complete: boolean): void => onStreamEnd('chat', complete)
  const upstream = readUpstream(env)
  const isOurs = upstream && readHosts(env)
  const chat = createChat({ store, upstream, isOurs, pace, limits, graceMs, keyedGraceMs, heartbeatMs, leaseMs, onEnd: onChatEnd })
  const feeds = createFeeds({ store, interval, onEnd: () => onStreamEnd('events', false) })
  const routes: Routes = {
    ...limitRoutes(chat.routes, limits.chats, 'chats'),
    ...limitRoutes(feeds, limits.feeds, 'feeds'),
    ...createFaults(pace),
  }

  const logAnswer = createAnswerLog(store)
  const open = createOpenRequests()
  let closing = false

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const path = pathOf(req)
    const route = Object.hasOwn(routes, path) ? routes[path] : await sendPage(path)
    if (!route) return sendText(res, 404, 'Not found')
    if (closing) throw new HttpError(503, 'Cannot answer: the server is being stopped', { headers: { 'Retry-After': '1', 'Connection': 'close' } })
    await pickHandler(route, req, res)?.(req, res, new URL(`http://localhost${path}${queryOf(req)}`))
  }

  async function end(): Promise<void> {
    await chat.answers.close()
    if (!options.store) await store.close()
  }

  async function shutDown(): Promise<void> {
    closing = true
    const closed = new Promise(resolve => server.close(resolve))
    open.end(feeds)
    await chat.answers.close()
    await open.untilNone(LAST_WORDS_MS)
    server.closeAllConnections()
    await closed
  }

  const server = createServer(REQUEST_TIMES, inTurn((req, res) => {
    // A write to a client that has just left is reported here; an error without a listener would end the process
    res.on('error', () => {})
    open.add(pathOf(req), res)
    logAnswer(pathOf(req), req, res)
    answer(req, res).catch((error: unknown) => fail(res, error))
  }))
  server.once('close', () => void end())
  return Object.assign(server, { shutDown })
}

/** The path as the client wrote it, without the query. A proxy may send the whole URL. */
function pathOf(req: IncomingMessage): string {
  return (req.url ?? '').replace(/^https?:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '')
}

function queryOf(req: IncomingMessage): string {
  return /\?[^#]*/.exec(req.url ?? '')?.[0] ?? ''
}

/** Says what went wrong, if there is still somebody to say it to. */
function fail(res: ServerResponse, error: unknown): void {
  if (res.closed || res.headersSent) {
    // In the middle of an answer a broken connection is the only thing that cannot be taken for its end
    res.destroy()
  } else if (error instanceof HttpError) {
    sendError(res, error.status, error.message, error.details)
  } else if (error instanceof StoreError) {
    sendError(res, 503, error.message, { code: 'store_away', headers: { 'Retry-After': '1' } })
  } else {
    console.error(error)
    sendError(res, 500, 'Cannot answer: the server failed')
  }
}
