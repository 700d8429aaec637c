// @vitest-environment happy-dom
import { expect, test, vi } from 'vitest'
import { allows, IMAGE_SCHEMES, lengthOfAddress, LINK_SCHEMES, parseAddress, withoutTitle } from '../../src/typewriter/markdown-links.ts'

test.each([
  ['https://a.test/b', 'https:'], ['HTTP://a.test', 'http:'], ['mailto:a@b.test', 'mailto:'], ['tel:+1', 'tel:'], ['sms:+1', 'sms:'],
  ['/b', 'http:'], ['b c', 'http:'], ['#c', 'http:'], ['?d', 'http:'], ['//a.test/b', 'http:'], ['', 'http:'],
])('parseAddress() lets %j through, as %s', (address, protocol) => {
  expect(parseAddress(address, LINK_SCHEMES, document)?.protocol).toBe(protocol)
})

test.each([
  'javascript:alert(1)', 'JaVaScRiPt:alert(1)', ' \u0001javascript:alert(1)', 'java\nscript:alert(1)', 'java\tscript:alert(1)', 'vbscript:x',
  'data:text/html,x', 'blob:http://a.test/b', 'file:///etc/passwd', 'view-source:http://a.test', 'http://[', 'ftp://a.test',
])('parseAddress() lets %j not through', address => {
  expect(parseAddress(address, LINK_SCHEMES, document)).toBeUndefined()
})

test('parseAddress() lets images come by http and https alone', () => {
  expect(['https://a.test/b', 'b', 'mailto:a@b.test', 'data:image/png;base64,x'].map(address => parseAddress(address, IMAGE_SCHEMES, document)?.protocol))
    .toEqual(['https:', 'http:', undefined, undefined])
})

test.each([
  ['a', 'a'], [' a ', 'a'], ['a "title"', 'a'], ["a 'title'", 'a'], ['a (title)', 'a'], ['<a b>', 'a b'], ['<a> "title"', 'a'], ['a b', 'a b'], ['', ''],
])('withoutTitle() of %j is %j', (text, address) => {
  expect(withoutTitle(text)).toBe(address)
})

test.each([
  ['https://a.test/b', ''], ['https://a.test/b.', '.'], ['https://a.test/b).', ').'], ['https://a.test/b_(c)', ''], ['https://a.test/b_(c)).', ').'],
  ['https://a.test/b，好', '，好'], ['https://a.test/b|c', '|c'], ['https://a.test/b"c', '"c'], ['https://a.test/((((', ''], ['', ''],
])('lengthOfAddress() leaves of %j the rest %j', (text, rest) => {
  expect(text.slice(lengthOfAddress(text))).toBe(rest)
})

test('allows() asks the app, reports what it throws, and takes that for a no', () => {
  const reported = vi.fn()
  vi.stubGlobal('reportError', reported)
  const url = new URL('https://a.test/')
  const error = new Error('A bug of the app')
  expect([undefined, () => true, () => false].map(rule => allows(rule, url))).toEqual([true, true, false])
  expect(allows(() => {
    throw error
  }, url)).toBe(false)
  expect(reported).toHaveBeenCalledExactlyOnceWith(error)
  vi.unstubAllGlobals()
})
