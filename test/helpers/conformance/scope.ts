// What runs in the pages and workers of the conformance server: it checks rows on request, and tells how they went.
import { rows } from './rows.ts'
import { withTools } from './tools.ts'

/** Asks for one check, in the scope that the page's address tells. */
export interface Order {
  row: string
  label: string
  elsewhere: string
  abroad: string
}

export interface Outcome {
  /** `missing` where the engine has no such scope, no class of its own there, or can't be checked so. */
  result: 'passed' | 'failed' | 'missing'
  why?: string
}

const scope = location.pathname.split('/').at(-2) ?? ''

async function check({ row: name, label, elsewhere, abroad }: Order): Promise<Outcome> {
  if (typeof EventSource !== 'function') return { result: 'missing', why: 'no EventSource in this scope' }
  const run = rows.find(row => row.name === name)?.checks[label]
  if (!run) return { result: 'failed', why: `no such row: ${name} ${label}` }
  try {
    await withTools(run, { elsewhere, abroad })
    return { result: 'passed' }
  } catch (error) {
    return { result: 'failed', why: String(error).replace(/^Error: /, '') }
  }
}

function answer(event: MessageEvent): void {
  const [port] = event.ports
  if (!port) return
  const checked = check(event.data as Order).then(outcome => port.postMessage(outcome))
  const ofServiceWorker = event as { waitUntil?: (promise: Promise<void>) => void }
  ofServiceWorker.waitUntil?.(checked) // with nothing to wait for it may be ended at any time
}

/** Where orders for the page's worker are sent to; `undefined` where the engine has no such worker. */
async function worker(): Promise<Pick<Worker, 'postMessage'> | undefined> {
  if (scope === 'dedicated') return new Worker('scope.js')
  if (scope === 'shared') return typeof SharedWorker === 'function' ? new SharedWorker('scope.js').port : undefined
  if (!('serviceWorker' in navigator)) return undefined
  await navigator.serviceWorker.register('scope.js')
  return (await navigator.serviceWorker.ready).active ?? undefined
}

function forward(): void {
  const started = worker()
  addEventListener('message', event => {
    const port = event.ports[0] as MessagePort
    started.then(
      target => {
        if (target) target.postMessage(event.data, [port])
        else port.postMessage({ result: 'missing', why: 'no such scope' } satisfies Outcome)
      },
      (error: unknown) => port.postMessage({ result: 'failed', why: `no worker: ${String(error)}` } satisfies Outcome))
  })
}

/**
 * What a page that nothing refers to does, as an engine keeps only such a page: listens to a stream, goes away with its first
 * message, is brought back by the page that it went to, and tells whether it is still the same page.
 */
function leave(): void {
  const { stream = '', note } = Object.fromEntries(new URLSearchParams(location.search))
  const tell = (kept: boolean) => fetch(`${note}&kept=${kept}`).then(close, close)
  if (sessionStorage.getItem('left')) return void tell(false)
  addEventListener('pageshow', ({ persisted }) => persisted && setTimeout(tell, 0, true))
  new EventSource(stream).onmessage = () => {
    if (sessionStorage.getItem('left')) return
    sessionStorage.setItem('left', 'yes')
    location.assign('../away/page.html')
  }
}

if (scope === 'leaving') leave()
else if (scope === 'away') addEventListener('load', () => setTimeout(() => history.back(), 300))
else if (typeof document !== 'undefined' && ['dedicated', 'shared', 'service'].includes(scope)) forward()
else if ('onconnect' in globalThis) {
  addEventListener('connect', event => ((event as MessageEvent).ports[0] as MessagePort).onmessage = answer)
} else addEventListener('message', answer)
