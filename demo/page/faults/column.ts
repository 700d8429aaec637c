import { create } from '../shell/elements.ts'
import { language, say } from '../shell/language.ts'
import { seconds } from '../shell/units.ts'
import type { Client } from './clients/client.ts'
import { nothingYet, type Kind, type Measured, type Told } from './measured.ts'
import type { Run } from './run.ts'
import { createTimeline } from './timeline.ts'
import { countPaid, verdict } from './verdict.ts'
import { words } from './words.ts'

/** Where a client stands beside the others. */
export interface Column {
  element: HTMLElement
  /** Shows how far a run has come, and when all is counted, what came out of it; without one, that there was none of this kind yet. */
  show(kind: Kind, run: Run | undefined, isCounted: boolean): void
}

/** Makes a client's column. */
export function createColumn(client: Client): Column {
  const title = create('h3', '', client.name)
  title.id = `client-${client.id}`
  const origin = create('p', 'origin')
  const state = create('p', 'client-state')
  const figures = create('dl', 'figures')
  const timeline = createTimeline()
  const receivedTitle = create('h4')
  const received = create('p', 'received')
  const toldTitle = create('h4')
  const told = create('ul', 'told')
  const body = create('div', 'client-body', state, figures, timeline.element, receivedTitle, received, toldTitle, told)
  const unable = create('p', 'unable')
  const judgement = create('p', 'verdict')
  judgement.role = 'status'
  const element = create('article', 'client paper', create('header', '', title, origin), body, unable, judgement)
  element.dataset.client = client.id
  element.setAttribute('aria-labelledby', title.id)

  function show(kind: Kind, run: Run | undefined, isCounted: boolean): void {
    const text = say(words)
    const can = client.can.includes(kind)
    body.hidden = !can
    unable.hidden = can
    unable.textContent = text.unable
    origin.textContent = client.origin || text.own
    const measured = run?.measured.get(client.id) ?? nothingYet(kind)
    judge(isCounted && can ? verdict(measured, language()) : '')
    if (!can) return
    state.textContent = measured.state || text.ready
    figures.replaceChildren(...describeFigures(measured))
    timeline.show(measured, run ? run.elapsed() + run.remaining : 1, run?.hidden ?? [])
    receivedTitle.textContent = kind === 'feed' ? text.feedReceived : text.promptReceived
    received.textContent = kind === 'feed' ? describeNumbers(measured) : measured.text
    toldTitle.textContent = text.told
    const lines = measured.told.map(line => create('li', '', describeTold(line)))
    const nothing = measured.watched > 0 ? text.nothing : text.nothingYet
    told.replaceChildren(...(lines.length > 0 ? lines : [create('li', 'none', nothing)]))
  }

  /** Written only where it differs: it would be read out anew. */
  function judge(text: string): void {
    if (judgement.textContent !== text) judgement.textContent = text
  }

  return { element, show }
}

/** Big numbers, each with its name: requests, what they cost, what came. */
function describeFigures(measured: Measured): HTMLElement[] {
  const text = say(words)
  const requests = figure('requests', text.requests, measured.requests.length)
  if (measured.kind === 'feed') return [requests, figure('events', text.events, measured.numbers.length)]
  return [requests, figure('paid', text.paid, countPaid(measured)), figure('characters', text.characters, measured.text.length)]
}

function figure(id: string, name: string, value: number): HTMLElement {
  const number = create('dd', '', String(value))
  number.dataset.figure = id
  return create('div', '', create('dt', '', name), number)
}

function describeNumbers({ numbers, strays }: Measured): string {
  const all = numbers.join(' ')
  return strays > 0 ? `${all} + ${strays} × ${say(words).strayEvent}` : all
}

function describeTold({ at, text }: Told): string {
  return `${seconds(at)} s  ${text}`
}
