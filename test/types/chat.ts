// What must compile, and what must not: see README.md beside this file
import {
  createChat, dialects, jsonReader, streamChat, streamText, type ChatDelta, type ChatHandle, type ChatMessage, type ChatOptions,
  type ChatResult, type Dialect, type FinishReason, type Renderer, type TextStream,
} from 'teleprinter'
import { anthropic, openai } from 'teleprinter/dialects'

declare function expectType<T>(value: T): void
declare const element: Element

export async function text(): Promise<void> {
  const stream = streamText('Why?', { url: '/api/chat', dialect: anthropic, params: { temperature: 0 } })
  expectType<TextStream>(stream)
  for await (const delta of stream) expectType<ChatDelta>(delta)
  const result = await stream
  expectType<ChatResult>(result)
  expectType<'done' | 'stopped' | 'truncated'>(result.outcome)
  expectType<FinishReason | undefined>(result.finishReason)
  // @ts-expect-error -- what failed rejects, and gives no result
  expectType<boolean>(result.outcome === 'failed')
  // @ts-expect-error -- the provider may not have counted
  expectType<number>(result.usage.inputTokens)
  // @ts-expect-error -- arguments are JSON text
  expectType<object>(result.toolCalls[0]!.arguments)
  // @ts-expect-error -- for reading only
  stream.text = ''
  // @ts-expect-error -- a prompt is needed
  streamText()
  // @ts-expect-error -- one message is not yet a list of them
  streamText({ role: 'user', content: 'Why?' })
}

export function options(messages: readonly ChatMessage[]): void {
  streamText(messages)
  streamText([{ role: 'tool', content: '18°', tool_call_id: 'call_1' }])
  expectType<ChatOptions>({ model: 'gpt-4o-mini', request: sent => ({ prompt: sent.at(-1)?.content }), headers: async () => ({ a: 'b' }) })
  // @ts-expect-error -- a message says something
  streamText([{ role: 'user' }])
  // @ts-expect-error -- a dialect is an object, and no name
  expectType<ChatOptions>({ dialect: 'openai' })
  // @ts-expect-error -- a request's fields stand in params
  expectType<ChatOptions>({ temperature: 0 })
  // @ts-expect-error -- a URL is text, or a URL
  expectType<ChatOptions>({ url: 7 })
  // @ts-expect-error -- how to type says nothing where nothing is typed
  streamText('Why?', { caret: false })
}

export async function typed(renderer: Renderer): Promise<void> {
  const handle = streamChat('Why?', element, { caret: '_', announce: 'sentence' })
  expectType<ChatHandle>(handle)
  expectType<ChatResult>(await handle)
  expectType<0 | 1 | 2>(handle.readyState)
  handle.typewriter.pause()
  streamChat('Why?', renderer)
  // @ts-expect-error -- a selector is no target
  streamChat('Why?', '#answer')
  // @ts-expect-error -- what was not found is no target
  streamChat('Why?', document.querySelector('#answer'))
  // @ts-expect-error -- a target is needed
  streamChat('Why?')
  // @ts-expect-error -- no such way to announce
  streamChat('Why?', element, { announce: 'always' })
}

export function kept(): void {
  const chat = createChat({ url: '/api/chat', messages: [{ role: 'system', content: 'Be brief' }], speed: 40 })
  expectType<ChatHandle>(chat.send('Why?', element))
  expectType<TextStream>(chat.send('Why?'))
  expectType<ChatMessage[]>(chat.messages)
  // @ts-expect-error -- the array stays the same one
  chat.messages = []
  // @ts-expect-error -- a conversation is a list
  createChat({ messages: 'Be brief' })
}

export function ofMyOwn(): void {
  expectType<Dialect>(openai)
  expectType<Dialect>(dialects.auto)
  expectType<Dialect>({
    name: 'haiku',
    request: messages => ({ json: { prompt: messages.at(-1)?.content }, headers: { a: 'b' } }),
    reader: () => jsonReader<{ words?: string; last?: boolean }>('haiku', ({ words, last }) => ({ text: words, done: last })),
  })
  expectType<Dialect>({ name: 'mine', request: () => ({ json: {} }), reader: () => event => ({ text: event.data }), framing: 'ndjson' })
  // @ts-expect-error -- nothing reads its stream
  expectType<Dialect>({ name: 'mute', request: () => ({ json: {} }) })
  // @ts-expect-error -- a reader makes deltas, not text
  expectType<Dialect>({ name: 'mine', request: () => ({ json: {} }), reader: () => event => event.data })
  // @ts-expect-error -- a request has a body
  expectType<Dialect>({ name: 'mine', request: () => ({}), reader: () => () => [] })
  // @ts-expect-error -- no such framing
  expectType<Dialect>({ name: 'mine', request: () => ({ json: {} }), reader: () => () => [], framing: 'xml' })
  // @ts-expect-error -- no such dialect
  expectType<Dialect>(dialects.nonsense)
}
