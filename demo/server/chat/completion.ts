import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { reply } from './model/model.ts'
import { createPace } from './model/pace.ts'
import type { Reply, ToolCall } from './model/reply.ts'
import { tokenize } from './model/tokens.ts'
import type { ChatRequest } from './request.ts'

const MODEL = 'teleprinter-demo'

/** What a chunk adds to the answer. */
interface Delta {
  role?: string
  content?: string | null
  /** As DeepSeek and those after it name what a model thinks. */
  reasoning_content?: string
  tool_calls?: { index: number; id?: string; type?: 'function'; function: { name?: string; arguments: string } }[]
}

/**
 * Answers with our own model as a stream of OpenAI's chat completion chunks: the data of its events, one by one, `[DONE]` last.
 *
 * @param factor multiplies every wait of the model
 * @throws when `signal` is aborted, at once
 */
export async function* streamCompletion(request: ChatRequest, factor: number, signal: AbortSignal): AsyncGenerator<string> {
  const made = reply(request)
  const pace = createPace(factor)
  const head = { ...heading(request), object: 'chat.completion.chunk' }
  const chunk = (choices: unknown[], used: unknown = null): string => JSON.stringify({
    ...head, choices,
    // Where usage is asked for, every chunk has the field, and only the last one fills it
    ...(request.includeUsage && { usage: used }),
  })
  const delta = (added: Delta, reason: string | null = null): string => chunk([{ index: 0, delta: added, finish_reason: reason }])

  yield delta({ role: 'assistant', content: '' })
  await pause(pace.first(), signal)
  for (const { token, ...added } of deltas(made)) {
    yield delta(added)
    await pause(pace.after(token), signal)
  }
  yield delta({}, finishReason(made))
  if (request.includeUsage) yield chunk([], usage(request, made))
  yield '[DONE]'
}

/** Answers with our own model in one document, after the wait for its first token. */
export async function completion(request: ChatRequest, factor: number, signal: AbortSignal): Promise<unknown> {
  const made = reply(request)
  await pause(createPace(factor).first(), signal)
  const toolCalls = made.toolCalls.map(describeCall)
  const message = {
    role: 'assistant', content: made.text,
    ...(made.reasoning !== '' && { reasoning_content: made.reasoning }),
    ...(toolCalls.length > 0 && { tool_calls: toolCalls }),
  }
  const choice = { index: 0, message, finish_reason: finishReason(made) }
  return { ...heading(request), object: 'chat.completion', choices: [choice], usage: usage(request, made) }
}

/** All that a reply says, token by token. */
function* deltas({ reasoning, text, toolCalls }: Reply): Generator<Delta & { token: string }> {
  for (const token of tokenize(reasoning)) yield { token, reasoning_content: token }
  for (const token of tokenize(text)) yield { token, content: token }
  for (const [index, call] of toolCalls.entries()) {
    const { id, type, function: { name } } = describeCall(call)
    yield { token: name, tool_calls: [{ index, id, type, function: { name, arguments: '' } }] }
    for (const token of tokenize(call.arguments)) yield { token, tool_calls: [{ index, function: { arguments: token } }] }
  }
}

function describeCall(call: ToolCall): { id: string; type: 'function'; function: ToolCall } {
  return { id: `call_${randomUUID()}`, type: 'function', function: call }
}

function finishReason({ toolCalls }: Reply): string {
  return toolCalls.length > 0 ? 'tool_calls' : 'stop'
}

function heading({ model = MODEL }: ChatRequest): { id: string; created: number; model: string } {
  return { id: `chatcmpl-${randomUUID()}`, created: Math.floor(Date.now() / 1000), model }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await wait(ms, undefined, { signal })
}

function count(text: string): number {
  return tokenize(text).length
}

function usage(request: ChatRequest, { reasoning, text, toolCalls }: Reply): Record<string, number> {
  const prompt = request.messages.reduce((sum, { content }) => sum + count(content), 0)
  const said = count(reasoning) + count(text) + toolCalls.reduce((sum, call) => sum + count(call.name) + count(call.arguments), 0)
  return { prompt_tokens: prompt, completion_tokens: said, total_tokens: prompt + said }
}
