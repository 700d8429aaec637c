// How each parser is fed. Run by `npm run bench`, never as a test.
import { getLines, getMessages } from '@microsoft/fetch-event-source/lib/cjs/parse.js'
import { createParser as createPeerParser } from 'eventsource-parser'
import { events as fetchEventStream } from 'fetch-event-stream'
import { _iterSSEMessages } from 'openai/core/streaming'
import { createParser, readEvents } from '../../src/index.ts'

/** Takes the chunks of a stream, one after the other; throws where it is asked for one past its time. */
export type Chunks = (chunk: (bytes: Uint8Array) => void) => void

/** What a parser made of a stream: the same for all of them, or the bench stops. */
export interface Sum {
  events: number
  /** Of all data. */
  characters: number
}

type Listener = (data: string) => void

/** Fed by calls: `start` gives what takes a chunk. */
export const parsers: Record<string, (onData: Listener) => (chunk: Uint8Array) => void> = {
  'teleprinter'(onData) {
    const parser = createParser({ onEvent: event => onData(event.data) })
    return chunk => parser.feed(chunk)
  },
  'eventsource-parser'(onData) {
    const decoder = new TextDecoder()
    const parser = createPeerParser({ onEvent: event => onData(event.data) })
    return chunk => parser.feed(decoder.decode(chunk, { stream: true }))
  },
  '@microsoft/fetch-event-source'(onData) {
    // It tells a block without data as a message too
    return getLines(getMessages(() => {}, () => {}, message => message.data && onData(message.data)))
  },
}

/** Fed by a response: the form in which these have their parser, and what a page would use of ours. */
export const responseReaders: Record<string, (response: Response, onData: Listener) => Promise<void>> = {
  async 'teleprinter: readEvents'(response, onData) {
    for await (const event of readEvents(response)) onData(event.data)
  },
  async 'fetch-event-stream'(response, onData) {
    for await (const event of fetchEventStream(response)) if (event.data) onData(event.data)
  },
  async 'openai'(response, onData) {
    // It tells an event without data too
    for await (const event of _iterSSEMessages(response, new AbortController())) if (event.data) onData(event.data)
  },
}
