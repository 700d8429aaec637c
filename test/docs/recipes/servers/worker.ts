import { ask } from './ask'

export default {
  async fetch(request: Request, env: Record<string, string>) {
    if (request.method !== 'POST' || new URL(request.url).pathname !== '/api/chat') return new Response('Not found', { status: 404 })
    const { messages } = await request.json() as { messages: unknown }
    return ask(messages, request.signal, env)
  },
}
