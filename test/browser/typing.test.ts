// What a reader sees, copies, finds and scrolls while text is typed
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { cdp, server, userEvent } from 'vitest/browser'
import { markdown } from '../../src/typewriter/markdown.ts'
import { plainText } from '../../src/typewriter/plain-text.ts'
import { createTypewriter, type Typewriter } from '../../src/typewriter/typewriter.ts'
import { nextFrame, warmUp } from '../helpers/frames.ts'

const LINE = 20
const WORDS = 'The quick brown fox jumps over the lazy dog. '
const CHROMIUM = server.browser === 'chromium'
/** Whether keys and wheels can be had: WebKitGTK's driver has none for us. */
const HANDS = server.browser !== 'webkit'

let box: HTMLElement
let element: HTMLElement
let reducedMotion: boolean

beforeAll(warmUp)

beforeEach(() => {
  reducedMotion = false
  // As most readers have it, whatever the machine is set to
  vi.spyOn(window, 'matchMedia').mockImplementation(query => ({ matches: reducedMotion, media: query }) as MediaQueryList)
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

function create<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, parent: Node, text = ''): HTMLElementTagNameMap[Tag] {
  const child = document.createElement(tag)
  child.textContent = text
  parent.appendChild(child)
  return child
}

/** What a caret behind an element looks like; '' where there is none. Readers hear nothing of it. */
function caretOf(target: Element | null | undefined): string {
  const { content = '' } = target ? getComputedStyle(target, '::after') : {}
  return ['none', 'normal'].includes(content) ? '' : content.replace(/ \/ ""$/, '')
}

/** What of an element has a caret. */
const carets = (root: ParentNode = document) => [...root.querySelectorAll('*')].filter(caretOf)

/** A page of its own in a frame, with a policy. */
async function openFrame(policy: string, markup = ''): Promise<{ page: Document; violations: string[] }> {
  const frame = document.createElement('iframe')
  frame.srcdoc = `<!doctype html><meta http-equiv="Content-Security-Policy" content="${policy}"><body>${markup}</body>`
  const loaded = new Promise(resolve => frame.addEventListener('load', resolve, { once: true }))
  document.body.append(frame)
  await loaded
  const page = frame.contentDocument as Document
  const violations: string[] = []
  page.addEventListener('securitypolicyviolation', event => violations.push(`${event.violatedDirective} ${event.sample}`))
  return { page, violations }
}

describe('caret', () => {
  test('caret stands behind the last line, from the start to the end', async () => {
    const typewriter = createTypewriter(element)
    expect(caretOf(element)).toBe('"▍"')
    typewriter.write('one\ntwo\nthree\n')
    typewriter.flush()
    expect(carets()).toEqual([element.lastElementChild])
    typewriter.write('four.')
    typewriter.flush()
    expect(carets()).toEqual([element.lastElementChild])
    expect(element.textContent).toBe('one\ntwo\nthree\nfour')
    await typewriter.end()
    expect(carets()).toEqual([])
  })

  test.each(['_', '"', '\\', "';}", '👩‍🚀', '\\41'])('caret shows %j', form => {
    const typewriter = createTypewriter(element, { caret: form })
    expect(caretOf(element)).toBe(JSON.stringify(form))
    typewriter.write('one\ntwo')
    typewriter.flush()
    expect(caretOf(element.lastElementChild)).toBe(JSON.stringify(form))
    typewriter.stop()
    expect(carets()).toEqual([])
  })

  test('caret stands behind the last of many lines, and nowhere else', () => {
    const typewriter = createTypewriter(element)
    for (let line = 0; line < 320; line++) {
      typewriter.write(`line ${line}${line % 2 ? '\n' : '.\n'}`)
      typewriter.flush()
      if (line % 20 && line % 100 > 2) continue
      expect(carets().map(({ textContent }) => textContent.trim().replace('.', ''))).toEqual([`line ${line}`])
    }
    typewriter.stop()
    expect(carets()).toEqual([])
  })

  test('caret takes place, but not that of a letter', () => {
    plainText(element).write('word')
    const { width } = element.getBoundingClientRect()
    const typewriter = createTypewriter(element, { caret: '_' })
    expect(element.offsetHeight).toBe(LINE)
    expect(element.getBoundingClientRect().width).toBe(width)
    typewriter.stop()
  })

  test.each(['<div></div>', '<p> </p>', '<p>text of the page</p>', '<p>text with <b>an element</b> and more</p>'])(
    'caret is seen once while nothing has come to %s', markup => {
      box.innerHTML = markup
      const target = box.firstElementChild as HTMLElement
      const typewriter = createTypewriter(target)
      expect(carets(box)).toHaveLength(1)
      typewriter.write('one\n')
      typewriter.flush()
      expect(carets(box)).toEqual([target.lastElementChild])
      typewriter.stop()
      expect(carets(box)).toEqual([])
    })

  test('caret is seen behind what a renderer of the app writes as mere text', () => {
    const typewriter = createTypewriter({ element, write: text => element.append(text) })
    typewriter.write('one ')
    typewriter.flush()
    expect(carets()).toHaveLength(1)
    typewriter.stop()
  })

  test.each([
    ['<p>one</p><p>two</p>', 'P two'], ['<h2>one</h2>', 'H2 one'], ['<ul><li>one</li><li>two<ol><li>three</li></ol></li></ul>', 'LI three'],
    ['<p>one <b>bold</b></p>', 'P one bold'], ['<table><tr><td>one</td><td>two</td></tr></table>', 'TD two'], ['<pre><code>one</code></pre>', 'PRE one'],
    ['<div><div>one</div><div>two</div></div>', 'DIV two'], ['<section><p>one</p></section>', 'P one'],
    ['<div><pre><code>one</code></pre><button>copy</button></div>', 'DIV onecopy'], ['<p>one</p><span>two</span>', 'DIV onetwo'],
    ['<p>one <span>two</span> three <b>four</b></p>', 'P one two three four'], ['<p>one</p><blockquote>two</blockquote>', 'DIV onetwo'],
  ])('caret stands behind the last words of a renderer of the app that shows %s', (markup, place) => {
    const typewriter = createTypewriter({ element, write: () => void (element.innerHTML = markup) })
    typewriter.write('one ')
    typewriter.flush()
    expect(carets().map(({ tagName, textContent }) => `${tagName} ${textContent}`)).toEqual([place])
    typewriter.stop()
    expect(carets()).toEqual([])
  })

  test('caret stands behind the last words of Markdown', () => {
    const typewriter = createTypewriter(markdown(element))
    const shows = (text: string) => {
      typewriter.write(text)
      typewriter.flush()
      expect(carets()).toHaveLength(1)
      return carets().map(({ tagName, textContent }) => `${tagName} ${textContent}`).join('')
    }
    expect(shows('Words of a')).toMatch(/^P Words/)
    expect(shows(' line\n\n- two\n- three more words')).toMatch(/^LI three/)
    expect(shows('\n\n# Four more words')).toMatch(/^H1 Four/)
    expect(shows('\n\n1. Five\n2. Six more words')).toMatch(/^LI Six/)
    typewriter.stop()
    expect(carets()).toEqual([])
  })

  // What is painted, by the room that it takes: to ask an engine for a style may make it look again
  test('caret is painted once in Markdown, by the letter', () => {
    const tall = document.head.appendChild(document.createElement('style'))
    tall.textContent = '.teleprinter-caret::after, .teleprinter-caret ::after { display: block !important; height: 10000px !important }'
    const typewriter = createTypewriter(markdown(element))
    const text = '* one\n* two\n  * three\n    * four\n  * five\n* six\n\nseven\n\n> quote\n> - eight\n>   - nine\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n'
      + '1. ten\n   > quote in a list\n2. y **bold** z\n\n   more\n\n```js\ncode\n```\n\n- [ ] eleven\n\n\\[ x \\] and \\( y \\) end\n\n> > deep\n\nlast'
    for (const letter of text) {
      typewriter.write(letter)
      typewriter.flush()
      // but for the moment of a row that has no cell yet
      if (element.querySelector('tr:empty') === null) expect(Math.floor(element.offsetHeight / 10_000), element.innerHTML).toBe(1)
    }
    typewriter.stop()
    tall.remove()
  })

  test('caret is neither text, nor selected, nor found', () => {
    const typewriter = createTypewriter(element, { caret: '█' })
    typewriter.write('one\ntwo\n')
    typewriter.flush()
    const selection = getSelection() as Selection
    selection.selectAllChildren(box)
    expect(String(selection)).not.toContain('█')
    expect(String(selection).trimEnd()).toBe('one\ntwo')
    expect(element.textContent).toBe('one\ntwo\n')
    expect(element.innerText).not.toContain('█')
    typewriter.stop()
  })

  test('caret is seen in a shadow tree', () => {
    const root = box.attachShadow({ mode: 'open' })
    const inside = create('div', root)
    const typewriter = createTypewriter(inside)
    expect(caretOf(inside)).toBe('"▍"')
    typewriter.write('one\ntwo')
    typewriter.flush()
    expect(carets(root)).toEqual([inside.lastElementChild])
    expect(getComputedStyle(inside.lastElementChild as Element, '::after').animationName).toBe('teleprinter-caret')
    typewriter.stop()
    expect(carets(root)).toEqual([])
  })

  test.each(['document', 'shadow tree'])('caret is seen where the element comes to a %s only later', async where => {
    const root = where === 'document' ? box : box.attachShadow({ mode: 'open' })
    const later = document.createElement('div')
    const typewriter = createTypewriter(later)
    if (where === 'shadow tree') root.append(later) // whose rules it gets with its text
    typewriter.write('one\ntwo')
    typewriter.flush()
    root.append(later)
    expect(carets(root)).toEqual([later.lastElementChild])
    typewriter.write('\nthree\n')
    typewriter.flush()
    expect(carets(root)).toEqual([later.lastElementChild])
    typewriter.stop()
  })

  test.each([
    ['- a\n  - b', 'LI'], ['> quoted', 'P'], ['| a | b |\n|-|-|\n| c | d |\n', 'TD'], ['```\ncode', 'PRE'], ['1. **bold', 'LI'],
  ])('caret stands behind the last words of %j', (text, tag) => {
    const typewriter = createTypewriter(markdown(element))
    typewriter.write(text)
    typewriter.flush()
    expect(carets(document).map(({ tagName }) => tagName)).toEqual([tag])
    typewriter.stop()
    expect(carets(document)).toEqual([])
  })

  test('caret looks as the rules of the page say', () => {
    const rules = 'div::after { color: rgb(1, 2, 3); animation: none } .answer { --teleprinter-caret: "█" }'
    const style = create('style', document.head, rules)
    element.className = 'answer'
    const typewriter = createTypewriter(element)
    typewriter.write('one\ntwo')
    typewriter.flush()
    const line = element.lastElementChild as Element
    expect(caretOf(line)).toBe('"█"')
    expect(getComputedStyle(line, '::after')).toMatchObject({ color: 'rgb(1, 2, 3)', animationName: 'none' })
    typewriter.stop()
    style.remove()
  })

  test('caret blinks only as fast as is harmless, and not for readers who prefer reduced motion', async () => {
    const typewriter = createTypewriter(element)
    const { animationName, animationDuration } = getComputedStyle(element, '::after')
    expect([animationName, animationDuration]).toEqual(['teleprinter-caret', '1s'])
    const rules = document.adoptedStyleSheets.flatMap(sheet => [...sheet.cssRules])
    const calm = rules.find(rule => rule instanceof CSSMediaRule) as CSSMediaRule
    expect(calm.media.mediaText).toBe('(prefers-reduced-motion: reduce)')
    expect((calm.cssRules[0] as CSSStyleRule).style.animationName).toBe('none')
    if (CHROMIUM) {
      await cdp().send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-reduced-motion', value: 'reduce' }] })
      expect(getComputedStyle(element, '::after').animationName).toBe('none')
      expect(caretOf(element)).toBe('"▍"')
      await cdp().send('Emulation.setEmulatedMedia', { features: [] })
    }
    typewriter.stop()
  })

  test('caret: false shows none', () => {
    const typewriter = createTypewriter(element, { caret: false })
    typewriter.write('one\ntwo')
    typewriter.flush()
    expect(carets()).toEqual([])
    expect(element.hasAttribute('class')).toBe(false)
    typewriter.stop()
  })
})

describe('under a strict content security policy', () => {
  const STRICT = "default-src 'none'; style-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

  const renderers = [['plain text', plainText], ['Markdown', markdown]] as const
  test.each(renderers)('%s is typed, with its caret, and nothing is violated', async (_, renderer) => {
    const { page, violations } = await openFrame(STRICT)
    const target = page.body.appendChild(page.createElement('div'))
    const typewriter = createTypewriter(renderer(target), { caret: '_' })
    expect(caretOf(target)).toBe('"_"')
    typewriter.write('one  two\n\n**three** <b>four</b> <script>alert(1)</script>\n\n[five](https://example.com) ')
    typewriter.flush()
    expect(carets(page)).toHaveLength(1)
    await typewriter.end()
    await nextFrame()
    expect(violations).toEqual([])
    expect(carets(page)).toEqual([])
    expect(target.textContent).toContain('<script>alert(1)</script>')
    if (renderer === plainText) expect(getComputedStyle(target).whiteSpace).toBe('pre-wrap')
    // It would have been seen
    target.setAttribute('style', 'color: red')
    await vi.waitFor(() => expect(violations.length).toBeGreaterThan(0))
  })
})

describe('the region of announcements', () => {
  const region = () => document.querySelector('[aria-live]') as HTMLElement

  function announce(text = 'announced words, once and for all') {
    const typewriter = createTypewriter(element)
    typewriter.write(text)
    typewriter.stop()
    expect(region().textContent).toContain(text)
  }

  test('the region changes nothing of the layout, and makes nothing scroll', () => {
    const page = document.scrollingElement as Element
    const style = create('style', document.head)
    const flex = 'body { display: flex; flex-direction: column; gap: 30px }'
    for (const css of ['', flex, 'body > div { padding: 40px }', 'body { transform: translateZ(0) }']) {
      for (const height of ['10px', '100vh', '300vh']) {
        document.body.replaceChildren(box)
        style.textContent = `body { margin: 0 } ${css}`
        Object.assign(box.style, { height, boxSizing: 'border-box' })
        const before = [page.scrollHeight, page.scrollWidth, document.body.offsetHeight]
        announce('words')
        box.getBoundingClientRect()
        expect([css, height, page.scrollHeight, page.scrollWidth, document.body.offsetHeight]).toEqual([css, height, ...before])
        element.replaceChildren()
      }
    }
    style.remove()
  })

  test('the region is neither seen nor hit, and is there for readers', () => {
    announce()
    const { display, visibility, clipPath } = getComputedStyle(region())
    expect(display).not.toBe('none')
    expect(visibility).toBe('visible')
    expect(clipPath).toBe('inset(50%)')
    const { left, top } = region().getBoundingClientRect()
    expect(document.elementFromPoint(left, top)).not.toBe(region())
    expect(region().closest('[aria-hidden], [inert]')).toBe(null)
  })

  test('what a reader copies of the whole page has the text once', () => {
    announce('words that are there just once')
    document.execCommand('selectAll')
    expect(String(getSelection()).match(/just once/g)).toHaveLength(1)
  })

  test('nothing on the page but the region is live', () => {
    announce()
    expect(document.querySelectorAll('[aria-live], [role=status], [role=log], [role=alert]')).toHaveLength(1)
  })
})

describe('graphemes', () => {
  const samples: Record<string, string> = {
    'emoji of several': '👨‍👩‍👧‍👦👩🏽‍🚀🏳️‍🌈❤️‍🔥a👨‍👩‍👧‍👦',
    'flags': '🇩🇪🇫🇷🇯🇵 🇧🇷🏴󠁧󠁢󠁥󠁮󠁧󠁿🇺',
    'skin tones and key caps': '👍🏿👍🏻👋🏽1️⃣2️⃣#️⃣*️⃣©️™️',
    'marks': 'e\u0301a\u0308\u0323 n\u0303o\u0302\u0301.',
    'a stack of marks': `z${'\u0301\u0489'.repeat(90)}z${'\u0335'.repeat(70)}`,
    'Devanagari': 'नमस्ते क्षत्रिय हिन्दी',
    'Hangul jamo': '\u1112\u1161\u11ab\u1100\u1173\u11af x \u1100\u1161',
    'Thai': 'กำลัง น้ำ ที่นี่',
    'CJK': '葛\u{e0100}飾区 辻\u{e0101}が゙ 𠮷\ufe00野家。漢字',
    'line ends': 'a\r\nb\rc\r\n\r\n\nd',
  }

  /** Types each at once in an element of its own, unit by unit, and gives those that were seen in part. */
  async function seenInPart(renderer: (element: Element) => ReturnType<typeof plainText>): Promise<string[]> {
    const partial: string[] = []
    const all = Object.entries(samples).map(([name, text]) => {
      const whole = new Set([text.length])
      for (const { index } of new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)) whole.add(index)
      const target = create('div', box)
      const typewriter = createTypewriter(renderer(target), { maxDelay: 50, announce: 'off' })
      const check = () => {
        const { textContent } = target
        if (text.startsWith(textContent) && whole.has(textContent.length)) return
        partial.push(`${name}: ${JSON.stringify(textContent)}`)
      }
      new MutationObserver(check).observe(target, { childList: true, characterData: true, subtree: true })
      return { text, target, typewriter, check }
    })
    const length = Math.max(...all.map(({ text }) => text.length))
    for (let at = 0; at < length; at++) {
      for (const { text, typewriter } of all) if (at < text.length) typewriter.write(text.charAt(at))
      // The stack is long: of it, several a frame
      if (at < 40 || at % 8 === 0) await nextFrame()
      for (const { check } of all) check()
    }
    await Promise.all(all.map(({ typewriter }) => typewriter.end()))
    for (const { text, target } of all) expect(target.textContent).toBe(text)
    return partial
  }

  test('graphemes are never seen in part, though they come unit by unit', async () => {
    expect(await seenInPart(plainText)).toEqual([])
  })

  test('graphemes are code points where the engine knows no others, and nothing stalls', async () => {
    const { Segmenter } = Intl
    Reflect.deleteProperty(Intl, 'Segmenter')
    try {
      const text = Object.values(samples).join('\n')
      const typewriter = createTypewriter(element, { maxDelay: 50 })
      for (const [at, unit] of text.split('').entries()) {
        typewriter.write(unit)
        if (at % 16 === 0) await nextFrame()
        expect(element.textContent).not.toMatch(/[\ud800-\udbff]$/)
      }
      await vi.waitFor(() => expect(text.length - element.textContent.length).toBeLessThan(3))
      await typewriter.end()
      expect(element.textContent).toBe(text)
    } finally {
      Object.defineProperty(Intl, 'Segmenter', { configurable: true, writable: true, value: Segmenter })
    }
  })
})

describe('plain text', () => {
  const ANSWER = 'one\n\n  two\tby a tab  and   blanks\n\n\n日本語 نص عربي\n<b>four</b> & 👩‍🚀\n\nthe last'

  test('plain text is what was written, to the unit', async () => {
    const text = `\ud83d a \udc4d b\r\nc\rd\n\r\n\u0000\u0085\u2028\u2029\ufeff\ufffe ${ANSWER}\ud83d`
    const typewriter = createTypewriter(element)
    for (const piece of text.match(/[^]{1,5}/g) ?? []) typewriter.write(piece)
    await typewriter.end()
    expect(element.textContent).toBe(text)
  })

  test('plain text of many lines is as high as its lines, each in its own direction, and selected as it was written', () => {
    const text = Array.from({ length: 320 }, (_, line) => ['English', 'عربي', '', '  indented'][line % 4]).join('\n')
    const typewriter = createTypewriter(element)
    for (const piece of text.match(/[^]{1,70}/g) ?? []) {
      typewriter.write(piece)
      typewriter.flush()
    }
    typewriter.stop()
    expect(element.textContent).toBe(text)
    expect(element.offsetHeight).toBe(320 * LINE)
    const lines = [...element.querySelectorAll('div[dir=auto]')]
    expect(lines).toHaveLength(320)
    expect(lines.slice(-4, -2).map(line => getComputedStyle(line).direction)).toEqual(['ltr', 'rtl'])
    const selection = getSelection() as Selection
    selection.selectAllChildren(element)
    expect(String(selection).trimEnd()).toBe(text.trimEnd())
  })

  test('plain text leaves the styles of the element', () => {
    element.setAttribute('style', 'color: red; width: 50%; --own: 1')
    createTypewriter(element).stop()
    expect(element.style.cssText.replaceAll(' ', '')).toBe('color:red;width:50%;--own:1;white-space:pre-wrap;')
  })

  test('plain text keeps what is selected in a line that is done and in the one that grows', async () => {
    const typewriter = createTypewriter(element)
    typewriter.write('first line\nsecond line grows ')
    typewriter.flush()
    const selection = getSelection() as Selection
    const [first, second] = [...element.children].map(line => line.firstChild as Text) as [Text, Text]
    const ranges = [[first, 2, first, 7], [second, 0, second, 6], [first, 6, second, 3], [second, 6, first, 1]] as const
    for (const [from, start, to, end] of ranges) {
      selection.setBaseAndExtent(from, start, to, end)
      const before = String(selection)
      expect(before).not.toBe('')
      typewriter.write(`${WORDS}\n${WORDS}`)
      await nextFrame()
      await nextFrame()
      typewriter.flush()
      expect(String(selection)).toBe(before)
      const { anchorNode, anchorOffset, focusNode, focusOffset } = selection
      expect([anchorNode, anchorOffset, focusNode, focusOffset]).toEqual([from, start, to, end])
    }
    typewriter.stop()
  })

  /** What of the page goes through the clipboard, pasted as text and as a page. */
  async function copyAndPaste(from: Node) {
    const field = create('textarea', document.body)
    const page = create('div', document.body)
    page.contentEditable = 'true'
    page.style.cssText = `font: 16px/${LINE}px monospace`
    const flavours = { text: '', html: '' }
    const onPaste = ({ clipboardData }: ClipboardEvent) => {
      flavours.text = clipboardData?.getData('text/plain') ?? ''
      flavours.html = clipboardData?.getData('text/html') ?? ''
    }
    document.addEventListener('paste', onPaste)
    const selection = getSelection() as Selection
    selection.selectAllChildren(from)
    await userEvent.copy()
    field.focus()
    await userEvent.paste()
    page.focus()
    await userEvent.paste()
    document.removeEventListener('paste', onPaste)
    // `innerText` counts the line feed of a line and the end of its block; a reader sees one
    return { ...flavours, field: field.value, page: page.textContent, lines: Math.round(page.offsetHeight / LINE) }
  }

  const answers = [ANSWER, `${ANSWER}\n`, 'one line', '\n\nthe third', 'a\r\nb']
  test.runIf(HANDS).each(answers)('plain text of %j is copied as it was written', async text => {
    const typewriter = createTypewriter(element, { announce: 'off' })
    typewriter.write(text)
    typewriter.stop()
    const copied = await copyAndPaste(element)
    const written = text.replaceAll('\r\n', '\n')
    const known = (copy: string) => copy.replaceAll('\r\n', '\n').replaceAll('\u00a0', ' ')
    expect(known(copied.text).replace(/\n$/, '')).toBe(written.replace(/\n$/, ''))
    expect(known(copied.field).replace(/\n$/, '')).toBe(written.replace(/\n$/, ''))
    expect(known(copied.page).trim()).toBe(written.trim())
    // Blank lines too, and an indent is an indent
    expect(copied.lines).toBe(written.replace(/\n$/, '').split('\n').length)
    expect(copied.html).not.toContain('teleprinter')
  })

  test.runIf(HANDS)('plain text is copied without its caret while it is typed', async () => {
    const typewriter = createTypewriter(element, { caret: '█' })
    typewriter.write('one\ntwo\nthree.')
    typewriter.flush()
    const copied = await copyAndPaste(element)
    expect(copied).toMatchObject({ text: 'one\ntwo\nthree', field: 'one\ntwo\nthree', page: 'one\ntwo\nthree', lines: 3 })
    typewriter.stop()
  })

  // WebKitGTK's find() finds nothing any more where texts of other scripts were on the page before; by itself this passes there
  test.runIf(server.browser !== 'webkit')('plain text is found though it came in pieces', async () => {
    const find = (text: string) => (window as unknown as { find: (text: string) => boolean }).find(text)
    const typewriter = createTypewriter(element, { announce: 'off' })
    for (const unit of 'one needle in\nthe haystack\n') {
      typewriter.write(unit)
      await nextFrame()
    }
    typewriter.flush()
    const selection = getSelection() as Selection
    for (const text of ['needle in', 'haystack']) {
      selection.removeAllRanges()
      expect(find(text), text).toBe(true)
      expect(String(selection)).toBe(text)
      expect(element.contains(selection.anchorNode)).toBe(true)
    }
    typewriter.stop()
  })

  test('plain text may lose its element, its page, or never have one', async () => {
    const frame = create('iframe', document.body)
    const page = frame.contentDocument as Document
    const inPage = page.body.appendChild(page.createElement('div'))
    const detached = document.createElement('div')
    const targets = [element, inPage, detached]
    const typewriters = targets.map(target => createTypewriter(target))
    for (const typewriter of typewriters) typewriter.write(WORDS.repeat(5))
    await nextFrame()
    element.remove()
    page.open()
    page.write('<p>another page</p>')
    page.close()
    await nextFrame()
    frame.remove()
    for (const typewriter of typewriters) typewriter.write(WORDS)
    await Promise.all(typewriters.map(typewriter => typewriter.end()))
    for (const target of targets) {
      expect(target.textContent).toBe(WORDS.repeat(6))
      expect(target.dataset['state']).toBe('done')
      expect(target.hasAttribute('aria-busy')).toBe(false)
    }
  })
})

describe('the clock', () => {
  test.runIf(CHROMIUM)('a reader who prefers reduced motion midway gets batches, and typing again', async () => {
    vi.restoreAllMocks()
    const typewriter = createTypewriter(element, { speed: 100 })
    typewriter.write(WORDS.repeat(10))
    await nextFrame()
    await nextFrame()
    expect(typewriter.shown).toBeLessThan(100)
    await cdp().send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-reduced-motion', value: 'reduce' }] })
    try {
      const shown = new Set<number>()
      while (typewriter.shown < WORDS.length * 10 - 1) {
        shown.add(typewriter.shown)
        await nextFrame()
      }
      expect(shown.size).toBeLessThan(6)
    } finally {
      await cdp().send('Emulation.setEmulatedMedia', { features: [] })
    }
    typewriter.write(WORDS.repeat(10))
    await nextFrame()
    await nextFrame()
    expect(typewriter.shown).toBeLessThan(WORDS.length * 12)
    typewriter.stop()
    expect(element.textContent).toBe(WORDS.repeat(20))
  })

  test('a page that is hidden has all of it at once, and nothing twice when it is seen again', () => {
    const setVisibility = (state: DocumentVisibilityState) => {
      vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state)
      document.dispatchEvent(new Event('visibilitychange'))
    }
    const typewriter = createTypewriter(element)
    typewriter.write(`${WORDS}\n`)
    expect(element.textContent).toBe('')
    setVisibility('hidden')
    expect(element.textContent).toBe(`${WORDS}\n`)
    typewriter.write('more\n')
    expect(element.textContent).toBe(`${WORDS}\nmore\n`)
    setVisibility('visible')
    typewriter.write('and more\n')
    expect(element.textContent).toBe(`${WORDS}\nmore\n`)
    typewriter.stop()
    expect(element.textContent).toBe(`${WORDS}\nmore\nand more\n`)
  })
})

describe('following', () => {
  let typewriter: Typewriter

  beforeEach(() => {
    Object.assign(box.style, { height: `${5 * LINE}px`, overflow: 'auto' })
    box.tabIndex = 0
    typewriter = createTypewriter(element)
    typewriter.write('line\n'.repeat(30))
    typewriter.flush()
  })
  afterEach(() => typewriter.stop())

  /** How far it is to the end. */
  const toEnd = (scroller: Element = box) => scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop

  /** Types a line a frame. */
  async function type(frames: number, eachFrame: () => void = () => {}) {
    for (let frame = 0; frame < frames; frame++) {
      typewriter.write('line\n')
      await nextFrame()
      eachFrame()
    }
  }

  test('the end is followed though a line too long for the box brings a scroll bar, which takes some of its height', async () => {
    typewriter.write('x'.repeat(300))
    typewriter.flush()
    expect(toEnd()).toBeLessThan(2)
    await type(5, () => expect(toEnd()).toBeLessThan(2))
  })

  test('the line that the caret takes is in view', () => {
    expect(toEnd()).toBeLessThan(2)
    typewriter.write('x '.repeat(100))
    typewriter.flush()
    expect(toEnd()).toBeLessThan(2)
    typewriter.stop()
    expect(toEnd()).toBeLessThan(2)
    const next = createTypewriter(create('div', box))
    expect(toEnd()).toBeLessThan(2)
    next.stop()
  })

  test.runIf(CHROMIUM)('a reader who turns the wheel up is left alone, and followed when back', async () => {
    expect(toEnd()).toBeLessThan(2)
    const typing = type(40)
    await userEvent.wheel(box, { delta: { y: -200 } })
    await typing
    await vi.waitFor(() => expect(toEnd()).toBeGreaterThan(100))
    const { scrollTop } = box
    await type(10)
    expect(box.scrollTop).toBeCloseTo(scrollTop, 0)
    typewriter.flush()
    await userEvent.wheel(box, { delta: { y: 9000 } })
    await vi.waitFor(() => expect(toEnd()).toBeLessThan(2))
    await type(10, () => expect(toEnd()).toBeLessThan(2))
  })

  test.runIf(HANDS)('a reader who pages up by key is left alone, and followed after End', async () => {
    box.focus()
    await userEvent.keyboard('{PageUp}')
    await vi.waitFor(() => expect(toEnd()).toBeGreaterThan(2 * LINE))
    const before = toEnd()
    await type(10)
    expect(toEnd()).toBeGreaterThan(before)
    typewriter.flush()
    await userEvent.keyboard('{End}')
    await vi.waitFor(() => expect(toEnd()).toBeLessThan(2))
    await type(10, () => expect(toEnd()).toBeLessThan(2))
  })

  test.each([40, 5, 3])('a reader who drags the text down by %i pixels a frame gets away from the end', async pixels => {
    const before = box.scrollTop
    for (let frame = 0; frame < 10; frame++) {
      box.scrollTop -= pixels
      typewriter.write('line\n')
      typewriter.flush()
      await nextFrame()
    }
    expect(Math.abs(box.scrollTop - before + 10 * pixels)).toBeLessThan(LINE / 4) // Firefox rounds what it is told
  })

  test('each of two boxes around the text is followed or left, by its own reader', async () => {
    const outer = document.createElement('div')
    Object.assign(outer.style, { height: `${3 * LINE}px`, overflow: 'auto' })
    box.replaceWith(outer)
    outer.append(box)
    box.scrollTop = box.scrollHeight
    outer.scrollTop = 0
    await type(10, () => {
      expect(toEnd()).toBeLessThan(2)
      expect(outer.scrollTop).toBe(0)
    })
  })

  test('a reader elsewhere stays at the very words, though the page puts something above them', async () => {
    box.scrollTop = 10 * LINE
    const line = element.children[11] as HTMLElement
    const place = () => line.getBoundingClientRect().top - box.getBoundingClientRect().top
    const before = place()
    await type(5)
    expect(place()).toBeCloseTo(before, 0)
    if (!CSS.supports('overflow-anchor: auto')) return
    const above = document.createElement('div')
    above.style.height = '70px'
    element.before(above)
    await type(5)
    expect(place()).toBeCloseTo(before, 0)
  })

  test('a reader at the end stays there where the box gets smaller, as by a keyboard on the screen', async () => {
    expect(toEnd()).toBeLessThan(2)
    box.style.height = `${3 * LINE}px`
    await type(5)
    // A slow machine may not have written any of it yet
    typewriter.flush()
    expect(toEnd()).toBeLessThan(2)
  })
})
