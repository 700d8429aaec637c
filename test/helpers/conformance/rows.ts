import type { Row } from './row.ts'
import { construction } from './rows/construction.ts'
import { fromStream } from './rows/from-readable-stream.ts'
import { life } from './rows/life.ts'
import { parsing } from './rows/parsing.ts'
import { crossOrigin, requests } from './rows/requests.ts'
import { shape } from './rows/shape.ts'

/** All that is checked, in the table's order. */
export const rows: Row[] = [...construction, ...shape, ...life, ...parsing, ...requests, ...crossOrigin, ...fromStream]

/** A check that a class in page script can't pass. */
export interface NotReached {
  row: string
  /** Without it, all checks of the row. */
  label?: string
  /** Without it, in all engines. */
  engine?: 'Chromium' | 'Firefox' | 'WebKit'
  why: string
}

const PREFLIGHT = 'fetch may not send `Last-Event-ID` across origins without asking the server first'

/** What is not reached, and why. All of it has to fail. */
export const notReached: NotReached[] = [
  { row: 'onmessage-trusted', why: 'events that a script dispatches are not trusted' },
  { row: 'request-cancellation', why: 'fetch rejects as where the connection is lost, which is a reason to try again' },
  { row: 'request-credentials-preflight-refused', why: PREFLIGHT },
  { row: 'cross-origin-preflight', label: 'a short id', why: PREFLIGHT },
  { row: 'format-field-id', engine: 'WebKit', why: 'it sends the bytes of a header that a script sets encoded once more' },
]
