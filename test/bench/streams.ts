// The streams that the parsers are fed, and the ways in which they are cut into chunks
const encoder = new TextEncoder()

/** One stream in two forms: its whole bytes, and the same event by event. */
export interface Stream {
  bytes: Uint8Array
  events: Uint8Array[]
}

/** A stream of about `size` bytes, made of what `event` gives. */
function stream(size: number, event: (index: number) => string): Stream {
  const events: Uint8Array[] = []
  for (let index = 0, length = 0; length < size; index++) {
    const bytes = encoder.encode(event(index))
    events.push(bytes)
    length += bytes.length
  }
  return { bytes: concat(events), events }
}

function concat(parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let position = 0
  for (const part of parts) {
    whole.set(part, position)
    position += part.length
  }
  return whole
}

const words = ['The', ' sky', ' is', ' blue', ' because', ' of', ' Rayleigh', ' scattering', '.', '\\n']
const wordAt = (index: number) => words[index % words.length] as string

const completion = (content: string, index: number) =>
  `data: {"id":"chatcmpl-9xQ2Lw","object":"chat.completion.chunk","created":1764000000,"model":"gpt-4o-mini-2024-07-18","service_tier":"default","system_fingerprint":"fp_62a23a81ef","choices":[{"index":0,"delta":{"content":"${content}"},"logprobs":null,"finish_reason":null}],"n":${index}}\n\n`

const delta = (text: string) =>
  `event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"${text}"}}\n\n`

const allFields = (index: number) =>
  `: note ${index}\nid: ${index}\nevent: tick\nretry: 3000\ndata: {"count":${index},\ndata: "word":"${wordAt(index)}"}\n\n`

const heartbeat = (index: number) => (index % 20 === 19 ? `data: ${index}\n\n` : ': keep-alive\n\n')

const MIB = 2 ** 20

/** By name; made when they are asked for. */
export const streams: Record<string, () => Stream> = {
  'OpenAI-like': () => stream(2 * MIB, index => completion(wordAt(index), index)),
  'Anthropic-like': () => stream(2 * MIB, index => delta(wordAt(index))),
  'tiny events': () => stream(MIB / 2, () => 'data: a\n\n'),
  'all fields': () => stream(MIB, allFields),
  'CJK and emoji': () => stream(2 * MIB, index => completion('天空是蓝色的，因为瑞利散射。👩‍🚀', index)),
  'CRLF': () => stream(2 * MIB, index => completion(wordAt(index), index).replaceAll('\n', '\r\n')),
  'heartbeats': () => stream(MIB / 2, heartbeat),
  'one 8 MB line': () => stream(1, () => `data: ${'All work and no play. '.repeat(8e6 / 22)}\n\n`),
  'one event of 20,000 lines': () => stream(1, () => `${`data: ${'All work and no play. '.repeat(4)}\n`.repeat(20_000)}\n`),
}

const every = (size: number) => ({ bytes }: Stream) =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.slice(index * size, (index + 1) * size))

/** By name. A chunk shares no memory with the next, as in a browser. */
export const chunkings: Record<string, (stream: Stream) => Uint8Array[]> = {
  '64 KiB': every(65_536),
  '1 KiB': every(1024),
  'one event': ({ events }) => events,
  '16 B': every(16),
}
