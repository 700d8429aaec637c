// One press of the button: all clients at once, watched for some seconds, and the server's own log beside them
import { connect, decoders } from 'teleprinter'
import { randomId } from '../shell/random-id.ts'
import type { Client, Listener } from './clients/client.ts'
import { nothingYet, type Kind, type Measured, type ServedRequest } from './measured.ts'

const TICK_MS = 100

export interface RunSetup {
  fault: string
  kind: Kind
  prompt: string
  /** How long the clients are watched. */
  watchMs: number
  clients: readonly Client[]
  /** Hears whenever there is something new. */
  onChange: () => void
}

export interface Run {
  /** By the client's id; of those that can do what is asked. */
  readonly measured: ReadonlyMap<string, Measured>
  /** Milliseconds since the clients were started, until the run was over. */
  elapsed(): number
  /** Milliseconds that are still to be watched: while the tab is hidden they are not spent. */
  readonly remaining: number
  /** When the tab was hidden, from and to. */
  readonly hidden: readonly { from: number; to: number }[]
  /** Lets the server cut the connections that are open now. */
  cut(): void
  /** Ends all clients, in whatever state they are. */
  stop(): void
  /** Settles when all is over and counted; rejects where the server could not be asked. */
  readonly ended: Promise<void>
}

/** Starts a run. Its clients set off when the server's log is open, so that no request is missed. */
export function startRun({ fault, kind, prompt, watchMs, clients, onChange }: RunSetup): Run {
  const id = randomId()
  const able = clients.filter(({ can }) => can.includes(kind))
  const measured = new Map(able.map(client => [client.id, nothingYet(kind)]))
  const stops: (() => void)[] = []
  const hidden: { from: number; to: number }[] = []
  let startedAt: number | undefined
  let remaining = watchMs
  let over = false
  let watched = 0
  let firstAt: number | undefined // by the server's clock
  let ticking: ReturnType<typeof setInterval> | undefined
  let settle: () => void
  let refuse: (error: unknown) => void
  const ended = new Promise<void>((resolve, reject) => {
    settle = resolve
    refuse = reject
  })

  const elapsed = (): number => (over || startedAt === undefined ? watched : performance.now() - startedAt)

  const log = connect(`/faults/requests?run=${id}`, {
    events: { request: decoders.json<ServedRequest> },
    onOpen: begin,
    // A run that can't begin is told at once; once it has begun, the whole count comes at its end
    retry: false,
    onClose({ error }) {
      if (!error || startedAt !== undefined) return
      over = true
      refuse(error)
    },
  })
  log.on('request', ({ data }) => {
    measured.get(data.client)?.requests.push(bySameClock(data))
    onChange()
  })

  /** Puts a request's time on the page's clock: the first one set off when that began. */
  function bySameClock(request: ServedRequest): ServedRequest {
    firstAt ??= request.at
    return { ...request, at: request.at - firstAt }
  }

  function begin(): void {
    if (startedAt !== undefined || over) return
    startedAt = performance.now()
    for (const client of able) {
      const url = `/faults/${fault}?run=${id}&client=${client.id}`
      stops.push(client.start({ kind, url, prompt }, listenFor(measured.get(client.id) ?? nothingYet(kind))))
    }
    document.addEventListener('visibilitychange', noteVisibility)
    // It may have been hidden before the log was open
    if (document.hidden) noteVisibility()
    let last = startedAt
    ticking = setInterval(() => {
      const now = performance.now()
      if (!document.hidden) remaining -= now - last
      last = now
      if (remaining <= 0) stop()
      else onChange()
    }, TICK_MS)
  }

  /** Nothing is noted once the run is over: what a client says to being stopped is not of interest. */
  function note(write: () => void): void {
    if (over) return
    write()
    onChange()
  }

  /** Writes down what a client's app hears. */
  function listenFor(of: Measured): Listener {
    return {
      event: data => note(() => {
        const number = readNumber(data)
        if (number === undefined) of.strays++
        else of.numbers.push(number)
        of.arrivals.push(elapsed())
      }),
      text: piece => note(() => {
        of.text += piece
        of.arrivals.push(elapsed())
      }),
      told: (tone, text, code) => note(() => of.told.push({ at: elapsed(), tone, text, code })),
      state: (text, isOver = false) => note(() => {
        of.state = text
        of.over = isOver
      }),
    }
  }

  function noteVisibility(): void {
    const at = elapsed()
    const span = hidden.at(-1)
    if (document.hidden) hidden.push({ from: at, to: Infinity })
    else if (span) span.to = at
    onChange()
  }

  function stop(): void {
    if (over) return
    watched = elapsed()
    over = true
    for (const of of measured.values()) of.watched = watched
    for (const end of stops) end()
    clearInterval(ticking)
    document.removeEventListener('visibilitychange', noteVisibility)
    count().then(settle, refuse).finally(() => log.close())
  }

  /** Takes the server's whole count for the last word. */
  async function count(): Promise<void> {
    const response = await fetch(`/faults/requests?run=${id}`)
    if (!response.ok) throw new Error(`Cannot ask for the requests: the server answered ${response.status}`)
    const { requests, answer } = await response.json() as { requests: ServedRequest[]; answer: string }
    for (const [client, of] of measured) {
      of.requests = requests.filter(request => request.client === client).map(bySameClock)
      of.answer = answer
    }
  }

  return {
    measured, elapsed, hidden, ended, stop,
    get remaining() {
      return Math.max(0, remaining)
    },
    cut: () => void fetch(`/faults/cut?run=${id}`, { method: 'POST' }).catch(() => {}),
  }
}

/** The number of one of the feed's events; `undefined` for what is none. */
function readNumber(data: string): number | undefined {
  return /^\{"number":\d+\}$/.test(data) ? Number(data.slice('{"number":'.length, -1)) : undefined
}
