// The live feed: connect, disconnect, and a log of all that happens, each line with the readyState at that moment
import { CLOSED, connect, CONNECTING, type Connection } from 'teleprinter'
import { element, setUsable } from '../shell/elements.ts'
import { onLanguage, say } from '../shell/language.ts'
import { seconds, time } from '../shell/units.ts'
import { createCountdown } from './countdown.ts'
import { showReadyState } from './state-line.ts'
import { cell, createTail } from './tail.ts'
import { words } from './words.ts'

type Feed = Connection<{ customEvent: string }>

export function startFeed(): void {
  const connectButton = element('connect', HTMLButtonElement)
  const disconnectButton = element('disconnect', HTMLButtonElement)
  const stateLine = element('feed-state', HTMLElement)
  const countdown = createCountdown(element('feed-countdown', HTMLElement))
  const add = createTail(element('feed-lines', HTMLElement))

  let feed: Feed | undefined

  function write(kind: 'state' | 'message', text: string, data = ''): void {
    const state = String(feed?.readyState ?? CLOSED)
    add([
      cell('line-time', time()),
      cell('line-state', state),
      cell('line-text', text),
      ...(data === '' ? [] : [cell('line-data', data)]),
    ], { kind, state })
  }

  function showState(): void {
    const state = feed?.readyState ?? CLOSED
    setUsable(connectButton, state === CLOSED)
    setUsable(disconnectButton, state !== CLOSED)
    if (state !== CONNECTING) countdown.stop()
    showReadyState(stateLine, 'events', state)
  }

  function change(text: string): void {
    showState()
    write('state', text)
  }

  function open(): void {
    // A connection that was closed still knows how far it came: the server goes on after it
    const lastEventId = feed?.lastEventId ?? ''
    feed = connect<{ customEvent: string }>('/events', {
      ...(lastEventId !== '' && { lastEventId }),
      onOpen: response => change(say(words).opened(response.status, response.headers.get('content-type') ?? '')),
      onRetry({ attempt, delay, reason }) {
        countdown.start(attempt, delay)
        change(say(words).retrying(attempt, seconds(delay), reason.message))
      },
      onClose: ending => change(say(words).closed(ending.error?.message ?? ending.outcome)),
    })
    feed.on('customEvent', event => write('message', `customEvent ${event.lastEventId}`, event.data))
    change(lastEventId === '' ? say(words).connecting : say(words).connectingAfter(lastEventId))
  }

  connectButton.addEventListener('click', () => {
    if (!feed || feed.readyState === CLOSED) open()
  })
  disconnectButton.addEventListener('click', () => feed?.close())
  onLanguage(showState)
  showState()
}
