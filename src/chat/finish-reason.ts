/** Why an answer ended, in one vocabulary for all providers. */
export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'other'

/** The one vocabulary's word for a provider's. */
export function toFinishReason(raw: string): FinishReason {
  switch (raw.toLowerCase().replaceAll('-', '_')) {
    case 'stop':
    case 'stop_sequence':
    case 'end_turn': // Anthropic
    case 'complete': // Cohere
    case 'completed': // OpenAI's Responses
    case 'eos': // Together
    case 'eos_token': // TGI
    case 'success': // AG-UI
      return 'stop'
    case 'length':
    case 'max_tokens':
    case 'max_output_tokens': // OpenAI's Responses
    case 'model_length': // Mistral
    case 'model_context_window_exceeded': // Anthropic
      return 'length'
    case 'tool_calls':
    case 'tool_call': // Cohere
    case 'tool_use': // Anthropic
    case 'function_call':
      return 'tool-calls'
    case 'content_filter':
    case 'refusal': // Anthropic
    case 'sensitive': // Zhipu
    case 'safety': // Gemini, as those below
    case 'recitation':
    case 'blocklist':
    case 'prohibited_content':
    case 'spii':
    case 'image_safety':
      return 'content-filter'
    default:
      return 'other'
  }
}
