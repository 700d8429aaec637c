// What the panels of the feeds have in common: the state, the last id, the countdown, and the switch
import { CLOSED, CONNECTING, type Ending, type ReadyState, type StreamError } from 'teleprinter'
import { element } from '../shell/elements.ts'
import { onLanguage, say } from '../shell/language.ts'
import { createCountdown } from './countdown.ts'
import { showReadyState } from './state-line.ts'
import { words, type FeedName } from './words.ts'

/** What a feed's connection must be made with, so that its panel shows how it goes. */
export interface PanelInit {
  lastEventId: string
  onOpen: () => void
  onRetry: (info: { attempt: number; delay: number }) => void
  onClose: (ending: Ending) => void
  onInvalid: (event: unknown, error: StreamError) => void
}

/** Shows a line below the feed; what is said `passing` goes after a while. */
export type Tell = (text: string, how?: 'passing') => void

const PASSING_MS = 30_000

interface AnyConnection {
  readonly readyState: ReadyState
  readonly lastEventId: string
  on(type: '*', listener: () => void): unknown
  close(): void
}

/** What a panel shows. */
export interface FeedSetup {
  name: FeedName
  /** Connects to the feed, and shows what comes. */
  open: (init: PanelInit, tell: Tell) => AnyConnection
  /** Whether the connection is kept while nobody can see the page. */
  keepHidden: boolean
  /** Hears the state, whenever it or the language changes. */
  onState?: (state: ReadyState) => void
}

/** Connects a feed, and its panel with it. */
export function startPanel({ name, open, keepHidden, onState = () => {} }: FeedSetup): void {
  const stateLine = element(`${name}-state`, HTMLElement)
  const idLine = element(`${name}-id`, HTMLElement)
  const notice = element(`${name}-notice`, HTMLElement)
  const button = element(`${name}-switch`, HTMLButtonElement)
  const countdown = createCountdown(element(`${name}-countdown`, HTMLElement))

  let passing: ReturnType<typeof setTimeout> | undefined
  let connection: AnyConnection | undefined
  let lastEventId = ''
  /** What the visitor wants, whether or not it is connected just now. */
  let wanted = true

  function showState(): void {
    const { connect, disconnect, switches } = say(words)
    const state = connection?.readyState ?? CLOSED
    showReadyState(stateLine, name, state)
    button.textContent = wanted ? disconnect : connect
    button.ariaLabel = switches[name][wanted ? 'disconnect' : 'connect']
    if (state !== CONNECTING) countdown.stop()
    onState(state)
  }

  function showId(id: string): void {
    lastEventId = id
    idLine.textContent = id === '' ? say(words).noId : id
  }

  function tell(text: string, how?: 'passing'): void {
    clearTimeout(passing)
    notice.textContent = text
    if (how) passing = setTimeout(tell, PASSING_MS, '')
  }

  function connectNow(): void {
    if (connection && connection.readyState !== CLOSED) return
    tell('')
    const opened = open({
      lastEventId,
      onOpen: showState,
      onRetry({ attempt, delay }) {
        countdown.start(attempt, delay)
        showState()
      },
      onClose(ending) {
        showId(ending.lastEventId)
        // Over, and not by us: it is for the visitor to begin again
        if (ending.outcome !== 'stopped') wanted = false
        if (ending.error) tell(say(words).failed(ending.error.message))
        showState()
      },
      onInvalid: (_event, error) => tell(say(words).invalid(error.message)),
    }, tell)
    connection = opened
    opened.on('*', () => showId(opened.lastEventId))
    showState()
  }

  /** Connects or lets go, as the visitor wants it, and as the page is seen. */
  function follow(): void {
    if (wanted && (keepHidden || document.visibilityState === 'visible')) connectNow()
    else connection?.close()
    showState()
  }

  button.addEventListener('click', () => {
    wanted = !wanted
    follow()
  })
  document.addEventListener('visibilitychange', follow)
  onLanguage(() => {
    showState()
    showId(lastEventId)
  })
  showId('')
  follow()
}
