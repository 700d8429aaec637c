import { createReader } from './markdown-reader.ts'
import { createTree } from './markdown-tree.ts'
import { documentOf, type Renderer } from './renderer.ts'

/** What {@link markdown} lets through, and what it adds. */
export interface MarkdownOptions {
  /**
   * Whether images are loaded: all of http and https, or those that a function lets through. A model can be made to write an image
   * whose address tells a stranger what stands in the conversation: so a link takes its place, unless you say. @default false
   */
  images?: boolean | ((url: URL) => boolean) | undefined
  /** Whether a link of an allowed scheme may lead there. @default all */
  links?: ((url: URL) => boolean) | undefined
  /** The `target` of links. @default the page's own */
  target?: string | undefined
  /** A button on each block of code that copies it, and what it says. @default false */
  copyButton?: boolean | string | undefined
}

/**
 * Shows Markdown as it is written, at the end of an element.
 *
 * It only ever appends: what has been shown keeps its identity, and so a reader's selection. Text in one piece or by the letter gives
 * the same elements. Raw HTML is text. Links lead to http, https, mailto, tel, sms and relative addresses, with
 * `rel="noopener noreferrer"`; images are links, unless they are let through. The language of a code block is the class
 * `language-…` of its `code`; what stands between `\(` and `\)`, or `\[` and `\]`, stays as it is
 * written, as `.math`; `$` is a dollar.
 *
 * @param element where to; what it holds stays
 * @param options what is let through, and what is added
 * @returns the renderer, for {@link createTypewriter} or {@link streamChat}
 * @throws {TypeError} where the element is none
 *
 * @example
 * ```ts
 * streamChat('Why is the sky blue?', markdown(document.body, { copyButton: true }), { url: '/api/chat' })
 * ```
 */
export function markdown(element: Element, options: MarkdownOptions = {}): Renderer {
  const tree = createTree(element, documentOf(element), options)
  let reader = createReader(tree)

  return {
    element,
    words: () => tree.words(),
    write: text => reader.write(text),
    end() {
      reader.end()
      reader = createReader(tree) // for another text, if there is one
    },
  }
}
