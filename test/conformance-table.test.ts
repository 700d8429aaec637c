import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { Outcome } from './helpers/conformance/scope.ts'
import { rows } from './helpers/conformance/rows.ts'
import { table } from './helpers/conformance/table.ts'

test('docs/eventsource.md has a line for every row, in order', () => {
  const text = readFileSync(fileURLToPath(new URL('../docs/eventsource.md', import.meta.url)), 'utf8')
  const lines = text.split('\n').filter(line => line.startsWith('| ')).slice(2)
  expect(lines.map(line => line.split(' | ')[0]?.slice(2))).toEqual([...rows.map(({ says }) => says), '**All checks**'])
})

test('table() says how many checks passed where not all did', () => {
  const result = (row: string, ours: Outcome['result'], own: Outcome['result']) =>
    ({ row, scope: 'window' as const, engine: 'Chromium 1', ours: { result: ours }, own: { result: own } })
  const lines = table([
    result('url', 'passed', 'failed'), result('url', 'failed', 'failed'),
    result('onopen', 'passed', 'missing'), result('onopen', 'passed', 'passed'),
    result('close', 'missing', 'missing'),
  ]).split('\n')
  const cells = (start: string) => lines.find(line => line.startsWith(`| ${start}`))?.split(' | ').slice(2, 4)
  expect(cells('what is checked')).toEqual(['Chromium 1: ours', 'Chromium 1: own'])
  expect(cells('`url` is')).toEqual(['✗ 1/2', '✗'])
  expect(cells('`open` is')).toEqual(['✓', '✓'])
  expect(cells('`readyState` is 0')).toEqual(['–', '–'])
  expect(cells('**All checks**')).toEqual(['**3/4**', '**1/3**'])
})

test('rows have names and sentences of their own', () => {
  for (const key of ['name', 'says'] as const) expect(new Set(rows.map(row => row[key])).size).toBe(rows.length)
})
