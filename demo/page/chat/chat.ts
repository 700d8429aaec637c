// The prompt box, and the answer typed out by one call
import { streamChat, type ChatHandle, type ChatResult } from 'teleprinter'
import { element, setUsable } from '../shell/elements.ts'

// A number and its unit stay on one line
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)}\u00A0s`
const count = (text: string): string => `${Array.from(text).length.toLocaleString('en')} characters`

/** How an answer ended, in a sentence. */
function describe({ outcome, text, timing, finishReason }: ChatResult): string {
  if (outcome === 'stopped') return `Stopped after ${count(text)}`
  if (outcome === 'truncated') return `Cut off: the stream ended before the answer did, after ${count(text)}`
  const limit = finishReason === 'length' ? ' (the model’s limit was reached)' : ''
  return `Done${limit}: ${count(text)} in ${seconds(timing.total)}, the first after ${seconds(timing.firstToken)}`
}

export function startChat(): void {
  const form = element('chat-form', HTMLFormElement)
  const prompt = element('prompt', HTMLTextAreaElement)
  const send = element('send', HTMLButtonElement)
  const stop = element('stop', HTMLButtonElement)
  const asked = element('asked', HTMLElement)
  const answer = element('answer', HTMLElement)
  const status = element('chat-status', HTMLElement)
  const chips = [...form.querySelectorAll<HTMLButtonElement>('.chip')]

  let handle: ChatHandle | undefined

  function show(text: string, outcome = ''): void {
    status.textContent = text
    status.dataset.outcome = outcome
  }

  function setTyping(typing: boolean): void {
    for (const button of [send, ...chips]) setUsable(button, !typing)
    // A button that vanishes takes the focus with it
    if (!typing && document.activeElement === stop) prompt.focus()
    stop.hidden = !typing
  }

  async function ask(text: string): Promise<void> {
    // One prompt at a time: a second click on Send must not pay for the same answer twice
    if (handle || text.trim() === '') return
    asked.textContent = text
    asked.hidden = false
    // So that ideographs are drawn as this language draws them
    answer.lang = /\p{Script=Han}/u.test(text) ? 'zh-Hans' : ''
    show('Receiving; Stop or Escape ends it')
    setTyping(true)
    try {
      handle = streamChat(text, answer, { url: '/api/chat' })
      const result = await handle
      show(describe(result), result.outcome)
    } catch (error) {
      show(`Failed: ${error instanceof Error ? error.message : String(error)}`, 'failed')
      // Nobody should have to type it again
      prompt.value ||= text
    } finally {
      handle = undefined
      setTyping(false)
    }
  }

  form.addEventListener('submit', event => {
    event.preventDefault()
    if (handle) return
    const text = prompt.value
    prompt.value = ''
    void ask(text)
  })
  for (const chip of chips) chip.addEventListener('click', () => void ask(chip.textContent))
  stop.addEventListener('click', () => handle?.stop())

  prompt.addEventListener('keydown', event => {
    // While an input method composes, Enter accepts what it offers. Safari says so by the old key code alone
    const composing = event.isComposing || event.keyCode === 229
    if (event.key !== 'Enter' || event.shiftKey || composing) return
    event.preventDefault()
    form.requestSubmit()
  })
  document.addEventListener('keydown', event => {
    if (event.key === 'Escape' && !event.isComposing) handle?.stop()
  })
}
