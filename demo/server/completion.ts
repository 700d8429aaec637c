import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { ChatRequest } from './chat-request.ts'
import { answer } from './model/model.ts'
import { createPace } from './model/pace.ts'
import { tokenize } from './model/tokens.ts'
import { formatEvent, openStream, write } from './sse.ts'

const MODEL = 'teleprinter-demo'

/**
 * Answers with our own model, in the shape of OpenAI's chat completions: a stream of chunks, or one document.
 *
 * @param factor multiplies every wait of the model
 * @throws when `signal` is aborted, at once
 */
export async function generate(res: ServerResponse, request: ChatRequest, factor: number, signal: AbortSignal): Promise<void> {
  const text = answer(request.messages)
  const pace = createPace(factor)
  const id = `chatcmpl-${randomUUID()}`
  const created = Math.floor(Date.now() / 1000)
  const model = request.model ?? MODEL

  if (!request.stream) {
    await pause(pace.first(), signal)
    const choice = { index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }
    res.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' })
    res.end(JSON.stringify({ id, object: 'chat.completion', created, model, choices: [choice], usage: usage(request, text) }))
    return
  }

  const send = (data: string): Promise<void> => write(res, formatEvent({ data }), signal)
  const sendChunk = (choices: unknown[], used: unknown = null): Promise<void> => send(JSON.stringify({
    id, object: 'chat.completion.chunk', created, model, choices,
    // Where usage is asked for, every chunk has the field, and only the last one fills it
    ...(request.includeUsage && { usage: used }),
  }))
  const sendDelta = (delta: { role?: string; content?: string }, finishReason: string | null = null): Promise<void> =>
    sendChunk([{ index: 0, delta, finish_reason: finishReason }])

  // no-transform: a proxy that compressed the stream would hold it back to do so
  openStream(res, { 'Cache-Control': 'no-cache, no-transform' })
  await sendDelta({ role: 'assistant', content: '' })
  await pause(pace.first(), signal)
  for (const token of tokenize(text)) {
    await sendDelta({ content: token })
    await pause(pace.after(token), signal)
  }
  await sendDelta({}, 'stop')
  if (request.includeUsage) await sendChunk([], usage(request, text))
  await send('[DONE]')
  res.end()
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await wait(ms, undefined, { signal })
}

function usage(request: ChatRequest, text: string): Record<string, number> {
  const prompt = request.messages.reduce((sum, { content }) => sum + tokenize(content).length, 0)
  const completion = tokenize(text).length
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion }
}
