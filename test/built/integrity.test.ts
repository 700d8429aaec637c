import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { scriptTag } from '../../scripts/integrity.mjs'

test('README.md shows the script tag that takes this build and no other (else: npm run build, node scripts/integrity.mjs write)', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const tags = [...readme.matchAll(/<script\s+src="(https:\/\/unpkg\.com\/teleprinter@[^"]+)"\s+integrity="([^"]+)"\s+crossorigin/g)]
  expect(tags.map(([, src, integrity]) => ({ src, integrity }))).toEqual([scriptTag()])
})
