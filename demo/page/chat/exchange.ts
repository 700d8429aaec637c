// One attempt at an answer: requests, tools and their results, until the model has said its last word
import { backoff, StreamError, type Chat, type ChatMessage, type ChatOptions, type Failure, type TextStream } from 'teleprinter'
import { randomId } from '../shell/random-id.ts'
import type { Meter, Outcome } from './figures.ts'
import type { Part } from './part.ts'
import { runTool, tools, type ToolCall } from './tools.ts'

export const API = '/api/chat'

/** How often a model may ask for tools before it has to answer. */
const ROUNDS = 4
/** Who waits for an answer is told at once where the server asks for more than this. */
const LONGEST_WAIT_MS = 30_000

/** Where an answer stands that broke off, so that it can go on. */
export interface Place {
  part: Part
  /** The key of the request, by which the server knows the answer. */
  key: string
  lastEventId: string
  /** What the request said. */
  messages: ChatMessage[]
  round: number
}

export interface Ended {
  outcome: Outcome
  error?: unknown
  /** Whether the model's limit was reached. */
  limited?: boolean
  /** Where it can go on, if it can. */
  place?: Place
}

/** Whether the model takes tools; not all do. */
export interface Toolbox { offered: boolean }

/** What an exchange works with. */
export interface ExchangeSetup {
  toolbox: Toolbox
  chat: Chat
  meter: Meter
  addPart: () => Part
  /** A request will be sent again; `opened` says whether its answer had begun. */
  onRetry: (info: { delay: number; opened: boolean }) => void
  onOpen: () => void
  onTool: (call: ToolCall) => void
}

export interface Exchange {
  /** Asks, or goes on where an answer broke off. */
  run: (from: string | Place) => Promise<Ended>
  /** Ends it here and at the server. */
  stop: () => void
  /** Whether the answer to the last request has begun. */
  readonly opened: boolean
}

export function createExchange({ chat, toolbox, meter, addPart, onRetry, onOpen, onTool }: ExchangeSetup): Exchange {
  let stream: TextStream | undefined
  let place: Place | undefined
  let received: Outcome | undefined // once all of a part has come
  let stopping = false
  let opened = false

  function optionsFor(at: Place): ChatOptions {
    return {
      idempotencyKey: at.key,
      onOpen() {
        if (opened) meter.resume()
        opened = true
        onOpen()
      },
      onRetry: ({ delay }) => onRetry({ delay, opened }),
      onClose: ({ lastEventId }) => (at.lastEventId = lastEventId),
      params: {
        stream_options: { include_usage: true },
        ...(toolbox.offered && { tools }),
        // With its last request the model has to say something
        ...(toolbox.offered && at.round === ROUNDS && { tool_choice: 'none' }),
      },
    }
  }

  function ask(prompt: string | undefined, round: number, part = addPart()): TextStream {
    opened = false
    place = { part, key: randomId(), lastEventId: '', messages: [], round }
    const sent = chat.send(prompt ?? [], optionsFor(place))
    place.messages = [...chat.messages]
    return sent
  }

  function resume(at: Place): TextStream {
    opened = true
    place = at
    at.part.goOn()
    return chat.streamText(at.messages, { ...optionsFor(at), lastEventId: at.lastEventId })
  }

  async function run(from: string | Place): Promise<Ended> {
    const resumed = typeof from !== 'string'
    stream = resumed ? resume(from) : ask(from, 0)
    for (;;) {
      const { part, round } = place as Place
      const ended = await read(stream, place as Place)
      if (typeof from === 'string' && round === 0 && toolbox.offered && refusesTools(ended.error)) {
        toolbox.offered = false
        part.goOn()
        stream = ask(from, 0, part)
        continue
      }
      if (resumed && part === from.part && (part.text !== '' || ended.outcome === 'done')) complete(from)
      if (ended.outcome !== 'done' || part.calls.length === 0) return ended
      answerCalls(part, round)
      // A model that can't leave its tools alone is not asked again
      if (stopping || round === ROUNDS) return { outcome: stopping ? 'stopped' : 'done' }
      stream = ask(undefined, round + 1)
    }
  }

  async function read(from: TextStream, at: Place): Promise<Ended> {
    const { part } = at
    received = undefined
    meter.send()
    try {
      for await (const delta of from) {
        meter.add(delta)
        part.take(delta)
      }
      const { outcome, finishReason } = await from
      meter.rest()
      if (stopping || outcome === 'stopped') {
        part.stop('stopped')
        return { outcome: 'stopped' }
      }
      received = outcome
      await part.end(outcome)
      return { outcome, limited: finishReason === 'length', ...(outcome === 'truncated' && placeOf(at)) }
    } catch (error) {
      meter.rest()
      part.stop('failed')
      return { outcome: 'failed', error, ...placeOf(at, error) }
    }
  }

  /** Puts what has been said by now into the conversation, which did not hear of what was read apart from it. */
  function complete({ messages, part }: Place): void {
    chat.messages.splice(0, chat.messages.length, ...messages, ...(part.text === '' ? [] : [{ role: 'assistant', content: part.text }]))
  }

  /** Runs the calls of a part, and tells the model what came of them. */
  function answerCalls({ calls, text, addCall }: Part, round: number): void {
    // The answer's text is in the conversation already, without its calls
    if (chat.messages.at(-1)?.role === 'assistant') chat.messages.pop()
    chat.messages.push({
      role: 'assistant', content: text,
      tool_calls: calls.map(({ id, name, arguments: json }) => ({ id, type: 'function', function: { name, arguments: json } })),
    })
    for (const call of calls) {
      onTool(call)
      const result = round === ROUNDS
        ? { content: JSON.stringify({ error: `Cannot run the tool: the model has asked for tools ${ROUNDS} times in a row` }), failed: true }
        : runTool(call)
      addCall(call, result)
      chat.messages.push({ role: 'tool', tool_call_id: call.id, content: result.content })
    }
  }

  return {
    run,
    get opened() {
      return opened
    },
    stop() {
      stopping = true
      if (place && !received) endAtServer(place.key)
      stream?.stop()
      // Before that the loop still hands over what has arrived
      if (received) place?.part.stop(received)
    },
  }
}

/** What all requests of the page have in common. */
export function retryPolicy(failure: Failure): number | false {
  return (failure.retryAfter ?? 0) <= LONGEST_WAIT_MS && backoff({ limit: 2 })(failure)
}

/** A server that keeps answers for readers who come back goes on computing, unless it is told that nobody will. */
function endAtServer(key: string): void {
  fetch(API, { method: 'DELETE', headers: { 'Idempotency-Key': key }, keepalive: true }).catch(() => {
    // Our own request is ended all the same
  })
}

/** A model without tools says so before it runs anything, so that asking without them pays nothing twice. */
function refusesTools(error: unknown): boolean {
  return error instanceof StreamError && error.status === 400 && /tool/i.test(error.body ?? '')
}

/** Where an answer stands, if it is the line that failed: whoever was refused is refused again. */
function placeOf(place: Place, error?: unknown): { place?: Place } {
  const isLine = error instanceof StreamError && (error.code === 'network' || error.code === 'timeout')
  return isLine || place.lastEventId !== '' ? { place } : {}
}
