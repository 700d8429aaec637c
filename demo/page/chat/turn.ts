// A prompt and its answer on the page, and what can be done with them
import { create, createButton, setUsable } from '../shell/elements.ts'
import { say } from '../shell/language.ts'
import { messageOf } from '../shell/message-of.ts'
import { createFigures, type Figures } from './figures.ts'
import { langOf } from './lang.ts'
import { createPart, type Part } from './part.ts'
import { keepEnd } from './scroll.ts'
import type { Settings } from './settings.ts'
import { words, type Words } from './words.ts'

/** What the visitor may do with a turn. */
export interface TurnActions {
  copy: (turn: Turn) => void
  again: (turn: Turn) => void
  goOn: (turn: Turn) => void
  /** A button in focus has gone. */
  focusPrompt: () => void
}

/** What went wrong, and what it was exactly. */
export interface Trouble { text: (words: Words) => string; error: unknown }

export interface Turn {
  readonly element: HTMLElement
  readonly prompt: string
  /** The answer as the model wrote it. */
  readonly text: string
  /** Whether anything of the answer is on the page. */
  readonly began: boolean
  /** It stands on the page. */
  settleIn: () => void
  addPart: () => Part
  /** An answer begins, anew or where it was. */
  begin: (anew: boolean) => void
  /** It is over; the buttons say what may come next. */
  end: (next: { again: boolean; goOn: boolean }, trouble?: Trouble) => void
  showFigures: (figures: Figures) => void
  /** Another prompt has come after it. */
  retire: (again: boolean) => void
  show: () => void
  label: () => void
}

export function createTurn(prompt: string, count: number, settings: Settings, actions: TurnActions): Turn {
  const lang = langOf(prompt)
  const asked = create('p', 'asked', prompt)
  asked.lang = lang
  asked.dir = 'auto'
  const question = create('h2', 'unseen')
  const answer = create('h3', 'unseen')
  const paper = create('div', 'sheet paper')
  const trouble = create('div', 'trouble')
  const copy = createAction(() => actions.copy(turn))
  const again = createAction(() => actions.again(turn))
  const goOn = createAction(() => actions.goOn(turn))
  const figures = createFigures()
  const element = create('article', 'turn', question, asked, answer, paper, trouble,
    create('div', 'foot', create('div', 'row', goOn, copy, again), figures.element))
  // Whoever sends by a button that is gone then goes on from here
  element.tabIndex = -1
  let parts: Part[] = []
  let last: { figures?: Figures; trouble?: Trouble | undefined } = {}
  let canGoOn = false

  function offer(button: HTMLButtonElement, offered: boolean): void {
    setUsable(button, true)
    if (!offered && document.activeElement === button) actions.focusPrompt()
    button.hidden = !offered
  }

  function showTrouble(now: Trouble | undefined): void {
    trouble.hidden = now === undefined
    if (!now) return
    const { stays, canGoOn: hint, sentence, between } = say(words)
    trouble.replaceChildren(
      create('p', '', [sentence(now.text(say(words))), ...(turn.began ? [stays] : []), ...(canGoOn ? [hint] : [])].join(between)),
      ...(now.error === undefined ? [] : [create('p', 'detail', messageOf(now.error))]))
  }

  function label(): void {
    const text = say(words)
    question.textContent = text.question(count)
    answer.textContent = text.answer
    element.ariaLabel = text.question(count)
    copy.textContent = text.copy
    again.textContent = text.again
    goOn.textContent = text.goOn
    for (const part of parts) part.label()
    if (last.figures) figures.show(last.figures)
    showTrouble(last.trouble)
  }

  const turn: Turn = {
    element, prompt, label,
    get text() {
      return parts.map(({ text }) => text).filter(text => text !== '').join('\n\n')
    },
    get began() {
      return parts.some(({ text, element: { childElementCount } }) => text !== '' || childElementCount > 1)
    },
    settleIn() {
      // A prompt that is longer than its box scrolls, by the keyboard too
      if (asked.scrollHeight > asked.clientHeight) asked.tabIndex = 0
    },
    addPart() {
      const part = createPart(settings, lang)
      parts.push(part)
      keepEnd(() => paper.append(part.element))
      return part
    },
    begin(anew) {
      if (anew) {
        for (const part of parts) part.close()
        parts = []
        paper.replaceChildren()
      }
      last = {}
      canGoOn = false
      paper.hidden = false
      showTrouble(undefined)
      for (const button of [copy, again, goOn]) setUsable(button, false)
    },
    end(next, now) {
      canGoOn = next.goOn
      last.trouble = now
      keepEnd(() => {
        showTrouble(now)
        offer(goOn, next.goOn)
        offer(copy, turn.text !== '')
        offer(again, next.again)
        paper.hidden = !turn.began
      })
    },
    showFigures(now) {
      last.figures = now
      keepEnd(() => figures.show(now))
    },
    retire(asksAgain) {
      for (const part of parts) part.close()
      canGoOn = false
      showTrouble(last.trouble)
      offer(goOn, false)
      offer(again, asksAgain)
    },
    show() {
      for (const part of parts) part.show()
    },
  }
  label()
  for (const button of [copy, again, goOn]) button.hidden = true
  return turn
}

function createAction(act: () => void): HTMLButtonElement {
  const button = createButton('quiet')
  button.addEventListener('click', () => {
    if (button.ariaDisabled !== 'true') act()
  })
  return button
}
