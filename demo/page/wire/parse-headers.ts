// Headers as people paste them: a `Name: value` a line

/** Why a line is no header that can be sent. */
export type HeaderFault = 'no-colon' | 'no-name' | 'bad-name' | 'bad-value' | 'forbidden'

/** A line that was refused. */
export interface HeaderProblem {
  /** 1 for the first line. */
  line: number
  fault: HeaderFault
  /** The line, or the part of it that is to blame. */
  found: string
}

export type HeaderPair = [name: string, value: string]

/** What a text says; nothing is to be sent where there are problems. */
export interface ParsedHeaders { headers: HeaderPair[]; problems: HeaderProblem[] }

/**
 * Reads headers, one a line. Blank lines are none.
 *
 * @param isAllowed whether the browser lets a page set this header
 */
export function parseHeaders(text: string, isAllowed: (name: string) => boolean = () => true): ParsedHeaders {
  const headers: HeaderPair[] = []
  const problems: HeaderProblem[] = []
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    if (line.trim() === '') continue
    const read = parseLine(line.trim(), isAllowed)
    if (Array.isArray(read)) headers.push(read)
    else problems.push({ line: index + 1, ...read })
  }
  return { headers, problems }
}

function parseLine(line: string, isAllowed: (name: string) => boolean): HeaderPair | Omit<HeaderProblem, 'line'> {
  const colon = line.indexOf(':')
  if (colon === -1) return { fault: 'no-colon', found: line }
  const name = line.slice(0, colon).trimEnd()
  const value = line.slice(colon + 1).trim()
  if (name === '') return { fault: 'no-name', found: line }
  // [spec] field-name = token: https://www.rfc-editor.org/rfc/rfc9110#name-tokens
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) return { fault: 'bad-name', found: name }
  // The value is not quoted: it may be a secret, and this is shown
  if (!isByteString(value)) return { fault: 'bad-value', found: name }
  return isAllowed(name) ? [name, value] : { fault: 'forbidden', found: name }
}

/** Whether a header can carry it: a byte a character, and none that ends it. */
function isByteString(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i)
    if (code > 0xFF || code === 0) return false
  }
  return true
}
