// Which addresses in a text are followed: the browser's own parser says what they are

import { report } from '../report.ts'

/** Where a link may lead: all else could run code, or open what only the page may. */
export const LINK_SCHEMES = ['http:', 'https:', 'mailto:', 'tel:', 'sms:']
export const IMAGE_SCHEMES = ['http:', 'https:']

/** What ends a bare address, though no blank stands between: marks of other scripts, quotes, a table's cell. */
const FOREIGN = /[，。；：！？、（）【】《》「」“”‘’<>"|]/
/** The marks of a sentence, at the end of a bare address. */
const TRAILING = '.,;:!?\'*_)]'

/** An address as the browser will read it, if its scheme is one of these; a relative one has the page's. */
export function parseAddress(address: string, schemes: readonly string[], document: Document): URL | undefined {
  try {
    // A relative one is allowed on a page of any scheme
    const url = new URL(address, document.baseURI.startsWith('http') ? document.baseURI : 'http://localhost/')
    return schemes.includes(url.protocol) ? url : undefined
  } catch {
    return undefined
  }
}

/** The address alone, of `<address> "title"`. */
export function withoutTitle(text: string): string {
  const address = text.trim()
  const blank = address.search(/\s/)
  const bare = blank !== -1 && /^\s+["'(]/.test(address.slice(blank)) ? address.slice(0, blank) : address
  return bare.startsWith('<') && bare.endsWith('>') ? bare.slice(1, -1) : bare
}

/** How long the bare address is that a text begins with. */
export function lengthOfAddress(text: string): number {
  const stop = text.search(FOREIGN)
  let end = stop === -1 ? text.length : stop
  let unmatched = text.slice(0, end).split(')').length - text.slice(0, end).split('(').length
  for (; end > 0 && TRAILING.includes(text[end - 1] as string); end--) {
    // A bracket that the address has opened is its own
    if (text[end - 1] === ')' && unmatched-- <= 0) break
  }
  return end
}

/** What an app says of an address; what it throws is reported, and no yes. */
export function allows(rule: ((url: URL) => boolean) | undefined, url: URL): boolean {
  try {
    return rule?.(url) ?? true
  } catch (error) {
    report(error)
    return false
  }
}
