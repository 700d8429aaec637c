// Where text may be cut: between what a reader takes for characters, https://www.unicode.org/reports/tr29/#Grapheme_Cluster_Boundaries

/**
 * The largest cut of a text, at `want` at the most, that splits no grapheme; 0 where there is none.
 *
 * The text must start at a boundary. While more of it may come, its last grapheme is not known to be whole (a skin tone, a
 * joiner, half a flag may follow), and no cut lies behind it; a line feed alone is always whole.
 *
 * @param text what is not shown yet
 * @param want how many UTF-16 units are due
 * @param ended whether the text is all there is
 */
export function cutAt(text: string, want: number, ended: boolean): number {
  const isWhole = ended || text.endsWith('\n')
  // Half a surrogate pair does not count: what it becomes may belong to the grapheme before it
  const held = isWhole ? 0 : /[\ud800-\udbff]/.test(text.slice(-1)) ? 2 : 1
  const at = Math.max(0, Math.min(want, text.length - held))
  // Code points, where the engine knows no graphemes
  if (!globalThis.Intl?.Segmenter) return (text.codePointAt(at - 1) as number) > 0xffff ? at - 1 : at
  // No more text than it takes, however long the backlog is, with the code point behind, that may belong to the one before
  return new Intl.Segmenter().segment(text.slice(0, at + 2)).containing(at)?.index ?? at
}
