// The page's own scroll: politely at the end, or where the reader is
import { element } from '../shell/elements.ts'

/** How near to the end, in CSS pixels, counts as there. */
const NEAR = 8

/** Scrolls to the end of the conversation. At once: a view that is still on its way is not at the end. */
export function scrollToEnd(): void {
  const { documentElement: page } = document
  page.scrollTo({ top: page.scrollHeight, behavior: 'instant' })
}

/** Changes the page below or above the text, and stays at its end if the reader is there; the SDK does the same as it types. */
export function keepEnd(change: () => void): void {
  const there = toEnd() <= NEAR
  change()
  if (there && toEnd() > 0) scrollToEnd()
}

/** Shows the way to the end while the reader is elsewhere. */
export function startScroll(prompt: HTMLElement): void {
  const latest = element('latest', HTMLButtonElement)

  function update(): void {
    const away = toEnd() > 5 * NEAR
    // A button that vanishes takes the focus with it
    if (!away && document.activeElement === latest) prompt.focus({ preventScroll: true })
    latest.hidden = !away
  }
  latest.addEventListener('click', scrollToEnd)
  addEventListener('scroll', update, { passive: true })
  addEventListener('resize', update)
}

function toEnd(): number {
  const { scrollHeight, scrollTop, clientHeight } = document.documentElement
  return scrollHeight - scrollTop - clientHeight
}
