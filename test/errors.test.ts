import { describe, expect, test } from 'vitest'
import { StreamError } from '../src/index.ts'

describe('StreamError', () => {
  test('is an Error with a code, and only the details that are known', () => {
    const error = new StreamError('http', 'Cannot open event stream: server answered 401', { status: 401, body: 'who?' })
    expect(error).toBeInstanceOf(Error)
    expect({ ...error }).toEqual({ name: 'StreamError', code: 'http', status: 401, body: 'who?' })
    expect(String(error)).toBe('StreamError: Cannot open event stream: server answered 401')
    expect('headers' in error).toBe(false)
  })

  test('keeps its cause', () => {
    const cause = new TypeError('Failed to fetch')
    expect(new StreamError('network', 'Event stream broke: Failed to fetch', { cause }).cause).toBe(cause)
  })
})
