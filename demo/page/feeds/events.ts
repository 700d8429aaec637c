// The live feed: connect, disconnect, and a log of all that happens, each line with the readyState at that moment
import { CLOSED, connect, type Connection } from 'teleprinter'
import { element, setUsable } from '../shell/elements.ts'

const LINES = 200
const STATES = ['connecting', 'open', 'closed'] as const

type Feed = Connection<{ customEvent: string }>

function cell(className: string, text: string): HTMLElement {
  const span = document.createElement('span')
  span.className = className
  // The space parts the columns where the line is copied, or read out
  span.textContent = `${text} `
  return span
}

export function startFeed(): void {
  const connectButton = element('connect', HTMLButtonElement)
  const disconnectButton = element('disconnect', HTMLButtonElement)
  const stateLine = element('feed-state', HTMLElement)
  const log = element('log', HTMLElement)

  let feed: Feed | undefined

  function write(kind: 'state' | 'message', text: string, data = ''): void {
    const state = String(feed?.readyState ?? CLOSED)
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 8

    const line = document.createElement('div')
    line.className = 'line'
    line.dataset.kind = kind
    line.dataset.state = state
    line.append(
      cell('line-time', new Date().toLocaleTimeString('en-GB')),
      cell('line-state', state),
      cell('line-text', text),
      ...(data === '' ? [] : [cell('line-data', data)]),
    )
    log.append(line)
    while (log.childElementCount > LINES) log.firstElementChild?.remove()
    // Somebody who has scrolled up is reading
    if (atEnd) log.scrollTop = log.scrollHeight
  }

  function change(text: string): void {
    const state = feed?.readyState ?? CLOSED
    setUsable(connectButton, state === CLOSED)
    setUsable(disconnectButton, state !== CLOSED)
    stateLine.textContent = `readyState ${state}, ${STATES[state]}`
    stateLine.dataset.state = String(state)
    write('state', text)
  }

  function open(): void {
    // A connection that was closed still knows how far it came: the server goes on after it
    const lastEventId = feed?.lastEventId ?? ''
    feed = connect<{ customEvent: string }>('/events', {
      ...(lastEventId !== '' && { lastEventId }),
      onOpen: response => change(`Open: ${response.status} ${response.headers.get('content-type')}`),
      onRetry: ({ attempt, delay, reason }) => change(`Attempt ${attempt} in ${(delay / 1000).toFixed(1)} s: ${reason.message}`),
      onClose: ending => change(`Closed: ${ending.error?.message ?? ending.outcome}`),
    })
    feed.on('customEvent', event => write('message', `customEvent ${event.lastEventId}`, event.data))
    change(lastEventId === '' ? 'Connecting' : `Connecting, to go on after ${lastEventId}`)
  }

  connectButton.addEventListener('click', () => {
    if (!feed || feed.readyState === CLOSED) open()
  })
  disconnectButton.addEventListener('click', () => feed?.close())
}
