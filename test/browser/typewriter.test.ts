import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { plainText } from '../../src/typewriter/plain-text.ts'
import { createTypewriter } from '../../src/typewriter/typewriter.ts'
import { nextFrame, warmUp } from '../helpers/frames.ts'

const LINE = 20
const WORDS = 'The quick brown fox jumps over the lazy dog. '.repeat(12)

let box: HTMLElement
let element: HTMLElement

beforeAll(warmUp)

beforeEach(() => {
  // As most readers have it, whatever the machine is set to
  vi.spyOn(window, 'matchMedia').mockImplementation(query => ({ matches: false, media: query }) as MediaQueryList)
  box = document.createElement('div')
  box.style.cssText = `width: 600px; font: 16px/${LINE}px monospace`
  element = document.createElement('div')
  box.append(element)
  document.body.replaceChildren(box)
})

afterEach(() => {
  vi.restoreAllMocks()
  document.body.replaceChildren()
})

function scrolling(height = 3 * LINE) {
  box.style.height = `${height}px`
  box.style.overflow = 'auto'
}

/** How far it is to the end. */
const toEnd = () => box.scrollHeight - box.clientHeight - box.scrollTop

describe('createTypewriter() in a browser', () => {
  test('the text grows in several steps and ends exact', async () => {
    const text = `${WORDS}\n\n  indented\ttabs\r\n<b>markup</b> 👨‍👩‍👧 é\n${WORDS}`
    const typewriter = createTypewriter(element, { speed: 800 })
    typewriter.write(text)
    const lengths = new Set<number>()
    const end = typewriter.end()
    while (typewriter.shown < text.length) {
      await nextFrame()
      expect(text.startsWith(element.textContent)).toBe(true)
      lengths.add(element.textContent.length)
    }
    await end
    expect(lengths.size).toBeGreaterThan(4)
    expect(element.textContent).toBe(text)
    expect(element.hasAttribute('aria-busy')).toBe(false)
  })

  test('text that comes in pieces is shown while more of it comes', async () => {
    const typewriter = createTypewriter(element)
    const seen = new Set<number>()
    let text = ''
    for (const word of WORDS.split(/(?<= )/).slice(0, 60)) {
      typewriter.write(word)
      text += word
      await nextFrame()
      expect(text.startsWith(element.textContent)).toBe(true)
      seen.add(typewriter.shown)
    }
    expect(seen.size).toBeGreaterThan(10)
    await typewriter.end()
    expect(element.textContent).toBe(text)
  })

  test('no frame shows a grapheme in part, though emoji come code unit by code unit', async () => {
    const text = 'a👨‍👩‍👧‍👦b👍🏿🇩🇪🇫🇷e\u0301 नमस्ते 각\r\n🏳️‍🌈\u1112\u1161\u11ab!'
    const whole = new Set([text.length])
    for (const { index } of new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)) whole.add(index)
    const partial: string[] = []
    const check = () => {
      if (!text.startsWith(element.textContent) || !whole.has(element.textContent.length)) partial.push(element.textContent)
    }
    const observer = new MutationObserver(check)
    observer.observe(element, { childList: true, characterData: true, subtree: true })
    const typewriter = createTypewriter(element, { maxDelay: 50 })
    for (const unit of text.split('')) {
      typewriter.write(unit)
      await nextFrame()
      check()
    }
    expect(typewriter.shown).toBeGreaterThan(text.length / 2)
    await typewriter.end()
    check()
    observer.disconnect()
    expect(partial).toEqual([])
    expect(element.textContent).toBe(text)
  })

  test('the end is followed while the reader is there', async () => {
    scrolling()
    const typewriter = createTypewriter(element)
    const tops = new Set<number>()
    for (let frame = 0; frame < 40; frame++) {
      typewriter.write(`line ${frame}\n`)
      await nextFrame()
      expect(toEnd()).toBeLessThan(2)
      tops.add(box.scrollTop)
    }
    await typewriter.end()
    expect(toEnd()).toBeLessThan(2)
    expect(tops.size).toBeGreaterThan(5)
    expect(element.offsetHeight).toBe(40 * LINE)
  })

  test('a reader who scrolled up is left alone, and followed again when back', async () => {
    scrolling()
    const typewriter = createTypewriter(element, { caret: false })
    typewriter.write('line\n'.repeat(20))
    typewriter.flush()
    expect(toEnd()).toBeLessThan(2)
    box.scrollTop = 5 * LINE
    for (let frame = 0; frame < 20; frame++) {
      typewriter.write('line\n')
      await nextFrame()
      expect(box.scrollTop).toBeCloseTo(5 * LINE, 0)
    }
    typewriter.flush()
    expect(element.offsetHeight).toBe(40 * LINE)
    expect(box.scrollTop).toBeCloseTo(5 * LINE, 0)
    box.scrollTop = box.scrollHeight
    typewriter.write('line\n'.repeat(10))
    await typewriter.end()
    expect(element.offsetHeight).toBe(50 * LINE)
    expect(toEnd()).toBeLessThan(2)
  })

  test('the end is followed in a box that scrolls smoothly', async () => {
    scrolling()
    box.style.scrollBehavior = 'smooth'
    const typewriter = createTypewriter(element)
    for (let frame = 0; frame < 30; frame++) {
      typewriter.write('one\ntwo\n')
      await nextFrame()
    }
    await typewriter.end()
    await vi.waitFor(() => expect(toEnd()).toBeLessThan(2))
    expect(element.offsetHeight).toBe(60 * LINE)
  })

  test.each([
    ['no box scrolls', 'visible', 'visible'],
    ['a box hides only what is too wide', 'hidden', ''], // its overflow-y then computes to auto
  ])('the page is followed where %s', async (_, overflowX, overflowY) => {
    Object.assign(box.style, { overflowX, overflowY })
    const page = document.scrollingElement as Element
    page.scrollTop = 0
    const spacer = document.createElement('div')
    spacer.style.height = `${window.innerHeight}px`
    document.body.prepend(spacer)
    page.scrollTop = page.scrollHeight
    const typewriter = createTypewriter(element)
    for (let frame = 0; frame < 30; frame++) {
      typewriter.write('one\ntwo\n')
      await nextFrame()
      expect(page.scrollHeight - page.clientHeight - page.scrollTop).toBeLessThan(2)
    }
    await typewriter.end()
    expect(page.scrollTop).toBeGreaterThan(40 * LINE)
    expect(page.scrollHeight - page.clientHeight - page.scrollTop).toBeLessThan(2)
  })

  test('the end is followed in a body that scrolls by itself, as the page does not', async () => {
    const { documentElement: root, body } = document
    const style = document.head.appendChild(document.createElement('style'))
    style.textContent = `html { overflow: hidden; height: 100% } body { overflow: auto; height: ${5 * LINE}px; min-height: 0; margin: 0 }`
    const typewriter = createTypewriter(element)
    typewriter.write('line\n'.repeat(20))
    typewriter.flush()
    expect(body.scrollTop).toBeGreaterThan(10 * LINE)
    expect(body.scrollHeight - body.clientHeight - body.scrollTop).toBeLessThan(2)
    expect(root.scrollTop).toBe(0)
    body.scrollTop = 0
    typewriter.write('line\n')
    await typewriter.end()
    expect(body.scrollTop).toBe(0)
    style.remove()
  })

  test('what the reader has selected stays selected while the text grows', async () => {
    const typewriter = createTypewriter(element)
    typewriter.write('first line\nsecond ')
    typewriter.flush()
    const first = element.firstChild?.firstChild as Text
    const growing = element.lastChild?.firstChild as Text
    const selection = getSelection() as Selection
    selection.setBaseAndExtent(first, 6, growing, 3)
    const before = String(selection)
    for (const word of WORDS.split(' ').slice(0, 20)) {
      typewriter.write(`${word} `)
      await nextFrame()
    }
    await typewriter.end()
    expect(String(selection)).toBe(before)
    expect([selection.anchorNode, selection.focusNode]).toEqual([first, growing])
  })
})

describe('plainText() in a browser', () => {
  test.each([
    ['a', 1], ['a\n', 1], ['a\nb', 2], ['a\nb\n', 2], ['\n', 1], ['\n\n\n', 3], ['a\n\nb', 3], ['\r\na\r\n', 2], ['  \n\t\n', 2],
  ])('the text %j is %i lines high', (text, lines) => {
    plainText(element).write(text)
    expect(element.offsetHeight).toBe(lines * LINE)
    for (const line of element.children) expect((line as HTMLElement).offsetHeight).toBe(LINE)
  })

  test('lines that come in pieces are as high as whole ones', () => {
    const renderer = plainText(element)
    for (const unit of 'a\n\nb\n') renderer.write(unit)
    expect(element.offsetHeight).toBe(3 * LINE)
  })

  test('a long line wraps', () => {
    plainText(element).write(WORDS)
    expect(element.offsetHeight).toBeGreaterThan(2 * LINE)
    expect(element.scrollWidth).toBeLessThanOrEqual(600)
  })

  test('spaces keep their width', () => {
    plainText(element).write('a    b\nabcdef\n')
    const [spaces, letters] = Array.from(element.children, line => {
      const range = document.createRange()
      const text = line.firstChild as Text
      range.setStart(text, 0)
      range.setEnd(text, 6)
      return range.getBoundingClientRect().width
    })
    expect(spaces).toBeGreaterThan(0)
    expect(spaces).toBeCloseTo(letters ?? 0, 1)
  })

  test('each line takes the direction of its first letter', () => {
    plainText(element).write('English\nعربي\n')
    expect(Array.from(element.children, line => getComputedStyle(line).direction)).toEqual(['ltr', 'rtl'])
  })

  test.each([
    'one line',
    'one\ntwo',
    'one\n\nthree',
    'one\n\n\n\nfive\nsix',
    '  indented\n\tby a tab\n    by  many   spaces',
    '\nafter an empty line',
    '日本語\nنص عربي\n👨‍👩‍👧',
  ])('copying %j gives the text as it was written', text => {
    plainText(element).write(text)
    const selection = getSelection() as Selection
    selection.selectAllChildren(element)
    expect(String(selection)).toBe(text)
  })

  test('copying many lines gives the text as it was written, and they are as high as they are many', () => {
    const text = Array.from({ length: 321 }, (_, i) => (i % 3 ? `line ${i}` : '')).join('\n') + '\nthe end'
    plainText(element).write(text)
    const selection = getSelection() as Selection
    selection.selectAllChildren(element)
    expect(String(selection)).toBe(text)
    expect(element.offsetHeight).toBe(322 * LINE)
  })

  test('copying from the midst of one line to the midst of another gives what is between', () => {
    plainText(element).write('first line\n\nthird line\nfourth')
    const selection = getSelection() as Selection
    selection.setBaseAndExtent(element.children[0]?.firstChild as Text, 6, element.children[2]?.firstChild as Text, 5)
    expect(String(selection)).toBe('line\n\nthird')
  })
})
