import { fetchEventSource } from '@microsoft/fetch-event-source'
import { describe, expect, inject, test } from 'vitest'
import { connect, EventSource, fetchEvents, streamChat } from '../../src/index.ts'

const server = inject('server')
const headers = { 'content-type': 'application/json' }
const body = '{"prompt":"Hi"}'

/** How many requests of a scenario the server has counted. */
async function requestsOf(path: string): Promise<number> {
  const response = await fetch(`${server}/requests?of=${encodeURIComponent(path)}`)
  return ((await response.json()) as unknown[]).length
}

/** Long enough for the second request of any client that would send one: a second is the usual wait. */
const wait = () => new Promise(resolve => setTimeout(resolve, 2000))

let visibility: DocumentVisibilityState = 'visible'
Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => visibility })
Object.defineProperty(document, 'hidden', { configurable: true, get: () => visibility === 'hidden' })

async function switchTabs(times: number) {
  for (let count = 0; count < times; count++) {
    for (const state of ['hidden', 'visible'] as const) {
      visibility = state
      document.dispatchEvent(new Event('visibilitychange'))
      await new Promise(resolve => setTimeout(resolve, 30))
    }
  }
}

const ignore = () => {}

function fault() {
  throw new Error('a bug of the app')
}

/** Sends a prompt to `path` and reads the answer to its end, or until the signal is aborted. */
type Client = (path: string, signal: AbortSignal, listener: () => void) => Promise<unknown> | undefined

async function countRequests(client: Client, name: string): Promise<Record<string, number>> {
  const scenarios = {
    'finished': '/two', 'a listener that throws': '/two', 'cut in the middle': '/chat-cut', 'broken in the middle': '/chat-drop',
    '500': '/status?is=500', '401': '/status?is=401', 'html': '/html', 'dropped before headers': '/drop-before-headers', 'five tab switches': '/ticks',
  }
  const paths = Object.entries(scenarios).map(([scenario, path]) => [scenario, `${path}${path.includes('?') ? '&' : '?'}${name}-${scenario.replaceAll(' ', '-')}`] as const)
  const controller = new AbortController()
  for (const [scenario, path] of paths) {
    client(path, controller.signal, scenario === 'a listener that throws' ? fault : ignore)?.catch(ignore)
  }
  await new Promise(resolve => setTimeout(resolve, 300))
  await switchTabs(5)
  await wait()
  controller.abort()
  return Object.fromEntries(await Promise.all(paths.map(async ([scenario, path]) => [scenario, await requestsOf(path)] as const)))
}

const ONE_EACH = {
  'finished': 1, 'a listener that throws': 1, 'cut in the middle': 1, 'broken in the middle': 1,
  '500': 1, '401': 1, 'html': 1, 'dropped before headers': 1, 'five tab switches': 1,
}

// What the platform reports of the app's bug is not the test's
addEventListener('error', event => {
  if (!event.message.includes('a bug of the app')) return
  event.preventDefault()
  event.stopImmediatePropagation()
}, true)

describe('one prompt is one POST', () => {
  test('by fetchEvents()', async () => {
    expect(await countRequests(async (path, signal, listener) => {
      for await (const _ of fetchEvents(server + path, { method: 'POST', headers, body, signal })) listener()
    }, 'fetchEvents')).toEqual(ONE_EACH)
  })

  test('by connect()', async () => {
    expect(await countRequests((path, signal, listener) => {
      const connection = connect(server + path, { json: { prompt: 'Hi' }, signal })
      connection.on('message', listener)
      return connection.closed
    }, 'connect')).toEqual(ONE_EACH)
  })

  test('by EventSource', async () => {
    expect(await countRequests((path, signal, listener) => {
      new EventSource(server + path, { json: { prompt: 'Hi' }, signal }).onmessage = listener
      return undefined
    }, 'EventSource')).toEqual(ONE_EACH)
  })

  test('by streamChat()', async () => {
    expect(await countRequests((path, signal, listener) => {
      return Promise.resolve(streamChat('Hi', { write: listener }, { url: server + path, signal }))
    }, 'streamChat')).toEqual(ONE_EACH)
  })

  test('and not by a client that sends again: so this page would see it', async () => {
    const counts = await countRequests((path, signal, onmessage) => fetchEventSource(server + path, {
      method: 'POST', headers, body, signal, onmessage,
    }), 'fetch-event-source')
    expect(counts['finished']).toBe(1)
    for (const scenario of ['a listener that throws', 'broken in the middle', 'html', 'dropped before headers', 'five tab switches']) expect(counts[scenario]).toBeGreaterThan(1)
  })
})
