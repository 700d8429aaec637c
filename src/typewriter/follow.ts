import { noteOn } from './note.ts'

/** How near to the end, in CSS pixels and with one more for rounding, counts as at the end where nobody has scrolled yet … */
const NEAR = 7
/** … and where a reader comes back: zoomed pages scroll by fractions. */
const BACK = 2

/**
 * Makes the view follow the end of a text, only while the reader is there.
 *
 * Each box for itself: which of them has something to scroll can't be told by its overflow alone, as the ink of a font may
 * reach a pixel past its line.
 *
 * @param boxes what may scroll
 * @param write changes the text
 */
export function follow(boxes: readonly Element[], write: () => void): void {
  const inView = boxes.filter(isAtEnd).map(box => [box, endOf(box)] as const)
  write()
  for (const [box, end] of inView) {
    // At once, whatever the page's `scroll-behavior` is: a view that is still on its way is not at the end
    if (endOf(box) > end) box.scrollTo({ top: box.scrollHeight, behavior: 'instant' })
    noteOn(box).top = box.scrollTop
  }
}

/** A keyboard or a scroll bar that takes room leaves its reader at the end; the smallest scroll up does not. */
function isAtEnd(box: Element): boolean {
  const note = noteOn(box)
  const end = endOf(box)
  const { top = end - NEAR } = note
  if (box.scrollTop >= top - 1 || end - box.scrollTop < BACK) return true
  note.top &&= Infinity // a box that was not left yet may still be brought near to its end
  return false
}

function endOf(box: Element): number {
  return box.scrollHeight - box.clientHeight
}

/** The boxes around an element that may scroll, across the roots of components: the nearest first, the page last. */
export function findScrollers(element: Element | undefined): Element[] {
  const boxes: Element[] = []
  for (let box: Element | null | undefined = element; box; box = box.assignedSlot ?? box.parentElement ?? (box.parentNode as ShadowRoot | null)?.host) {
    if (box === box.ownerDocument.scrollingElement || /auto|scroll/.test(getComputedStyle(box).overflowY)) boxes.push(box)
  }
  return boxes
}
