// "Never pay twice", as one table: every rule of the README's that a server can see, for the tests in Node and in browsers.
import {
  backoff, connect, EventSource, fetchEvents, streamText,
  type Ending, type FetchEventsInit, type ServerSentEvent, type StreamErrorCode,
} from '../../src/index.ts'

/** What rules hold for. */
export type Face = 'fetchEvents' | 'connect' | 'EventSource' | 'streamText'

/** What came of a stream: the number of requests and their times are the server's, the rest is what the app was told. */
export interface Outcome {
  requests: number
  outcome: Ending['outcome'] | undefined
  code?: StreamErrorCode | undefined
  status?: number | undefined
  /** The data of all events; of a chat, its text. */
  data: string[]
  /** How the requests ended for the server; `null` is under way. */
  over: (string | null)[]
  /** The milliseconds between the requests. */
  gaps: number[]
}

/** A rule: who sends what where, and what is to come of it. */
export interface Rule {
  name: string
  path: string
  init?: FetchEventsInit
  /** @default fetchEvents, connect and EventSource */
  faces?: Face[]
  /** When the reader leaves, if before the end, and how: by the face's own way, or by the signal. */
  leaves?: { when: 'before the start' | 'unanswered' | 'at the first event' | 'in the wait'; by: 'itself' | 'signal' }
  /** What the first event makes a listener throw. */
  throws?: Error
  expected: Partial<Omit<Outcome, 'gaps'>> & { requests: number }
  /** Milliseconds that lie at least between two requests. */
  apart?: number
  /** A browser that keeps from a page what the rule is about. */
  notIn?: string
}

/** Longer than the first wait of anybody who would send again what is over. */
const PATIENCE_MS = 1100
/** Longer than all waits of any row. */
const END_MS = 12_000
/** Longer than a busy machine takes for an answer. */
const LIMIT_MS = 1200

const quick = backoff({ base: 1, max: 20 })
const always = () => 1
const json = { prompt: 'Hi' }

/** The data of the event that `/plays` gives the nth request. */
const event = (request: number, after: number | 'nothing' = 'nothing') => `event ${request}, after ${after}`
const done = (requests: number, ...data: string[]): Rule['expected'] => ({ requests, outcome: 'done', data })
const fails = (requests: number, why: StreamErrorCode | number, ...data: string[]): Rule['expected'] =>
  ({ requests, outcome: 'failed', data, ...(typeof why === 'number' ? { code: 'http', status: why } : { code: why }) })

/** What the server does, request by request; or the path of something else. */
type Script = (string | number)[] | string
const asks = (script: Script, more = '') => (typeof script === 'string' ? script : `/plays?do=${script.join(',')}`) + more

const get = (name: string, script: Script, expected: Rule['expected'], init: FetchEventsInit = { retry: quick }): Rule =>
  ({ name: `GET ${name}`, path: asks(script), init, expected })
const post = (name: string, script: Script, expected: Rule['expected'], init: FetchEventsInit = {}): Rule =>
  ({ name: `POST ${name}`, path: asks(script), init: { json, ...init }, expected })
const chat = (name: string, script: Script, expected: Rule['expected'], init: FetchEventsInit = {}): Rule =>
  ({ name: `A chat ${name}`, path: asks(script), init, expected, faces: ['streamText'] })
const only = (...faces: Face[]) => (rule: Rule): Rule => ({ ...rule, faces })
/** For rows that one face stands for: all have one engine, and a browser six connections. */
const one = only('fetchEvents')

/** All that could make somebody send a request again. */
const PERSUASIONS: [how: string, init: FetchEventsInit, mark: (rule: Rule) => Rule][] = [
  ['', {}, rule => rule],
  [', with a key', { idempotencyKey: true }, one],
  [', with a policy', { retry: always }, one],
  [', with both', { idempotencyKey: true, retry: always }, rule => rule],
]
/** Rows that hold however a request is persuaded. */
const however = (rows: (how: string, init: FetchEventsInit) => Rule[]) =>
  PERSUASIONS.flatMap(([how, init, mark]) => rows(how, init).map(mark))

const DROPS = ['drop', 'reset']
const LATER = [408, 425, 429]
const NOT_RUN = [...LATER, 503]
const MAY_HAVE_RUN = [500, 502, 504]
const RARE = [501, 505, 507, 508, 520, 524, 529]
const REFUSED = [400, 401, 403, 404, 410, 422]
const RARELY_REFUSED = [300, 304, 402, 405, 406, 409, 413, 415, 418, 451]
const NO_STREAM = ['html', 'json', 'untyped']

/** GET | dropped, ended, network error, 5xx, 429, 408, 425 | reconnect, with Last-Event-ID; the drop-in class: non-200 is final */
const reconnects: Rule[] = [
  ...[...DROPS, ...NOT_RUN, ...MAY_HAVE_RUN].map(act => get(`${act}: again`, [act, act, 'whole', 204], done(4, event(3)))),
  ...RARE.map(act => get(`${act}: again`, [act, 'whole', 204], done(3, event(2)))).map(one),
  get('broken before the first byte: again', ['headers', 'headers', 'whole', 204], done(4, event(3))),
  get('broken within a line: again, behind the last whole event', ['line', 'line', 204], done(3, event(1), event(2, 1))),
  get('broken between events: again, behind the last one', ['event', 'event', 204], done(3, event(1), event(2, 1))),
  get('ended within an event: again, behind the last whole one', ['half', 204], done(2, event(1))),
  get('ended: again, behind the last event', ['whole', 'whole', 204], done(3, event(1), event(2, 1))),
  get('ended without an event: again', ['end', 'end', 204], done(3)),
  one(get('unanswered for too long: again', ['never', 'whole', 204], done(3, event(2)), { retry: quick, connectTimeout: LIMIT_MS })),
  one(get('silent for too long: again', ['open', 204], done(2, event(1)), { retry: quick, idleTimeout: LIMIT_MS })),
  get('failed twelve times: again', [...Array.from({ length: 6 }, () => ['drop', 503]).flat(), 'whole', 204], done(14, event(13))),
  ...['drop', 503, 'end'].map(act => get(`${act}, without a policy: again`, [act, 204], done(2), {}))
    .map(only('fetchEvents', 'connect')),
  get('dropped, without a policy: again', ['event', 'drop', 204], done(3, event(1)), {}),
  ...[...NOT_RUN, 500, 206].map(status => get(`${status}, without a policy: final`, [status, 'whole'], fails(1, status), {}))
    .map(only('EventSource')),
]

/** GET | 204, other 4xx, wrong content type | final */
const finals: Rule[] = [
  get('204: done', [204, 'whole'], done(1)),
  get('204 after an event: done', ['whole', 204, 'whole'], done(2, event(1))),
  ...REFUSED.map(status => get(`${status}: final`, [status, 'whole'], fails(1, status))),
  ...RARELY_REFUSED.map(status => get(`${status}: final`, [status, 'whole'], fails(1, status))).map(one),
  ...NO_STREAM.map(act => get(`200 and ${act}: final`, [act, 'whole'], fails(1, 'content-type'))),
  get('200 and plain text: final', '/events-as-text', fails(1, 'content-type')),
  get('200 and an event without end: final', '/endless-line', fails(1, 'too-large', 'first'), { retry: quick, maxBufferSize: 10_000 }),
  get('dropped, retry: false: final', ['event', 'whole'], fails(1, 'network', event(1)), { retry: false }),
  get('ended, retry: false: done', ['whole', 'whole'], done(1, event(1)), { retry: false }),
  ...[301, 302, 307, 308].map(status =>
    get(`${status}: follows it, and comes back to where it was`, asks([status, 204], `&to=/two?${status}`), done(2, 'one', 'two'))),
]

/** other methods | failed before any response | final, unless `idempotencyKey` or a `retry` policy is given */
const unanswered: Rule[] = [
  ...DROPS.flatMap(act => [
    post(`${act}: once`, [act, 'whole'], fails(1, 'network')),
    post(`${act}, with a key: again`, [act, 'whole'], done(2, event(2)), { idempotencyKey: true }),
    post(`${act}, with a policy: again`, [act, act, 'whole'], done(3, event(3)), { retry: always }),
    post(`${act}, with a policy that stops: once`, [act, 'whole'], fails(1, 'network'), { retry: () => false, idempotencyKey: true }),
    post(`${act}, with a key, retry: false: once`, [act, 'whole'], fails(1, 'network'), { retry: false, idempotencyKey: true }),
    post(`${act}, with resume alone: once`, [act, 'whole'], fails(1, 'network'), { resume: true, lastEventId: '7' }),
  ]),
  ...['PUT', 'PATCH', 'DELETE'].map(method =>
    ({ ...post('', ['drop', 'whole'], fails(1, 'network'), { method }), name: `${method} drop: once` })),
  post('unanswered for too long: once', ['never', 'whole'], { ...fails(1, 'timeout'), over: ['left'] }, { connectTimeout: LIMIT_MS }),
]

/** other methods | 408, 425, 429, 503 | two retries at most (the server says that it did not run it), `Retry-After` obeyed */
const notRun: Rule[] = [
  ...NOT_RUN.flatMap(status => [
    post(`${status} twice: again`, [status, status, 'whole'], done(3, event(3))),
    post(`${status} three times: not again`, [status, status, status, 'whole'], fails(3, status)),
    post(`${status}, with retry: false: once`, [status, 'whole'], fails(1, status), { retry: false }),
  ]),
  ...['1', 'date'].map(after =>
    ({ ...post(`503, Retry-After ${after}: not before`, asks([503, 'whole'], `&after=${after}`), done(2, event(2))), apart: 1000 })),
  post('503, then broken in the middle: not again', [503, 'line', 'whole'], fails(2, 'network', event(2))),
  post('503, then dropped: not again', [503, 'drop', 'whole'], fails(2, 'network')),
  post('503, then 500: not again', [503, 500, 'whole'], fails(2, 500)),
  post('503, then 200 and html: not again', [503, 'html', 'whole'], fails(2, 'content-type')),
]

/** other methods | 500, 502, 504 and the like (it may have run) | final, unless `idempotencyKey` or a `retry` policy is given */
const mayHaveRun: Rule[] = [
  ...MAY_HAVE_RUN.flatMap(status => [
    post(`${status}: once`, [status, 'whole'], fails(1, status)),
    post(`${status}, with a key: again`, [status, 'whole'], done(2, event(2)), { idempotencyKey: 'mine' }),
    post(`${status}, with a policy: again`, [status, status, 'whole'], done(3, event(3)), { retry: always }),
  ]),
  ...[...RARE, ...RARELY_REFUSED].map(status => post(`${status}: once`, [status, 'whole'], fails(1, status))).map(one),
  ...REFUSED.map(status => post(`${status}: once`, [status, 'whole'], fails(1, status))),
  ...REFUSED.map(status => post(`${status}, with a key: once`, [status, 'whole'], fails(1, status), { idempotencyKey: true })).map(one),
  ...[307, 308].map(status =>
    post(`${status}: follows it, once`, asks([status, 'whole'], `&to=/two?posted-${status}`), done(1, 'one', 'two'))),
]

/** other methods | broke after the first byte | final, whatever policy or key, unless the server gave ids and the caller set `resume` */
const broken: Rule[] = [
  ...however((how, init) => [
    post(`broken within a line${how}: once`, ['line', 'whole'], fails(1, 'network', event(1)), init),
    post(`broken between events${how}: once`, ['event', 'whole'], fails(1, 'network', event(1)), init),
    // In Firefox headers alone are no answer: fetch() waits for the first byte behind them
    { ...post(`broken after the headers${how}: once`, ['headers', 'whole'], fails(1, 'network'), init), notIn: how && 'Firefox' },
    post(`silent for too long${how}: once`, ['open', 'whole'], fails(1, 'timeout', event(1)), { ...init, idleTimeout: LIMIT_MS }),
    ...NO_STREAM.map(act => post(`200 and ${act}${how}: once`, [act, 'whole'], fails(1, 'content-type'), init)),
  ]),
  ...however((how, init) => [
    post(`once more, behind the last event${how}`, ['line', 'whole'], done(2, event(1), event(2, 1)), init),
    post(`then broken${how}: not again`, ['line', 'event', 'whole'], fails(2, 'network', event(1), event(2, 1)), init),
    post(`then dropped${how}: not again`, ['event', 'drop', 'whole'], fails(2, 'network', event(1)), init),
    post(`then 503${how}: not again`, ['event', 503, 'whole'], fails(2, 503, event(1)), init),
    post(`without ids${how}: once`, asks(['event', 'whole'], '&ids=none'), fails(1, 'network', event(1)), init),
  ].map(({ name, init: its, ...rule }) =>
    ({ ...rule, name: name.replace('POST', 'POST broken, resume: true,'), init: { ...its, resume: true } }))),
  post('broken after the headers, resume: true: once', ['headers', 'whole'], fails(1, 'network'), { resume: true, lastEventId: '7' }),
  post('broken, resume: true and retry: false: once', ['event', 'whole'], fails(1, 'network', event(1)), { resume: true, retry: false }),
]

/** other methods | ended normally | done */
const ended: Rule[] = however((how, init) => [
  post(`ended${how}: done`, ['whole', 'whole'], done(1, event(1)), init),
  post(`ended, resume: true${how}: done`, ['whole', 'whole'], done(1, event(1)), { ...init, resume: true }),
  post(`ended without an event${how}: done`, ['end', 'whole'], done(1), init),
  post(`ended within an event${how}: truncated`, ['half', 'whole'], { ...done(1, event(1)), outcome: 'truncated' }, init),
  post(`204${how}: done`, [204, 'whole'], done(1), init),
])

/** Waiting: what the server asks for is a floor, a policy has the last word, and only an event begins the count anew. */
const waiting: Rule[] = [
  { ...get('told retry: 700: not before', asks(['whole', 204], '&retry=700'), done(2, event(1)), {}), apart: 700 },
  { ...get('told retry: 700, with backoff(): not before', asks(['event', 204], '&retry=700'), done(2, event(1))), apart: 700 },
  ...['1', 'date'].map(after =>
    ({ ...get(`503, Retry-After ${after}: not before`, asks([503, 204], `&after=${after}`), done(2)), apart: 1000 })),
  get('503, Retry-After 60, with a policy of its own: as that says', asks([503, 204], '&after=60'), done(2), { retry: always }),
  get('broken after an event each time: counts anew', ['event', 'event', 'event', 204],
    done(4, event(1), event(2, 1), event(3, 2)), { retry: backoff({ base: 1, limit: 1 }) }),
  get('broken after a 200 without an event each time: counts on', ['headers', 'headers', 'headers', 'whole'],
    fails(3, 'network'), { retry: backoff({ base: 1, limit: 2 }) }),
]

const TWICE = ['a', 'b', 'without id', 'a', 'b', 'without id', 'c']
/** Replays: what was delivered before a reconnect is not delivered again, but by the drop-in class. */
const replays: Rule[] = [
  only('fetchEvents', 'connect')(get('replayed: each id once', '/replays', done(3, 'a', 'b', 'without id', 'without id', 'c'))),
  only('EventSource')(get('replayed: all of it', '/replays', done(3, ...TWICE))),
  get('replayed, dropReplays: false: all of it', '/replays', done(3, ...TWICE), { retry: quick, dropReplays: false }),
]

/** Cleaning up: who leaves ends the request, and sends nothing more. */
const cleaning: Rule[] = (['itself', 'signal'] as const).flatMap(by => ['GET', 'POST'].flatMap(method => {
  const leaves = (when: NonNullable<Rule['leaves']>['when'], script: Script, requests: number, more: Partial<Rule['expected']>): Rule => ({
    name: `${method} left ${when}${by === 'itself' ? '' : ', by the signal'}: nothing more is sent`, path: asks(script),
    init: { method, retry: () => 300 }, leaves: { when, by }, expected: { requests, outcome: 'stopped', data: [], ...more },
  })
  return [
    leaves('before the start', '/two', 0, {}),
    // A connection is held until then
    { ...leaves('unanswered', '/never', 1, { over: ['left'] }), faces: by === 'signal' ? ['fetchEvents'] : ['connect', 'EventSource'] },
    leaves('at the first event', '/ticks', 1, { data: ['1'], over: ['left'] }),
    leaves('in the wait', [503, 'whole'], 1, {}),
  ]
}))
const bug = { throws: new Error('a bug of the app') }
const throwing: Rule[] = [
  one({ ...post('whose reader throws: once', '/two', { requests: 1, outcome: 'stopped', data: ['one'] }), ...bug }),
  one({ ...get('whose reader throws: once', '/two', { requests: 1, outcome: 'stopped', data: ['one'] }), ...bug }),
  only('connect')({ ...post('whose listener throws: once', '/two', done(1, 'one', 'two')), ...bug }),
]

const ALL = { idempotencyKey: true, retry: always, resume: true }
/** Chats: a prompt is paid for whatever its method; one that ends without its mark is truncated. */
const chats: Rule[] = [
  chat('that is whole: done', '/chat', { requests: 1, outcome: 'done' }),
  chat('that is whole, with all that could repeat it: done', '/chat', { requests: 1, outcome: 'done' }, ALL),
  chat('cut before its end mark: truncated', '/chat-cut', { ...done(1, 'half an answer'), outcome: 'truncated' }),
  chat('that is empty: truncated', '/chat-empty', { ...done(1, ''), outcome: 'truncated' }),
  ...PERSUASIONS.map(([how, init]) => chat(`broken in the middle${how}: once`, '/chat-drop', fails(1, 'network', 'half an answer'), init)),
  // Not dropped: Firefox itself sends such a GET again, also on a connection that it had not used before
  chat('by GET, broken in the middle: once', '/chat-drop', fails(1, 'network', 'half an answer'), { method: 'GET' }),
  chat('by GET, 500: once', [500, 'whole'], { requests: 1, outcome: 'failed', status: 500 }, { method: 'GET' }),
  chat('that was dropped: once', ['drop', 'whole'], fails(1, 'network', '')),
  chat('500: once', [500, 'whole'], { requests: 1, outcome: 'failed', status: 500 }),
  chat('503 twice: again', [503, 503, 'chat'], done(3, 'at last')),
  chat('whole, then broken, resume: true: once', '/chat-ids-drop-after-mark', done(1, 'whole'), { resume: true }),
  chat('that fails within: once', '/chat-error', fails(1, 'provider', 'some text'), ALL),
  chat('of garbage: once', '/chat-garbage', fails(1, 'dialect', 'some text'), ALL),
  chat('answered by an error with 200: once', '/json-error', fails(1, 'provider', ''), ALL),
  {
    ...chat('left: once', '/chat-endless', { requests: 1, outcome: 'stopped', over: ['left'] }),
    leaves: { when: 'at the first event', by: 'itself' },
  },
]

/** The whole table. */
export const rules: Rule[] = [
  ...reconnects, ...finals, ...unanswered, ...notRun, ...mayHaveRun, ...broken, ...ended, ...waiting, ...replays, ...cleaning, ...throwing, ...chats,
]

/** Who the rules are for. */
export const faces: Face[] = ['fetchEvents', 'connect', 'EventSource', 'streamText']

/** The rules of one face, as far as they can be seen here. */
export const rulesOf = (face: Face): Rule[] => rules.filter(({ faces: its = ['fetchEvents', 'connect', 'EventSource'], notIn }) =>
  its.includes(face) && !(notIn && globalThis.navigator?.userAgent.includes(notIn)))

/** Begins a stream; gives what leaves it. */
type Open = (url: string, init: FetchEventsInit, onEvent: (data: string) => 'leave' | undefined) => () => void

const ignore = () => {}

const opens: Record<Face, Open> = {
  fetchEvents(url, init, onEvent) {
    const events = fetchEvents(url, init)
    const read = async () => {
      for await (const { data } of events) if (onEvent(data)) break
    }
    // One microtask late, as the others, so that a reader can leave before
    void Promise.resolve().then(read).catch(ignore)
    return () => void events.return?.()
  },
  connect(url, init, onEvent) {
    const connection = connect(url, init)
    connection.on('message', ({ data }: ServerSentEvent) => onEvent(data) && connection.close())
    return () => connection.close()
  },
  EventSource(url, init, onEvent) {
    // With a fetch of the app's it asks nobody past CORS: that would be one more request
    const source = new EventSource(url, { fetch: (...given) => fetch(...given), ...init })
    source.onmessage = ({ data }: MessageEvent<string>) => onEvent(data) && source.close()
    return () => source.close()
  },
  streamText(url, init, onEvent) {
    const stream = streamText('Hi', { ...init, url })
    const read = async () => {
      for await (const _ of stream) if (onEvent('')) stream.stop()
    }
    read().finally(() => onEvent(stream.text)).catch(ignore)
    return () => stream.stop()
  },
}

/** How often each path was asked, and how it ended. */
async function requestsOf(server: string, path: string): Promise<{ at: number; over: string | null }[]> {
  return (await (await fetch(`${server}/requests?at&of=${encodeURIComponent(path)}`)).json()) as { at: number; over: string | null }[]
}

/** Until a path's first request is there: in a browser it may have to wait for a connection. */
async function untilAsked(server: string, path: string) {
  while ((await requestsOf(server, path)).length === 0) await new Promise(resolve => setTimeout(resolve, 100))
}

/** Plays one rule by one face against the server, and tells what came of it once a forbidden request would have come too. */
async function play(rule: Rule, face: Face, server: string, onEnd: () => void): Promise<Outcome> {
  const path = `${rule.path}${rule.path.includes('?') ? '&' : '?'}rule=${rules.indexOf(rule)}-${face}&tells`
  // By another host's name, as the connections to this one may all be taken
  const tell = (what: string) => {
    const url = `${server.replace('127.0.0.1', 'localhost')}/told?${new URLSearchParams({ what, of: path })}`
    void fetch(url).catch(ignore)
  }
  const { leaves, throws } = rule
  const controller = new AbortController()
  const data: string[] = []
  let leave: () => void = ignore
  const goNow = () => (leaves?.by === 'signal' ? controller.abort() : leave())
  let settle: (ending?: Ending) => void
  const closed = new Promise<Ending | undefined>(resolve => (settle = resolve))

  if (leaves?.when === 'before the start') controller.abort()
  leave = opens[face](server + path, {
    ...rule.init,
    signal: controller.signal,
    onOpen: () => tell('response'),
    onClose: ending => settle(ending),
    onRetry: () => void (leaves?.when === 'in the wait' && setTimeout(goNow)),
  }, text => {
    if (face === 'streamText') data.length = 0
    data.push(text)
    tell('event')
    if (throws && data.length === 1) throw throws
    if (leaves?.when !== 'at the first event') return undefined
    if (leaves.by === 'itself') return 'leave'
    controller.abort()
    return undefined
  })
  if (leaves?.when === 'before the start') goNow()
  if (leaves?.when === 'unanswered') void untilAsked(server, path).then(goNow)

  // One that never ends is to fail by itself, and hold up no other
  const timer = setTimeout(() => settle(), END_MS)
  const { outcome, error } = (await closed) ?? {}
  clearTimeout(timer)
  leave()
  onEnd()
  await new Promise(resolve => setTimeout(resolve, PATIENCE_MS))
  const requests = await requestsOf(server, path)
  return {
    requests: requests.length, outcome, code: error?.code, status: error?.status, data,
    over: requests.map(({ over }) => over), gaps: requests.slice(1).map(({ at }, i) => at - (requests[i]?.at ?? 0)),
  }
}

/** So many streams at once: a browser has six connections to a host, and a time limit runs while a request waits for one. */
const AT_ONCE = 30

/** Plays all rules of all faces. Gives each one's outcome by its face and name. */
export function playAll(server: string): Map<string, Promise<Outcome>> {
  const waits: (() => void)[] = []
  let free = AT_ONCE
  const begin = () => new Promise<void>(resolve => {
    if (free-- > 0) resolve()
    else waits.push(resolve)
  })
  const end = () => {
    free++
    waits.shift()?.()
  }
  return new Map(faces.flatMap(face => rulesOf(face).map(rule =>
    [`${face}: ${rule.name}`, begin().then(() => play(rule, face, server, end))])))
}
