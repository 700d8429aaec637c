import type { Answer, Plan, Seen } from './plan.ts'

/** What a source was heard to dispatch. */
export interface Happening {
  event: Event
  type: string
  /** Of the source, while the event was dispatched. */
  readyState: number
  at: number
  data: unknown
  lastEventId: string | undefined
  origin: string | undefined
}

/** A source, and all that it dispatches. */
export interface Listening {
  source: EventSource
  all: Happening[]
  /** The happenings of a type so far. */
  of: (type: string) => Happening[]
  /** The first so many happenings, once they are there. */
  first: (count: number) => Promise<Happening[]>
  /** The first so many of a type, once they are there. */
  firstOf: (type: string, count: number) => Promise<Happening[]>
}

/** What a check is given. */
export interface Tools {
  /** Another origin of the same site. */
  elsewhere: string
  /** The same origin's server under a host whose name is not ASCII. */
  abroad: string
  /** The relative address of a stream that is answered as told. */
  address: (answers: Answer | Answer[], preflight?: Record<string, string>) => string
  /** The requests to such an address so far. */
  seen: (address: string) => Promise<Seen[]>
  /** Opens a source and listens to it; it is closed when the check is over. */
  open: (address: string, init?: EventSourceInit, types?: string[]) => Listening
  /** Listens to a source that the check has made; it is closed when the check is over. */
  listen: (source: EventSource, types?: string[]) => Listening
  /** The data of a stream's messages up to the one that says `last`; an error before that fails. */
  data: (body: string, answer?: Answer) => Promise<string[]>
  /** A page of the same origin in another folder, removed when the check is over. */
  frame: () => Promise<Window & typeof globalThis>
  /** Waits until the condition holds. */
  until: (condition: () => boolean | Promise<boolean>) => Promise<void>
  wait: (ms: number) => Promise<void>
}

/** No check may take longer: an engine's own class that never does what it should is not waited for. */
const TIME_LIMIT_MS = 4000

/** Runs a check, and leaves nothing of it behind. */
export async function withTools(
  check: (tools: Tools) => Promise<void> | void, places: Pick<Tools, 'elsewhere' | 'abroad'>): Promise<void> {
  const listenings: Listening[] = []
  const frames: HTMLIFrameElement[] = []
  const wakers = new Set<() => void>()
  let over = false

  function wake() {
    wakers.forEach(waker => waker())
    wakers.clear()
  }

  function listen(source: EventSource, types: string[] = []): Listening {
    const all: Happening[] = []
    const of = (type: string) => all.filter(happening => happening.type === type)
    for (const type of ['open', 'message', 'error', ...types]) {
      source.addEventListener(type, event => {
        const { data, lastEventId, origin } = event as Partial<MessageEvent>
        all.push({ event, type, readyState: source.readyState, at: performance.now(), data, lastEventId, origin })
        wake()
      })
    }
    const enough = async (list: () => Happening[], count: number) => {
      while (list().length < count) {
        const { type, readyState } = all.at(-1) ?? {}
        holds(type !== 'error' || readyState !== 2, `more to come than an error at 2, after ${story(all)}`)
        await new Promise<void>(resolve => wakers.add(resolve))
      }
      return list().slice(0, count)
    }
    const listening: Listening = {
      source, all, of,
      first: count => enough(() => all, count),
      firstOf: (type, count) => enough(() => of(type), count),
    }
    listenings.push(listening)
    return listening
  }

  const tools: Tools = {
    ...places,
    listen,
    address(answers, preflight) {
      const plan: Plan = { answers: Array.isArray(answers) ? answers : [answers], ...(preflight && { preflight }) }
      return `stream?id=${crypto.randomUUID()}&plan=${encodeURIComponent(JSON.stringify(plan))}`
    },
    async seen(address) {
      const id = /id=([^&]+)/.exec(address)?.[1]
      return (await fetch(`seen?id=${id}`, { cache: 'no-store' })).json() as Promise<Seen[]>
    },
    open: (address, init, types) => listen(init ? new EventSource(address, init) : new EventSource(address), types),
    async data(body, answer) {
      const { all, source } = tools.open(tools.address({ stay: true, ...answer, body }))
      while (all.at(-1)?.data !== 'last') {
        await new Promise<void>(resolve => wakers.add(resolve))
        holds(all.at(-1)?.type !== 'error', `an error before the last message, at readyState ${source.readyState}`)
      }
      return all.filter(({ type }) => type === 'message').slice(0, -1).map(({ data }) => data as string)
    },
    async frame() {
      const frame = document.createElement('iframe')
      frames.push(frame)
      frame.src = '../child/page.html'
      const loaded = new Promise(resolve => frame.addEventListener('load', resolve))
      document.body.append(frame)
      await loaded
      return frame.contentWindow as Window & typeof globalThis
    },
    async until(condition) {
      while (!over && !await condition()) await tools.wait(20)
    },
    wait: ms => new Promise(resolve => setTimeout(resolve, ms)),
  }

  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const heard = listenings.map(({ all }) => story(all)).join(' | ')
      reject(new Error(`not done after ${TIME_LIMIT_MS} ms; heard: ${heard || 'nothing'}`))
    }, TIME_LIMIT_MS)
  })
  try {
    await Promise.race([check(tools), late])
  } finally {
    over = true
    clearTimeout(timer)
    for (const { source } of listenings) source.close()
    for (const frame of frames) frame.remove()
  }
}

function story(all: Happening[]): string {
  return all.map(({ type, data,
    readyState }) => (type === 'error' ? `error ${readyState}` : `${type} ${String(data ?? '')}`.trim())).join(', ')
}

/** A cookie that no other check sets or sends. */
export function cookie() {
  const pair = `conformance-${crypto.randomUUID()}=yes`
  return { pair, header: { 'set-cookie': `${pair}; Path=/; Max-Age=60` } }
}

export function holds(condition: unknown, what: string): asserts condition {
  if (!condition) throw new Error(`does not hold: ${what}`)
}

/** Compares primitives, and lists and records of them. */
export function same(actual: unknown, expected: unknown, what = 'value'): void {
  const [is, should] = [actual,
    expected].map(value => JSON.stringify(value, (_key, part: unknown) => (part === undefined ? '(undefined)' : part)))
  if (is !== should) throw new Error(`${what} is ${is}, not ${should}`)
}

/** Checks that it throws, a thing of this name. */
export function throws(run: () => unknown, name: string): unknown {
  try {
    run()
  } catch (error) {
    same((error as Error).name, name, 'the name of what is thrown')
    return error
  }
  throw new Error(`does not throw a ${name}`)
}

/** `open` and `error` are plain events, and go nowhere but to the source. */
export function plain({ event }: Happening): void {
  holds(Object.getPrototypeOf(event) === Event.prototype, `the ${event.type} event is a plain Event`)
  holds(!('data' in event), `the ${event.type} event has no data`)
  same([event.bubbles, event.cancelable], [false, false], `${event.type} bubbles, is cancelable`)
}
