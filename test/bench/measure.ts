// Times the parsers, in Node and in a page alike. All take turns, round by round, so that a machine that is busy for a while is
// busy for all of them.
import { parsers, responseReaders, type Sum } from './parsers.ts'
import { chunkings, streams } from './streams.ts'

/** MB/s by parser, one for each round; none where a single pass took longer than {@link PATIENCE}. */
export type Speeds = Record<string, number[]>

/** ms that one pass may take: a parser whose time grows with the square of a line's length would take minutes. */
const PATIENCE = 600
/** ms that a timed sample takes at least, of as many passes as that needs: a page's clock is coarse. */
const SAMPLE = 10
/** ms that a parser gets for all its samples of a cell, once it has had the fewest rounds. */
const BUDGET = 160
const FEWEST_ROUNDS = 2
const MOST_ROUNDS = 15
/** Chunks that are read of a response: each costs promises, which take much longer than any parser. */
const MOST_CHUNKS = 2048

class TooSlow extends Error {}

type Pass = (chunks: Uint8Array[], deadline?: number) => Sum | Promise<Sum>

function counting() {
  const sum: Sum = { events: 0, characters: 0 }
  return {
    sum,
    onData: (data: string) => {
      sum.events++
      // As an app would, looks into the text: one that a parser has only put together from pieces is joined by that
      if (data.charCodeAt(data.length - 1) >= 0) sum.characters += data.length
    },
  }
}

function check(index: number, deadline: number) {
  if (index % 256 === 255 && performance.now() > deadline) throw new TooSlow()
}

const passes: Record<string, Pass> = {}
for (const [name, start] of Object.entries(parsers)) {
  passes[name] = (chunks, deadline = Infinity) => {
    const { sum, onData } = counting()
    const feed = start(onData)
    for (let index = 0; index < chunks.length; index++) {
      check(index, deadline)
      feed(chunks[index] as Uint8Array)
    }
    return sum
  }
}
for (const [name, read] of Object.entries(responseReaders)) {
  passes[name] = async (chunks, deadline = Infinity) => {
    const { sum, onData } = counting()
    let index = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        check(index, deadline)
        const chunk = chunks[index++]
        if (chunk) controller.enqueue(chunk)
        else controller.close()
      },
    })
    await read(new Response(body), onData)
    return sum
  }
}

/** The parsers that are compared with each other: the first of a group is ours. */
export const groups = [Object.keys(parsers), Object.keys(responseReaders)]
const streamNames = Object.keys(streams)
const chunkingNames = Object.keys(chunkings)
export { chunkingNames as chunkings, streamNames as streams }

/** The first of many chunks, and the end of the event that they leave unfinished: some parsers hand that on, and others don't. */
function cut(chunks: Uint8Array[]): Uint8Array[] {
  return chunks.length > MOST_CHUNKS ? [...chunks.slice(0, MOST_CHUNKS), new TextEncoder().encode('\n\n')] : chunks
}

/** Times one stream in one size of chunks, by the parsers of one group. */
export async function measure(stream: string, chunking: string, group: string[]): Promise<Speeds> {
  const source = streams[stream]?.()
  const whole = source && chunkings[chunking]?.(source)
  const chunks = whole && (group.every(name => name in responseReaders) ? cut(whole) : whole)
  if (!chunks) throw new Error(`Cannot measure: no such cell: ${stream}, ${chunking}`)

  const runs = new Map<string, { pass: Pass; repeats: number; spent: number; speeds: number[] }>()
  const sums = new Map<string, string>()
  for (const name of group) {
    const pass = passes[name] as Pass
    try {
      const first = await time(pass, chunks, 1, performance.now() + PATIENCE)
      sums.set(JSON.stringify(first.sum), name)
      // The first passes are slower than all others, by far: as many more as fit into three samples warm the parser up
      const warmUp = await time(pass, chunks, Math.ceil((3 * SAMPLE) / first.ms))
      const more = Math.ceil(SAMPLE / warmUp.ms)
      const last = await time(pass, chunks, more)
      runs.set(name, { pass, repeats: Math.ceil((SAMPLE * more) / last.ms), spent: 0, speeds: [] })
    } catch (error) {
      if (!(error instanceof TooSlow)) throw error
    }
  }
  if (sums.size > 1) throw new Error(`Cannot compare: the parsers disagree on ${stream}, ${chunking}: ${JSON.stringify([...sums])}`)

  const bytes = chunks.reduce((length, chunk) => length + chunk.length, 0)
  for (let round = 0; round < MOST_ROUNDS; round++) {
    for (const run of runs.values()) {
      if (round >= FEWEST_ROUNDS && run.spent > BUDGET) continue
      const { ms } = await time(run.pass, chunks, run.repeats)
      run.spent += ms
      run.speeds.push((bytes * run.repeats) / 1000 / ms)
    }
  }
  return Object.fromEntries([...runs].map(([name, { speeds }]) => [name, speeds]))
}

async function time(pass: Pass, chunks: Uint8Array[], repeats: number, deadline?: number): Promise<{ ms: number; sum: Sum | undefined }> {
  let sum: Sum | undefined
  const start = performance.now()
  for (let repeat = 0; repeat < repeats; repeat++) sum = await pass(chunks, deadline)
  return { ms: performance.now() - start, sum }
}
