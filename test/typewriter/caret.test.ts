// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { streamChat } from '../../src/stream-chat.ts'
import { createTypewriter } from '../../src/typewriter/typewriter.ts'

const CLASS = 'teleprinter-caret'
const FORM = '--teleprinter-caret'

let element: HTMLElement

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['requestAnimationFrame', 'cancelAnimationFrame', 'setTimeout', 'clearTimeout', 'performance'] })
  vi.stubGlobal('matchMedia', () => ({ matches: false }))
  element = document.createElement('div')
  document.body.replaceChildren(element)
})

afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

const hasCaret = () => element.classList.contains(CLASS)
const formOf = () => element.style.getPropertyValue(FORM)

describe('caret', () => {
  test('caret is there while nothing has come, while it types, and gone at the end', async () => {
    const typewriter = createTypewriter(element)
    expect(hasCaret()).toBe(true)
    typewriter.write('some words\n')
    expect(hasCaret()).toBe(true)
    vi.advanceTimersByTime(1100)
    expect(element.textContent).toBe('some words\n')
    expect(hasCaret()).toBe(true)
    await typewriter.end()
    expect(hasCaret()).toBe(false)
  })

  test.each<[string, (typewriter: ReturnType<typeof createTypewriter>) => void]>([
    ['stop()', typewriter => typewriter.stop()],
    ['stop() as failed', typewriter => typewriter.stop('failed')],
    ['stop() of a paused one', typewriter => {
      typewriter.pause()
      typewriter.stop()
    }],
    ['end() and flush()', typewriter => {
      void typewriter.end()
      typewriter.flush()
    }],
    ['an abort of its stream', typewriter => void typewriter.writable.abort()],
  ])('caret is gone after %s', async (_, ending) => {
    const typewriter = createTypewriter(element)
    typewriter.write('some words')
    ending(typewriter)
    await Promise.resolve()
    expect(hasCaret()).toBe(false)
  })

  test('caret stays through pause(), flush() and a long silence', () => {
    const typewriter = createTypewriter(element)
    typewriter.write('some words')
    typewriter.flush()
    typewriter.pause()
    vi.advanceTimersByTime(60_000)
    expect(hasCaret()).toBe(true)
    typewriter.stop()
  })

  test('caret is no text and no node', () => {
    const typewriter = createTypewriter(element, { caret: '|' })
    expect(element.childNodes).toHaveLength(0)
    typewriter.write('one\n')
    typewriter.flush()
    expect(element.textContent).toBe('one\n')
    expect(element.innerHTML).not.toContain('|')
    typewriter.stop()
  })

  test('caret leaves no class and no property behind, and keeps those of the page', async () => {
    element.className = 'answer wide'
    element.style.color = 'red'
    const typewriter = createTypewriter(element, { caret: '_' })
    typewriter.write('one')
    expect([...element.classList]).toEqual(['answer', 'wide', CLASS])
    typewriter.stop()
    expect(element.className).toBe('answer wide')
    expect(formOf()).toBe('')
    expect(element.style.color).toBe('red')
  })

  test('caret keeps a form that the page has given the element itself', () => {
    element.style.setProperty(FORM, '"█"')
    createTypewriter(element).stop()
    expect(formOf()).toBe('"█"')
    createTypewriter(element, { caret: '_' }).stop()
    expect(formOf()).toBe('"█"')
  })

  test('caret keeps a form that the page has given, also where a second typewriter takes the element over', () => {
    element.style.setProperty(FORM, '"█"')
    const first = createTypewriter(element, { caret: '_' })
    const second = createTypewriter(element, { caret: '|' })
    expect(formOf()).toBe('"|"')
    first.stop()
    expect(formOf()).toBe('"|"')
    second.stop()
    expect(formOf()).toBe('"█"')
  })

  test('caret: false leaves classes as they are, also one of the caret\'s name', () => {
    for (const own of ['', ' a  b ', CLASS]) {
      element.setAttribute('class', own)
      const typewriter = createTypewriter(element, { caret: false })
      typewriter.write('one')
      typewriter.stop()
      expect(element.getAttribute('class')).toBe(own)
    }
  })

  test.each(['|', '"', '\\', '\'";}', '👨‍👩‍👧', ''])('caret takes %j for its form as it is', form => {
    const typewriter = createTypewriter(element, { caret: form })
    const value = formOf()
    expect(value.startsWith('"') && value.endsWith('"')).toBe(true)
    expect(value.slice(1, -1).replace(/\\(.)/gsu, '$1')).toBe(form)
    typewriter.stop()
    expect(formOf()).toBe('')
  })

  test('caret: false leaves no class, no style and no sheet', () => {
    const fresh = document.implementation.createHTMLDocument()
    const other = fresh.body.appendChild(fresh.createElement('div'))
    const typewriter = createTypewriter(other, { caret: false })
    typewriter.write('one')
    expect(other.hasAttribute('class')).toBe(false)
    expect(other.getAttribute('style')).not.toContain('caret')
    expect(fresh.adoptedStyleSheets).toHaveLength(0)
    typewriter.stop()
    expect(other.hasAttribute('class')).toBe(false)
  })

  test('caret: true and undefined are the usual one', () => {
    for (const caret of [true, undefined]) {
      const typewriter = createTypewriter(element, { caret })
      expect(hasCaret()).toBe(true)
      expect(formOf()).toBe('')
      typewriter.stop()
    }
  })

  test('caret has one sheet a document, however many typewriters there are', () => {
    const before = document.adoptedStyleSheets.length
    for (let i = 0; i < 5; i++) createTypewriter(element).stop()
    const sheets = [...document.adoptedStyleSheets]
    expect(sheets.length - before).toBeLessThanOrEqual(1)
    for (let i = 0; i < 5; i++) createTypewriter(document.body.appendChild(document.createElement('div'))).stop()
    expect([...document.adoptedStyleSheets]).toEqual(sheets)
  })

  test('caret keeps the sheets that the page has adopted', () => {
    const own = new CSSStyleSheet()
    const root = element.attachShadow({ mode: 'open' })
    root.adoptedStyleSheets = [own]
    const inside = root.appendChild(document.createElement('div'))
    createTypewriter(inside).stop()
    expect(root.adoptedStyleSheets[0]).toBe(own)
    expect(root.adoptedStyleSheets).toHaveLength(2)
  })

  test('caret is left out, and nothing else, where there are no adopted sheets', () => {
    const page = document.implementation.createHTMLDocument() // has no window, as in an engine that knows none
    const outside = page.body.appendChild(page.createElement('div'))
    const typewriter = createTypewriter(outside)
    typewriter.write('one')
    typewriter.stop()
    expect(outside.textContent).toBe('one')
    expect(page.adoptedStyleSheets).toHaveLength(0)
  })

  test.each(['a document', 'a shadow tree'])('caret is left out where %s has never heard of adopted sheets, as in jsdom', where => {
    const root = element.attachShadow({ mode: 'open' })
    const home = where === 'a document' ? element : root.appendChild(document.createElement('div'))
    const forgetful = [vi.spyOn(document, 'adoptedStyleSheets', 'get'), vi.spyOn(root, 'adoptedStyleSheets', 'get')]
    for (const spy of forgetful) spy.mockReturnValue(undefined as unknown as CSSStyleSheet[])
    const typewriter = createTypewriter(home, { caret: '|' })
    typewriter.write('one')
    typewriter.stop()
    for (const spy of forgetful) spy.mockRestore()
    expect(home.textContent).toBe('one')
  })

  test.each([true, '|', false])('caret %s is left out where an element has no style', caret => {
    const other = document.createElementNS('urn:none', 'x')
    const typewriter = createTypewriter(other, { caret })
    typewriter.write('one')
    typewriter.stop()
    expect(other.textContent).toBe('one')
  })
})

describe('caret of two typewriters on one element', () => {
  test('caret belongs to the later one', () => {
    const first = createTypewriter(element)
    const second = createTypewriter(element)
    first.stop()
    expect(hasCaret()).toBe(true)
    second.stop()
    expect(hasCaret()).toBe(false)
  })

  test('caret of the earlier one is gone where the later one has none', () => {
    const first = createTypewriter(element)
    const second = createTypewriter(element, { caret: false })
    expect(hasCaret()).toBe(false)
    first.stop()
    second.stop()
    expect(hasCaret()).toBe(false)
  })

  test('caret of the earlier one lends its form to no other', () => {
    const first = createTypewriter(element, { caret: '_' })
    const second = createTypewriter(element)
    expect(formOf()).toBe('')
    first.stop()
    second.stop()
    expect(formOf()).toBe('')
  })

  test('caret is gone once the later one has ended', () => {
    const first = createTypewriter(element)
    const second = createTypewriter(element)
    second.stop()
    expect(hasCaret()).toBe(false)
    first.stop()
    expect(hasCaret()).toBe(false)
  })

  test('caret: false of a second answer shows none, nor leaves one', async () => {
    const fetch = () => new Promise<Response>(() => {})
    const first = streamChat('One', element, { fetch })
    expect(hasCaret()).toBe(true)
    const second = streamChat('Two', element, { fetch, caret: false })
    expect(hasCaret()).toBe(false)
    second.stop()
    await Promise.all([first, second])
    expect(hasCaret()).toBe(false)
  })
})
