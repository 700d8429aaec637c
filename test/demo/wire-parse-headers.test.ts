import { describe, expect, test } from 'vitest'
import { parseHeaders } from '../../demo/page/wire/parse-headers.ts'

describe('parseHeaders()', () => {
  test('parseHeaders() reads a header a line, however it is spaced and whatever ends the line', () => {
    expect(parseHeaders('Accept: text/plain\r\n\n  X-Time :  12:30 \rX-Empty:')).toEqual({
      headers: [['Accept', 'text/plain'], ['X-Time', '12:30'], ['X-Empty', '']],
      problems: [],
    })
  })

  test.each([
    ['Authorization Bearer x', 'no-colon', 'Authorization Bearer x'],
    [': x', 'no-name', ': x'],
    ['Bad Name: x', 'bad-name', 'Bad Name'],
    ['Näme: x', 'bad-name', 'Näme'],
    ['X-Key: “secret”', 'bad-value', 'X-Key'],
  ])('parseHeaders() refuses %j, and names its line', (line, fault, found) => {
    expect(parseHeaders(`A: b\n\n${line}`)).toEqual({ headers: [['A', 'b']], problems: [{ line: 3, fault, found }] })
  })

  test('parseHeaders() refuses what the browser would drop without a word', () => {
    const { problems } = parseHeaders('A: b\nCookie: c=d', name => name !== 'Cookie')
    expect(problems).toEqual([{ line: 2, fault: 'forbidden', found: 'Cookie' }])
  })

  test('parseHeaders() takes the characters that a header can carry', () => {
    const value = 'a\t~é'
    expect(parseHeaders(`X: ${value}`).headers).toEqual([['X', value]])
    expect(new Headers([['X', value]]).get('x')).toBe(value)
  })
})
