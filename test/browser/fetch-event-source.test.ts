// The same scenarios for both packages, in a real page: what must be alike, and each difference by its name
import { EventStreamContentType, fetchEventSource as theirs } from '@microsoft/fetch-event-source'
import { describe, expect, inject, test } from 'vitest'
import {
  fetchEventSource as ours, type EventSourceMessage, type FetchEventSourceInit,
} from '../../src/connection/fetch-event-source.ts'
import { StreamError } from '../../src/index.ts'

const server = inject('server')
const packages = { ours, theirs: theirs as unknown as typeof ours }

/** One package in one scenario. */
interface Stage {
  fetchEventSource: typeof ours
  /** The server's path, with a query of its own, so that its requests can be counted. */
  url: string
}

interface Scenario {
  path: string
  run: (stage: Stage) => Promise<unknown>
}

/** What the app of a scenario throws; anything else is the package's own. */
class AppError extends Error {}

function fail(): never {
  throw new AppError('stop')
}

function rethrow(error: unknown): never {
  throw error
}

const sleep = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms))
const says = (text: string) => `/says?text=${encodeURIComponent(text)}`
const answers = (...texts: string[]) => `/answers?${texts.map(text => `text=${encodeURIComponent(text)}`).join('&')}`

function tell(what: string, error: unknown): string {
  return `${what}: ${error instanceof AppError ? error.message : 'an error'}`
}

/** What the callbacks of a scenario are, and what ends it where it does not settle. */
interface Play extends FetchEventSourceInit {
  input?: RequestInfo | URL
  until?: Promise<unknown>
}

/** Runs until it settles or is over, and tells in what order what happened. Nothing of it goes on. */
async function play({ fetchEventSource, url }: Stage, { input = url, until = sleep(5000), ...init }: Play = {}): Promise<string[]> {
  const log: string[] = []
  const controller = new AbortController()
  const { onopen, onmessage, onclose, onerror } = init
  const settled = fetchEventSource(input, {
    signal: controller.signal,
    ...init,
    ...(onopen && {
      onopen(response) {
        log.push(`open ${response.status}`)
        return onopen(response)
      },
    }),
    onmessage(message) {
      log.push(`message ${message.data}`)
      onmessage?.(message)
    },
    onclose() {
      log.push('close')
      onclose?.()
    },
    ...(onerror && {
      onerror(error) {
        log.push(tell('error', error))
        return onerror(error)
      },
    }),
  }).then(() => 'resolved', (error: unknown) => tell('rejected', error))
  log.push(await Promise.race([settled, until.then(() => 'goes on')]))
  controller.abort()
  return log
}

/** How the server has seen the requests end so far; `null` is one that goes on. */
async function endings({ url }: Stage): Promise<(string | null)[]> {
  const response = await fetch(`${server}/requests?of=${encodeURIComponent(url.slice(server.length))}`)
  return (await response.json()) as (string | null)[]
}

/** How the server saw the requests end, once all have; or, after a time that is long for it, which have not. */
async function requests(stage: Stage): Promise<(string | null)[]> {
  for (const deadline = Date.now() + 1000; ;) {
    const seen = await endings(stage)
    if (!seen.includes(null) || Date.now() > deadline) return seen
    await sleep(20)
  }
}

/** Waits until the server has had so many requests, or the time is up. */
async function arrival(stage: Stage, times: number, withinMs = 5000, isOver = () => false): Promise<void> {
  for (const deadline = Date.now() + withinMs; Date.now() < deadline && !isOver();) {
    if ((await endings(stage)).length >= times) return
    await sleep(40)
  }
}

/** How it ended, and how often it was sent, given the time for a second request. */
async function count(stage: Stage, init: FetchEventSourceInit = {}, withinMs?: number): Promise<string> {
  let over = false
  const log = await play(stage, { until: arrival(stage, 2, withinMs, () => over), ...init })
  over = true
  const { length } = await requests(stage)
  return `${log.at(-1)}, ${length === 0 ? 'not sent' : length === 1 ? 'sent once' : 'sent again'}`
}

/** The data of all messages, and how it ended. */
async function read(stage: Stage, init: Play = {}): Promise<string[]> {
  const log = await play(stage, init)
  return log.filter((entry, at) => entry.startsWith('message ') || at === log.length - 1).map(entry => entry.replace(/^message /, ''))
}

/** Comes back after as many ends or errors, and fails at the next. */
function comeBack(times = 1, waitMs = 20) {
  let ends = 0
  let errors = 0
  return {
    onclose() {
      if (ends++ < times) throw new AppError('once more')
    },
    onerror: (error: unknown): number => (errors++ < times ? waitMs : rethrow(error)),
  }
}

/** The milliseconds that it waits after an onerror: those that are given, if about as many. */
async function gap(stage: Stage, aboutMs: number, onerror: () => number | null | void): Promise<number> {
  let ms = NaN
  let since = NaN
  await play(stage, {
    ...comeBack(),
    onerror() {
      since = performance.now()
      return onerror()
    },
    fetch(input, requestInit) {
      ms = performance.now() - since
      return fetch(input, requestInit)
    },
  })
  return ms > aboutMs - 5 && ms < aboutMs + 300 ? aboutMs : ms
}

/** What the server was asked by: `/echo` tells. */
async function asked(stage: Stage, init: Play = {}) {
  const [data = ''] = await read(stage, init)
  return JSON.parse(data) as { method: string; headers: Record<string, string>; body: string }
}

/** Aborts in the middle of something, after which no callback is heard. */
async function abort(stage: Stage, init: (controller: AbortController) => FetchEventSourceInit): Promise<unknown> {
  const controller = new AbortController()
  const log = await play(stage, { signal: controller.signal, ...init(controller) })
  return [log, await requests(stage)]
}

function recipe({ fetchEventSource, url }: Stage, log: unknown[]): Promise<void> {
  class RetriableError extends Error {}
  class FatalError extends Error {}
  return fetchEventSource(url, {
    async onopen(response) {
      log.push(response.status)
      if (response.ok && response.headers.get('content-type') === EventStreamContentType) return
      if (response.status >= 400 && response.status < 500 && response.status !== 429) throw new FatalError()
      throw new RetriableError()
    },
    onmessage(message) {
      log.push(message.data)
      if (message.event === 'FatalError') throw new FatalError(message.data)
    },
    onclose() {
      throw new RetriableError()
    },
    onerror(error) {
      if (error instanceof FatalError) throw error
    },
  })
}

const same: Record<string, Scenario & { both: unknown }> = {
  'messages have the id, the event, the data and the retry time that the server wrote, and "" for what it did not': {
    path: says('id: 1\nevent: tick\nretry: 20\ndata: one\ndata: two\n\ndata: unnamed\n\nevent: message\ndata: named\n\n'),
    async run(stage) {
      const messages: EventSourceMessage[] = []
      await play(stage, { onmessage: message => messages.push(message) })
      return messages
    },
    both: [
      { id: '1', event: 'tick', data: 'one\ntwo', retry: 20 },
      { id: '', event: '', data: 'unnamed' },
      { id: '', event: 'message', data: 'named' },
    ],
  },
  'lines end by CR, LF or both, and one blank after the colon is left out': {
    path: says('data:a:b\r\n\r\ndata:  two blanks\r\rdata: 天空 👩‍🚀\n\nevent: half\ndata: half'),
    run: read,
    both: ['a:b', ' two blanks', '天空 👩‍🚀', 'resolved'],
  },
  'the last event id is sent with the next request, until the server takes it back': {
    path: answers('id: 7\ndata: AFTER\n\ndata: more\n\n', 'id:\ndata: AFTER\n\n', 'data: AFTER\n\n'),
    run: stage => read(stage, comeBack(2)),
    both: ['nothing', 'more', '7', 'nothing', 'resolved'],
  },
  'a broken GET goes on behind the last event': {
    path: '/drop-then-go-on',
    async run(stage) {
      const data = await read(stage, { onerror: () => 20 })
      const end = data.pop()
      // A reset may take an event with it that had arrived: then the next is behind the one before
      const behind = data.map((text, index) => text.endsWith(`after ${data[index - 1]?.slice(6, 7) ?? 'nothing'}`))
      return [behind.length > 1, behind.includes(false), end]
    },
    both: [true, false, 'resolved'],
  },
  'method, headers and body are sent, and what is accepted': {
    path: '/echo',
    async run(stage) {
      const init = { method: 'POST', headers: { 'content-type': 'application/json', 'x-name': 'value' }, body: '{"prompt":"Hi"}' }
      const { method, headers, body } = await asked(stage, init)
      return [method, headers['accept'], headers['content-type'], headers['x-name'], body]
    },
    both: ['POST', 'text/event-stream', 'application/json', 'value', '{"prompt":"Hi"}'],
  },
  'an accept header of the app is kept': {
    path: '/echo',
    run: async stage => (await asked(stage, { headers: { accept: 'application/x-events' } })).headers['accept'],
    both: 'application/x-events',
  },
  'a relative URL is the page\'s': {
    path: '/two',
    async run(stage) {
      const urls: string[] = []
      await play(stage, { input: 'no/such?page=1', onopen: response => void urls.push(response.url), onerror: rethrow })
      return urls
    },
    both: [new URL('no/such?page=1', document.baseURI).href],
  },
  'a fetch of the app\'s is given what the app gave': {
    path: '/two',
    async run(stage) {
      const inputs: unknown[] = []
      const log = await play(stage, {
        input: 'somewhere/else',
        async fetch(input, init) {
          inputs.push(input, init?.method, init?.body)
          return new Response('data: its own\n\n', { headers: { 'content-type': 'text/event-stream' } })
        },
        method: 'POST',
        body: 'a prompt',
      })
      return [inputs, log]
    },
    both: [['somewhere/else', 'POST', 'a prompt'], ['message its own', 'close', 'resolved']],
  },
  'onopen is awaited before anything is read': {
    path: '/two',
    async run(stage) {
      let open = false
      const log = await play(stage, {
        async onopen() {
          await sleep(50)
          open = true
        },
        onmessage: () => open || fail(),
        onerror: rethrow,
      })
      return log
    },
    both: ['open 200', 'message one', 'message two', 'close', 'resolved'],
  },
  'an onopen that returns no promise will do': {
    path: '/two',
    run: stage => play(stage, { onopen() {} }),
    both: ['open 200', 'message one', 'message two', 'close', 'resolved'],
  },
  'what onopen throws goes to onerror': {
    path: '/two',
    run: stage => play(stage, { onopen: fail, onerror: rethrow }),
    both: ['open 200', 'error: stop', 'rejected: stop'],
  },
  'what an onopen rejects with goes to onerror': {
    path: '/two',
    run: stage => play(stage, { onopen: async () => fail(), onerror: rethrow }),
    both: ['open 200', 'error: stop', 'rejected: stop'],
  },
  'an onopen gets a 401 with its body unread': {
    path: '/json-error?is=401',
    async run(stage) {
      const bodies: unknown[] = []
      const log = await play(stage, {
        async onopen(response) {
          bodies.push(await response.json())
          fail()
        },
        onerror: rethrow,
      })
      return [bodies, log]
    },
    both: [[{ error: { message: 'Quota used up', code: 'insufficient_quota' } }], ['open 401', 'error: stop', 'rejected: stop']],
  },
  'an onopen takes the place of the checks': {
    path: '/says-as?type=text/plain&text=data:%20plain%0A%0A',
    run: stage => play(stage, { onopen() {} }),
    both: ['open 200', 'message plain', 'close', 'resolved'],
  },
  'what onmessage throws goes to onerror, and what that throws ends the request': {
    path: '/ticks',
    run: async stage => [await play(stage, { onmessage: fail, onerror: rethrow }), await requests(stage)],
    both: [['message 1', 'error: stop', 'rejected: stop'], ['left']],
  },
  'what onmessage throws is resumed from, behind the event that it was given': {
    path: answers('id: 1\ndata: one\n\nid: 2\ndata: two\n\nid: 3\ndata: three\n\n', 'data: AFTER\n\n'),
    run: stage => read(stage, { onmessage: ({ data }) => data === 'two' && fail(), onerror: () => 20 }),
    both: ['one', 'two', '2', 'resolved'],
  },
  'a clean end calls onclose, and resolves': {
    path: '/two',
    run: async stage => [await play(stage), await requests(stage)],
    both: [['message one', 'message two', 'close', 'resolved'], ['finished']],
  },
  'what onclose throws goes to onerror, and the request is sent again': {
    path: says('data: one\n\n'),
    run: async stage => [await play(stage, comeBack()), (await requests(stage)).length],
    both: [['message one', 'close', 'error: once more', 'message one', 'close', 'resolved'], 2],
  },
  'an onerror that returns a number waits as many milliseconds': {
    path: '/two',
    run: stage => gap(stage, 250, () => 250),
    both: 250,
  },
  'an onerror that returns nothing waits a second': {
    path: '/two',
    run: stage => gap(stage, 1000, () => {}),
    both: 1000,
  },
  'an onerror that returns null waits as long as the server\'s retry: asks': {
    path: says('retry: 600\ndata: one\n\n'),
    run: stage => gap(stage, 600, () => null),
    both: 600,
  },
  'what onerror throws is what the promise rejects with': {
    path: '/html',
    async run({ fetchEventSource, url }) {
      const error = new AppError('mine')
      return (await fetchEventSource(url, { onerror: () => rethrow(error) }).catch((caught: unknown) => caught)) === error
    },
    both: true,
  },
  'what is no event stream goes to onerror': {
    path: '/html',
    run: stage => play(stage, { onerror: fail }),
    both: ['error: an error', 'rejected: stop'],
  },
  'a POST is sent again where onerror returns: there the app speaks': {
    path: '/fails-once?at=1',
    run: async stage => [await play(stage, { method: 'POST', body: 'a prompt', onerror: () => 20 }), (await requests(stage)).length],
    both: [['error: an error', 'message event 2', 'close', 'resolved'], 2],
  },
  'a signal that is aborted before the headers resolves, and no callback hears of it': {
    path: '/never',
    run: stage => abort(stage, controller => {
      void arrival(stage, 1).then(() => controller.abort())
      return { onopen: fail, onerror: fail }
    }),
    both: [['resolved'], ['left']],
  },
  'a signal that is aborted in onopen does': {
    path: '/open',
    run: stage => abort(stage, controller => ({ onopen: () => controller.abort(), onerror: fail })),
    both: [['open 200', 'resolved'], ['left']],
  },
  'a signal that is aborted while it reads does': {
    path: '/silent-after-one',
    run: stage => abort(stage, controller => ({ onmessage: () => void setTimeout(() => controller.abort(), 30), onerror: fail })),
    both: [['message one', 'resolved'], ['left']],
  },
  'a signal that is aborted while it waits to try again does, and nothing is sent': {
    path: '/two',
    async run(stage) {
      const seen = await abort(stage, controller => ({
        ...comeBack(),
        onerror() {
          setTimeout(() => controller.abort(), 20)
          return 100
        },
      }))
      await sleep(200)
      return [seen, (await requests(stage)).length]
    },
    both: [[['message one', 'message two', 'close', 'error: once more', 'resolved'], ['finished']], 1],
  },
  'a signal that is aborted in onclose does': {
    path: '/two',
    run: stage => abort(stage, controller => ({ onclose: () => controller.abort(), onerror: fail })),
    both: [['message one', 'message two', 'close', 'resolved'], ['finished']],
  },
  'the recipe of their README': {
    path: '/api/sse',
    async run(stage) {
      const log: unknown[] = []
      const error = await recipe(stage, log).catch((caught: unknown) => caught)
      return [log, String(error), (await requests(stage)).length]
    },
    both: [[200, 'one', 503, 200, 'Quota used up'], 'Error: Quota used up', 3],
  },
}

const different: Record<string, Scenario & { ours: unknown; theirs: unknown }> = {
  'an async onerror is awaited, where theirs takes its promise for the wait': {
    path: '/html',
    run: stage => count(stage, { onerror: async () => 10_000 }, 1000),
    ours: 'goes on, sent once',
    theirs: 'goes on, sent again',
  },
  'what an async onerror throws rejects, where theirs goes on without end': {
    path: '/html',
    run: stage => count(stage, {
      onerror() {
        const rejected = Promise.reject(new AppError('stop'))
        rejected.catch(() => {}) // theirs leaves it to nobody, which is not the test's
        return rejected
      },
    }),
    ours: 'rejected: stop, sent once',
    theirs: 'goes on, sent again',
  },
  'a signal that was aborted before sends nothing, where theirs does not look': {
    path: '/two',
    run: stage => abort(stage, controller => {
      controller.abort()
      return {}
    }),
    ours: [['resolved'], []],
    theirs: [['message one', 'message two', 'close', 'resolved'], ['finished']],
  },
  'a signal that is aborted in onmessage leaves out the rest of a chunk, where theirs delivers it': {
    path: '/says-and-stays?text=data:%20one%0A%0Adata:%20two%0A%0A',
    run: stage => abort(stage, controller => ({ onmessage: () => controller.abort() })),
    ours: [['message one', 'resolved'], ['left']],
    theirs: [['message one', 'message two', 'resolved'], ['left']],
  },
  'a signal that is aborted in onerror sends nothing more, where theirs does once its wait is over': {
    path: '/html',
    async run(stage) {
      const controller = new AbortController()
      let errors = 0
      await play(stage, {
        signal: controller.signal,
        onerror() {
          controller.abort()
          if (++errors > 1) fail() // or theirs would never end
          return 20
        },
      })
      await sleep(100)
      return (await requests(stage)).length
    },
    ours: 1,
    theirs: 2,
  },
  'no listener is left on the signal, where theirs leaves one a call': {
    path: '/two',
    async run(stage) {
      const { signal } = new AbortController()
      let listeners = 0
      const add = signal.addEventListener.bind(signal)
      const remove = signal.removeEventListener.bind(signal)
      signal.addEventListener = (...args: Parameters<typeof add>) => {
        listeners++
        add(...args)
      }
      signal.removeEventListener = (...args: Parameters<typeof remove>) => {
        listeners--
        remove(...args)
      }
      await play(stage, { signal })
      return listeners
    },
    ours: 0,
    theirs: 1,
  },
  'a Headers object is sent, where theirs drops it': {
    path: '/echo',
    run: async stage => (await asked(stage, { headers: new Headers({ 'x-name': 'value' }) })).headers['x-name'],
    ours: 'value',
    theirs: undefined,
  },
  'headers in a list are sent, where theirs takes their index for a name': {
    path: '/echo',
    async run(stage) {
      const { headers } = await asked(stage, { headers: [['x-name', 'value']] })
      return [headers['x-name'], headers['0']]
    },
    ours: ['value', undefined],
    theirs: [undefined, 'x-name,value'],
  },
  'a function is asked for headers before every request, where theirs drops it': {
    path: answers('data: AFTER\n\n'),
    async run(stage) {
      let asks = 0
      return read(stage, { ...comeBack(), headers: async () => ({ 'last-event-id': `${++asks}` }) })
    },
    ours: ['1', '2', 'resolved'],
    theirs: ['nothing', 'nothing', 'resolved'],
  },
  'an Accept header in capitals is kept, where theirs adds its own': {
    path: '/echo',
    run: async stage => (await asked(stage, { headers: { Accept: 'application/x-events' } })).headers['accept'],
    ours: 'application/x-events',
    theirs: 'application/x-events, text/event-stream',
  },
  'a whole Request is sent with its headers, where theirs drops them': {
    path: '/echo',
    async run(stage) {
      const init = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json', 'x-name': 'value' } }
      const { method, headers, body } = await asked(stage, { input: new Request(stage.url, init) })
      return [method, body, headers['content-type'], headers['x-name']]
    },
    ours: ['POST', '{}', 'application/json', 'value'],
    theirs: ['POST', '{}', undefined, undefined],
  },
  'a whole Request with a body is sent again, where theirs finds it used': {
    path: answers('data: BODY\n\n'),
    run: stage => read(stage, { ...comeBack(), input: new Request(stage.url, { method: 'POST', body: 'a prompt' }) }),
    ours: ['a prompt', 'a prompt', 'resolved'],
    theirs: ['a prompt', 'rejected: an error'],
  },
  'a URL that does not parse rejects at once, where theirs asks onerror, and again': {
    path: '/two',
    run: stage => play(stage, { ...comeBack(), input: 'http://' }),
    ours: ['rejected: an error'],
    theirs: ['error: an error', 'error: an error', 'rejected: an error'],
  },
  'a URL with a password in it rejects at once, where theirs asks onerror, and again': {
    path: '/two',
    run: stage => play(stage, { ...comeBack(), input: stage.url.replace('//', '//me:secret@') }),
    ours: ['rejected: an error'],
    theirs: ['error: an error', 'error: an error', 'rejected: an error'],
  },
  'comments and blank lines deliver nothing, where theirs delivers empty messages': {
    path: says(': here\n\n\ndata: one\n\n: still here\n\n'),
    run: read,
    ours: ['one', 'resolved'],
    theirs: ['', '', 'one', '', 'resolved'],
  },
  'a token that is a new line survives, where theirs makes it empty': {
    path: says('data\ndata\n\ndata:\ndata:\n\ndata:\ndata: two\n\n'),
    run: read,
    ours: ['\n', '\n', '\ntwo', 'resolved'],
    theirs: ['', '', 'two', 'resolved'],
  },
  'a byte order mark within the stream is text, where theirs leaves it out': {
    path: says('\uFEFFdata: \uFEFFone\n\n'),
    run: read,
    ours: ['\uFEFFone', 'resolved'],
    theirs: ['one', 'resolved'],
  },
  'an id with NUL is none, where theirs cannot come back with it': {
    path: answers('id: a\0b\ndata: AFTER\n\n', 'data: AFTER\n\n'),
    run: stage => read(stage, comeBack()),
    ours: ['nothing', 'nothing', 'resolved'],
    theirs: ['nothing', 'rejected: an error'],
  },
  'an id beyond Latin-1 is sent as UTF-8, where theirs cannot come back with it': {
    path: answers('id: 天\ndata: AFTER\n\n', 'data: AFTER\n\n'),
    run: stage => read(stage, comeBack()),
    // WebKitGTK encodes the bytes of any header once more, on their way out
    ours: ['nothing', expect.stringMatching(/^(\u00E5\u00A4\u00A9|\u00C3\u00A5\u00C2\u00A4\u00C2\u00A9)$/), 'resolved'],
    theirs: ['nothing', 'rejected: an error'],
  },
  'the id of an unfinished event does not count, where theirs loses that event': {
    path: answers('id: 1\ndata: AFTER\n\nid: 2\ndata: unfinish', 'data: AFTER\n\n'),
    run: stage => read(stage, comeBack()),
    ours: ['nothing', '1', 'resolved'],
    theirs: ['nothing', '2', 'resolved'],
  },
  'what a reconnect replays is delivered once, where theirs delivers it twice': {
    path: '/replays',
    run: stage => read(stage, comeBack()),
    ours: ['a', 'b', 'without id', 'without id', 'c', 'resolved'],
    theirs: ['a', 'b', 'without id', 'a', 'b', 'without id', 'c', 'resolved'],
  },
  'retry: takes digits only, where theirs reads what begins with some': {
    path: says('retry: 20ms\ndata: one\n\n'),
    async run(stage) {
      const retries: unknown[] = []
      await play(stage, { onmessage: ({ retry }) => retries.push(retry) })
      return retries
    },
    ours: [undefined],
    theirs: [20],
  },
  'retry: 0 does not hammer the server, where theirs does': {
    path: says('retry: 0\ndata: one\n\n'),
    async run(stage) {
      await play(stage, { onclose: fail, onerror() {}, until: arrival(stage, 3, 900) })
      return (await requests(stage)).length > 2
    },
    ours: false,
    theirs: true,
  },
  'an onerror that returns Infinity waits, where theirs sends again at once': {
    path: '/html',
    run: stage => count(stage, { onerror: () => Infinity }, 1000),
    ours: 'goes on, sent once',
    theirs: 'goes on, sent again',
  },
  'the request ends where onmessage throws and onerror returns, where theirs leaves it running': {
    path: '/stays-once',
    async run(stage) {
      let thrown = false
      const log = await play(stage, {
        method: 'POST', // Firefox holds a GET back until the one before it ends, which is theirs that never comes
        onmessage() {
          if (thrown) return
          thrown = true
          fail()
        },
        onerror: () => 20,
      })
      return [log.at(-1), await requests(stage)]
    },
    ours: ['resolved', ['left', 'finished']],
    theirs: ['resolved', [null, 'finished']],
  },
  'an answer 204 resolves, where theirs finds it in error': {
    path: '/feed',
    run: stage => play(stage, { headers: { 'last-event-id': '3' }, onerror: rethrow }),
    ours: ['close', 'resolved'],
    theirs: ['error: an error', 'rejected: an error'],
  },
  'an answer 500 that calls itself an event stream is an error, where theirs takes it for one': {
    path: '/status?is=500',
    run: stage => play(stage, { onerror: rethrow }),
    ours: ['error: an error', 'rejected: an error'],
    theirs: ['close', 'resolved'],
  },
  'the content type is read in any case, where theirs knows one': {
    path: '/says-as?type=Text/Event-Stream;charset=utf-8&text=data:%20one%0A%0A',
    run: stage => play(stage, { onerror: rethrow }),
    ours: ['message one', 'close', 'resolved'],
    theirs: ['error: an error', 'rejected: an error'],
  },
  'the content type is read whole, where theirs reads its beginning': {
    path: '/says-as?type=text/event-streams&text=data:%20one%0A%0A',
    run: stage => play(stage, { onerror: rethrow }),
    ours: ['error: an error', 'rejected: an error'],
    theirs: ['message one', 'close', 'resolved'],
  },
  'a network that fails reaches onerror as a StreamError, where theirs hands on what fetch rejects with': {
    path: '/drop-before-headers',
    async run({ fetchEventSource, url }) {
      const error: unknown = await fetchEventSource(url, { onerror: rethrow }).catch((caught: unknown) => caught)
      return error instanceof StreamError ? [error.code, error.cause instanceof TypeError] : error instanceof TypeError && 'TypeError'
    },
    ours: ['network', true],
    theirs: 'TypeError',
  },
  'without an onerror a POST that finds no answer rejects, where theirs sends it again': {
    path: '/drop-before-headers',
    run: stage => count(stage, { method: 'POST' }),
    ours: 'rejected: an error, sent once',
    theirs: 'goes on, sent again',
  },
  'without an onerror a POST that breaks rejects, where theirs sends it again': {
    path: '/drop-without-ids',
    run: stage => count(stage, { method: 'POST' }),
    ours: 'rejected: an error, sent once',
    theirs: 'goes on, sent again',
  },
  'without an onerror a POST that is answered 401 rejects, where theirs sends it again': {
    path: '/json-error?is=401',
    run: stage => count(stage, { method: 'POST' }),
    ours: 'rejected: an error, sent once',
    theirs: 'goes on, sent again',
  },
  'without an onerror a POST that is answered 500 rejects, where theirs sends it again': {
    path: '/json-error?is=500',
    run: stage => count(stage, { method: 'POST' }),
    ours: 'rejected: an error, sent once',
    theirs: 'goes on, sent again',
  },
  'without an onerror a GET that is answered 404 rejects, where theirs asks again': {
    path: '/json-error?is=404',
    run: stage => count(stage),
    ours: 'rejected: an error, sent once',
    theirs: 'goes on, sent again',
  },
  'without an onerror a POST that is answered 200 with a page rejects, where theirs sends it again': {
    path: '/html',
    run: stage => count(stage, { method: 'POST' }),
    ours: 'rejected: an error, sent once',
    theirs: 'goes on, sent again',
  },
  'without an onerror what onmessage throws rejects, where theirs sends the request again': {
    path: says('retry: 20\ndata: one\n\n'),
    run: stage => count(stage, { method: 'POST', onmessage: fail }),
    ours: 'rejected: stop, sent once',
    theirs: 'goes on, sent again',
  },
  'without an onerror what onclose throws rejects, where theirs sends the request again': {
    path: says('retry: 20\ndata: one\n\n'),
    run: stage => count(stage, { method: 'POST', onclose: fail }),
    ours: 'rejected: stop, sent once',
    theirs: 'goes on, sent again',
  },
  'without an onerror what onopen throws rejects, where theirs sends the request again': {
    path: '/two',
    run: stage => count(stage, { method: 'POST', onopen: fail }),
    ours: 'rejected: stop, sent once',
    theirs: 'goes on, sent again',
  },
}

let scenarios = 0

/** Sets the stage for a package: no two scenarios share a path. */
function stageOf(name: keyof typeof packages, path: string): Stage {
  return { fetchEventSource: packages[name], url: `${server}${path}${path.includes('?') ? '&' : '?'}page-${name}-${++scenarios}` }
}

describe.concurrent('fetchEventSource() and @microsoft/fetch-event-source are alike:', () => {
  for (const [name, { path, run, both }] of Object.entries(same)) {
    test(name, async () => {
      expect(await run(stageOf('theirs', path)), 'theirs').toEqual(both)
      expect(await run(stageOf('ours', path)), 'ours').toEqual(both)
    })
  }
})

describe.concurrent('fetchEventSource() differs from @microsoft/fetch-event-source:', () => {
  for (const [name, { path, run, ...seen }] of Object.entries(different)) {
    test(name, async () => {
      expect(await run(stageOf('theirs', path)), 'theirs').toEqual(seen.theirs)
      expect(await run(stageOf('ours', path)), 'ours').toEqual(seen.ours)
    })
  }
})

// Alone, as it hides the tab for everybody
describe('fetchEventSource() in a tab that is hidden and shown', () => {
  let visibility: DocumentVisibilityState = 'visible'
  Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => visibility })
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => visibility === 'hidden' })

  test('sends a POST once, where theirs sends it again at every showing, unless openWhenHidden says otherwise', async () => {
    const open = { openWhenHidden: true }
    const inits = { 'ours': { openWhenHidden: false }, 'theirs': {}, 'ours, left open': open, 'theirs, left open': open }
    let over = () => {}
    const until = new Promise<void>(resolve => (over = resolve))
    const stages = Object.entries(inits).map(([name, init]) => {
      const stage = stageOf(name.startsWith('ours') ? 'ours' : 'theirs', '/ticks')
      return { name, stage, played: play(stage, { method: 'POST', body: 'a prompt', ...init, until }) }
    })
    await Promise.all(stages.map(({ stage }) => arrival(stage, 1)))
    const sentAgain = stages.find(({ name }) => name === 'theirs')?.stage as Stage
    for (const sent of [2, 3]) {
      for (const state of ['hidden', 'visible'] as const) {
        visibility = state
        document.dispatchEvent(new Event('visibilitychange'))
        await sleep(200)
      }
      await arrival(sentAgain, sent) // or the next hiding may take it back
    }
    over()
    const counts = await Promise.all(stages.map(async ({ name, stage, played }) => {
      expect((await played).at(-1)).toBe('goes on')
      const seen = await requests(stage)
      expect(seen).not.toContain(null)
      return [name, seen.length]
    }))
    expect(Object.fromEntries(counts)).toEqual({ 'ours': 1, 'theirs': 3, 'ours, left open': 1, 'theirs, left open': 1 })
  })
})
