// The parsers side by side: bytes in, as a body gives them, events counted. Run by `npm run bench`, never as a test.
import { getLines, getMessages } from '@microsoft/fetch-event-source/lib/cjs/parse.js'
import { createParser as createPeerParser } from 'eventsource-parser'
import { createParser } from '../../src/index.ts'

/** Reads a stream that comes in chunks; gives the number of its events. */
type Read = (chunks: Uint8Array[]) => number | Promise<number>

export const parsers: Record<string, Read> = {
  'teleprinter'(chunks) {
    let events = 0
    const parser = createParser({ onEvent: () => events++ })
    for (const chunk of chunks) parser.feed(chunk)
    return events
  },
  'eventsource-parser'(chunks) {
    let events = 0
    const decoder = new TextDecoder()
    const parser = createPeerParser({ onEvent: () => events++ })
    for (const chunk of chunks) parser.feed(decoder.decode(chunk, { stream: true }))
    return events
  },
  '@microsoft/fetch-event-source'(chunks) {
    let events = 0
    const feed = getLines(getMessages(() => {}, () => {}, () => events++))
    for (const chunk of chunks) feed(chunk)
    return events
  },
}

const encoder = new TextEncoder()

/** A stream of about `size` bytes, of what `event` makes. */
function stream(size: number, event: (index: number) => string): Uint8Array {
  let text = ''
  for (let index = 0; text.length < size; index++) text += event(index)
  return encoder.encode(text)
}

const words = ['The', ' sky', ' is', ' blue', ' because', ' of', ' Rayleigh', ' scattering', '.', '\\n']
const completion = (content: string, index: number) =>
  `data: {"id":"chatcmpl-9xQ2Lw","object":"chat.completion.chunk","created":1764000000,"model":"gpt-4o-mini-2024-07-18","service_tier":"default","system_fingerprint":"fp_62a23a81ef","choices":[{"index":0,"delta":{"content":"${content}"},"logprobs":null,"finish_reason":null}],"n":${index}}\n\n`

export const streams: Record<string, () => Uint8Array> = {
  'OpenAI-like': () => stream(2 ** 21, index => completion(words[index % words.length] as string, index)),
  'tiny events': () => stream(2 ** 19, () => 'data: a\n\n'),
  'CJK and emoji': () => stream(2 ** 20, index => completion('天空是蓝色的👩‍🚀', index)),
  'CRLF': () => stream(2 ** 20, index => completion(words[index % words.length] as string, index).replaceAll('\n', '\r\n')),
}

export const chunkSizes: Record<string, number> = { '64 KiB': 65_536, '1 KiB': 1024, '16 B': 16 }

export function cut(bytes: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.slice(index * size, (index + 1) * size))
}
