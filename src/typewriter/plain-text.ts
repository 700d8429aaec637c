import { documentOf, type Renderer } from './renderer.ts'

/** Each layout walks along all blocks of an element, however little it has to do for one: so many lines share one block more. */
const SECTION_LINES = 100

/**
 * Shows text as it is written, at the end of an element.
 *
 * One block element a line and one text node in it, that grows: a token costs the same at the end of a long answer as at its
 * start (a single text node costs 40 times as much at 20,000 tokens), and a reader's selection stays. From the 101st line on, each
 * hundred is in a block of its own, with the class `teleprinter-lines`. A line's block holds its line feed, so that `textContent` is
 * the text to the unit. `white-space: pre-wrap` is set on the element by CSSOM, which a strict content security policy allows.
 *
 * @param element where to; what it holds stays
 * @returns the renderer, for {@link createTypewriter}, which uses it by default
 * @throws {TypeError} where the element is none
 *
 * @example
 * ```ts
 * const renderer = plainText(document.body)
 * renderer.write('one line\nand another')
 * ```
 */
export function plainText(element: Element): Renderer {
  const document = documentOf(element)
  if ('style' in element) (element as HTMLElement).style.whiteSpace = 'pre-wrap'
  let line: Text | undefined // the last one, while it has no line feed yet
  let parent = element // of the last line
  let count = 0 // of lines

  function createLine(text: string): Text {
    if (count >= SECTION_LINES && (count % SECTION_LINES === 0 || parent !== element.lastChild)) {
      parent = document.createElement('div')
      parent.className = 'teleprinter-lines'
      element.append(parent)
    }
    count++
    const block = document.createElement('div')
    block.style.whiteSpace = 'pre-wrap' // a copy in HTML has the line without the element
    block.dir = 'auto' // each line by its own first letter, so that Arabic and English can take turns
    block.append(text)
    parent.append(block)
    return block.firstChild as Text
  }

  return {
    element,
    write(text) {
      for (const piece of text.match(/[^\n]*\n|[^\n]+/g) ?? []) {
        // What a translator or an app has taken out of the element shows nothing any more
        if (line && element.contains(line)) line.appendData(piece)
        else line = createLine(piece)
        if (piece.endsWith('\n')) line = undefined
      }
    },
  }
}
