import * as fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { cutAt } from '../../src/typewriter/graphemes.ts'

const FAMILY = '👨‍👩‍👧‍👦'

const samples: Record<string, string> = {
  'joined emoji': `a${FAMILY}b👩🏽‍🚀🏳️‍🌈❤️‍🔥`,
  'flags': 'x🇩🇪🇫🇷🇯🇵y🇧🇷',
  'a flag of England': '🏴󠁧󠁢󠁥󠁮󠁧󠁿!',
  'skin tones': '👍🏿👍🏻 👋🏽',
  'key caps': '1️⃣2️⃣ 3#️⃣',
  'signs that are emoji too': '©️®️™️ © ® ‼️',
  'combining marks': 'e\u0301a\u0308\u0323o\u0302\u0301 n\u0303',
  'a stack of marks': `z${'\u0301\u0489'.repeat(40)}z`,
  'Devanagari': 'नमस्ते क्षत्रिय हिन्दी',
  'Tamil': 'நிறுத்து கோ',
  'Thai': 'กำลัง น้ำ',
  'Arabic with marks': 'السَّلَامُ عَلَيْكُمْ',
  'Hangul syllables': '안녕하세요',
  'Hangul jamo': '\u1112\u1161\u11ab\u1100\u1173\u11af x \u1100\u1161',
  'line ends': 'a\r\nb\nc\rd\r\n\r\n\n',
  'CJK': '日本語の文章、漢字と仮名。が゙ ﾊﾟ',
  'CJK beyond the first plane': '𠮷野家で𩸽',
  'a soft hyphen and spaces of no width': 'co\u00adop\u200ber\u2060ate\u200c\u200d',
  'Cyrillic and Greek': 'Привет, й и\u0306 Ωμέγα α\u0313\u0301',
  'ASCII': 'plain text, nothing else',
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** Where the graphemes of a text start, and where the last one ends. */
function boundaries(text: string): number[] {
  return [...Array.from(segmenter.segment(text), ({ index }) => index), text.length]
}

/** What of a growing text was shown after each piece of it, with all of it due at once. */
function type(pieces: string[]): number[] {
  let backlog = ''
  let shown = 0
  return pieces.map((piece, index) => {
    backlog += piece
    const cut = cutAt(backlog, backlog.length, index === pieces.length - 1)
    backlog = backlog.slice(cut)
    return (shown += cut)
  })
}

afterEach(() => vi.unstubAllGlobals())

describe.each(Object.entries(samples))('%s', (_, text) => {
  test('cutAt() splits none, wherever the text is to be cut', () => {
    const whole = boundaries(text)
    for (let want = 0; want <= text.length + 1; want++) {
      const largest = whole.filter(boundary => boundary <= want).at(-1)
      expect([want, cutAt(text, want, true)]).toEqual([want, largest])
    }
  })

  test('cutAt() shows none in part while they come code unit by code unit', () => {
    const shown = type(text.split(''))
    expect(boundaries(text)).toEqual(expect.arrayContaining([...new Set(shown)]))
    expect(shown.at(-1)).toBe(text.length)
  })

  test('cutAt() holds no more than the last one', () => {
    const pieces = Array.from(segmenter.segment(text), ({ segment }) => segment)
    const starts = boundaries(text)
    type(pieces).forEach((shown, index) => {
      expect(shown).toBeGreaterThanOrEqual(starts[index] ?? 0)
    })
  })

  test('cutAt() gives the same at any pace', () => {
    for (const pace of [1, 2, 3, 7]) {
      let rest = text
      let due = 0
      let shown = ''
      for (let frame = 0; rest; frame++) {
        expect(frame).toBeLessThanOrEqual(text.length)
        due = Math.min(due + pace, rest.length)
        const cut = cutAt(rest, due, true)
        due -= cut
        shown += rest.slice(0, cut)
        rest = rest.slice(cut)
        expect(boundaries(text)).toContain(shown.length)
      }
      expect(shown).toBe(text)
    }
  })
})

test('cutAt() holds the last grapheme until more comes', () => {
  expect(cutAt('a', 1, false)).toBe(0)
  expect(cutAt('ab', 2, false)).toBe(1)
  expect(cutAt('e\u0301', 2, false)).toBe(0)
  expect(cutAt('e\u0301x', 3, false)).toBe(2)
  expect(cutAt(`a${FAMILY}`, 99, false)).toBe(1)
  expect(cutAt(`a${FAMILY} `, 99, false)).toBe(1 + FAMILY.length)
  expect(cutAt('🇩🇪', 4, false)).toBe(0)
  expect(cutAt('🇩🇪🇫', 6, false)).toBe(4)
})

test('cutAt() shows the last grapheme at the end', () => {
  for (const text of ['a', 'e\u0301', FAMILY, '🇩🇪', '\r', '日']) expect(cutAt(text, text.length, true)).toBe(text.length)
})

test('cutAt() does not hold a line feed', () => {
  expect(cutAt('\n', 1, false)).toBe(1)
  expect(cutAt('one\n', 4, false)).toBe(4)
  expect(cutAt('one\r\n', 5, false)).toBe(5)
  expect(cutAt(`${FAMILY}\n`, 99, false)).toBe(FAMILY.length + 1)
})

test('cutAt() holds a carriage return, and never splits it from its line feed', () => {
  expect(cutAt('one\r', 4, false)).toBe(3)
  expect(cutAt('one\r\n', 4, false)).toBe(3)
  expect(cutAt('one\r\n', 4, true)).toBe(3)
  expect(cutAt('one\rtwo', 4, false)).toBe(4)
})

test('cutAt() lets a grapheme wait that is longer than what is due, and shows it whole', () => {
  const stack = `z${'\u0301'.repeat(500)}`
  for (const cluster of [FAMILY, stack]) {
    for (let want = 1; want < cluster.length; want++) expect(cutAt(`${cluster}x`, want, false)).toBe(0)
    expect(cutAt(`${cluster}x`, cluster.length, false)).toBe(cluster.length)
  }
})

test('cutAt() takes half a surrogate pair for the start of something', () => {
  expect(cutAt('a\ud83d', 2, false)).toBe(0)
  expect(cutAt('👍\ud83c', 3, false)).toBe(0)
  expect(cutAt('👍\ud83c\udfff', 4, false)).toBe(0)
  expect(cutAt('👍\ud83c\udfff!', 5, false)).toBe(4)
})

test('cutAt() lets lone surrogates through', () => {
  for (const text of ['a\ud83d', '\ud83d', '\ude00', '\ude00\ud83d', 'a\udc00b\ud800c']) {
    expect(cutAt(text, text.length, true)).toBe(text.length)
    expect(type([...text.split(''), '.', '']).at(-1)).toBe(text.length + 1)
  }
})

test('cutAt() cuts nothing where nothing is due', () => {
  for (const text of ['', 'a', 'abc', '\n', FAMILY]) {
    expect(cutAt(text, 0, false)).toBe(0)
    expect(cutAt(text, 0, true)).toBe(0)
  }
  expect(cutAt('', 5, false)).toBe(0)
  expect(cutAt('', 5, true)).toBe(0)
})

describe('without Intl.Segmenter', () => {
  test.each(['Intl', 'Intl.Segmenter'])('cutAt() keeps code points whole: no %s', missing => {
    vi.stubGlobal('Intl', missing === 'Intl' ? undefined : {})
    for (const text of ['a😀b𠮷c👍🏽', samples.flags as string, samples.CJK as string]) {
      const starts = [0]
      for (const character of text) starts.push((starts.at(-1) ?? 0) + character.length)
      for (let want = 0; want <= text.length; want++) {
        const largest = starts.filter(start => start <= want).at(-1)
        expect([want, cutAt(text, want, true)]).toEqual([want, largest])
      }
      const shown = type(text.split(''))
      expect(starts).toEqual(expect.arrayContaining([...new Set(shown)]))
      expect(shown.at(-1)).toBe(text.length)
    }
  })

  test('cutAt() never shows half a surrogate pair, nor the character before one, before its time', () => {
    vi.stubGlobal('Intl', {})
    expect(cutAt('😀', 1, true)).toBe(0)
    expect(cutAt('😀', 2, false)).toBe(0)
    expect(cutAt('😀!', 3, false)).toBe(2)
    expect(cutAt('one\n', 4, false)).toBe(4)
  })
})

// Everything that joins with something, and some that joins with nothing
const pieces = [
  'a', 'Z', '9', ' ', '.', '\n', '\r', '\r\n', '\t', '\u0000', '\u00ad', '©', '®', 'é', 'я', 'Ω', 'の', 'カ', '日', '𠮷',
  'ﾊ', 'ﾟ', '　', '、', '\u0301', '\u0308', '\u0489', '\u200b', '\u200c', '\u200d', '\u2060', '\ufe0f', '\ufe0e', '\u20e3',
  '\u3099', '\u303d', '\u3030', '㊗', '‼', '…', 'क', 'ष', '्', 'ि', 'த', 'ு', 'ก', 'ำ', 'ب', '\u064e', '\u0600', '\u1100', '\u1161',
  '\u11a8', '각', '가', '👨', '👩', '🏽', '🏿', '❤', '🇩', '🇪', '🇫', '🏴', '\u{e0067}', '\u{e007f}',
  '\ud83d', '\ud83c', '\udfff', '\ude00', '\udc00',
]
const anyText = fc.array(fc.constantFrom(...pieces), { maxLength: 24 }).map(parts => parts.join(''))

/** Where the last grapheme starts that more text could still change. */
function holdAt(text: string): number {
  if (text.endsWith('\n')) return text.length
  const known = /[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text
  return boundaries(known).at(-2) ?? 0
}

test('cutAt() gives the largest cut there is', () => {
  fc.assert(fc.property(anyText, fc.nat(40), fc.boolean(), (text, want, ended) => {
    const hold = ended ? text.length : holdAt(text)
    const largest = boundaries(text).filter(boundary => boundary <= Math.min(want, hold)).at(-1)
    expect(cutAt(text, want, ended)).toBe(largest)
  }), { seed: 3, numRuns: 20_000 })
})

test('cutAt() cuts where the whole text has a boundary, however it comes', () => {
  fc.assert(fc.property(anyText, fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }), (text, sizes) => {
    const parts: string[] = []
    for (let start = 0, i = 0; start < text.length; i++) {
      const size = sizes[i % sizes.length] ?? 1
      parts.push(text.slice(start, start + size))
      start += size
    }
    const shown = type(parts)
    const whole = new Set(boundaries(text))
    expect(shown.filter(count => !whole.has(count))).toEqual([])
    expect(shown.at(-1) ?? 0).toBe(text.length)
  }), { seed: 4, numRuns: 5000 })
})
