// The page: what is chosen, what is running, and a column for each client
import { create, element, setUsable } from '../shell/elements.ts'
import { onLanguage, say } from '../shell/language.ts'
import { messageOf } from '../shell/message-of.ts'
import { catalogue } from './catalogue.ts'
import { startChoices } from './choices.ts'
import { fetchEventSourceClient } from './clients/fetch-event-source.ts'
import { native } from './clients/native.ts'
import { teleprinter } from './clients/teleprinter.ts'
import { createColumn } from './column.ts'
import { startRun, type Run } from './run.ts'
import { words } from './words.ts'

const CLIENTS = [teleprinter, fetchEventSourceClient, native]
const WATCH_SECONDS = 10

/** Makes the page work. */
export function startFaults(): void {
  const runButton = element('run', HTMLButtonElement)
  const stopButton = element('stop', HTMLButtonElement)
  const cutButton = element('cut', HTMLButtonElement)
  const countdown = element('countdown', HTMLElement)
  const failure = element('failure', HTMLElement)
  const ought = element('ought', HTMLElement)
  const columns = CLIENTS.map(createColumn)
  element('clients', HTMLElement).append(...columns.map(column => column.element))

  let run: Run | undefined
  let state: 'none' | 'running' | 'over' | 'judged' = 'none'
  let drawing = 0
  const choices = startChoices(() => {
    // Another choice is another question: what stands there would be taken for its answer
    run?.stop()
    run = undefined
    state = 'none'
    showChoice()
    draw()
  })

  function showChoice(): void {
    ought.textContent = say(catalogue)[choices.fault].ought[choices.kind]
    const codes = CLIENTS.filter(({ can }) => can.includes(choices.kind))
      .flatMap(({ name, code }) => [create('h3', '', name), create('pre', 'paper', code[choices.kind])])
    element('code', HTMLElement).replaceChildren(...codes)
  }

  function draw(): void {
    drawing = 0
    const text = say(words)
    const running = state === 'running'
    for (const column of columns) column.show(choices.kind, run, state === 'judged')
    setUsable(runButton, !running)
    setUsable(stopButton, running)
    setUsable(cutButton, running)
    countdown.textContent = !running ? '' : document.hidden ? text.hiddenNow : text.left(Math.ceil((run?.remaining ?? 0) / 1000))
  }

  function drawSoon(): void {
    if (drawing === 0) drawing = requestAnimationFrame(draw)
  }

  async function start(): Promise<void> {
    const { fault, kind } = choices
    const mine = startRun({ fault, kind, prompt: say(words).prompt, watchMs: readWatchSeconds() * 1000, clients: CLIENTS, onChange: drawSoon })
    run = mine
    state = 'running'
    failure.textContent = ''
    draw()
    let outcome: 'judged' | 'over' = 'judged'
    try {
      await mine.ended
    } catch (error) {
      outcome = 'over'
      if (run === mine) failure.textContent = say(words).failed(messageOf(error))
    }
    if (run !== mine) return
    state = outcome
    draw()
  }

  runButton.addEventListener('click', () => {
    if (state !== 'running') void start()
  })
  stopButton.addEventListener('click', () => run?.stop())
  cutButton.addEventListener('click', () => {
    if (state === 'running') run?.cut()
  })
  onLanguage(() => {
    showChoice()
    draw()
  })
  showChoice()
  draw()
}

/** `?seconds=` shortens or lengthens the watch. */
function readWatchSeconds(): number {
  const asked = Number(new URLSearchParams(location.search).get('seconds') ?? WATCH_SECONDS)
  return asked >= 0.5 && asked <= 60 ? asked : WATCH_SECONDS
}
