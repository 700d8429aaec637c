/** Why an answer ended, in one vocabulary for all providers. */
export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'other'

/** The one vocabulary's word for a provider's. */
export function toFinishReason(raw: string): FinishReason {
  const word = raw.toLowerCase().replaceAll('-', '_')
  // Anthropic: end_turn; Cohere: complete; OpenAI's Responses: completed; Together: eos; TGI: eos_token; AG-UI: success
  if (/^(stop(_sequence)?|end_turn|completed?|eos(_token)?|success)$/.test(word)) return 'stop'
  // Cohere: tool_call; Anthropic: tool_use
  if (/^(tool_(calls?|use)|function_call)$/.test(word)) return 'tool-calls'
  // max_tokens, max_output_tokens; Mistral: model_length; Anthropic: model_context_window_exceeded
  if (/length|_tokens|context_window/.test(word)) return 'length'
  // content_filter; Anthropic: refusal; Zhipu: sensitive; Gemini has one for each kind, and for images the same again
  return /content|refusal|sensitive|safety|recitation|blocklist|spii/.test(word) ? 'content-filter' : 'other'
}
