import { expect, test } from 'vitest'
import { toFinishReason } from '../../src/chat/finish-reason.ts'

test.each([
  ['stop', 'stop'], ['length', 'length'], ['tool_calls', 'tool-calls'], ['function_call', 'tool-calls'],
  ['content_filter', 'content-filter'], ['insufficient_system_resource', 'other'], ['', 'other'],
])('toFinishReason() says of %j: %s', (raw, reason) => {
  expect(toFinishReason(raw)).toBe(reason)
})
