// A source's life: open, message, error, close
import { NO_SERVICE, row, WINDOW, WINDOW_AND_WORKER, type Row } from '../row.ts'
import { cookie, plain, same, type Happening } from '../tools.ts'

export const life: Row[] = [
  row('onopen',
    '`open` is a plain event, fired when the response is there; `readyState` is 1', NO_SERVICE, async ({ address, listen }) => {
    const { source, first } = listen(new EventSource(address({ stay: true })))
    const own = new Promise<unknown[]>(resolve => {
      source.onopen = function (event) {
        resolve([this === source, event.target === source, event.type, source.readyState])
      }
    })
    same(await own, [true, true, 'open', 1], 'this, target, type and readyState in the handler')
    plain((await first(1))[0] as Happening)
  }),

  row('onmessage', '`onmessage` gets the data', NO_SERVICE, async ({ address, listen }) => {
    const { source } = listen(new EventSource(address({ body: 'data: some data\n\n', stay: true })))
    const data = await new Promise<unknown>(resolve => (source.onmessage = event => resolve(event.data)))
    same(data, 'some data')
  }),

  row('eventtarget', '`addEventListener()` works, and `this` is the source', NO_SERVICE, async ({ address, listen }) => {
    const { source } = listen(new EventSource(address({ body: 'data: some data\n\n', stay: true })))
    const heard = await new Promise<unknown[]>(resolve => {
      source.addEventListener('message', function (event) {
        resolve([this === source, event.data, event instanceof MessageEvent])
      }, false)
    })
    same(heard, [true, 'some data', true], 'this, data, and whether it is a MessageEvent')
  }),

  row('onmessage-realm', 'Messages are events of the realm that the class is of', WINDOW, async ({ address, frame, listen }) => {
    const child = await frame()
    const { firstOf } = listen(new child.EventSource(address({ body: 'data: x\n\n', stay: true })))
    const [message] = await firstOf('message', 1)
    same([message?.event instanceof child.MessageEvent, message?.event instanceof MessageEvent], [true, false],
      'of the frame’s realm, of the caller’s')
  }),

  row('onmessage-trusted', '`isTrusted` of a message is true', WINDOW_AND_WORKER, async ({ address, open }) => {
    const [message] = await open(address({ body: 'data: x\n\n', stay: true })).firstOf('message', 1)
    same(message?.event.isTrusted, true, 'isTrusted')
  }),

  row('close',
    '`readyState` is 0 at first, 1 in `open`, and 2 right after `close()`', NO_SERVICE, async ({ address, listen, wait }) => {
    const source = new EventSource(address({ body: 'data: x\n\n', stay: true }))
    const states: number[] = [source.readyState]
    const { all } = listen(source)
    await new Promise<void>(resolve => {
      source.onopen = () => {
        states.push(source.readyState)
        source.close()
        states.push(source.readyState)
        resolve()
      }
    })
    same(states, [0, 1, 2], 'readyState')
    await wait(200)
    same([all.map(({ type }) => type), source.readyState], [['open'], 2], 'events, and readyState after them')
  }),

  // Behind a message: workers of Firefox may keep a connection that is ended before its first bytes are read
  row('close-connection',
    '`close()` ends the connection, without an event', NO_SERVICE, async ({ address, open, seen, until, wait }) => {
    const url = address({ body: 'retry: 2\ndata: x\n\n', stay: true })
    const { all, firstOf, source } = open(url)
    await firstOf('message', 1)
    source.close()
    await until(async () => (await seen(url))[0]?.over === true)
    await wait(100)
    same([all.map(({ type }) => type), source.readyState], [['open', 'message'], 2], 'events, and readyState after them')
    same((await seen(url)).length, 1, 'requests')
  }),

  row('close-reconnecting',
    'Responses that end are errors at 0, a 204 is one at 2, and nothing follows',
    WINDOW, async ({ address, open, seen, wait }) => {
    const { pair, header } = cookie()
    const good = { body: 'retry: 2\ndata: x\n\n', headers: header }
    const url = address([good, good, { status: 204 }])
    const { all, firstOf } = open(url)
    same((await firstOf('error', 3)).map(({ readyState }) => readyState), [0, 0, 2], 'readyState in the errors')
    await wait(700)
    same(all.map(({ type }) => type), ['open', 'message', 'error', 'open', 'message', 'error', 'error'], 'events')
    const requests = await seen(url)
    same(requests.length, 3, 'requests')
    same(requests.map(({ headers }) => headers['cookie']?.includes(pair) ?? false), [false, true, true], 'whether the cookie is sent')
  }),

  row('close-of-worker',
    'A worker that has called `self.close()` can still construct a source', ['dedicated'], ({ address, listen }) => {
    const worker = globalThis as unknown as { close: () => void }
    worker.close()
    const { source } = listen(new EventSource(address({ stay: true })))
    same(source.readyState, 0, 'readyState')
  }, { alone: true }),

  row('request-cancellation',
    '`window.stop()` before the response ends the source: one `error` at 2, and nothing else',
    WINDOW, async ({ address, open, seen, until, wait }) => {
    const url = address({ after: 1000, body: 'data: x\n\n', stay: true })
    const { all, first, source } = open(url)
    await until(async () => (await seen(url)).length > 0)
    window.stop()
    await first(1)
    await wait(1500)
    same(all.map(({ type, readyState }) => [type, readyState]), [['error', 2]], 'events and readyState')
    same(source.readyState, 2, 'readyState at last')
  }, { alone: true }),

  row('bfcache',
    'A page with an open source can go to the back/forward cache: its connection is closed, and opened again when it comes back',
    WINDOW, async ({ address, seen, until }) => {
    const stream = address([{ body: 'id: 1\ndata: before\n\n', stay: true }, { body: 'data: after\n\n', stay: true }])
    const note = address({ status: 204 })
    window.open(`../leaving/page.html?${new URLSearchParams({ stream, note })}`, '_blank', 'noopener,popup')
    await until(async () => (await seen(note)).length > 0)
    same(/kept=\w+/.exec((await seen(note))[0]?.url ?? '')?.[0], 'kept=true', 'whether the page is kept')
    await until(async () => (await seen(stream)).length > 1)
    const [, second] = await seen(stream)
    same([second?.beside, second?.headers['last-event-id']], [0, '1'],
      'connections open when the page comes back, and the last event id that it sends')
  }, { engine: 'Chromium' }),

  row('bfcache-events', 'It does so by the page’s own events', WINDOW, async ({ address, open, seen, until }) => {
    const url = address([{ body: 'id: 1\ndata: before\n\n', stay: true }, { body: 'data: after\n\n', stay: true }])
    const { firstOf, source } = open(url)
    await firstOf('message', 1)
    dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))
    await until(async () => (await seen(url))[0]?.over === true)
    same((await seen(url)).length, 1, 'requests while the page is away')
    dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))
    const messages = await firstOf('message', 2)
    same(messages.map(({ data }) => data), ['before', 'after'], 'data')
    same([(await seen(url))[1]?.headers['last-event-id'], source.readyState], ['1', 1],
      'last event id of the second request, and readyState')
  }, {
    alone: true,
    oursOnly: 'the check dispatches the events of a page that leaves and comes back, which are not what an engine goes by',
  }),
]
