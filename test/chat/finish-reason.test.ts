import { expect, test } from 'vitest'
import { toFinishReason } from '../../src/chat/finish-reason.ts'

test.each([
  ['stop', 'stop'], ['stop_sequence', 'stop'], ['end_turn', 'stop'], ['COMPLETE', 'stop'], ['completed', 'stop'], ['eos', 'stop'],
  ['eos_token', 'stop'],
  ['success', 'stop'], ['STOP', 'stop'], ['STOP_SEQUENCE', 'stop'],
  ['length', 'length'], ['max_tokens', 'length'], ['MAX_TOKENS', 'length'], ['max_output_tokens', 'length'],
  ['model_length', 'length'],
  ['model_context_window_exceeded', 'length'], ['max_completion_tokens', 'length'], ['max-length', 'length'],
  ['tool_calls', 'tool-calls'], ['tool-calls', 'tool-calls'], ['TOOL_CALL', 'tool-calls'], ['tool_use', 'tool-calls'],
  ['function_call', 'tool-calls'],
  ['content_filter', 'content-filter'], ['content-filter', 'content-filter'], ['refusal', 'content-filter'],
  ['sensitive', 'content-filter'],
  ['SAFETY', 'content-filter'], ['RECITATION', 'content-filter'], ['BLOCKLIST', 'content-filter'],
  ['PROHIBITED_CONTENT', 'content-filter'],
  ['SPII', 'content-filter'], ['IMAGE_SAFETY', 'content-filter'], ['IMAGE_PROHIBITED_CONTENT', 'content-filter'],
  ['IMAGE_RECITATION', 'content-filter'],
  ['insufficient_system_resource', 'other'], ['pause_turn', 'other'], ['MALFORMED_FUNCTION_CALL', 'other'], ['', 'other'],
  ['constructor', 'other'],
  ['__proto__', 'other'], ['stop ', 'other'],
])('toFinishReason() says of %j: %s', (raw, reason) => {
  expect(toFinishReason(raw)).toBe(reason)
})
