/** Why an answer ended, in one vocabulary for all providers. */
export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'other'

/** The one vocabulary's word for a provider's. */
export function toFinishReason(raw: string): FinishReason {
  const word = raw.toLowerCase().replaceAll('-', '_')
  // Anthropic: end_turn; Cohere: complete; OpenAI's Responses: completed; Together: eos; TGI: eos_token; AG-UI: success
  if (/^(stop(_sequence)?|end_turn|completed?|eos(_token)?|success)$/.test(word)) return 'stop'
  // OpenAI's Responses: max_output_tokens; Mistral: model_length; Anthropic: model_context_window_exceeded
  if (/^(length|max_(output_)?tokens|model_(length|context_window_exceeded))$/.test(word)) return 'length'
  // Cohere: tool_call; Anthropic: tool_use
  if (/^(tool_(calls?|use)|function_call)$/.test(word)) return 'tool-calls'
  // Anthropic: refusal; Zhipu: sensitive; the rest is Gemini's
  if (/^(content_filter|refusal|sensitive|(image_)?safety|recitation|blocklist|prohibited_content|spii)$/.test(word)) return 'content-filter'
  return 'other'
}
