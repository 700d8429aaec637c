// Lets a client meet a fault, in a page and in Node alike.
import { clients, type App, type Client } from './clients.ts'
import { faults, type Fault, type Seen } from './rows.ts'

const BUG = 'a bug of the app'
const HIDDEN_MS = 100

const isPage = typeof document !== 'undefined'
if (!isPage) {
  // Where a listener throws, Node ends the thread; a page tells of it, and goes on
  process.on('uncaughtException', error => {
    if (error.message !== BUG) throw error
  })
  // It warns of every timer that wraps around
  process.removeAllListeners('warning')
}

/** The clients that run here, with the package whose version stands behind the name. */
export const columns = Object.entries(clients).filter(([, { needs }]) => !needs || needs in globalThis)
  .map(([name, client]) => ({ name, package: client.package }))

/** The faults that there are here: only a page is in a tab. */
export const rows = faults.filter(({ beside }) => isPage || beside !== 'hiding').map(({ says }) => says)

const wait = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

/** Tells the page what a browser tells it when somebody switches tabs, as one without a window has none. */
async function switchTabs(times: number) {
  let visibility: DocumentVisibilityState = 'visible'
  Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => visibility })
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => visibility === 'hidden' })
  for (let count = 0; count < times; count++) {
    for (const state of ['hidden', 'visible'] as const) {
      visibility = state
      document.dispatchEvent(new Event('visibilitychange'))
      await wait(HIDDEN_MS)
    }
  }
}

function opener({ feed, prompt, chats }: Client, asks: Fault['asks']) {
  if (asks === 'feed') return feed
  if (asks === 'chat' && !chats) return undefined
  return prompt ?? (asks === 'either' ? feed : undefined)
}

/** Lets the client meet the fault, and gives what the table says of it: a dash where it has no such thing. */
export async function measure(says: string, name: string, server: string): Promise<string> {
  const fault = faults.find(row => row.says === says) as Fault
  const open = opener(clients[name] as Client, fault.asks)
  if (!open) return '–'
  const cells = await Promise.all(fault.paths.map(async path => {
    const address = `${path}${path.includes('?') ? '&' : '?'}by=${crypto.randomUUID()}`
    const seen: Seen = { events: [], failures: [], requests: [] }
    const app: App = {
      event(data, type) {
        seen.events.push({ type, data })
        if (fault.beside === 'bug') throw new Error(BUG)
      },
      failure: status => void seen.failures.push(status),
      end: outcome => void (seen.outcome = outcome),
    }
    const close = open(server + address, app)
    const watched = wait(fault.ms)
    if (fault.beside === 'hiding') {
      await wait(HIDDEN_MS)
      await switchTabs(5)
    }
    await watched
    const cell = fault.cell({ ...structuredClone(seen), requests: await requestsOf(server, address) })
    close()
    return cell
  }))
  return [...new Set(cells)].join(' or ')
}

async function requestsOf(server: string, address: string): Promise<number[]> {
  const response = await fetch(`${server}/requests?at&of=${encodeURIComponent(address)}`)
  const times = (await response.json() as { at: number }[]).map(({ at }) => at)
  return times.map(at => at - (times[0] ?? 0))
}
