import { createTRPCClient, httpSubscriptionLink, TRPCClientError } from '@trpc/client'
import ReconnectingEventSource from 'reconnecting-eventsource'
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest'
import { EventSource } from '../../src/index.ts'
import type { TrpcRouter } from '../helpers/trpc.ts'

const server = inject('server')

/** How the answers to a path's requests ended, as the server saw it; `null` where one is under way. */
async function endings(path: string): Promise<(string | null)[]> {
  return (await (await fetch(`${server}/requests?of=${encodeURIComponent(path)}`)).json()) as (string | null)[]
}

const until = (condition: () => boolean | Promise<boolean>) => vi.waitUntil(condition, { timeout: 5000 })

/** Until the client has gone away from the one request that it sent. */
const left = (path: string) => until(async () => String(await endings(path)) === 'left')

const { EventSource: BrowsersOwn } = globalThis
afterEach(() => {
  globalThis.EventSource = BrowsersOwn
})

describe('htmx', () => {
  let htmx: typeof import('htmx.org').default & { createEventSource?: (url: string) => globalThis.EventSource }
  let parent: HTMLElement
  let seen: [type: string, source: globalThis.EventSource][]

  beforeEach(async () => {
    globalThis.EventSource = EventSource
    // As in a page, where our script comes before theirs
    htmx = (await import('htmx.org')).default
    // @ts-expect-error -- comes without types
    await import('htmx-ext-sse')
    vi.spyOn(console, 'error').mockImplementation(() => {}) // where htmx writes that a connection broke
    parent = document.createElement('div')
    document.body.append(parent)
    seen = []
    for (const type of ['htmx:sseOpen', 'htmx:sseError', 'htmx:sseClose']) {
      parent.addEventListener(type, event => {
        seen.push([type.slice(8), (event as CustomEvent<{ source: globalThis.EventSource }>).detail.source])
      })
    }
  })
  afterEach(() => {
    htmx.swap(parent, '', { swapStyle: 'innerHTML', swapDelay: 0, settleDelay: 0 })
    parent.remove()
    vi.restoreAllMocks()
  })

  function show(html: string) {
    parent.innerHTML = html
    htmx.process(parent)
  }

  test('shows the messages and the named events of an EventSource that was put in place of the own one', async () => {
    show(`<div hx-ext="sse" sse-connect="${server}/fragments?htmx"><p sse-swap="message"></p><p sse-swap="news"></p></div>`)
    await until(() => parent.textContent.includes('news 1'))
    expect(parent.querySelector('b')?.textContent).toBe('1')
    expect(parent.textContent).toBe('1 after nothingnews 1')
    expect(seen[0]?.[0]).toBe('Open')
    expect(seen[0]?.[1]).toBeInstanceOf(EventSource)
  })

  test('goes on behind the last event where the connection breaks, and where it ends', async () => {
    const path = '/fragments?htmx-again'
    show(`<p hx-ext="sse" sse-connect="${server}${path}" sse-swap="message,news" hx-swap="beforeend"></p>`)
    await until(() => parent.textContent.includes('news 3'))
    expect(parent.textContent).toBe('1 after nothingnews 12 after 1news 23 after 2news 3')
    expect(seen.map(([type]) => type)).toEqual(['Open', 'Error', 'Open', 'Error', 'Open'])
    expect(new Set(seen.map(([, source]) => source)).size).toBe(1)
    expect(await endings(path)).toEqual(['left', 'finished', null])
  })

  test('makes another one where the first failed for good, and swaps what that brings', async () => {
    show(`<div hx-ext="sse" sse-connect="${server}/status?is=503&times=1&htmx"><p sse-swap="message"></p></div>`)
    await until(() => parent.textContent !== '')
    expect(seen.slice(0, 2).map(([type]) => type)).toEqual(['Error', 'Open'])
    expect(seen[0]?.[1].readyState).toBe(EventSource.CLOSED)
    expect(seen[1]?.[1]).not.toBe(seen[0]?.[1])
  })

  test('closes the request at the event of sse-close, and shows nothing after it', async () => {
    const path = '/says-bye?htmx'
    show(`<p hx-ext="sse" sse-connect="${server}${path}" sse-swap="message" sse-close="bye" hx-swap="beforeend"></p>`)
    await left(path)
    expect(parent.textContent).toBe('last words')
    expect(seen.map(([type, { readyState }]) => [type, readyState])).toEqual([['Open', 2], ['Close', 2]])
  })

  test('closes the request where it swaps the element for another', async () => {
    const path = '/open?htmx'
    show(`<p hx-ext="sse" sse-connect="${server}${path}"></p>`)
    await until(() => seen.length > 0)
    expect(await endings(path)).toEqual([null])
    htmx.swap(parent, '<p>something else</p>', { swapStyle: 'innerHTML', swapDelay: 0, settleDelay: 0 })
    await left(path)
    expect(seen.map(([type]) => type)).toEqual(['Open', 'Close'])
  })

  test('closes the request at the next event after a script has removed the element', async () => {
    const path = '/ticks?htmx'
    show(`<p hx-ext="sse" sse-connect="${server}${path}" sse-swap="message"></p>`)
    await until(() => parent.textContent !== '')
    expect(await endings(path)).toEqual([null])
    parent.firstElementChild?.remove()
    await left(path)
  })

  test('takes an EventSource with headers from htmx.createEventSource', async () => {
    globalThis.EventSource = BrowsersOwn
    const { createEventSource } = htmx
    try {
      htmx.createEventSource = url => new EventSource(url, { headers: { authorization: 'Bearer abc' } })
      show(`<p hx-ext="sse" sse-connect="${server}/echo?htmx" sse-swap="message"></p>`)
      await until(() => parent.textContent !== '')
      expect(JSON.parse(parent.textContent)).toMatchObject({ headers: { authorization: 'Bearer abc' } })
    } finally {
      htmx.createEventSource = createEventSource as NonNullable<typeof createEventSource>
    }
  })
})

describe('tRPC', () => {
  function client(path: string) {
    const link = httpSubscriptionLink({
      url: server + path,
      EventSource,
      eventSourceOptions: { headers: { authorization: 'Bearer abc' }, retry: ({ received }) => received && 10 },
    })
    return createTRPCClient<TrpcRouter>({ links: [link] })
  }

  test('hears its own events, goes on behind the last one where the connection breaks, and closes at the end', async () => {
    const path = '/trpc/feed?page'
    const data: string[] = []
    const states: string[] = []
    await new Promise<void>((resolve, reject) => {
      client('/trpc?page').feed.subscribe(undefined, {
        onData: event => data.push(event.data),
        onConnectionStateChange: ({ state }) => states.push(state),
        onComplete: resolve,
        onError: reject,
      })
    })
    expect(data).toEqual(['event 1 for Bearer abc', 'event 2 for Bearer abc, after 1', 'event 3'])
    expect(states).toEqual(['connecting', 'pending', 'connecting', 'pending', 'idle'])
    expect(await endings(path)).toHaveLength(2)
  })

  test('ends the request where the subscription is ended', async () => {
    const path = '/trpc/endless?page'
    const data: string[] = []
    const subscription = client('/trpc?page').endless.subscribe(undefined, { onData: text => data.push(text) })
    await until(() => data.length > 0)
    expect(await endings(path)).toEqual([null])
    subscription.unsubscribe()
    await left(path)
  })

  test('fails where the server refuses', async () => {
    const error = await new Promise(onError => client('/nothing-here').feed.subscribe(undefined, { onError }))
    expect(error).toBeInstanceOf(TRPCClientError)
    expect(await endings('/nothing-here/feed')).toEqual(['finished'])
  })
})

describe('ReconnectingEventSource', () => {
  test('hears messages and named events over all connections, until it is closed', async () => {
    const path = '/fragments?reconnecting'
    const data: string[] = []
    const targets = new Set<unknown>()
    const source = new ReconnectingEventSource(server + path, { eventSourceClass: EventSource })
    source.onmessage = event => data.push(String(event.data))
    source.addEventListener('news', event => {
      data.push(String(event.data))
      targets.add(event.target)
    })
    await until(() => data.length === 6)
    expect([...targets]).toEqual([expect.any(EventSource)])
    expect(data).toEqual([
      '<b>1</b> after nothing', '<i>news 1</i>', '<b>2</b> after 1', '<i>news 2</i>', '<b>3</b> after 2', '<i>news 3</i>',
    ])
    expect(await endings(path)).toEqual(['left', 'finished', null])
    source.close()
    await until(async () => (await endings(path))[2] === 'left')
  })

  test('makes another one where the first failed for good', async () => {
    const path = '/status?is=503&times=1&reconnecting'
    const source = new ReconnectingEventSource(server + path, { eventSourceClass: EventSource, max_retry_time: 10 })
    const data = await new Promise(resolve => (source.onmessage = event => resolve(event.data)))
    source.close()
    expect(data).toBe('at last')
    expect(await endings(path)).toHaveLength(2)
  })
})
