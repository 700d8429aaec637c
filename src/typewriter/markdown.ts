// Markdown as it streams, by streaming-markdown: https://github.com/thetarnav/streaming-markdown
import * as smd from 'streaming-markdown'
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

/** Where a link may lead: all else could run code, or open what only the page may. */
const LINK_SCHEMES = ['http:', 'https:', 'mailto:', 'tel:', 'sms:']
const IMAGE_SCHEMES = ['http:', 'https:']

/** How long a button says that it has copied, in milliseconds. */
const COPIED_MS = 2000

/**
 * Shows Markdown as it is written, at the end of an element.
 *
 * It only ever appends: what has been shown keeps its identity, and so a reader's selection. Text in one piece or by the letter gives
 * the same elements. Raw HTML is text. Links lead to http, https, mailto, tel, sms and relative addresses, with
 * `rel="noopener noreferrer"`; images are links, unless they are let through. The language of a code block is the class
 * `language-…` of its `code`; equations stay as they are written, as `.math`.
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
  const document = documentOf(element)
  const { images = false, links, target, copyButton = false } = options
  const open = [element]
  const openings = new Map<Element, string>() // of links that lead nowhere yet; a bare address has none
  const last = () => open.at(-1) as Element

  function append<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, parent = last()): HTMLElementTagNameMap[Tag] {
    const child = document.createElement(tag)
    parent.append(child)
    return child
  }

  /** A block that reads in the direction of its own first letter. */
  function appendBlock<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, parent?: Element): HTMLElementTagNameMap[Tag] {
    return Object.assign(append(tag, parent), { dir: 'auto' })
  }

  function create(token: smd.Token): Element {
    switch (token) {
      case smd.PARAGRAPH: return appendBlock('p')
      case smd.LINE_BREAK: return append('br')
      case smd.RULE: return append('hr')
      case smd.BLOCKQUOTE: return append('blockquote')
      case smd.HEADING_1: return appendBlock('h1')
      case smd.HEADING_2: return appendBlock('h2')
      case smd.HEADING_3: return appendBlock('h3')
      case smd.HEADING_4: return appendBlock('h4')
      case smd.HEADING_5: return appendBlock('h5')
      case smd.HEADING_6: return appendBlock('h6')
      case smd.ITALIC_AST: case smd.ITALIC_UND: return append('em')
      case smd.STRONG_AST: case smd.STRONG_UND: return append('strong')
      case smd.STRIKE: return append('s')
      case smd.LIST_UNORDERED: return append('ul')
      case smd.LIST_ORDERED: return append('ol')
      case smd.LIST_ITEM: return appendBlock('li')
      case smd.CHECKBOX: return Object.assign(append('input'), { type: 'checkbox', disabled: true })
      case smd.CODE_INLINE: return append('code')
      case smd.CODE_BLOCK: case smd.CODE_FENCE: return createCode()
      case smd.LINK: return createLink('[')
      case smd.IMAGE: return images ? Object.assign(append('img'), { loading: 'lazy', referrerPolicy: 'no-referrer' }) : createLink('![')
      case smd.RAW_URL: return createLink('')
      case smd.TABLE: return append('table')
      case smd.TABLE_ROW: return createRow()
      case smd.TABLE_CELL: return createCell()
      case smd.EQUATION_BLOCK: return Object.assign(append('div'), { className: 'math' })
      default: return Object.assign(append('span'), { className: 'math' }) // an equation within a line
    }
  }

  function createLink(opening: string): Element {
    const link = append('a')
    openings.set(link, opening)
    return link
  }

  function createCode(): Element {
    const pre = append('pre')
    const button = copyButton !== false && copyButton !== '' && navigator.clipboard ? append('button', pre) : undefined
    const code = append('code', pre)
    if (!button) return code
    Object.assign(button, { type: 'button', className: 'teleprinter-copy', textContent: copyButton === true ? 'Copy' : copyButton })
    button.style.userSelect = 'none' // it is no part of the code
    button.addEventListener('click', () => void copy(code, button))
    return code
  }

  function createRow(): Element {
    const table = last()
    return append('tr', table.children[1] ?? append(table.firstChild ? 'tbody' : 'thead'))
  }

  function createCell(): Element {
    return last().parentElement?.tagName === 'THEAD' ? Object.assign(appendBlock('th'), { scope: 'col' }) : appendBlock('td')
  }

  function addText(text: string): void {
    const node = last()
    if (isImage(node)) node.alt += text
    else if (node.lastChild?.nodeType === 3) (node.lastChild as Text).appendData(text)
    else node.append(text)
  }

  function setAttribute(type: smd.Attr, value: string): void {
    const node = last()
    if (type === smd.SRC && isImage(node)) load(node, value)
    else if (type === smd.HREF || type === smd.SRC) lead(node, value)
    else if (type === smd.LANG) node.className = `language-${/^[\w+#.-]*/.exec(value.trim())?.[0] ?? ''}`
    else if (type === smd.START) (node as HTMLOListElement).start = Number(value)
    else (node as HTMLInputElement).checked = true
  }

  function load(image: HTMLImageElement, address: string): void {
    const url = parse(address)
    if (url && IMAGE_SCHEMES.includes(url.protocol) && (typeof images !== 'function' || images(url))) image.src = url.href
  }

  function lead(link: Element, address: string): void {
    if (openings.get(link) === '') return // it is whole only with its text
    openings.delete(link)
    const url = parse(address)
    if (!url || !LINK_SCHEMES.includes(url.protocol) || links?.(url) === false) return
    Object.assign(link, { href: withoutTitle(address), rel: 'noopener noreferrer', ...(target !== undefined && { target }) })
  }

  /** An address as the browser will read it, which drops blanks around it, and tabs, line feeds and controls within. */
  function parse(address: string): URL | undefined {
    try {
      // A relative one is allowed on a page of any scheme
      return new URL(withoutTitle(address), document.baseURI.startsWith('http') ? document.baseURI : 'http://localhost/')
    } catch {
      return undefined
    }
  }

  function finish(): void {
    const node = open.pop() as Element
    if (openings.get(node) === '') leadToText(node)
    else restore(node, ']')
  }

  /** A bare address ends before the marks of its sentence, though no blank stands between. */
  function leadToText(link: Element): void {
    openings.delete(link)
    const text = link.firstChild as Text
    const address = (/^[^，。；：！？、（）【】《》「」“”‘’<>"]+/.exec(text.data)?.[0] ?? '').replace(/[.,;:!?'*_)\]]+$/, '')
    const rest = text.data.slice(address.length)
    text.data = address
    link.after(rest)
    lead(link, address)
  }

  /** What looked like a link and is none is the text that it was. */
  function restore(node: Element, closing: string): void {
    const opening = openings.get(node)
    if (opening === undefined) return
    openings.delete(node)
    node.prepend(opening)
    node.append(closing)
  }

  const tree = {
    data: undefined,
    add_token: (_data: undefined, token: smd.Token) => void open.push(create(token)),
    end_token: finish,
    add_text: (_data: undefined, text: string) => addText(text),
    set_attr: (_data: undefined, type: smd.Attr, value: string) => setAttribute(type, value),
  }
  let parser = smd.parser(tree)

  /** An address that the line ends in is none; the parser would wait for its end to the end of the text. */
  function leaveAddress(): void {
    const { token, pending } = parser
    if ((token !== smd.LINK && token !== smd.IMAGE) || !pending.startsWith('](')) return
    parser.pending = ''
    parser.token = parser.tokens[--parser.len] as smd.Token
    finish()
    addText(pending.slice(1))
  }

  return {
    element,
    write(text) {
      for (const [index, line] of text.split('\n').entries()) {
        if (index > 0) {
          leaveAddress()
          smd.parser_write(parser, '\n')
        }
        smd.parser_write(parser, line)
      }
    },
    end() {
      leaveAddress()
      smd.parser_end(parser)
      for (const node of open) restore(node, '')
      // For another text, if there is one
      open.length = 1
      parser = smd.parser(tree)
    },
  }
}

function isImage(node: Element): node is HTMLImageElement {
  return node.tagName === 'IMG'
}

/** The address alone, of `<address> "title"`. */
function withoutTitle(address: string): string {
  return address.trim().replace(/\s+["'(][^]*$/, '').replace(/^<([^]*)>$/, '$1')
}

async function copy(code: HTMLElement, button: HTMLElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(code.textContent)
  } catch {
    return // not allowed: the button does not say that it was done
  }
  button.dataset['copied'] = ''
  setTimeout(() => delete button.dataset['copied'], COPIED_MS)
}
