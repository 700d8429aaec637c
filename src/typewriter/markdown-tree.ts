// The elements that Markdown becomes: appended, and never taken back
import * as smd from 'streaming-markdown'
import { allows, IMAGE_SCHEMES, lengthOfAddress, LINK_SCHEMES, parseAddress, withoutTitle } from './markdown-links.ts'
import type { MarkdownOptions } from './markdown.ts'

/** Where the parser puts what it finds. */
export interface Tree {
  /** A token begins; its marks stand for it where it turns out to be none. */
  begin(token: smd.Token, opening?: string): void
  /** The last token ends, by a mark of its own or by the end of what it stands in. */
  finish(byMark: boolean): void
  addText(text: string): void
  setAttribute(type: smd.Attr, value: string): void
  /** The text ends, whatever is open. */
  end(): void
  /** What is shown, as it is to be read out. */
  words(): string
}

/** Deeper than this a page's layout takes long, and at some thousands breaks; the text is shown all the same. */
const MAX_DEPTH = 50
/** How long a button says that it has copied, in milliseconds. */
const COPIED_MS = 2000
const TEXT_NODE = 3

export function createTree(root: Element, document: Document, options: MarkdownOptions): Tree {
  const { images = false, links, target, copyButton = false } = options
  const blocks: Element[] = [] // in the root, of ours
  const openings = new Map<Element, string>() // of what has not ended by a mark of its own; a bare address has none
  let open = [root]
  let settled = 0 // of the blocks, those whose words are known
  let words = ''
  let loose: Element | undefined // the last paragraph of text that the parser has put into none
  const last = () => open.at(-1) as Element

  function append<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, parent = last()): HTMLElementTagNameMap[Tag] {
    const child = document.createElement(tag)
    parent.append(child)
    if (parent === root) blocks.push(child)
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
      // No link in a link
      case smd.LINK: case smd.RAW_URL: case smd.IMAGE: return append(open.some(({ tagName }) => tagName === 'A') ? 'span' : 'a')
      case smd.TABLE: return append('table')
      case smd.TABLE_ROW: return createRow()
      case smd.TABLE_CELL: return createCell()
      case smd.EQUATION_BLOCK: return Object.assign(append('div'), { className: 'math' })
      default: return Object.assign(append('span'), { className: 'math' }) // an equation within a line
    }
  }

  function createCode(): Element {
    const pre = append('pre')
    const label = copyButton === true ? 'Copy' : copyButton
    const button = label && navigator.clipboard ? append('button', pre) : undefined
    const code = append('code', pre)
    if (!button) return code
    Object.assign(button, { type: 'button', className: 'teleprinter-copy', textContent: label })
    button.style.cssText = '-webkit-user-select:none;user-select:none' // it is no part of the code
    button.addEventListener('click', () => void copy(code, button))
    return code
  }

  function createRow(): Element {
    const table = last()
    return append('tr', table.children[1] ?? append(table.firstChild ? 'tbody' : 'thead', table))
  }

  function createCell(): Element {
    return last().parentElement?.tagName === 'THEAD' ? Object.assign(appendBlock('th'), { scope: 'col' }) : appendBlock('td')
  }

  /** Where text goes: the parser may have some that stands in no block, or in a table's margin. */
  function place(): Element {
    const node = last()
    const isTable = node.tagName === 'TABLE'
    if (node !== root && !isTable) return node
    const parent = isTable ? (node.parentElement as Element) : root
    const block = parent.lastElementChild
    if (block?.tagName === 'P' && (isTable || loose === block)) return block
    return (loose = appendBlock('p', parent))
  }

  function addText(text: string): void {
    const node = place()
    if (node.lastChild?.nodeType === TEXT_NODE) (node.lastChild as Text).appendData(text)
    else node.append(text)
  }

  function setAttribute(type: smd.Attr, value: string): void {
    const node = last()
    if (type === smd.SRC) show(node, value)
    else if (type === smd.HREF) lead(node, value)
    else if (type === smd.LANG) node.className = `language-${/^[\w+#.-]*/.exec(value.trim())?.[0] ?? ''}`
    else if (type === smd.START) (node as HTMLOListElement).start = Number(value)
    else (node as HTMLInputElement).checked = true
  }

  /** Puts an image in the place of its description, where it is let through; else a link leads to it. */
  function show(node: Element, text: string): void {
    const address = withoutTitle(text)
    const url = images === false ? undefined : parseAddress(address, IMAGE_SCHEMES, document)
    if (!url || (typeof images === 'function' && !allows(images, url))) {
      if (node.textContent === '') node.append(address)
      return lead(node, text)
    }
    openings.delete(node)
    const image = document.createElement('img')
    Object.assign(image, { alt: node.textContent, loading: 'lazy', referrerPolicy: 'no-referrer', src: url.href })
    node.replaceChildren(image)
  }

  function lead(node: Element, text: string): void {
    if (openings.get(node) === '') return // a bare address is whole only with its text
    openings.delete(node)
    const address = withoutTitle(text)
    const url = parseAddress(address, LINK_SCHEMES, document)
    if (!url || node.tagName !== 'A' || !allows(links, url)) return
    Object.assign(node, { href: address, rel: 'noopener noreferrer', ...(target !== undefined && { target }) })
  }

  function leadToText(node: Element): void {
    const text = node.firstChild as Text | null
    openings.delete(node)
    if (!text) return
    const length = lengthOfAddress(text.data)
    const rest = text.data.slice(length)
    if (rest) {
      text.deleteData(length, rest.length)
      node.after(rest)
    }
    lead(node, text.data)
  }

  function finish(byMark: boolean): void {
    if (open.length === 1) return
    const node = open.pop() as Element
    const opening = openings.get(node)
    if (open.includes(node)) return // too deep to be one of its own
    if (opening === '') leadToText(node)
    else if (!byMark) restore(node)
    else if (opening === '[' || opening === '![') {
      // Brackets that no address follows
      node.append(']')
      restore(node)
    } else openings.delete(node)
  }

  /** What looked like a mark and is none is the text that it was; a link without an address looks as text does, unless a page says. */
  function restore(node: Element): void {
    const opening = openings.get(node)
    if (opening) node.prepend(opening)
    openings.delete(node)
  }

  return {
    begin(token, opening) {
      const node = open.length > MAX_DEPTH ? last() : create(token)
      if (opening !== undefined && !open.includes(node)) openings.set(node, opening)
      open.push(node)
    },
    finish,
    addText,
    setAttribute,
    end() {
      for (const node of open) restore(node)
      open = [root]
    },
    words() {
      // The last block alone may still grow
      while (settled < blocks.length - 1) words += `${wordsOf(blocks[settled++] as Element)}\n`
      return words + blocks.slice(settled).map(wordsOf).join('')
    },
  }
}

/** An element's text, its blocks on lines of their own, without what is no text of the answer's. */
function wordsOf(node: Node): string {
  if (node.nodeType === TEXT_NODE) return (node as Text).data
  const { tagName } = node as Element
  if (tagName === 'BUTTON') return ''
  if (tagName === 'BR') return '\n'
  if (tagName === 'IMG') return (node as HTMLImageElement).alt
  const isParent = /^(UL|OL|BLOCKQUOTE|TABLE|THEAD|TBODY|TR)$/.test(tagName)
  const parts = [...node.childNodes].map(child => (/^(UL|OL|PRE)$/.test((child as Element).tagName) ? '\n' : '') + wordsOf(child))
  return parts.join(isParent ? '\n' : '')
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
