// streaming-markdown, https://github.com/thetarnav/streaming-markdown, and what it needs to lose nothing of a text: it waits for ends
// that never come, and drops marks that turn out to be none. Written against 0.2.15, whose inner state it reads and sets: a newer one
// is taken only with its tests
import * as smd from 'streaming-markdown'
import { createFence, type Fence } from './markdown-fence.ts'
import type { Tree } from './markdown-tree.ts'

/** The marks of what may turn out to be text. */
const OPENINGS: Partial<Record<smd.Token, string>> = {
  [smd.ITALIC_AST]: '*', [smd.ITALIC_UND]: '_', [smd.STRONG_AST]: '**', [smd.STRONG_UND]: '__', [smd.STRIKE]: '~~', [smd.CODE_INLINE]: '`',
  [smd.LINK]: '[', [smd.IMAGE]: '![', [smd.RAW_URL]: '', [smd.EQUATION_INLINE]: '\\(', [smd.EQUATION_BLOCK]: '\\[',
}
/** How it ends: by what waits to be understood, or by what has just come. */
const CLOSINGS: Partial<Record<smd.Token, RegExp>> = {
  [smd.ITALIC_AST]: /^\*/, [smd.ITALIC_UND]: /^_/, [smd.STRONG_AST]: /^\*/, [smd.STRONG_UND]: /^_/, [smd.STRIKE]: /^~/, [smd.CODE_INLINE]: /`/,
  [smd.LINK]: /^\]/, [smd.IMAGE]: /^\]/, [smd.EQUATION_INLINE]: /^\\\)/, [smd.EQUATION_BLOCK]: /^\\\]/,
}
/** What text may stand in. */
const TEXTS: smd.Token[] = [
  smd.PARAGRAPH, smd.LIST_ITEM, smd.TABLE_CELL, smd.HEADING_1, smd.HEADING_2, smd.HEADING_3, smd.HEADING_4, smd.HEADING_5, smd.HEADING_6,
  smd.STRONG_AST, smd.STRONG_UND, smd.ITALIC_AST, smd.ITALIC_UND, smd.STRIKE,
]
/** What ends a bare address, where it stands in what the mark began. */
const ENDS: Partial<Record<string, smd.Token[]>> = {
  '*': [smd.STRONG_AST, smd.ITALIC_AST], '_': [smd.STRONG_UND, smd.ITALIC_UND], '~': [smd.STRIKE],
}

/** Addresses longer than this are none, or data; and waiting for their end costs time by the square of their length. */
const MAX_ADDRESS = 2048
/** More than stands before any fence. */
const LONG_PREFIX = 100
/** The parser itself has room for 24 tokens that stand in one another. */
const ROOM = 1024
/** Letters that mean nothing, in pieces that cost little to wait with, or one mark. */
const PIECES = /[^\n`$_*\\[\]()!|\t ~<>#+-]{1,256}|[^]/g

/** Reads Markdown, in pieces of any size. */
export function createReader(tree: Tree): { write: (text: string) => void; end: () => void } {
  let piece = '' // that is being read
  let before = ' ' // the last character that was no mark of emphasis
  let isBlank = true // the line so far
  let line = '' // its beginning
  let isBehindList = false // by blank lines: what is indented there belongs to it, and is no code
  let fence: Fence | undefined // that is open; the parser knows none in lists and quotes

  const parser = Object.assign(smd.parser({
    data: undefined,
    add_token(_data: undefined, token: smd.Token) {
      if (parser.len === 1 && !/^\s/.test(line)) isBehindList = token === smd.LIST_ORDERED || token === smd.LIST_UNORDERED
      tree.begin(token, openingOf(token))
      if (token === smd.CODE_FENCE) fence = createFence(line.slice(0, line.indexOf('`')), parser.fence_start, text => tree.addText(text))
    },
    end_token: () => tree.finish(CLOSINGS[parser.tokens[parser.len + 1] as smd.Token]?.test(parser.pending + piece) ?? true),
    add_text: (_data: undefined, text: string) => tree.addText(text),
    set_attr: (_data: undefined, type: smd.Attr, value: string) => tree.setAttribute(type, value),
  }), { tokens: new Uint32Array(ROOM), spaces: new Uint8Array(ROOM) })
  parser.tokens[0] = smd.DOCUMENT

  function openingOf(token: smd.Token): string | undefined {
    return token === smd.CODE_INLINE ? '`'.repeat(Math.max(1, parser.fence_start)) : OPENINGS[token]
  }

  const isOpen = (...tokens: smd.Token[]) => tokens.some(token => parser.tokens.subarray(0, parser.len + 1).includes(token))
  const isIn = (...tokens: smd.Token[]) => tokens.includes(parser.token as smd.Token)
  const isIndented = () => parser.pending === ' ' && isIn(smd.DOCUMENT, smd.LIST_ORDERED, smd.LIST_UNORDERED)
  const isAddress = () => isIn(smd.LINK, smd.IMAGE) && parser.pending.startsWith('](')

  /** Ends the last token though its own end has not come; what was waited with is text. */
  function leave(): void {
    const { pending } = parser
    parser.pending = ''
    parser.token = parser.tokens[--parser.len] as smd.Token
    tree.finish(pending.startsWith(']'))
    const rest = pending.startsWith(']') ? pending.slice(1) : pending
    if (rest) tree.addText(rest)
  }

  function leaveBareAddress(): void {
    parser.pending = '' // it is shown already
    leave()
  }

  function endLine(): void {
    const { token } = parser
    if (isAddress() || token === smd.IMAGE || token === smd.EQUATION_INLINE || (token === smd.EQUATION_BLOCK && isBlank)) leave()
    smd.parser_write(parser, '\n')
  }

  /** Whether a mark stands where it marks nothing: in a word, or for a dollar. */
  function isText(char: string): boolean {
    if (isOpen(smd.IMAGE, smd.RAW_URL, smd.EQUATION_BLOCK, smd.EQUATION_INLINE) || parser.token === smd.MAYBE_URL) return false
    // A backslash before it is there already, or would come into code
    if (parser.pending === '\\' || parser.pending.startsWith('`') || isAddress()) return false
    if (char === '$') return true
    if (!/\w/.test(before)) return false
    return char === '_' ? !isOpen(smd.ITALIC_UND, smd.STRONG_UND) : char === '*' && !isOpen(smd.ITALIC_AST, smd.STRONG_AST)
  }

  function read(char: string): void {
    if (parser.token === smd.MAYBE_EQ_BLOCK && char !== '\n') beginEquation()
    const { token } = parser
    if (char === '\n') endLine()
    else if (char === '$' && isOpen(smd.EQUATION_INLINE, smd.EQUATION_BLOCK)) keep(char)
    else if (isAddress() && char === ')' && isUnbalanced(parser.pending)) parser.pending += char
    else {
      if (token === smd.RAW_URL && isOpen(...(ENDS[char] ?? []))) leaveBareAddress()
      if (char.startsWith('h') && /^[(<]$/.test(parser.pending)) beginText()
      else if (/^[^|\s]/.test(char)) leaveTable(char)
      if (isBehindList && isIndented() && /^[^\s\d*+>#`|-]/.test(char)) Object.assign(parser, { pending: '', indent: '', indent_len: 0 })
      if (/^[$_*]$/.test(char) && !isOpen(smd.CODE_BLOCK, smd.CODE_INLINE) && isText(char)) smd.parser_write(parser, '\\')
      smd.parser_write(parser, char)
    }
    if (isAddress() && parser.pending.length > MAX_ADDRESS) leave()
  }

  /** An address may stand in brackets, also where a line begins. */
  function beginText(): void {
    if (parser.token === smd.DOCUMENT && parser.indent_len < 4) {
      Object.assign(parser, { len: parser.len + 1, token: smd.PARAGRAPH, indent: '', indent_len: 0 })
      parser.tokens[parser.len] = smd.PARAGRAPH
      tree.begin(smd.PARAGRAPH)
    }
    if (isIn(...TEXTS)) flush()
  }

  /** A line without a bar is none of a table's. */
  function leaveTable(char: string): void {
    const { token, pending, table_state: rows } = parser
    const isRow = token === smd.TABLE_ROW && pending === '\n' && (rows > 0 || /^[^-:]/.test(char))
    if (!isRow && (token !== smd.TABLE || pending !== '' || rows < 2)) return
    Object.assign(parser, { pending: '', table_state: 0 })
    if (isRow) leave()
    leave()
  }

  /** What is waited with is text. */
  function flush(): void {
    parser.text += parser.pending
    parser.pending = ''
  }

  /** Between `\[` and `\]` there need be no line ends. */
  function beginEquation(): void {
    parser.tokens[++parser.len] = smd.EQUATION_BLOCK
    Object.assign(parser, { token: smd.EQUATION_BLOCK, pending: '' })
    tree.begin(smd.EQUATION_BLOCK, OPENINGS[smd.EQUATION_BLOCK])
  }

  /** A dollar ends no equation. */
  function keep(char: string): void {
    flush()
    parser.text += char
  }

  /** Reads on behind a fence, as behind any line. */
  function closeFence(rest: string): void {
    fence = undefined
    Object.assign(parser, { len: parser.len - 1, token: smd.NEWLINE, pending: '', fence_start: 0, fence_end: 0, indent_len: 0, blockquote_idx: 0 })
    tree.finish(true)
    line = ''
    isBlank = true
    before = '\n'
    for (const part of rest.match(PIECES) ?? []) readPiece(part)
  }

  function readPiece(text: string): void {
    if (fence) {
      const rest = fence.read(text)
      if (rest !== undefined) closeFence(rest)
      return
    }
    piece = text
    // What a table's row becomes is decided by the character
    if (parser.token === smd.TABLE) for (const char of text) read(char)
    else read(text)
    isBlank = text === '\n' || (isBlank && text.trim() === '')
    if (text === '\n') line = ''
    else if (line.length < LONG_PREFIX) line += text
    if (!/[_*]/.test(text)) before = text.at(-1) as string
  }

  return {
    write(text) {
      for (const part of text.replaceAll('\r', '').match(PIECES) ?? []) readPiece(part)
    },
    end() {
      piece = ''
      fence?.end()
      if (isAddress()) leave()
      const { pending } = parser
      smd.parser_end(parser)
      const isLost = pending === '\\' && !isOpen(smd.CODE_BLOCK, smd.CODE_FENCE) // before the line's end
      const rest = isLost ? pending : parser.text + parser.pending.trim()
      if (rest) tree.addText(rest)
      tree.end()
    },
  }
}

function isUnbalanced(pending: string): boolean {
  let depth = -1 // the one that the address stands in
  for (const char of pending) depth += char === '(' ? 1 : char === ')' ? -1 : 0
  return depth > 0
}
