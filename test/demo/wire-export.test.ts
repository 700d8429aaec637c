import { createParser } from 'teleprinter'
import { describe, expect, test } from 'vitest'
import { createEntries, type News } from '../../demo/page/wire/entries.ts'
import { fileName, toEventStream, toNdjson } from '../../demo/page/wire/export.ts'
import { createBlotter, isSecret } from '../../demo/page/wire/secrets.ts'

const SECRET = 'sk-1234567890'
const request = {
  method: 'POST', url: `https://example.com/v1?key=${SECRET}&model=a`, body: '{}', lastEventId: '', reconnect: true,
  headers: [['Authorization', `Bearer ${SECRET}`], ['X-Model', 'a']] as [string, string][],
}
const blotter = createBlotter(request.url, request.headers)
const event = (data: string, more: object = {}): News => ({ kind: 'event', type: 'message', data, bytes: data.length, framing: 'sse', ...more })

function record(...news: News[]) {
  const entries = createEntries()
  for (const one of news) entries.add(one)
  return entries.after(0)
}

describe('isSecret()', () => {
  test.each([
    'Authorization', 'proxy-authorization', 'Cookie', 'X-Api-Key', 'api_key', 'apikey', 'apiKey', 'key', 'access_token', 'X-Auth-Token', 'client-secret',
    'X-Auth', 'X-Credentials', 'X-Key-Id', 'X-Token-Value', 'X-Session-Id', 'sessionId', 'XSRF-TOKEN', 'password', 'userPassword', 'oauth',
  ])(
    'isSecret() knows %s', name => expect(isSecret(name)).toBe(true))
  test.each(['Accept', 'Content-Type', 'Last-Event-ID', 'X-Monkey', 'model', 'tokenizer', 'max_tokens', 'author', 'Authority', 'Access-Control-Allow-Credentials', 'WWW-Authenticate'])(
    'isSecret() lets %s pass', name => expect(isSecret(name)).toBe(false))
})

describe('createBlotter()', () => {
  test('secrets are blotted out of headers, of URLs, and wherever else they are quoted', () => {
    expect(blotter.headers(request.headers)).toEqual([['Authorization', '***'], ['X-Model', 'a']])
    expect(blotter.text(request.url)).toBe('https://example.com/v1?key=***&model=a')
    expect(blotter.text(`Incorrect API key: ${SECRET}.`)).toBe('Incorrect API key: ***.')
    expect(blotter.text('Nothing of the kind')).toBe('Nothing of the kind')
  })

  test('a short secret is blotted out where it stands, and does not blot out every text', () => {
    const short = createBlotter('https://example.com/?token=a', [['X-Api-Key', 'b']])
    expect(short.text('https://example.com/?token=a')).toBe('https://example.com/?token=***')
    expect(short.headers([['x-api-key', 'b']])).toEqual([['x-api-key', '***']])
    expect(short.text('a b c')).toBe('a b c')
  })
})

describe('createBlotter() of bodies and answers', () => {
  test.each([
    ['{"api_key":"abcd","a":{"password": "p\\"q"}, "max_tokens": 5}', '{"api_key":"***","a":{"password": "***"}, "max_tokens": 5}'],
    ['{"auth":{"user":"somebody","list":["thing"]},"token":12345}', '{"auth":{"user":"***","list":["***"]},"token":"***"}'],
    ['{"secret":"never closed', '{"secret":"***"'],
    ['grant=x&code=a&pass%77ord=b&model=c', 'grant=x&code=***&pass%77ord=***&model=c'],
    ['Any text at all', 'Any text at all'],
  ])('of %s', (body, blotted) => expect(createBlotter('https://example.com/', [], body).body(body)).toBe(blotted))

  test('what a body holds is blotted out where it is quoted', () => {
    const blot = createBlotter('https://example.com/?auth=abcd&code=efgh', [['X-Auth', 'ijkl']], '{"token":12345,"password":"p\\"qrs"}')
    expect(blot.text('abcd efgh ijkl 12345 p"qrs xyz')).toBe('*** *** *** *** *** xyz')
  })

  test('a token that a redirect added is blotted out from then on', () => {
    const blot = createBlotter('https://example.com/', [])
    blot.learn('https://example.com/there?token=abcd', [])
    expect(blot.text('hello abcd')).toBe('hello ***')
    expect(blot.text('https://example.com/there?token=abcd')).toBe('https://example.com/there?token=***')
  })
})

describe('toNdjson()', () => {
  test('the first line is the request, the others are the entries, and no secret is in any', () => {
    const text = toNdjson(request, 0, record(
      { kind: 'life', step: 'request', attempt: 1, method: 'POST', url: request.url, headers: blotter.headers(request.headers), body: '{}' },
      { kind: 'comment', text: 'hi', bytes: 2 },
      event(`{"echo":"${SECRET}"}`, { id: '7' }),
      { kind: 'life', step: 'ending', outcome: 'done', events: 1, bytes: 9 },
    ), blotter)
    expect(text).not.toContain(SECRET)
    const [head, ...lines] = text.trimEnd().split('\n').map(line => JSON.parse(line) as Record<string, unknown>)
    expect(head).toEqual({
      record: 'recording', openedAt: '1970-01-01T00:00:00.000Z', method: 'POST', url: 'https://example.com/v1?key=***&model=a',
      headers: { 'Authorization': '***', 'X-Model': 'a' }, body: '{}', lastEventId: '', reconnect: true,
    })
    expect(lines.map(({ record: kind, number }) => [kind, number])).toEqual([['request', 1], ['comment', 2], ['event', 3], ['ending', 4]])
    expect(lines[0]).toMatchObject({ attempt: 1, headers: { 'Authorization': '***', 'X-Model': 'a' } })
    expect(lines[2]).toMatchObject({ type: 'message', id: '7', data: '{"echo":"***"}' })
  })
})

describe('toEventStream()', () => {
  test('what it writes is read as the same events', () => {
    const text = toEventStream(record(
      { kind: 'life', step: 'request', attempt: 1, method: 'GET', url: '/', headers: [] },
      { kind: 'life', step: 'pace', ms: 1500 },
      event('one\n\ntwo'), event('', { type: 'tick', id: '' }), event('three', { id: '3' }),
      { kind: 'comment', text: ' beat', bytes: 5 },
    ), blotter)
    const heard: unknown[] = []
    const parser = createParser({
      onEvent: ({ type, data, lastEventId }) => heard.push([type, data, lastEventId]), onComment: heard.push.bind(heard), onRetry: heard.push.bind(heard),
    })
    parser.feed(text)
    expect(heard).toEqual([1500, ['message', 'one\n\ntwo', ''], ['tick', '', ''], ['message', 'three', '3'], ' beat'])
  })
})

test('fileName() tells where it comes from, and when', () => {
  const at = new Date('2026-02-03T04:05:06Z')
  expect(fileName('https://example.com:8443/a/b%20c?key=x', at, 'ndjson')).toBe('wire-example.com-8443-a-b-20c-20260203-040506.ndjson')
  expect(fileName('https://example.com/', at, 'sse')).toBe('wire-example.com-20260203-040506.sse')
})
