// How a stream is read
import { row, rowOfCases, WINDOW, WINDOW_AND_WORKER, type Check, type Row } from '../row.ts'
import { holds, plain, same, type Happening } from '../tools.ts'
import type { Answer } from '../plan.ts'

/** A row that compares the data of a stream's messages; the stream has to end with the message `last`. */
function reads(name: string, says: string, body: string, expected: string[], answer?: Answer): Row {
  return row(name, says, WINDOW_AND_WORKER, async ({ data }) => same(await data(body, answer), expected, 'data'))
}

const LAST = 'data: last\n\n'

/** The time between the two openings of a stream whose first response says this; the default of no engine is two seconds. */
function reopens(fields: string): Check {
  return async ({ address, open }) => {
    const [first, second] = await open(address([{ body: `${fields}data: x\n\n` }, { stay: true }])).firstOf('open', 2)
    const ms = (second as Happening).at - (first as Happening).at
    holds(ms > 1500 && ms < 2500, `about two seconds between the openings: ${Math.round(ms)} ms`)
  }
}

/** A response of this content type is refused. */
function refuses(type: string): Check {
  return async ({ address, open, seen, wait }) => {
    const url = address({ type, body: 'retry: 2\ndata: x\n\n' })
    const { all, first } = open(url)
    plain((await first(1))[0] as Happening)
    await wait(200)
    same(all.map(({ type: heard, readyState }) => [heard, readyState]), [['error', 2]], 'events and readyState')
    same((await seen(url)).length, 1, 'requests')
  }
}

export const parsing: Row[] = [
  reads('event-data',
    'Data lines join, one blank after the colon goes, and a block without data is no event, on a response that stays open',
    'data: with blank\ndata:without\n\nDATA: no\nid\n\n: no\n\nnews: no\n\ndata\n\ndatum: no\ndata:   b\n:no\n\n' + LAST,
    ['with blank\nwithout', '', '  b']),
  reads('format-bom', 'One byte order mark at the very start goes, and no later one',
    '\uFEFFdata: field\n\ndata: field\n\uFEFFdata: no field\n\n\uFEFFdata: no field\n\n' + LAST, ['field', 'field']),
  reads('format-bom-twice', 'Of two byte order marks at the start only the first goes',
    '\uFEFF\uFEFFdata: no field\ndata: field\n\n' + LAST, ['field']),
  reads('format-comments', 'Lines that start with a colon are ignored: empty, with NUL, long, with any line end',
    `:\r:\n:\r\ndata: Mon\n: \0\rdata: Tue\r\n::data: no\ndata: Wed\r:${'long '.repeat(410)}\r\n:${'\u00a0'.repeat(400)}\n\n${LAST}`,
    ['Mon\nTue\nWed']),

  row('format-unfinished',
    'What stands before the end of a response without an empty line behind it is dropped, its id too', WINDOW_AND_WORKER,
    async ({ address, open, seen }) => {
    const url = address({ body: 'retry: 2\ndata: one\n\nid: dropped\ndata: two' })
    const { firstOf } = open(url)
    same((await firstOf('message', 2)).map(({ data, lastEventId }) => [data, lastEventId]), [['one', ''], ['one', '']],
      'data and last event ids')
    holds(!('last-event-id' in ((await seen(url))[1]?.headers ?? {})), 'the second request sends no Last-Event-ID')
  }),

  reads('format-field-data',
    'Empty data lines are empty lines of data', 'data:\n\ndata\ndata\n\ndata:some\n\n' + LAST, ['', '\n', 'some']),

  row('format-field-event', '`event` names the type of one event', WINDOW_AND_WORKER, async ({ address, open }) => {
    const { firstOf, of } = open(address({ body: 'event:tick\ndata:x\n\ndata:y\n\n', stay: true }), undefined, ['tick'])
    const [message] = await firstOf('message', 1)
    same([of('tick').map(({ data }) => data), message?.data], [['x'], 'y'], 'data of the tick, and of the message')
    holds(of('tick')[0]?.event instanceof MessageEvent, 'the tick is a MessageEvent')
  }),

  reads('format-field-event-empty',
    'An `event` without a value is a message', 'event: \ndata:one\n\nevent:\ndata:two\n\nevent\ndata:three\n\n' + LAST,
    ['one', 'two', 'three']),

  row('format-field-id',
    '`id` is the last event id, sent with the reconnect as UTF-8, and stays', WINDOW_AND_WORKER,
    async ({ address, open, seen }) => {
    const url = address([{ body: 'id: …ü文\nretry: 2\ndata: one\n\n' }, { body: 'data: two\n\n', stay: true }])
    const messages = await open(url).firstOf('message', 2)
    same(messages.map(({ lastEventId }) => lastEventId), ['…ü文', '…ü文'], 'last event ids')
    const bytes = [...new TextEncoder().encode('…ü文')].map(byte => String.fromCharCode(byte)).join('')
    same((await seen(url)).map(({ headers }) => headers['last-event-id']), [undefined, bytes], 'Last-Event-ID, by bytes')
  }),

  row('format-field-id-kept',
    'The last event id is kept over two reconnects that set none', WINDOW_AND_WORKER, async ({ address, open, seen }) => {
    const url = address([{ body: 'id: kept\nretry: 2\ndata: one\n\n' }, { body: 'data: two\n\n' },
      { body: 'data: three\n\n', stay: true }])
    same((await open(url).firstOf('message', 3)).map(({ data, lastEventId }) => [data, lastEventId]),
      [['one', 'kept'], ['two', 'kept'], ['three', 'kept']], 'data and last event ids')
    same((await seen(url)).map(({ headers }) => headers['last-event-id']), [undefined, 'kept', 'kept'], 'Last-Event-ID')
  }),

  rowOfCases('format-field-id-changed', 'The last event id is that of later events too, until it is changed or emptied', WINDOW, {
    'changed': { body: 'id:1\ndata:a\n\ndata:b\n\nid:2\ndata:c\n\ndata:d\n\n', ids: ['1', '1', '2', '2'] },
    'emptied': { body: 'id:1\ndata:a\n\nid:\ndata:b\n\ndata:c\n\n', ids: ['1', '', ''] },
    'emptied without a colon': { body: 'id:1\ndata:a\n\nid\ndata:b\n\ndata:c\n\n', ids: ['1', '', ''] },
  }, ({ body, ids }) => async ({ address, open }) => {
    const messages = await open(address({ body, stay: true })).firstOf('message', ids.length)
    same(messages.map(({ lastEventId }) => lastEventId), ids, 'last event ids')
  }),

  rowOfCases('format-field-id-null', 'An `id` with a NUL is ignored, and the reconnect sends no `Last-Event-ID`', WINDOW, {
    'alone': '\0',
    'two': '\0\0',
    'first': '\0a',
    'last': 'a\0',
    'within': 'a\0b',
  }, id => async ({ address, open, seen }) => {
    const url = address([{ body: `retry: 2\nid: ${id}\ndata: one\n\n` }, { body: 'data: two\n\n', stay: true }])
    same((await open(url).firstOf('message', 2)).map(({ lastEventId }) => lastEventId), ['', ''], 'last event ids')
    holds(!('last-event-id' in ((await seen(url))[1]?.headers ?? {})), 'the second request sends no Last-Event-ID')
  }),

  reads('format-field-parsing', 'Field names are exact, NUL is data, CR, LF and CRLF end lines',
    'DATA:no\rdata\0: no\r\n\0data: no\ndata: \0yes\rdata\t:no\n\tdata:no\r\n data: no\ndat-a: no\rdata:  yes\r\ndata : no\n\n' + LAST,
    ['\0yes\n yes']),
  row('format-field-retry',
    '`retry` is the reconnection time, in decimal milliseconds', WINDOW_AND_WORKER, reopens('retry:02000\n')),
  row('format-field-retry-bogus',
    'A `retry` that is not all digits is ignored as a whole', WINDOW_AND_WORKER,
    reopens('retry:2000\nretry:1000x\nretry:-1\nretry:1e3\n')),
  reads('format-field-retry-empty', 'A `retry` without a value does no harm', 'retry\nretry:\ndata:one\n\n' + LAST, ['one']),
  reads('format-field-unknown', 'Unknown fields are ignored',
    'weather: no\nno colon\ndata: yes\n data: no\ndata\nx:\n:data: no\ndate: no\ndata: yes\n\n' + LAST, ['yes\n\nyes']),
  reads('format-leading-space', 'One blank after the colon goes, and no tab',
    'data:  two\rdata:\t\ttabs\ndata: \tboth\r\ndata: \ndata:\u00a0wide\n\n' + LAST, [' two\n\t\ttabs\n\tboth\n\n\u00a0wide']),
  reads('format-newlines',
    'CRLF is one line end, LF and CR are too, in any mixture',
    'data:a\r\ndata:b\ndata:c\rdata:d\r\n\rdata:e\n\r\ndata:f\r\rdata:g\r\n\r\n' + LAST, ['a\nb\nc\nd', 'e', 'f', 'g']),
  reads('format-null-character', 'NUL is data', 'data:\0\n\ndata:a\0b\n\n' + LAST, ['\0', 'a\0b']),
  reads('format-utf-8',
    'The stream is UTF-8, whatever charset the response names', 'data: größer als 5 €\n\n' + LAST, ['größer als 5 €'],
    { type: 'text/event-stream;charset=windows-1252' }),
  row('format-mime-bogus', 'A content type that is none gives one `error` and the end', WINDOW_AND_WORKER, refuses('x bogus')),
  row('format-mime-valid-bogus',
    'Another content type gives one `error` and the end', WINDOW_AND_WORKER, refuses('text/x-bogus')),
  reads('format-mime-trailing-semicolon',
    '`text/event-stream;` is accepted', 'data:one\n\n' + LAST, ['one'], { type: 'text/event-stream;' }),
]
