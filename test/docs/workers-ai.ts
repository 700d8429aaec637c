import { jsonReader, type Dialect } from 'teleprinter'

/** What is read of an event. */
interface Chunk {
  response?: string
  usage?: { prompt_tokens?: number; completion_tokens?: number }
}

/** Cloudflare's Workers AI: `data: {"response":"Hel"}`, `data: {"response":"lo"}`, `data: [DONE]`. */
export const workersAi: Dialect = {
  name: 'workersAi',
  request: (messages, { params }) => ({ json: { messages, stream: true, ...params } }),
  reader: () => jsonReader<Chunk>('workersAi', ({ response, usage }) => ({
    text: response,
    usage: { inputTokens: usage?.prompt_tokens, outputTokens: usage?.completion_tokens, raw: usage },
  })),
  detect: event => event.data.startsWith('{"response":'),
}
