import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, fetchEvents, readEvents, streamText } from '../src/index.ts'
import { startServer, type TestServer } from './helpers/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())

describe('`using` ends the request at the end of its block:', () => {
  test('connect()', async () => {
    {
      using connection = connect(`${server.url}/ticks?using-connect`)
      await new Promise(resolve => connection.on('message', resolve))
    }
    expect(await server.requests('/ticks?using-connect')[0]?.over).toBe('left')
  })

  test('fetchEvents()', async () => {
    {
      await using events = fetchEvents(`${server.url}/ticks?using-fetch`)
      await events.next()
    }
    expect(await server.requests('/ticks?using-fetch')[0]?.over).toBe('left')
  })

  test('readEvents()', async () => {
    {
      await using events = readEvents(await fetch(`${server.url}/ticks?using-read`))
      await events.next()
    }
    expect(await server.requests('/ticks?using-read')[0]?.over).toBe('left')
  })

  test('streamText()', async () => {
    const url = `${server.url}/chat-endless?using`
    let stream
    {
      using answer = streamText('Hi', { url })
      stream = answer
      await answer[Symbol.asyncIterator]().next()
    }
    expect((await stream).outcome).toBe('stopped')
    expect(await server.requests('/chat-endless?using')[0]?.over).toBe('left')
  })
})
