import { StreamError } from 'teleprinter'
import type { Words } from './words.ts'

/** Whether the server says that it has the answer no longer. */
export function isForgotten(error: unknown): boolean {
  return error instanceof StreamError && error.status === 410
}

/**
 * What went wrong, in plain words.
 *
 * @param opened whether the answer had begun
 */
export function explain(error: unknown, opened: boolean, online: boolean): (words: Words) => string {
  if (!(error instanceof StreamError)) return ({ reasons }) => reasons.other
  const { code, status } = error
  // What a server says of its refusal is an error of the provider's, too
  if (status !== undefined && status >= 400) return explainStatus(status)
  switch (code) {
    case 'network': return ({ reasons }) => (opened ? reasons.broken : online ? reasons.unreachable : reasons.offline)
    case 'timeout': return ({ reasons }) => reasons.silent
    case 'provider': return ({ reasons }) => reasons.provider
    case 'content-type': case 'dialect': case 'too-large': return ({ reasons }) => reasons.unreadable
    default: return ({ reasons }) => reasons.other
  }
}

function explainStatus(status: number): (words: Words) => string {
  if (status === 410) return ({ reasons }) => reasons.forgotten
  if (status === 502 || status === 504) return ({ reasons }) => reasons.model
  if (status === 429 || status === 503) return ({ reasons }) => reasons.busy
  if (status === 401 || status === 403) return ({ reasons }) => reasons.refused
  return ({ reasons }) => reasons.status(status)
}
