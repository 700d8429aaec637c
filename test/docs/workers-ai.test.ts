import { streamText } from 'teleprinter'
import { describe, expect, test } from 'vitest'
import { workersAi } from './workers-ai.ts'

const ANSWER = `data: {"response":"Hel"}

data: {"response":"lo 👋","usage":{"prompt_tokens":3,"completion_tokens":2}}

data: [DONE]

`

/** Reads a body that comes in pieces of so many bytes, as streamText() reads it from a server. */
function read(body: string, size = Infinity) {
  const bytes = new TextEncoder().encode(body)
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.subarray(at, at + size))
      controller.close()
    },
  })
  const response = new Response(stream, { headers: { 'content-type': 'text/event-stream' } })
  return streamText('Hi', { dialect: workersAi, url: 'http://localhost/', fetch: () => Promise.resolve(response) })
}

describe('workersAi', () => {
  test.each([Infinity, 7, 1])('reads an answer in pieces of %d bytes', async size => {
    expect(await read(ANSWER, size)).toMatchObject({
      text: 'Hello 👋', outcome: 'done', usage: { inputTokens: 3, outputTokens: 2 },
    })
  })

  test('is truncated without its end mark, and keeps what has come', async () => {
    expect(await read(ANSWER.replace('data: [DONE]', ''))).toMatchObject({ text: 'Hello 👋', outcome: 'truncated' })
  })

  test("throws the provider's own errors, and what it can't read", async () => {
    await expect(read('data: {"error":{"message":"Out of neurons","code":3036}}\n\n')).rejects.toMatchObject({
      code: 'provider', message: 'Provider reported an error: Out of neurons (3036)',
    })
    await expect(read('data: {"respo\n\n')).rejects.toMatchObject({ code: 'dialect' })
    await expect(read('data: {"candidates":[]}\n\n')).rejects.toMatchObject({ code: 'dialect' })
  })
})
