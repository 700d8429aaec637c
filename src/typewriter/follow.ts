/** How near to the end, in CSS pixels, counts as at the end: zoomed pages scroll by fractions. */
const NEAR = 8

/**
 * Makes a view follow the end of its text, only while the reader is there.
 *
 * @param scroller what scrolls
 * @param write changes the text
 */
export function follow(scroller: Element, write: () => void): void {
  const atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight <= NEAR
  write()
  if (atEnd) scroller.scrollTop = scroller.scrollHeight
}

/** The nearest box around the element that scrolls; the page, if none does. */
export function findScroller(element: Element): Element | null {
  for (let box: Element | null = element; box; box = box.parentElement) {
    if (box === element.ownerDocument.body) break // what scrolls the body is the page
    if (/auto|scroll/.test(getComputedStyle(box).overflowY)) return box
  }
  return element.ownerDocument.scrollingElement
}
