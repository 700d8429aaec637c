/** How near to the end, in CSS pixels, counts as at the end: zoomed pages scroll by fractions. */
const NEAR = 8

/**
 * Makes the view follow the end of a text, only while the reader is there.
 *
 * @param boxes what may scroll, from the text outwards: the first that has something to scroll does
 * @param write changes the text
 */
export function follow(boxes: readonly Element[], write: () => void): void {
  const inView = boxes.filter(box => box.scrollHeight - box.scrollTop - box.clientHeight <= NEAR)
  write()
  const box = boxes.find(({ scrollHeight, clientHeight }) => scrollHeight > clientHeight)
  // At once, whatever the page's `scroll-behavior` is: a view that is still on its way is not at the end
  if (box && inView.includes(box)) box.scrollTo({ top: box.scrollHeight, behavior: 'instant' })
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
