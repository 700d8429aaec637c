import { Hono } from 'hono'
import { ask } from './ask'

export const app = new Hono()

app.post('/api/chat', async c => {
  const { messages } = await c.req.json()
  return ask(messages, c.req.raw.signal)
})
