// What a recording has come to, in a line that is kept up to date
import { CLOSED } from 'teleprinter'
import { element } from '../shell/elements.ts'
import { say } from '../shell/language.ts'
import { formatNumber, size } from '../shell/units.ts'
import { describeFault } from './describe.ts'
import { createRate } from './rate.ts'
import type { Session } from './session.ts'
import { words } from './words.ts'

export interface Summary {
  /** Shows the numbers of the moment. */
  draw(session: Session | undefined): void
  /** Shows a change of state, which is read out too. */
  showState(session: Session | undefined): void
  /** A new recording begins. */
  reset(): void
}

export function createSummary(): Summary {
  const state = element('state', HTMLElement)
  const countdown = element('countdown', HTMLElement)
  const values = Object.fromEntries(['events', 'bytes', 'rate', 'last-id', 'reconnects', 'replays'].map(id => [id, element(id, HTMLElement)]))
  const rate = createRate()

  function set(id: string, text: string): void {
    const value = values[id]
    if (value && value.textContent !== text) value.textContent = text
  }

  return {
    draw(session) {
      const { events = 0, bytes = 0, reconnects = 0, replays = 0 } = session?.totals ?? {}
      const perSecond = session && !session.ending ? rate.perSecond(events, performance.now()) : 0
      set('events', formatNumber(events))
      set('bytes', size(bytes))
      set('rate', perSecond.toLocaleString('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 }))
      set('last-id', session?.lastEventId || '–')
      set('reconnects', formatNumber(reconnects))
      set('replays', formatNumber(replays))
      countdown.textContent = describeWait(session)
    },
    showState(session) {
      const { states, state: describe, ended, outcomes } = say(words)
      const readyState = session?.readyState ?? CLOSED
      const outcome = session?.ending?.outcome
      const name = states[readyState] ?? ''
      state.dataset.state = String(readyState)
      const text = describe(readyState, outcome ? ended(name, outcomes[outcome]) : name)
      if (state.textContent !== text) state.textContent = text
    },
    reset: () => rate.reset(),
  }
}

function describeWait(session: Session | undefined): string {
  if (!session?.wait) return ''
  const { countdown, soon } = say(words)
  const { until, fault } = session.wait
  const seconds = Math.max(0, Math.ceil((until - performance.now()) / 1000))
  // Then the SDK waits for the network, however late it is
  const isOffline = seconds === 0 && !navigator.onLine
  return isOffline ? soon(describeFault(fault)) : countdown(formatNumber(seconds), describeFault(fault))
}
