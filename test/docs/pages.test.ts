import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { pageFiles, readPage, slugger, target } from '../../scripts/markdown.mjs'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const pages = new Map(pageFiles().map(file => [file, readPage(file)]))

describe('slugger()', () => {
  test.each([
    ['Never pay twice', 'never-pay-twice'], ['`streamText`, and what else?', 'streamtext-and-what-else'], ['Über 天空 – naïve', 'über-天空--naïve'],
    ['teleprinter/dialects', 'teleprinterdialects'], ['A_b-c', 'a_b-c'],
  ])('%s is #%s', (heading, slug) => expect(slugger()(heading)).toBe(slug))

  test('counts headings that are the same', () => {
    const slug = slugger()
    expect(['Same', 'Same', 'same'].map(slug)).toEqual(['same', 'same-1', 'same-2'])
  })
})

describe('the links', () => {
  test('are found', () => {
    expect([...pages.keys()]).toContain('docs/api.md')
    expect([...pages.values()].flatMap(({ links }) => links).length).toBeGreaterThan(100)
  })

  test.each([...pages.values()])('of $file lead somewhere', ({ file, links }) => {
    const astray = links.filter(link => {
      const to = target(file, link)
      if (!to) return false
      if (to.anchor && !pages.get(to.path)?.ids.has(to.anchor)) return true
      return !existsSync(`${ROOT}/${to.path}`)
    })
    expect(astray).toEqual([])
  })

  test('reach every page of the docs', () => {
    const linked = new Set([...pages.values()].flatMap(({ file, links }) => links.map(link => target(file, link)?.path)))
    expect([...pages.keys()].filter(file => file.startsWith('docs/') && !linked.has(file))).toEqual([])
  })
})
