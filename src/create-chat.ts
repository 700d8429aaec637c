import type { ChatMessage } from './chat/dialect.ts'
import { auto } from './chat/dialects/auto.ts'
import { layHeaders, toMessages, type ChatOptions } from './chat/request.ts'
import { streamText, type TextStream } from './chat/stream-text.ts'
import type { Ending } from './connection/request.ts'
import { streamChat, type ChatHandle } from './stream-chat.ts'
import { documentOf, isRenderer, type Renderer } from './typewriter/renderer.ts'
import type { TypewriterOptions } from './typewriter/typewriter.ts'

/** What all of a chat's requests have in common, and how its conversation begins. */
export interface ChatDefaults extends ChatOptions, TypewriterOptions {
  /** What the conversation begins with: a system message, or all that was said before. @default [] */
  messages?: readonly ChatMessage[] | undefined
}

/** A conversation, and where it is held; see {@link createChat}. */
export interface Chat {
  /** {@link streamText} with this chat's options; the conversation is not touched. */
  streamText: typeof streamText
  /** {@link streamChat} with this chat's options; the conversation is not touched. */
  streamChat: typeof streamChat
  /** Goes on with the conversation; with an element or a renderer, it types the answer there. */
  send: {
    (prompt: string | readonly ChatMessage[], target: Element | Renderer, options?: ChatOptions & TypewriterOptions): ChatHandle
    (prompt: string | readonly ChatMessage[], options?: ChatOptions): TextStream
  }
  /** The conversation so far, to read and to change: `chat.messages.length = 0` begins a new one. */
  readonly messages: ChatMessage[]
}

/**
 * Sets the options of a chat once, and keeps its conversation.
 *
 * `send()` sends all messages with the new one, and adds the answer when it has ended. Where it failed or was stopped before any
 * text, the new message is taken back; what has been said of an answer stays in the conversation, however it ended. A `send()` while
 * an answer is under way stops that first. Options of a call are laid over the chat's own; headers and `params` are merged.
 *
 * @param defaults what {@link streamChat} takes, and the `messages` that the conversation begins with; `dialect` is {@link auto} unless
 * one is named
 *
 * @example
 * ```ts
 * const chat = createChat({ url: '/api/chat', messages: [{ role: 'system', content: 'Be brief' }] })
 * await chat.send('Why is the sky blue?', document.body)
 * const { text } = await chat.send('And at night?')
 * console.log(text, chat.messages.length) // 5
 * ```
 */
export function createChat(defaults: ChatDefaults = {}): Chat {
  const { messages: beginning = [], ...base } = defaults
  const messages = beginning.map(message => ({ ...message }))
  let last: TextStream | ChatHandle | undefined

  function merge<Options extends ChatOptions>(options: Options | undefined): Options & typeof base {
    const { headers, params, ...rest } = { ...options }
    return {
      dialect: auto, ...defined(base), ...defined(rest), params: { ...base.params, ...params },
      headers: layHeaders(base.headers, headers),
    } as Options & typeof base
  }

  function send(prompt: string | readonly ChatMessage[], target: Element | Renderer, options?: ChatOptions & TypewriterOptions): ChatHandle
  function send(prompt: string | readonly ChatMessage[], options?: ChatOptions): TextStream
  function send(prompt: string | readonly ChatMessage[], second?: Element | Renderer | ChatOptions, third?: ChatOptions & TypewriterOptions) {
    const added = toMessages(prompt).map(message => ({ ...message }))
    const types = third !== undefined || !isOptions(second)
    const target = second as Element | Renderer
    // Before an answer is stopped for nothing
    if (types && !isRenderer(target)) documentOf(target)
    stopLast()
    stopLast() // who heard of that may have sent another
    const options = merge<ChatOptions & TypewriterOptions>(isOptions(second) ? third ?? second : third)
    const conversation = [...messages, ...added]
    let answer: TextStream | ChatHandle | undefined
    const onClose = (ending: Ending) => {
      keep(conversation.at(-1), added, answer?.text ?? '', ending.outcome)
      options.onClose?.(ending)
    }
    answer = types ? streamChat(conversation, target, { ...options, onClose }) : streamText(conversation, { ...options, onClose })
    messages.push(...added)
    last = answer
    return answer
  }

  function stopLast() {
    const answer = last
    last = undefined
    answer?.stop()
  }

  /** Adds the answer behind its question, if that is still there, or takes back what was added. */
  function keep(question: ChatMessage | undefined, added: ChatMessage[], text: string, outcome: Ending['outcome']) {
    const at = question ? messages.indexOf(question) : messages.length - 1
    if (question && at === -1) return // the app has begun a new conversation
    if (text) messages.splice(at + 1, 0, { role: 'assistant', content: text })
    else if (outcome !== 'done') for (const message of added) if (messages.includes(message)) messages.splice(messages.indexOf(message), 1)
  }

  return {
    messages,
    streamText: (prompt, options) => streamText(prompt, merge(options)),
    streamChat: (prompt, target, options) => streamChat(prompt, target, merge(options)),
    send,
  }
}

/** Whether an argument is options; else it is meant as a target, if only an element that was not found. */
function isOptions(value: unknown): value is ChatOptions | undefined {
  return value === undefined || (typeof value === 'object' && value !== null && !('nodeType' in value) && !('write' in value))
}

/** Options without those that are not given. */
function defined<Options extends object>(options: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Options
}
