/** Why an answer ended, in one vocabulary for all providers. */
export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'other'

/** The one vocabulary's word for a provider's. */
export function toFinishReason(raw: string): FinishReason {
  switch (raw) {
    case 'stop':
    case 'length':
      return raw
    case 'tool_calls':
    case 'function_call':
      return 'tool-calls'
    case 'content_filter':
      return 'content-filter'
    default:
      return 'other'
  }
}
