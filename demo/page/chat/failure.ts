import { StreamError } from 'teleprinter'
import type { Words } from './words.ts'

/** Whether the server says that nothing more comes of the answer, however often it is asked. */
export function isFinal(error: unknown): boolean {
  return error instanceof StreamError && (error.status === 410 || codeOf(error) !== undefined)
}

/** What a server of ours says of an answer that it can't go on with. */
function codeOf({ event, body }: StreamError): string | undefined {
  return /"code":"answer_(\w+)"/.exec(event?.data ?? body ?? '')?.[1]
}

/**
 * What went wrong, in plain words.
 *
 * @param opened whether the answer had begun
 */
export function explain(error: unknown, opened: boolean, online: boolean): (words: Words) => string {
  if (!(error instanceof StreamError)) return ({ reasons }) => reasons.other
  const { code, status } = error
  switch (codeOf(error)) {
    case 'gone': return ({ reasons }) => reasons.forgotten
    case 'interrupted': return ({ reasons }) => reasons.interrupted
    case 'broken': return ({ reasons }) => reasons.modelBroke
    case 'too_long': return ({ reasons }) => reasons.answerTooLong
    default: // all else
  }
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
  if (status === 413) return ({ reasons }) => reasons.tooLong
  if (status === 502 || status === 504) return ({ reasons }) => reasons.model
  if (status === 429 || status === 503) return ({ reasons }) => reasons.busy
  if (status === 401 || status === 403) return ({ reasons }) => reasons.refused
  return ({ reasons }) => reasons.status(status)
}
