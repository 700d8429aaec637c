import { expect, test } from 'vitest'
import { createFence } from '../../src/typewriter/markdown-fence.ts'

/** The code of a fence, and what came behind it, of text cut into pieces of a size. */
function read(text: string, { before = '', ticks = 3, size = Infinity } = {}) {
  let code = ''
  const fence = createFence(before, ticks, piece => (code += piece))
  const pieces = text.split(/(\n)/).flatMap(line => (line === '\n' ? [line] : (line.match(new RegExp(`[^]{1,${Math.min(size, 1000)}}`, 'g')) ?? [])))
  for (const piece of pieces) {
    const rest = fence.read(piece)
    if (rest !== undefined) return { code, rest }
  }
  fence.end()
  return { code }
}

test.each([
  ['a\nb\n```\n', {}, 'a\nb', ''],
  ['a\n\n\n```\n', {}, 'a\n\n', ''],
  ['```\n', {}, '', ''],
  ['a\n`````  \n', {}, 'a', ''],
  ['a```\n``\n ```x\n```\n', {}, 'a```\n``\n ```x', ''],
  ['   a\n  b\n ```\n', { before: '  ' }, ' a\nb', ''],
  ['\n   a\n  ```\n', { before: '- ' }, '\n a', ''],
  ['> a\n>\n>  b\n> ```\n', { before: '> ' }, 'a\n\n b', ''],
  ['> a\nb', { before: '> ' }, 'a', 'b'],
  ['> a\n\n', { before: '> ' }, 'a', '\n'],
  ['```\n````\n', { ticks: 4 }, '```', ''],
])('createFence() reads %j', (text, options, code, rest) => {
  expect(read(text, options)).toEqual({ code, rest })
  // What is left of a line depends on how much of it was there
  if (rest === '' || rest === '\n') expect(read(text, { ...options, size: 1 })).toEqual({ code, rest })
})

test('createFence() shows what has come where the fence has no end', () => {
  expect(read('a\n``')).toEqual({ code: 'a\n``' })
  expect(read('a\n```')).toEqual({ code: 'a' })
  expect(read('a\n')).toEqual({ code: 'a' })
})
