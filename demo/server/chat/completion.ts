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

/** What an answer's chunks all say of it. */
export interface Identity {
  id: string
  /** In seconds. */
  created: number
}

/** The longest name that OpenAI's API lets a tool have. */
const TOOL_NAME_LENGTH = 64

/** What our own model reads of a request, as a document that says the same to it: whoever keeps that keeps nothing else that was sent. */
export function whatIsRead({ messages, includeUsage, model, json: { tools, tool_choice: toolChoice } }: ChatRequest): Record<string, unknown> {
  return {
    messages, model, stream: true,
    stream_options: { include_usage: includeUsage },
    tools: toolNames(tools).map(name => ({ function: { name } })),
    ...(toolChoice === 'none' && { tool_choice: 'none' }),
  }
}

function toolNames(tools: unknown): string[] {
  if (!Array.isArray(tools)) return []
  return tools
    .map((tool: { function?: { name?: unknown } } | null) => tool?.function?.name)
    .filter((name): name is string => typeof name === 'string' && name.length <= TOOL_NAME_LENGTH)
}

/**
 * Answers with our own model as a stream of OpenAI's chat completion chunks: the blocks of its events, one by one, `[DONE]` last.
 * The same request and identity always get the same blocks.
 *
 * @param factor multiplies every wait of the model
 * @param from the index of the first block that is wanted; those before it are passed over without a wait
 * @throws when `signal` is aborted, at once
 */
export async function* streamCompletion(
  request: ChatRequest, identity: Identity, factor: number, from: number, signal: AbortSignal,
): AsyncGenerator<string> {
  const pace = createPace(factor)
  let index = 0
  for (const { data, token } of chunks(request, identity)) {
    if (index++ < from) continue
    yield `data: ${data}`
    if (token !== undefined) await pause(token === FIRST ? pace.first() : pace.after(token), signal)
  }
}

/** In place of a token: the model reads the prompt. */
const FIRST = Symbol('first')

/** The data of an answer's events, each with the token that is waited for after it. */
function* chunks(request: ChatRequest, { id, created }: Identity): Generator<{ data: string; token?: string | typeof FIRST }> {
  const made = reply(request)
  const head = { id: `chatcmpl-${id}`, created, model: request.model ?? MODEL, object: 'chat.completion.chunk' }
  const chunk = (choices: unknown[], used: unknown = null): string => JSON.stringify({
    ...head, choices,
    // Where usage is asked for, every chunk has the field, and only the last one fills it
    ...(request.includeUsage && { usage: used }),
  })
  const delta = (added: Delta, reason: string | null = null): string => chunk([{ index: 0, delta: added, finish_reason: reason }])

  yield { data: delta({ role: 'assistant', content: '' }), token: FIRST }
  for (const { token, ...added } of deltas(made, id)) yield { data: delta(added), token }
  yield { data: delta({}, finishReason(made)) }
  if (request.includeUsage) yield { data: chunk([], usage(request, made)) }
  yield { data: '[DONE]' }
}

/** Answers with our own model in one document, after the wait for its first token. */
export async function completion(request: ChatRequest, factor: number, signal: AbortSignal): Promise<unknown> {
  const made = reply(request)
  const id = randomUUID()
  await pause(createPace(factor).first(), signal)
  const toolCalls = made.toolCalls.map((call, index) => describeCall(call, id, index))
  const message = {
    role: 'assistant', content: made.text,
    ...(made.reasoning !== '' && { reasoning_content: made.reasoning }),
    ...(toolCalls.length > 0 && { tool_calls: toolCalls }),
  }
  const choice = { index: 0, message, finish_reason: finishReason(made) }
  const created = Math.floor(Date.now() / 1000)
  return { id: `chatcmpl-${id}`, created, model: request.model ?? MODEL, object: 'chat.completion', choices: [choice], usage: usage(request, made) }
}

/** All that a reply says, token by token. */
function* deltas({ reasoning, text, toolCalls }: Reply, answer: string): Generator<Delta & { token: string }> {
  for (const token of tokenize(reasoning)) yield { token, reasoning_content: token }
  for (const token of tokenize(text)) yield { token, content: token }
  for (const [index, call] of toolCalls.entries()) {
    const { id, type, function: { name } } = describeCall(call, answer, index)
    yield { token: name, tool_calls: [{ index, id, type, function: { name, arguments: '' } }] }
    for (const token of tokenize(call.arguments)) yield { token, tool_calls: [{ index, function: { arguments: token } }] }
  }
}

function describeCall(call: ToolCall, answer: string, index: number): { id: string; type: 'function'; function: ToolCall } {
  return { id: `call_${answer}_${index}`, type: 'function', function: call }
}

function finishReason({ toolCalls }: Reply): string {
  return toolCalls.length > 0 ? 'tool_calls' : 'stop'
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
