import { smoothStream } from 'ai'
import { createGate } from '../gate.ts'
import type { CreateDisplay } from './display.ts'

const ID = 'text'

/** The AI SDK's own `smoothStream()`, as it is without options: a word, then 10 ms, and no more is read meanwhile. */
export const smooth: CreateDisplay = show => {
  const { readable, writable } = smoothStream()({ tools: {} })
  const writer = writable.getWriter()
  const gate = createGate()
  let stopped = false

  async function read(): Promise<void> {
    for await (const part of parts(readable.getReader())) {
      await gate.pass()
      if (stopped) return
      if (part.type === 'text-delta') show(part.text)
    }
  }
  const done = read()
  // What is written after the reader has left is refused
  const send = (part: Parameters<typeof writer.write>[0]): void => void writer.write(part).catch(() => {})

  return {
    write: text => send({ type: 'text-delta', id: ID, text }),
    end() {
      // What has no space behind it is kept until something else than text comes
      send({ type: 'text-end', id: ID })
      void writer.close().catch(() => {})
      return done
    },
    pause: gate.shut,
    resume: gate.open,
    stop() {
      stopped = true
      gate.open()
    },
  }
}

/** What a stream gives, in every browser: not all can loop over one. */
async function* parts<T>(reader: ReadableStreamDefaultReader<T>): AsyncGenerator<T> {
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value
  } finally {
    await reader.cancel().catch(() => {})
  }
}
