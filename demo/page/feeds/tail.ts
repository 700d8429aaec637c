// A box of lines that come without end: it keeps the last ones, and follows them while its reader is there
import { create, isAtEnd } from '../shell/elements.ts'
import { onLanguage, say } from '../shell/language.ts'
import { words } from './words.ts'

const LINES = 200
/** A reader who has scrolled up should not have the lines pulled from under them, within reason. */
const LINES_WHILE_READING = 2000
/** A column of a line. */
export function cell(className: string, text: string): HTMLElement {
  // The space parts the columns where the line is copied, or read out
  return create('span', className, `${text} `)
}

/**
 * Makes a box keep the last lines.
 *
 * @param more where given, says how many have come while the reader was further up, and leads to them
 * @returns what adds a line, of columns, each with what is told about it in `data-` attributes
 */
export function createTail(box: HTMLElement, more?: HTMLButtonElement): (cells: HTMLElement[], about: Record<string, string>) => void {
  let unread = 0

  function showUnread(): void {
    if (!more) return
    // A button that vanishes takes the focus with it
    if (unread === 0 && document.activeElement === more) box.focus()
    more.hidden = unread === 0
    more.textContent = say(words).moreLines(unread)
  }

  function goToEnd(): void {
    box.scrollTo({ top: box.scrollHeight, behavior: 'instant' })
  }

  more?.addEventListener('click', goToEnd)
  box.addEventListener('scroll', () => {
    if (unread === 0 || !isAtEnd(box)) return
    unread = 0
    showUnread()
  })
  onLanguage(showUnread)

  return (cells, about) => {
    const atEnd = isAtEnd(box)
    const line = create('div', 'line', ...cells)
    Object.assign(line.dataset, about)
    box.append(line)
    while (box.childElementCount > (atEnd ? LINES : LINES_WHILE_READING)) box.firstElementChild?.remove()
    if (atEnd) return goToEnd()
    unread++
    showUnread()
  }
}
