import express from 'express'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ask } from './ask'

export const app = express()

app.post('/api/chat', express.json({ limit: '1mb' }), async (request, response) => {
  const leaving = new AbortController()
  response.on('close', () => leaving.abort())
  try {
    const { status, headers, body } = await ask(request.body.messages, leaving.signal)
    response.status(status).setHeaders(headers)
    await pipeline(body ? Readable.fromWeb(body as import('node:stream/web').ReadableStream) : [], response)
  } catch (error) {
    if (!leaving.signal.aborted) throw error
  }
})
