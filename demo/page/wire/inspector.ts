// The page: what the form asks for is opened, recorded and shown
import { element, setUsable } from '../shell/elements.ts'
import { onLanguage } from '../shell/language.ts'
import { createEntries } from './entries.ts'
import { createList } from './list.ts'
import { createRequestForm } from './request-form.ts'
import { openSession, type InspectorRequest, type Session } from './session.ts'
import { createSummary } from './summary.ts'

/** How often the numbers are written anew while something goes on. */
const BEAT_MS = 500

export function startInspector(): void {
  const openButton = element('open', HTMLButtonElement)
  const closeButton = element('close', HTMLButtonElement)
  let session: Session | undefined
  let beating: ReturnType<typeof setInterval> | undefined

  const entries = createEntries({ onAdd: () => list.wake() })
  const list = createList(entries, () => session)
  const summary = createSummary()
  const form = createRequestForm(open)

  function isOpen(): boolean {
    return session !== undefined && session.ending === undefined
  }

  function open(request: InspectorRequest): void {
    // The one that goes on must be closed by hand: a slip of the finger would lose its record
    if (isOpen()) return
    entries.restart()
    session = openSession(request, entries, { onState: showState, onChange: list.change })
    list.reset()
    summary.reset()
    beating ??= setInterval(() => summary.draw(session), BEAT_MS)
    showState()
  }

  function showState(): void {
    const going = isOpen()
    setUsable(openButton, !going)
    setUsable(closeButton, going)
    summary.showState(session)
    summary.draw(session)
    if (going) return
    clearInterval(beating)
    beating = undefined
  }

  closeButton.addEventListener('click', () => session?.close())
  onLanguage(() => {
    form.label()
    list.redraw()
    showState()
  })
  showState()
}
