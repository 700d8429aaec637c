// One live region a page, apart from the text: a region that grows by letters would be read out by letters

/** How long an announcement stays, in milliseconds: long enough to be taken up, and then not to be met a second time. */
const STAY_MS = 10_000
/** Up to the last end of a sentence: a mark and a blank, a full-width mark, or a line's end. */
const SENTENCES = /^[^]*(?:[.!?…]["'”’)]*\s|[。！？]|\n)/

let regions: WeakMap<Document, HTMLElement> | undefined

/**
 * Tells screen readers what an element gets to show.
 *
 * @param element where the text appears, behind what it holds by now
 * @param sentences whether each sentence is told when it is whole; else all at the end
 * @returns what is called whenever text has appeared, and at the end
 */
export function createAnnouncer(element: Element, sentences: boolean): (ended: boolean) => void {
  const region = regionOf(element.ownerDocument)
  let told = element.textContent.length

  return ended => {
    if (!ended && !sentences) return
    const fresh = element.textContent.slice(told)
    const whole = ended ? fresh : (SENTENCES.exec(fresh)?.[0] ?? '')
    told += whole.length
    if (!whole.trim()) return
    const words = element.ownerDocument.createElement('p')
    words.textContent = whole
    region.append(words)
    setTimeout(() => words.remove(), STAY_MS)
  }
}

/** The page's region; it must be there before the first announcement, or that is not heard. */
function regionOf(document: Document): HTMLElement {
  regions ??= new WeakMap()
  const region = regions.get(document) ?? document.createElement('div')
  regions.set(document, region)
  region.setAttribute('aria-live', 'polite')
  region.style.cssText = 'position:fixed;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)'
  // Beside the body, which may be what is typed into, or be written anew
  if (!region.isConnected) document.documentElement.append(region)
  return region
}
