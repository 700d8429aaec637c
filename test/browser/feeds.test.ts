import { describe, expect, inject, test } from 'vitest'
import { backoff, connect, EventSource, EventSourceParserStream, fetchEvents, readEvents } from '../../src/index.ts'

const server = inject('server')
const quick = backoff({ base: 1 })

describe('in a page,', () => {
  test('fetchEvents() reconnects behind the last event', async () => {
    const data: string[] = []
    for await (const event of fetchEvents(`${server}/feed?page-fetch`, { retry: quick })) data.push(event.data)
    expect(data).toEqual(['event 1', 'event 2', 'event 3'])
  })

  test('connect() delivers, whatever the server names its events', async () => {
    const connection = connect(`${server}/typed?page`, { method: 'POST' })
    const types: string[] = []
    connection.on('*', type => types.push(type))
    expect((await connection.closed).outcome).toBe('done')
    expect(types).toEqual(['tick', 'error', 'open', 'close', '*', '__proto__', 'constructor', 'message'])
  })

  test('EventSource does what the own class of the browser does', async () => {
    const record = (Source: typeof globalThis.EventSource, path: string) => new Promise<unknown[]>(resolve => {
      const seen: unknown[] = []
      const source = new Source(server + path)
      source.onopen = event => seen.push([event.type, source.readyState])
      source.onmessage = event => seen.push([event.type, event.data, event.lastEventId, event.origin])
      source.onerror = event => {
        seen.push([event.type, source.readyState])
        if (source.readyState === 2) resolve(seen)
      }
    })
    const ours = await record(EventSource, '/feed?page-ours')
    expect(ours).toHaveLength(10)
    expect(ours).toEqual(await record(globalThis.EventSource, '/feed?page-own'))
  })

  test('readEvents() and EventSourceParserStream read a response', async () => {
    const data: string[] = []
    for await (const event of readEvents(await fetch(`${server}/two?page`))) data.push(event.data)
    const { body } = await fetch(`${server}/two?page-stream`)
    const reader = (body as ReadableStream<Uint8Array>).pipeThrough(new EventSourceParserStream()).getReader()
    for (let read = await reader.read(); !read.done; read = await reader.read()) data.push(read.value.data)
    expect(data).toEqual(['one', 'two', 'one', 'two'])
  })
})
