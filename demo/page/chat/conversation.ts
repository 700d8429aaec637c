// The conversation: its turns, one answer at a time, and what becomes of them
import { createChat, type Chat } from 'teleprinter'
import { element } from '../shell/elements.ts'
import { onLanguage } from '../shell/language.ts'
import { startComposer } from './composer.ts'
import { API, createExchange, retryPolicy, type Ended, type Exchange, type Place, type Toolbox } from './exchange.ts'
import { explain, isFinal } from './failure.ts'
import { createMeter, type Meter } from './figures.ts'
import { scrollToEnd } from './scroll.ts'
import type { Settings } from './settings.ts'
import type { Status } from './status.ts'
import { createTurn, type Trouble, type Turn } from './turn.ts'
import type { Words } from './words.ts'

/** How often the figures are written while an answer comes, in milliseconds. */
const FIGURES_MS = 200
/** The server gives a sign of life every 15 s. A line that is silent for longer is dead, as in a tunnel. */
const IDLE_MS = 40_000

/** What is known of a turn beside what it shows. */
interface Entry {
  turn: Turn
  /** How many messages there were before it. */
  start: number
  outcome: Ended['outcome'] | undefined
  meter: Meter
  place: Place | undefined
}

export function startConversation(settings: Settings, status: Status): void {
  const list = element('conversation', HTMLElement)
  const invitation = element('invitation', HTMLElement)
  const anew = element('anew', HTMLButtonElement)
  let chat = begin()
  const toolbox: Toolbox = { offered: true }
  const entries: Entry[] = []
  let underWay: Exchange | undefined

  const composer = startComposer({ ask, stop: () => underWay?.stop() })
  const actions = { copy, again: askAgain, goOn, focusPrompt: () => composer.focus() }

  function ask(prompt: string): void {
    if (underWay || prompt.trim() === '') return
    const before = entries.at(-1)
    before?.turn.retire(before.outcome !== 'done')
    const turn = createTurn(prompt, entries.length + 1, settings, actions)
    const entry: Entry = { turn, start: chat.messages.length, outcome: undefined, meter: createMeter(), place: undefined }
    entries.push(entry)
    // A suggestion that was clicked will be gone
    const hadFocus = invitation.contains(document.activeElement)
    showConversation(true)
    list.append(turn.element)
    turn.settleIn()
    if (hadFocus) turn.element.focus({ preventScroll: true })
    scrollToEnd()
    void answer(entry, prompt)
  }

  function askAgain(turn: Turn): void {
    const entry = entries.at(-1)
    if (underWay || !entry) return
    composer.takeAway(turn.prompt)
    // What was said since stays: an older question is put again, at the end
    if (entry.turn !== turn) return ask(turn.prompt)
    // Nothing has come of it, but it may have been asked: the server knows its key
    if (entry.place?.lastEventId === '') return void answer(entry, entry.place)
    chat.messages.length = Math.min(chat.messages.length, entry.start)
    void answer(entry, turn.prompt)
  }

  function goOn(turn: Turn): void {
    const entry = entries.at(-1)
    if (!underWay && entry?.turn === turn && entry.place) void answer(entry, entry.place)
  }

  async function answer(entry: Entry, from: string | Place): Promise<void> {
    const { turn } = entry
    // Where it goes on, the figures do too
    if (typeof from === 'string') entry.meter = createMeter()
    const { meter } = entry
    const exchange = createExchange({
      chat, toolbox, meter, addPart: turn.addPart,
      onOpen: () => status(({ receiving }) => receiving),
      onRetry: ({ delay, opened }) => status(waiting(opened, delay)),
      onTool: ({ name }) => status(({ running }) => running(name)),
    })
    turn.begin(typeof from === 'string')
    underWay = exchange
    composer.setTyping(true)
    status(({ receiving }) => receiving)
    turn.showFigures(meter.figures)
    const timer = setInterval(() => turn.showFigures(meter.figures), FIGURES_MS)
    const ended = await exchange.run(from)
    clearInterval(timer)
    meter.end(ended.outcome)
    turn.showFigures(meter.figures)
    // The visitor may have begun a new conversation
    if (underWay !== exchange) return
    underWay = undefined
    settle(entry, ended, exchange.opened)
    composer.setTyping(false)
  }

  function settle(entry: Entry, ended: Ended, opened: boolean): void {
    const { turn, meter } = entry
    const { outcome, error } = ended
    const place = isFinal(error) ? undefined : ended.place
    Object.assign(entry, { outcome, place })
    const trouble = troubleOf(ended, opened)
    turn.end({ again: true, goOn: place !== undefined && place.lastEventId !== '' }, trouble)
    if (outcome === 'failed' && !turn.began) composer.giveBack(turn.prompt)
    status(text => describe(text, ended, trouble, turn, meter), outcome)
  }

  function startAnew(): void {
    const stopped = underWay
    underWay = undefined
    stopped?.stop()
    // Another one: what is still under way has the old one to write to
    chat = begin()
    entries.length = 0
    list.replaceChildren()
    composer.setTyping(false)
    showConversation(false)
    status(({ ready }) => ready)
    composer.focus()
  }

  function showConversation(shown: boolean): void {
    list.hidden = anew.hidden = !shown
    invitation.hidden = shown
  }

  async function copy(turn: Turn): Promise<void> {
    try {
      await navigator.clipboard.writeText(turn.text)
      status(({ copied }) => copied)
    } catch {
      status(({ notCopied }) => notCopied, 'failed')
    }
  }

  anew.addEventListener('click', startAnew)
  settings.onLook(() => entries.forEach(({ turn }) => turn.show()))
  onLanguage(() => entries.forEach(({ turn }) => turn.label()))
  addEventListener('pagehide', event => {
    // A page that is gone for good reads no answer; one that the browser keeps may come back to it
    if (!event.persisted) underWay?.stop()
  })
}

function begin(): Chat {
  return createChat({ url: API, resume: true, idleTimeout: IDLE_MS, retry: retryPolicy })
}

function waiting(opened: boolean, delayMs: number): (words: Words) => string {
  if (!navigator.onLine) return ({ offline }) => offline
  return ({ asking, resuming }) => (opened ? resuming : asking)(delayMs)
}

function troubleOf({ outcome, error }: Ended, opened: boolean): Trouble | undefined {
  if (outcome === 'failed') return { text: explain(error, opened, navigator.onLine), error }
  return outcome === 'truncated' ? { text: ({ reasons }) => reasons.cut, error: undefined } : undefined
}

/** How an answer ended, in a sentence. */
function describe(text: Words, { outcome, limited }: Ended, trouble: Trouble | undefined, turn: Turn, meter: Meter): string {
  const characters = text.characters(Array.from(turn.text).length)
  const { total, firstToken = total } = meter.figures
  switch (outcome) {
    case 'failed': return text.failed(trouble?.text(text) ?? '')
    case 'stopped': return text.stopped(characters)
    case 'truncated': return text.truncated(characters)
    default: return limited ? text.limit(characters) : text.done(characters, total, firstToken)
  }
}
