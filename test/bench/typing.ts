// What it costs a page to show text as it comes, by our typewriter and in usual ways. Runs in Chromium: for `npm run bench`, and as
// a test.
import { createTypewriter } from '../../src/index.ts'
import { createRandom } from '../helpers/every-cut.ts'
import { nextFrame } from '../helpers/frames.ts'

/** The main thread's CPU time so far, in milliseconds: other than the time of a clock, a busy machine does not add to it. */
export type Cpu = () => Promise<number>

interface Way {
  write(token: string): void
  /** Shows a lot at once, in the form that tokens would have left it in. */
  fill(tokens: string[]): void
  /** Resolves when all is shown. */
  end(): void | Promise<void>
}

/** By name, ours first. */
const ways: Record<string, (element: HTMLElement) => Way> = {
  'createTypewriter()'(element) {
    const { write, flush, end } = createTypewriter(element)
    return {
      write,
      fill(tokens) {
        write(tokens.join(''))
        flush()
      },
      end,
    }
  },
  'textContent += token': element => ({
    write: token => void (element.textContent += token),
    fill: tokens => void (element.textContent = tokens.join('')),
    end() {},
  }),
  'appendData(), one Text node, each frame'(element) {
    const node = element.appendChild(document.createTextNode(''))
    let waiting = ''
    return {
      write(token) {
        if (waiting === '') {
          requestAnimationFrame(() => {
            node.appendData(waiting)
            waiting = ''
          })
        }
        waiting += token
      },
      fill: tokens => node.appendData(tokens.join('')),
      end() {},
    }
  },
  'append(token)': element => ({
    write: token => element.append(token),
    fill: tokens => element.append(...tokens),
    end() {},
  }),
}

const names = Object.keys(ways)
export { names as ways }

const WORDS = 'the of and a to in is you that it he was for on are as with his they at be this have from answer stream'.split(' ')
const RARE = ['**bold**', '`code`', '日本語', 'é', '👩‍🚀', '—', 'नमस्ते', '(2026)']

/** Tokens of prose in lines of all lengths, with lists and rare characters; the same at every run. */
function prose(count: number, seed = 1): string[] {
  const random = createRandom(seed)
  const pick = (words: string[]) => words[Math.floor(words.length * random())] as string
  let left = 0 // of the line
  return Array.from({ length: count }, () => {
    if (left-- > 0) return ` ${pick(random() < 0.02 ? RARE : WORDS)}`
    left = Math.floor(80 * random() ** 2)
    return pick(['\n', '\n\n', '\n- ', '\n\n## '])
  })
}

/** Tokens that come between two frames: 180 a second. */
const TOKENS_A_FRAME = 3
const WARM_UP = 30

/** A place to show text in, as wide as an answer is. */
function place(): HTMLElement {
  const element = document.createElement('div')
  element.style.cssText = 'width: 640px; font: 16px/24px sans-serif; white-space: pre-wrap'
  document.body.append(element)
  return element
}

/** Frames that come when they are told to, so that many fit into one task, and nothing but what they do is measured. */
function byHand() {
  const own = { requestAnimationFrame, cancelAnimationFrame }
  let time = performance.now()
  let waiting = new Map<number, FrameRequestCallback>()
  let id = 0
  return {
    run(frames: number, onFrame: () => void) {
      globalThis.requestAnimationFrame = callback => (waiting.set(++id, callback), id)
      globalThis.cancelAnimationFrame = handle => void waiting.delete(handle)
      performance.now = () => time
      try {
        for (let frame = 0; frame < frames; frame++) {
          onFrame()
          time += 1000 / 60
          const due = waiting
          waiting = new Map()
          for (const callback of due.values()) callback(time)
          document.body.getBoundingClientRect() // style and layout, as the browser would now do
        }
      } finally {
        Object.assign(globalThis, own)
        Reflect.deleteProperty(performance, 'now') // what is left is the prototype's
      }
    },
  }
}

/**
 * Milliseconds of the main thread that a frame costs, with style and layout, under so many tokens of text.
 *
 * @returns one figure a batch
 */
export async function frameCosts(name: string, tokens: number, cpu: Cpu, { frames = 40, batches = 5 } = {}): Promise<number[]> {
  const element = place()
  const way = (ways[name] as (element: HTMLElement) => Way)(element)
  const text = prose(tokens + TOKENS_A_FRAME * (WARM_UP + frames * batches))
  way.fill(text.slice(0, tokens))
  scrollTo(0, document.body.scrollHeight) // where the reader is, and ours follows
  let next = tokens
  const screen = byHand()
  const write = () => {
    for (let i = 0; i < TOKENS_A_FRAME; i++) way.write(text[next++] as string)
  }
  screen.run(Math.min(WARM_UP, frames), write)
  const costs: number[] = []
  for (let batch = 0; batch < batches; batch++) {
    const before = await cpu()
    screen.run(frames, write)
    costs.push((await cpu() - before) / frames)
  }
  screen.run(1, () => {})
  await way.end()
  check(element, text.slice(0, next))
  element.remove()
  return costs
}

/** So many tokens in one task: milliseconds of the main thread until the last is drawn; and the longest task, by a clock. */
export async function burstCost(name: string, tokens: number, cpu: Cpu): Promise<{ cost: number; longestTask: number }> {
  const element = place()
  const way = (ways[name] as (element: HTMLElement) => Way)(element)
  const text = prose(tokens)
  await nextFrame()
  const tasks: number[] = []
  const observer = new PerformanceObserver(list => tasks.push(...list.getEntries().map(({ duration }) => duration)))
  observer.observe({ type: 'longtask' })
  const before = await cpu()
  await new Promise<void>(resolve => {
    setTimeout(() => {
      for (const token of text) way.write(token)
      resolve()
    })
  })
  await way.end()
  await nextFrame()
  await nextFrame()
  const cost = await cpu() - before
  await new Promise(resolve => setTimeout(resolve, 50)) // for what is observed is told later
  observer.disconnect()
  check(element, text)
  element.remove()
  return { cost, longestTask: Math.max(0, ...tasks) }
}

function check(element: HTMLElement, tokens: string[]) {
  if (element.textContent !== tokens.join('')) throw new Error('Cannot compare: what is shown is not what came')
}

export function median(values: number[]): number {
  const sorted = [...values]
  sorted.sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? NaN
}
