// What the built declarations say of what they export, as an editor shows it
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { apiPage, readApi } from '../../scripts/api.mjs'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const api = readApi()
const exports = api.flatMap(entry => entry.exports.map(one => ({ entry: entry.name, ...one })))
const namespaced = exports.filter(({ kind }) => kind === 'namespace').flatMap(({ name, members }) => members.map(one => ({ ...one, name: `${name}.${one.name}` })))

test('there is something to look at', () => {
  expect(api.map(({ name, exports: { length } }) => [name, length > 0])).toEqual(
    ['teleprinter', 'teleprinter/dialects', 'teleprinter/fetch-event-source', 'teleprinter/markdown'].map(name => [name, true]))
  expect(exports.length).toBeGreaterThan(70)
  expect(namespaced.length).toBeGreaterThan(14)
})

test.each(exports)('$entry: $name says what it is, and so do its members', ({ doc, members }) => {
  expect(doc).not.toBe('')
  const described = new Set(members.filter(member => member.doc || member.name === 'constructor').map(member => member.name))
  expect(members.map(member => member.name).filter(member => !described.has(member))).toEqual([])
})

test.each(exports.filter(({ kind }) => kind === 'function' || kind === 'class'))('$entry: $name has an example', ({ name, examples }) => {
  expect(examples.join('\n')).toContain(name)
})

test.each(namespaced)('$name says what it is, and has an example', ({ doc, examples }) => {
  expect(doc).not.toBe('')
  expect(examples.length).toBeGreaterThan(0)
})

test.each(['dist/index.d.ts', 'dist/index.d.cts'])('%s describes the names in namespaces too, which an editor offers', file => {
  const lines = read(file).split('\n')
  const before = lines.flatMap((line, at) => (/^declare (?:namespace|const \w+: typeof \w+;)/.test(line) ? [lines[at - 1]] : []))
  expect(before.length).toBeGreaterThan(15)
  for (const line of before) expect(line).toMatch(/\*\/$/)
})

test('docs/api.md says what the docstrings do (else: npm run build, npm run docs:api)', () => {
  expect(read('docs/api.md')).toBe(apiPage(api))
})
