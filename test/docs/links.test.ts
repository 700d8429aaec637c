import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { PAGES, read } from './harness.ts'

/** The address of a heading, as GitHub makes it. */
const anchor = (words: string) => words.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-')

test('every page is linked to, and every link leads somewhere', () => {
  const broken: string[] = []
  const linked = new Set<string>()
  for (const page of [...PAGES, 'README.zh-CN.md', 'CONTRIBUTING.md', 'SECURITY.md']) {
    const text = read(page).replaceAll(/^```[^]*?^```/gm, '')
    for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue
      const [path = '', hash] = target.split('#')
      const file = path === '' ? page : join(page, '..', path)
      linked.add(file)
      try {
        const headings = [...read(file).matchAll(/^#+ (.+)$/gm)].map(([, words = '']) => anchor(words))
        if (hash && !headings.includes(hash)) broken.push(`${page}: ${target}`)
      } catch {
        broken.push(`${page}: ${target}`)
      }
    }
  }
  expect(broken).toEqual([])
  expect(PAGES.filter(page => !linked.has(page)).map(page => basename(page))).toEqual([])
})
