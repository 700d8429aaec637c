import { element } from '../shell/elements.ts'
import { language, onLanguage, say } from '../shell/language.ts'
import { messageOf } from '../shell/message-of.ts'
import { startShell } from '../shell/shell.ts'
import { createDisplays, DISPLAYS } from './displays/all.ts'
import { startRun, type Run } from './run.ts'
import { fromServer, fromTrace } from './sources.ts'
import { texts, type TextName } from './texts.ts'
import { createTrace, TRACES, type TraceName } from './traces.ts'
import { createView } from './view.ts'
import { words } from './words.ts'

/** Drawing takes time of the frames that it draws: a few times a second is enough to look at. */
const DRAW_MS = 200
const PROMPTS: Record<TextName, string> = { en: 'How does a typewriter effect work?', zh: '打字机效果是怎么实现的？' }
const LANGS: Record<TextName, string> = { en: 'en', zh: 'zh-Hans' }

startShell()
const trace = element('trace', HTMLSelectElement)
const text = element('text', HTMLSelectElement)
const length = element('length', HTMLSelectElement)
const speed = element('speed', HTMLSelectElement)
const button = element('run', HTMLButtonElement)
const status = element('plots-status', HTMLElement)
const motion = matchMedia('(prefers-reduced-motion: reduce)')
const view = createView(() => motion.matches)
let run: Run | undefined
let drawnAt = 0

function start(): void {
  const characters = Number(length.value)
  const name = text.value as TextName
  const known = TRACES.includes(trace.value as TraceName) ? createTrace(trace.value as TraceName, texts[name].slice(0, characters)) : undefined
  view.clear(LANGS[name], known?.at(-1)?.at ?? 0)
  drawnAt = 0
  run = startRun({
    source: known ? fromTrace(known) : fromServer(PROMPTS[name], characters),
    displays: createDisplays(speed.value === 'auto' ? 'auto' : Number(speed.value)),
    show: view.write,
    onFrame(current) {
      if (current.now - drawnAt < DRAW_MS) return
      drawnAt = current.now
      view.draw(current)
    },
    onChange: change,
  })
  change(run)
}

const isOn = (): boolean => run?.state === 'running' || run?.state === 'paused'

function change(current: Run): void {
  view.draw(current)
  tell(current)
}

/** Says how it goes, in the page's language. */
function tell(current: Run | undefined): void {
  const { run: runWord, stop, ...said } = say(words)
  button.textContent = isOn() ? stop : runWord
  button.classList.toggle('primary', !isOn())
  button.classList.toggle('danger', isOn())
  status.dataset.outcome = current?.state ?? ''
  status.textContent = describe(current, said)
}

function describe(current: Run | undefined, said: Omit<typeof words.en, 'run' | 'stop'>): string {
  switch (current?.state) {
    case 'paused': return said.paused
    case 'done': return said.done(current.come, current.now)
    case 'stopped': return said.stopped(current.now)
    case 'failed': return said.failed(messageOf(current.error))
    case 'running': {
      if (current.textEnd === undefined) return said.running
      return said.textEnded(current.come, DISPLAYS.filter(name => current.typing.has(name)).map(name => said.names[name]))
    }
    default: return said.ready
  }
}

button.addEventListener('click', () => {
  if (isOn()) run?.stop()
  else start()
})
// Before the typewriter hears of it, who would write all that has come: its own listeners come and go with what it waits for
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden') run?.pause()
  else run?.resume()
})

text.value = language()
function label(): void {
  element('motion', HTMLElement).hidden = !motion.matches
  view.label()
  tell(run)
}
label()
onLanguage(label)
motion.addEventListener('change', label)
