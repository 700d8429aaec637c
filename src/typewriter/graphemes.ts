// Where text may be cut: between what a reader takes for characters, https://www.unicode.org/reports/tr29/#Grapheme_Cluster_Boundaries

const CR = 13
const LF = 10

let segmenter: Intl.Segmenter | undefined

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
  const { length } = text
  if (ended || text.charCodeAt(length - 1) === LF) {
    if (want >= length) return length
  } else {
    // Half a surrogate pair first: what it becomes may belong to the grapheme before it
    const known = isHighSurrogate(text.charCodeAt(length - 1)) ? length - 1 : length
    want = Math.min(want, known - 1)
  }
  if (want <= 0) return 0
  return isPlainBoundary(text, want) ? want : slowCutAt(text, want)
}

/** The fast path, for nearly all text: between two units that join with nothing there is a boundary. */
function isPlainBoundary(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1)
  const after = text.charCodeAt(at)
  return joinsNothing(before) && joinsNothing(after) && !(before === CR && after === LF)
}

/** Letters of the large alphabets, kana, ideographs, Hangul syllables, usual punctuation: neither marks nor joiners nor surrogates. */
function joinsNothing(unit: number): boolean {
  return unit < 0x300 ? unit !== 0xad && unit !== 0xa9 && unit !== 0xae
    : (unit >= 0x386 && unit <= 0x482) || (unit >= 0x48a && unit <= 0x52f)
      || (unit >= 0x5d0 && unit <= 0x5ea) || (unit >= 0x620 && unit <= 0x64a) || (unit >= 0xac00 && unit <= 0xd7a3)
      || (unit >= 0x3041 && unit <= 0x3096) || (unit >= 0x30a1 && unit <= 0x30fa)
      || (unit >= 0x3400 && unit <= 0x9fff) || (unit >= 0xff01 && unit <= 0xff5e)
      || (unit >= 0x3001 && unit <= 0x3029) || (unit >= 0x2010 && unit <= 0x2027)
}

function slowCutAt(text: string, want: number): number {
  // From the nearest boundary that is certain, the start at the latest, to the code point behind the cut
  let start = want - 1
  while (start > 0 && !isPlainBoundary(text, start)) start--
  const window = text.slice(start, want + 2)
  let cut = 0
  for (const boundary of boundaries(window)) {
    if (start + boundary > want) break
    cut = start + boundary
  }
  return cut
}

/** The starts of a text's graphemes; of its code points where the engine knows no graphemes. */
function* boundaries(text: string): Generator<number> {
  if (typeof Intl !== 'undefined' && 'Segmenter' in Intl) {
    segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' })
    for (const { index } of segmenter.segment(text)) yield index
  } else {
    let index = 0
    for (const character of text) {
      yield index
      index += character.length
    }
  }
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff
}
