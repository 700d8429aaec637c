// The constructor, its address, and the class as a global
import { EVERYWHERE, NO_SERVICE, row, rowOfCases, WINDOW, WINDOW_AND_WORKER, type Row } from '../row.ts'
import { holds, plain, same, throws } from '../tools.ts'

export const construction: Row[] = [
  row('constructor-empty-url', 'An empty address is the page’s own, or the worker script’s', EVERYWHERE, ({ listen }) => {
    const { source } = listen(new EventSource(''))
    same(source.url, location.href, 'url')
  }),

  rowOfCases('constructor-url-bogus', 'An address that does not parse throws a `SyntaxError` at once', EVERYWHERE, {
    'blanks in the host': 'http://not a host/',
    'an open bracket': 'http://[',
  }, url => () => {
    const error = throws(() => new EventSource(url).close(), 'SyntaxError')
    holds(error instanceof DOMException, 'it is a DOMException')
  }),

  rowOfCases('constructor-stringify', 'An address that is no string is made one', WINDOW, {
    'an object': { toString: () => 'object' },
    '1': 1,
    'null': null,
    'undefined': undefined,
  }, value => ({ listen }) => {
    const { source } = listen(new EventSource(value as unknown as string))
    same(source.url, new URL(value === undefined ? 'undefined' : String(value), location.href).href, 'url')
  }),

  row('constructor-stringify-opens',
    'An object’s `toString()` gives an address that is connected to', WINDOW, async ({ address, listen }) => {
    const relative = address({ body: 'data: x\n\n', stay: true })
    const { first } = listen(new EventSource({ toString: () => relative } as unknown as string))
    same((await first(2)).map(({ type, data }) => [type, data]), [['open', undefined], ['message', 'x']])
  }),

  row('constructor-multi-window',
    'The class of a frame resolves addresses against the frame, also when another page calls it',
    WINDOW, async ({ address, frame, listen }) => {
    const child = await frame()
    const relative = address({ stay: true })
    const { source, first } = listen(new child.EventSource(relative))
    same(source.url, new URL(relative, child.location.href).href, 'url')
    same((await first(1))[0]?.type, 'open', 'the first event')
  }),

  row('constructor-document-domain', 'Assigning `document.domain` does no harm', WINDOW, async ({ address, open }) => {
    // oxlint-disable-next-line typescript/no-deprecated -- what is checked
    document.domain = location.hostname
    const [opened] = await open(address({ stay: true })).first(1)
    same([opened?.type, opened?.readyState], ['open', 1])
    plain(opened as NonNullable<typeof opened>)
  }, { alone: true }),

  rowOfCases('constructor-other-scheme', 'A scheme that can not stream gives one `error`, later, and the end', NO_SERVICE, {
    'ftp:': 'ftp://localhost/',
    'about:': 'about:blank',
    'mailto:': 'mailto:nobody@localhost',
    'javascript:': 'javascript:void 0',
  }, url => async ({ listen, wait }) => {
    const { all, first, source } = listen(new EventSource(url))
    same(all.length, 0, 'events within the constructor')
    const [failed] = await first(1)
    same([failed?.type, failed?.readyState], ['error', 2])
    plain(failed as NonNullable<typeof failed>)
    await wait(200)
    same([all.length, source.readyState], [1, 2], 'events, and readyState after them')
  }),

  row('constructor-no-new', 'A call without `new` throws a `TypeError`', WINDOW_AND_WORKER, () => {
    const call = EventSource as unknown as (url: string) => void
    throws(() => call(''), 'TypeError')
  }),

  row('prototype',
    'The class is the global’s own property, and what is added to its prototype is there on sources',
    NO_SERVICE, ({ listen }) => {
    holds(Object.hasOwn(globalThis, 'EventSource'), 'an own property of the global object')
    const prototype = EventSource.prototype as unknown as Record<string, unknown>
    prototype['states'] = function (this: EventSource) {
      return [this.readyState, 'added']
    }
    const { source } = listen(new EventSource('nowhere'))
    const added = source as unknown as { states: () => unknown }
    same(added.states(), [0, 'added'])
    delete prototype['states']
    holds(!('states' in source), 'it is gone again')
  }),

  rowOfCases('url', '`url` is the address, resolved', NO_SERVICE, {
    'beside the page or script': 'stream?id=x',
    'a folder up': '../other/stream?id=x#part',
    'from the root': '/stream?id=ü',
  }, relative => ({ listen }) => {
    const { source } = listen(new EventSource(relative))
    same(source.url, new URL(relative, location.href).href, 'url')
  }),
]
