// One live region a page, apart from the text: a region that grows by letters would be read out by letters
import { noteOn } from './note.ts'

/** How long an announcement stays, in milliseconds: long enough to be taken up, and then not to be met a second time. */
const STAY_MS = 10_000
/** Up to the last end of a sentence: a mark and a blank, a mark that needs none, or a line's end. */
const SENTENCES = /^[^]*(?:[.!?…]["'”’)」』）]*\s|[。！？؟।]["'”’)」』）]*|\n)/
// In one line: in a box of a pixel each word would have a line of its own to be laid out
const UNSEEN = 'position:fixed;width:1px;height:1px;contain:strict;clip-path:inset(50%);white-space:nowrap;'
  + '-webkit-user-select:none;user-select:none'

/**
 * Tells screen readers what is shown.
 *
 * @param element where it is shown
 * @param sentences whether each sentence is told when it is whole; else all at the end
 * @param words all that is shown by now
 * @returns what is called whenever text has appeared, and at the end
 */
export function createAnnouncer(element: Element, sentences: boolean, words: () => string): (ended: boolean) => void {
  regionOf(element) // it must be there before it changes, or that is not heard
  let told = 0

  return ended => {
    if (!ended && !sentences) return
    const fresh = words().slice(told)
    const whole = ended ? fresh : (SENTENCES.exec(fresh)?.[0] ?? '')
    told += whole.length
    if (!whole.trim()) return
    const announcement = element.ownerDocument.createElement('p')
    announcement.textContent = whole
    regionOf(element).append(announcement)
    setTimeout(() => announcement.remove(), STAY_MS)
  }
}

/** The region of the page; a dialog has one of its own, as nothing outside is heard while it is modal. */
function regionOf(element: Element): HTMLElement {
  const { ownerDocument: document } = element
  const dialog = element.parentElement?.closest('dialog')
  const home = dialog ?? document.documentElement
  const region = (noteOn(home).region ??= document.createElement('div'))
  region.setAttribute('aria-live', 'polite')
  region.style.cssText = UNSEEN
  // Behind what a dialog holds; else beside the body, which may be what is typed into, or be written anew
  if (!region.isConnected) home.insertBefore(region, dialog ? null : document.body)
  return region
}
