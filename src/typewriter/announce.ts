// One live region a page, apart from the text: a region that grows by letters would be read out by letters

/** How long an announcement stays, in milliseconds: long enough to be taken up, and then not to be met a second time. */
const STAY_MS = 10_000
/** Up to the last end of a sentence: a mark and a blank, a mark that needs none, or a line's end. */
const SENTENCES = /^[^]*(?:[.!?…]["'”’)]*\s|[。！？؟।][」』”’）]*|\n)/
const UNSEEN = 'position:fixed;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);-webkit-user-select:none;user-select:none'

let regions: WeakMap<Document, HTMLElement> | undefined

/**
 * Tells screen readers what is shown.
 *
 * @param document the page
 * @param sentences whether each sentence is told when it is whole; else all at the end
 * @param words all that is shown by now
 * @returns what is called whenever text has appeared, and at the end
 */
export function createAnnouncer(document: Document, sentences: boolean, words: () => string): (ended: boolean) => void {
  regionOf(document) // it must be there before it changes, or that is not heard
  let told = 0

  return ended => {
    if (!ended && !sentences) return
    const fresh = words().slice(told)
    const whole = ended ? fresh : (SENTENCES.exec(fresh)?.[0] ?? '')
    told += whole.length
    if (!whole.trim()) return
    const announcement = document.createElement('p')
    announcement.textContent = whole
    regionOf(document).append(announcement)
    setTimeout(() => announcement.remove(), STAY_MS)
  }
}

function regionOf(document: Document): HTMLElement {
  regions ??= new WeakMap()
  const region = regions.get(document) ?? document.createElement('div')
  regions.set(document, region)
  region.setAttribute('aria-live', 'polite')
  region.style.cssText = UNSEEN
  // Beside the body, which may be what is typed into, or be written anew
  if (!region.isConnected) document.documentElement.insertBefore(region, document.body)
  return region
}
