/** How near to the end, in CSS pixels, counts as at the end where nobody has scrolled yet … */
const NEAR = 8
/** … and where a reader comes back: zoomed pages scroll by fractions. */
const BACK = 2

/** Where each box was left; Infinity where its reader has scrolled up from there. */
let tops: WeakMap<Element, number> | undefined

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
  const inView = boxes.filter(isAtEnd).map(box => ({ box, end: endOf(box) }))
  write()
  for (const { box, end } of inView) {
    // At once, whatever the page's `scroll-behavior` is: a view that is still on its way is not at the end
    if (endOf(box) > end) box.scrollTo({ top: box.scrollHeight, behavior: 'instant' })
    ;(tops ??= new WeakMap()).set(box, box.scrollTop)
  }
}

/** A keyboard or a scroll bar that takes room leaves its reader at the end; the smallest scroll up does not. */
function isAtEnd(box: Element): boolean {
  const left = tops?.get(box)
  const toEnd = endOf(box) - box.scrollTop
  if (left === undefined) return toEnd <= NEAR
  if (box.scrollTop >= left - 1 || toEnd < BACK) return true
  tops?.set(box, Infinity)
  return false
}

function endOf(box: Element): number {
  return box.scrollHeight - box.clientHeight
}

/** The boxes around an element that may scroll, the nearest first, the page last. */
export function findScrollers(element: Element): Element[] {
  const boxes: Element[] = []
  const { body, scrollingElement } = element.ownerDocument
  // What scrolls the body is the page
  for (let box: Element | null = element; box && box !== body; box = parentOf(box)) {
    if (/auto|scroll/.test(getComputedStyle(box).overflowY)) boxes.push(box)
  }
  return scrollingElement && !boxes.includes(scrollingElement) ? [...boxes, scrollingElement] : boxes
}

/** What an element is laid out in, across the roots of components. */
function parentOf(element: Element): Element | null {
  const root = element.getRootNode()
  return element.assignedSlot ?? element.parentElement ?? ('host' in root ? (root as ShadowRoot).host : null)
}
