// What is sent, which answers are good, and what follows a bad one
import { row, rowOfCases, WINDOW, WINDOW_AND_WORKER, type Row } from '../row.ts'
import { cookie, holds, plain, same, type Happening } from '../tools.ts'

const STATUSES = [204, 205, 210, 299, 404, 410, 503]
const ANY_ORIGIN = { 'access-control-allow-origin': '*' }

export const requests: Row[] = [
  row('request-accept', '`Accept` is exactly `text/event-stream`', WINDOW_AND_WORKER, async ({ address, open, seen }) => {
    const url = address({ stay: true })
    await open(url).first(1)
    same((await seen(url)).map(({ headers }) => headers['accept']), ['text/event-stream'], 'Accept')
  }),

  rowOfCases('request-cache-control',
    '`Cache-Control` is exactly `no-cache`, on every connection and without a preflight', WINDOW_AND_WORKER, {
    'same origin': { away: false, count: 1 },
    'same origin, reconnecting': { away: false, count: 2 },
    'cross-origin': { away: true, count: 1 },
    'cross-origin, reconnecting': { away: true, count: 2 },
  }, ({ away, count }) => async ({ address, elsewhere, open, seen }) => {
    const url = address({ headers: ANY_ORIGIN, body: 'retry: 2\ndata: x\n\n' })
    const { firstOf, source } = open(away ? `${elsewhere}/${url}` : url)
    await firstOf('message', count)
    source.close()
    const sent = (await seen(url)).slice(0, count)
    same(sent.map(({ method, headers }) => `${method} ${headers['cache-control']}`), Array(count).fill('GET no-cache'),
      'method and Cache-Control')
  }),

  rowOfCases('request-redirect',
    'Redirects are followed', WINDOW, { '301': 301, '302': 302, '303': 303, '307': 307 }, status => async ({ address, open }) => {
    const location = address({ body: 'data: there\n\n', stay: true })
    const { first } = open(address({ status, headers: { location } }))
    same((await first(2)).map(({ type, data }) => [type, data]), [['open', undefined], ['message', 'there']])
  }),

  rowOfCases('request-status', 'Only 200 is good: another status gives one `error` and the end, and its body is not read', WINDOW,
    Object.fromEntries(STATUSES.map(status => [status, status])), status => async ({ address, open, seen, wait }) => {
    const url = address({ status, body: status === 204 || status === 205 ? '' : 'retry: 2\ndata: x\n\n' })
    const { all, first } = open(url)
    plain((await first(1))[0] as Happening)
    await wait(200)
    same(all.map(({ type, readyState }) => [type, readyState]), [['error', 2]], 'events and readyState')
    same((await seen(url)).length, 1, 'requests')
  }),

  row('reconnect',
    'The end of a good response is no end: `error` at 0, and a new request after the reconnection time',
    WINDOW, async ({ address, open }) => {
    const { first } = open(address({ body: 'retry: 2\ndata: x\n\n' }))
    same((await first(5)).map(({ type, readyState }) => [type, readyState]),
      [['open', 1], ['message', 1], ['error', 0], ['open', 1], ['message', 1]], 'events and readyState')
  }),

  row('reconnect-order',
    'Events come in order: message, error, message; the error is plain', WINDOW, async ({ address, open }) => {
    const { all, firstOf } = open(address([{ body: 'retry: 2\ndata: one\n\n' }, { body: 'data: two\n\n', stay: true }]))
    await firstOf('message', 2)
    const heard = all.filter(({ type }) => type !== 'open')
    same(heard.map(({ type, data }) => [type, data]), [['message', 'one'], ['error', undefined], ['message', 'two']], 'events')
    plain(heard[1] as Happening)
  }),
]

const OF_PAGE = () => ({ 'access-control-allow-origin': location.origin, 'access-control-allow-credentials': 'true' })

export const crossOrigin: Row[] = [
  row('cross-origin',
    'Works across origins with credentials, from a host that is not ASCII; `origin` is the stream’s, in punycode',
    WINDOW, async ({ address, abroad, open, seen }) => {
    const url = address({ headers: OF_PAGE(), body: 'data: x\n\n', stay: true })
    const { firstOf, source } = open(`${abroad}/${url}`, { withCredentials: true })
    const [message] = await firstOf('message', 1)
    same([message?.origin, message?.data, source.withCredentials], [new URL(abroad).origin, 'x', true],
      'origin, data, withCredentials')
    holds(message?.origin?.includes('://xn--'), 'the origin is in punycode')
    same((await seen(url)).map(({ method }) => method), ['GET'], 'requests')
  }),

  row('cross-origin-redirect',
    'Works across origins with credentials over a redirect', WINDOW, async ({ address, elsewhere, open }) => {
    const location = `${elsewhere}/${address({ headers: OF_PAGE(), body: 'data: x\n\n', stay: true })}`
    const { firstOf } = open(`${elsewhere}/${address({ status: 302, headers: { ...OF_PAGE(), location } })}`,
      { withCredentials: true })
    const [message] = await firstOf('message', 1)
    same([message?.origin, message?.data], [elsewhere, 'x'], 'origin and data')
  }),

  row('cross-origin-reconnect',
    'Works across origins with credentials over a reconnect, which sends the cookie of the first response',
    WINDOW, async ({ address, elsewhere, open, seen }) => {
    const { pair, header } = cookie()
    const url = address([{ headers: { ...OF_PAGE(), ...header }, body: 'retry: 2\ndata: one\n\n' },
      { headers: OF_PAGE(), body: 'data: two\n\n', stay: true }])
    const { firstOf } = open(`${elsewhere}/${url}`, { withCredentials: true })
    same((await firstOf('message', 2)).map(({ origin, data }) => [origin, data]), [[elsewhere, 'one'], [elsewhere, 'two']],
      'origin and data')
    const sent = await seen(url)
    same(sent.map(({ method, headers }) => [method, headers['cookie']?.includes(pair) ?? false]), [['GET', false], ['GET', true]],
      'method, and whether the cookie is sent')
  }),

  rowOfCases('cross-origin-refused', 'A response that the page may not read gives one `error` and the end', WINDOW, {
    'another origin allowed': { 'access-control-allow-origin': 'http://example.test' },
    'an empty header': { 'access-control-allow-origin': '' },
    'no header': {},
  }, headers => async ({ address, elsewhere, open, wait }) => {
    const { all, first } = open(`${elsewhere}/${address({ headers, body: 'retry: 2\ndata: x\n\n' })}`)
    plain((await first(1))[0] as Happening)
    await wait(300)
    same(all.map(({ type, readyState }) => [type, readyState]), [['error', 2]], 'events and readyState')
  }),

  row('cross-origin-redirect-origin',
    'After a redirect to another origin, `origin` is that of the final address',
    WINDOW_AND_WORKER, async ({ address, elsewhere, open }) => {
    const location = `${elsewhere}/${address({ headers: ANY_ORIGIN, body: 'data: x\n\n', stay: true })}`
    const { firstOf, source } = open(address({ status: 302, headers: { location } }))
    const [message] = await firstOf('message', 1)
    same([message?.origin, message?.data], [elsewhere, 'x'], 'origin and data')
    holds(source.url.startsWith(globalThis.location.origin), 'url is still the one that was asked for')
  }),

  ...['refused', 'granted'].map(preflight => rowOfCases<EventSourceInit | undefined>(`request-credentials-preflight-${preflight}`,
    `Cookies go across origins with \`withCredentials\` only, also behind a last event id, where a preflight would be ${preflight}`,
    WINDOW, {
      'withCredentials true': { withCredentials: true },
      'withCredentials false': { withCredentials: false },
      'no withCredentials': undefined,
    }, init => async ({ address, elsewhere, open, seen }) => {
      const { pair, header } = cookie()
      document.cookie = header['set-cookie'] // a cookie is of a host, whatever the port
      const url = address([{ headers: OF_PAGE(), body: 'retry: 2\nid: 1\ndata: one\n\n' },
        { headers: OF_PAGE(), body: 'data: two\n\n', stay: true }],
        preflight === 'granted' ? { ...OF_PAGE(), 'access-control-allow-headers': 'last-event-id' } : undefined)
      const { firstOf } = open(`${elsewhere}/${url}`, init)
      same((await firstOf('message', 2)).map(({ data }) => data), ['one', 'two'], 'data')
      const sent = (await seen(url)).filter(({ method }) => method === 'GET')
      const sends = init?.withCredentials === true
      same(sent.map(({ headers }) => [headers['last-event-id'], headers['cookie']?.includes(pair) ?? false]),
        [[undefined, sends], ['1', sends]], 'Last-Event-ID, and whether the cookie is sent')
    })),

  rowOfCases('cross-origin-preflight',
    'A reconnect asks the server first only where its last event id is long, or has unsafe characters', WINDOW, {
    'a short id': { id: 'abc-1', asks: false },
    'a long id': { id: 'x'.repeat(200), asks: true },
    'an id with unsafe characters': { id: '{"a": 1}', asks: true },
  }, ({ id, asks }) => async ({ address, elsewhere, open, seen }) => {
    const url = address([{ headers: ANY_ORIGIN, body: `retry: 2\nid: ${id}\ndata: one\n\n` },
      { headers: ANY_ORIGIN, body: 'data: two\n\n', stay: true }],
      { ...ANY_ORIGIN, 'access-control-allow-headers': 'last-event-id' })
    await open(`${elsewhere}/${url}`).firstOf('message', 2)
    const sent = await seen(url)
    same(sent.map(({ method }) => method), ['GET', ...(asks ? ['OPTIONS'] : []), 'GET'], 'requests')
    same(sent.at(-1)?.headers['last-event-id'], id, 'Last-Event-ID')
  }),
]
