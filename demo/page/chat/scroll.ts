// The page's own scroll: politely at the end, or where the reader is
import { element, isAtEnd, toEnd } from '../shell/elements.ts'

/** How far from the end, in CSS pixels, a reader may need to be led back. */
const AWAY = 40

/** Scrolls to the end of the conversation. At once: a view that is still on its way is not at the end. */
export function scrollToEnd(): void {
  const { documentElement: page } = document
  page.scrollTo({ top: page.scrollHeight, behavior: 'instant' })
}

/** Changes the page below or above the text, and stays at its end if the reader is there; the SDK does the same as it types. */
export function keepEnd(change: () => void): void {
  const there = isAtEnd(document.documentElement)
  change()
  if (there && toEnd(document.documentElement) > 0) scrollToEnd()
}

/** Shows the way to the end while the reader is elsewhere. */
export function startScroll(prompt: HTMLElement): void {
  const latest = element('latest', HTMLButtonElement)

  function update(): void {
    const away = toEnd(document.documentElement) > AWAY
    // A button that vanishes takes the focus with it
    if (!away && document.activeElement === latest) prompt.focus({ preventScroll: true })
    latest.hidden = !away
  }
  latest.addEventListener('click', scrollToEnd)
  addEventListener('scroll', update, { passive: true })
  addEventListener('resize', update)
}
