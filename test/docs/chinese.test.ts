import { describe, expect, test } from 'vitest'
import { read } from './harness.ts'

const english = read('README.md')
const chinese = read('README.zh-CN.md')
/** What there is, in any order, and how often. */
function count(words: string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1
  return counts
}
const BLOCK = /^```[^]*?^```$/gm

/** The rows of all tables, as what no language changes: code, figures, dashes, and how many cells there are. */
const rows = (text: string) => text.replaceAll(BLOCK, '').split('\n').filter(line => line.startsWith('|')).map(row => ({
  cells: row.split('|').length - 2,
  code: [...row.matchAll(/`[^`]+`/g)].map(([code]) => code),
  figures: count([...row.replaceAll(/`[^`]+`/g, '').matchAll(/\d[\d.,]*/g)].map(([figure]) => figure.replace(/[.,]$/, ''))),
}))
const links = (text: string) => [...text.replaceAll(BLOCK, '').matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target).filter(target => !target.startsWith('README'))

describe('README.zh-CN.md is in step with README.md:', () => {
  test('the same headings, by level', () => {
    const levels = (text: string) => [...text.replaceAll(BLOCK, '').matchAll(/^(#+) /gm)].map(([, level]) => level)
    expect(levels(english).length).toBeGreaterThan(10)
    expect(levels(chinese)).toEqual(levels(english))
  })

  test('the same code, to the letter', () => {
    expect(chinese.match(BLOCK)).toEqual(english.match(BLOCK))
  })

  test('the same tables: rows, cells, code and figures', () => {
    expect(rows(english).length).toBeGreaterThan(40)
    expect(rows(chinese)).toEqual(rows(english))
  })

  test('the same links', () => {
    expect(links(english).length).toBeGreaterThan(15)
    expect(count(links(chinese))).toEqual(count(links(english)))
  })

  test('the same size in the first sentence', () => {
    const size = /[\d.]+ kB/.exec(english)?.[0] as string
    expect(/[\d.]+ kB/.exec(chinese)?.[0]).toBe(size)
  })

  test('each leads to the other at its top', () => {
    expect(english.split('\n')[2]).toContain('(README.zh-CN.md)')
    expect(chinese.split('\n')[2]).toContain('(README.md)')
  })
})
