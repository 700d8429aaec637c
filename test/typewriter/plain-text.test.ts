// @vitest-environment happy-dom
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { plainText } from '../../src/typewriter/plain-text.ts'

const TEXT = 'one\n\n  two\t2\r\nthree 👨‍👩‍👧 é\n\n\n<b>four</b> & five\n'

/** The lines of an element, and what each of them is. */
function linesOf(element: Element): string[] {
  return Array.from(element.childNodes, line => {
    expect((line as Element).tagName).toBe('DIV')
    expect(line.childNodes).toHaveLength(1)
    expect(line.firstChild?.nodeType).toBe(Node.TEXT_NODE)
    return line.textContent ?? ''
  })
}

/** What the lines of a text are, each with its line feed. */
function split(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+/g) ?? []
}

function write(...pieces: string[]): HTMLElement {
  const element = document.createElement('div')
  const renderer = plainText(element)
  for (const piece of pieces) renderer.write(piece)
  return element
}

describe('plainText()', () => {
  test('plainText() makes a block of each line, with one text node in it', () => {
    expect(linesOf(write('one\ntwo\n\nfour'))).toEqual(['one\n', 'two\n', '\n', 'four'])
    expect(linesOf(write('\n\n'))).toEqual(['\n', '\n'])
    expect(linesOf(write('a'))).toEqual(['a'])
  })

  test('plainText() shows the text to the unit, whole or cut anywhere', () => {
    for (let first = 0; first <= TEXT.length; first++) {
      for (let second = first; second <= TEXT.length; second++) {
        const element = write(TEXT.slice(0, first), TEXT.slice(first, second), TEXT.slice(second))
        if (element.textContent !== TEXT) throw new Error(`Other text, when cut at ${first} and ${second}`)
        if (element.childNodes.length !== 7) throw new Error(`Other lines, when cut at ${first} and ${second}`)
      }
    }
    const single = write(...TEXT.split(''))
    expect(single.textContent).toBe(TEXT)
    expect(linesOf(single)).toEqual(split(TEXT))
  })

  test('plainText() shows any text as it is, in any pieces', () => {
    const unit = fc.constantFrom('a', ' ', '\n', '\r', '\t', '<', '&amp;', '👍', '\ud83d', '\u0000', '\u2028', 'ש')
    fc.assert(fc.property(fc.array(fc.string({ unit })), pieces => {
      const text = pieces.join('')
      const element = write(...pieces)
      expect(element.textContent).toBe(text)
      expect(linesOf(element)).toEqual(split(text))
    }), { seed: 5, numRuns: 300 })
  })

  test('plainText() keeps the nodes that are there, while the last one grows', () => {
    const element = document.createElement('div')
    const renderer = plainText(element)
    renderer.write('one\ntw')
    const [first, second] = element.children
    const [firstText, secondText] = [first?.firstChild, second?.firstChild]
    renderer.write('o')
    renderer.write(' and more\nthree\n')
    renderer.write('four')
    expect([element.children[0], element.children[1]]).toEqual([first, second])
    expect(element.children[0]).toBe(first)
    expect(element.children[1]).toBe(second)
    expect(first?.firstChild).toBe(firstText)
    expect(second?.firstChild).toBe(secondText)
    expect(secondText?.textContent).toBe('two and more\n')
    expect(linesOf(element)).toEqual(['one\n', 'two and more\n', 'three\n', 'four'])
  })

  test('plainText() puts lines into sections, from the 101st on, so that a layout has few blocks to walk along', () => {
    const text = Array.from({ length: 1234 }, (_, i) => `line ${i}\n`).join('')
    for (const element of [write(text), write(...text.match(/[^]{1,7}/g) ?? []), write(...text.split(/(?<=\n)/))]) {
      expect(element.textContent).toBe(text)
      expect(Array.from(element.children, child => child.childElementCount)).toEqual([...Array<number>(100).fill(0), ...Array<number>(11).fill(100), 34])
      expect(Array.from(element.querySelectorAll('[dir]'), line => line.textContent)).toEqual(split(text))
    }
  })

  test('plainText() goes on behind what an app has added, and without what it took out', () => {
    const element = document.createElement('div')
    const renderer = plainText(element)
    renderer.write('a\n'.repeat(120))
    element.append('|')
    renderer.write('b\n'.repeat(3))
    expect(element.textContent).toBe(`${'a\n'.repeat(120)}|${'b\n'.repeat(3)}`)
    element.replaceChildren()
    renderer.write('c\nd')
    expect(element.textContent).toBe('c\nd')
  })

  test('plainText() touches the line that grows and nothing else, however long the text is', () => {
    const element = document.createElement('div')
    const renderer = plainText(element)
    renderer.write(`${'a line\n'.repeat(50)}the last`)
    const growing = element.lastChild?.firstChild
    const observer = new MutationObserver(() => {})
    observer.observe(element, { childList: true, characterData: true, attributes: true, subtree: true })
    renderer.write(' one')
    const records = observer.takeRecords()
    observer.disconnect()
    expect(records.map(({ type, target }) => [type, target === growing])).toEqual([['characterData', true]])
    expect(growing?.textContent).toBe('the last one')
  })

  test('plainText() keeps spaces and line ends by a style of its own, not by a sheet', () => {
    const element = document.createElement('p')
    plainText(element)
    expect(element.style.whiteSpace).toBe('pre-wrap')
    expect(document.querySelectorAll('style, link')).toHaveLength(0)
  })

  test('plainText() leaves what the element holds, and its other styles', () => {
    const element = document.createElement('div')
    element.style.color = 'red'
    element.append('before ', document.createElement('i'))
    const [text, italics] = element.childNodes
    plainText(element).write('after')
    expect(element.childNodes[0]).toBe(text)
    expect(element.childNodes[1]).toBe(italics)
    expect(element.textContent).toBe('before after')
    expect(element.style.color).toBe('red')
  })

  test('plainText() adds a line of its own after another one', () => {
    const element = document.createElement('div')
    plainText(element).write('one\ntwo')
    plainText(element).write('three')
    expect(linesOf(element)).toEqual(['one\n', 'two', 'three'])
  })

  test('plainText() takes markup for text', () => {
    const markup = '<img src=x onerror="alert(1)"><script>alert(2)</script>&lt;b&gt;\n<!-- no --><a href="javascript:x">a</a>'
    for (const element of [write(markup), write(...markup.split(''))]) {
      expect(element.textContent).toBe(markup)
      expect(element.querySelectorAll('*:not(div)')).toHaveLength(0)
    }
  })

  test('plainText() lets each line take the direction of its own letters', () => {
    const element = write('English\nعربي\n')
    expect(Array.from(element.children, line => (line as HTMLElement).dir)).toEqual(['auto', 'auto'])
  })

  test('plainText() adds nothing for no text', () => {
    expect(write().childNodes).toHaveLength(0)
    expect(write('', '').childNodes).toHaveLength(0)
  })

  test('plainText() makes its nodes in the document of the element', () => {
    const other = document.implementation.createHTMLDocument('')
    const element = other.createElement('div')
    plainText(element).write('a\nb')
    expect(element.firstChild?.ownerDocument).toBe(other)
    expect(element.firstChild?.firstChild?.ownerDocument).toBe(other)
  })

  test('plainText() types into elements without a style', () => {
    const element = document.createElementNS('urn:none', 'x')
    plainText(element).write('a')
    expect(element.textContent).toBe('a')
  })

  test.each([[null, 'null'], [undefined, 'undefined'], ['#answer', '#answer'], [{}, '[object Object]'], [7, '7']])(
    'plainText() refuses %s', (target, shown) => {
      expect(() => plainText(target as unknown as Element))
        .toThrow(new TypeError(`Cannot type into the target: not an element: ${shown}`))
    },
  )

  test('plainText() refuses nodes that are no element', () => {
    const message = /^Cannot type into the target: not an element: /
    for (const node of [document, document.createTextNode('a'), document.createComment('a')]) {
      expect(() => plainText(node as unknown as Element)).toThrow(message)
      expect(() => plainText(node as unknown as Element)).toThrow(TypeError)
    }
  })
})
