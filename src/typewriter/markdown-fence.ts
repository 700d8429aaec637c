/** A closing line is shorter than this. */
const LONG_LINE = 1000

/** The code of one fence, read in pieces of which none has a line end within. */
export interface Fence {
  /** Takes a piece; gives what comes behind the fence as soon as it has ended, which may be nothing. */
  read(piece: string): string | undefined
  /** The text ends. */
  end(): void
}

/**
 * Reads code up to the line that closes its fence: a line of at least as many backticks. As in CommonMark, the lines lose the blanks
 * and the quote marks that stand before the opening one, and a line without that many quote marks is no code.
 *
 * @param before what stands before the fence in its own line
 * @param ticks how many backticks it has
 * @param addText shows code, as soon as it can be no closing line
 * @see https://spec.commonmark.org/0.31.2/#fenced-code-blocks
 */
export function createFence(before: string, ticks: number, addText: (text: string) => void): Fence {
  const closing = new RegExp(`^ {0,3}\`{${ticks},}[ \\t]*$`)
  let held = '' // of a line that is not known yet for code
  let isShown = false // the line, as it comes
  let lineEnds = 0 // that are shown when more code comes

  /** A line without what stands before the code; `undefined` where it is not in the quote. */
  function strip(line: string): string | undefined {
    let at = 0
    for (const char of before) {
      const isQuote = char === '>'
      if (isQuote) while (line[at] === ' ') at++
      if (at === line.length) return ''
      if (line[at] === (isQuote ? '>' : ' ')) at++
      else if (isQuote) return undefined
    }
    return line.slice(at)
  }

  function show(code: string): void {
    addText('\n'.repeat(lineEnds) + code)
    lineEnds = 0
    isShown = true
    held = ''
  }

  function endLine(): string | undefined {
    const code = strip(held)
    if (!isShown && code === undefined) return `${held}\n`
    if (!isShown && before.includes('>') && !held.includes('>')) return `${held}\n`
    if (!isShown && closing.test(code ?? '')) {
      // The last line end is the fence's own
      if (lineEnds > 1) addText('\n'.repeat(lineEnds - 1))
      return ''
    }
    if (!isShown && code) show(code)
    lineEnds++
    isShown = false
    held = ''
    return undefined
  }

  return {
    read(piece) {
      if (piece === '\n') return endLine()
      if (isShown) {
        addText(piece)
        return undefined
      }
      held += piece
      const code = strip(held)
      if (code === undefined) return held
      // Blanks and backticks may still become the closing line
      if (held.length > LONG_LINE || !/^ {0,3}`*[ \t]*$/.test(code)) show(code)
      return undefined
    },
    end() {
      const code = strip(held)
      if (!isShown && code && !closing.test(code)) show(code)
    },
  }
}
