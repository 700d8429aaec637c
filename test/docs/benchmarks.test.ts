import { describe, expect, test } from 'vitest'
import { PAGES, read } from './harness.ts'

interface Table {
  heads: string[]
  rows: string[][]
}

const cellsOf = (line: string) => line.slice(1, -1).split('|').map(cell => cell.trim())

/** The tables of a page, whose lines follow each other. */
function tablesOf(text: string): Table[] {
  return [...text.matchAll(/(?:^\|.*\|\n)+/gm)].map(([block]) => {
    const [heads = [], , ...rows] = block.trimEnd().split('\n').map(cellsOf)
    return { heads, rows }
  })
}

const BENCHMARKS = 'docs/benchmarks.md'
const section = /<!-- bench: faults -->([^]*)<!-- \/bench: faults -->/.exec(read(BENCHMARKS))?.[1] ?? ''
/** What was measured in a page: other tables are of Node. */
const [measured = { heads: [], rows: [] }] = tablesOf(section)

/** What a page says of a client that has been measured. */
const claims = PAGES.filter(page => page !== BENCHMARKS).flatMap(page => tablesOf(read(page)).flatMap(({ heads, rows }) => {
  return heads.flatMap((client, column) => (measured.heads.indexOf(client) < 1 ? [] : rows.flatMap(row => {
    const line = measured.rows.find(([fault]) => fault === row[0])
    return line ? [{ page, fault: row[0], client, says: row[column], found: line[measured.heads.indexOf(client)] }] : []
  })))
}))

describe('what was measured under faults is', () => {
  test.each([['README.md', 8 * 6], ['docs/migration.md', 5 + 3 + 2 * 5]])('what %s says of others, figure for figure', (page, count) => {
    const ofPage = claims.filter(claim => claim.page === page)
    expect(ofPage).toHaveLength(count)
    const told = ofPage.map(({ fault, client, says }) => [fault, client, says])
    expect(told).toEqual(ofPage.map(({ fault, client, found }) => [fault, client, found]))
  })

  test('of the versions that the pages name', () => {
    const measuredVersions = new Map(measured.heads.map(head => head.replace(/,.*/, '').split(' ') as [string, string]))
    const named = PAGES.flatMap(page => tablesOf(read(page)).flatMap(({ heads }) => heads))
      .flatMap(head => [...head.matchAll(/([\w.-]+) (\d+\.\d+\.\d+)/g)]).filter(([, name = '']) => measuredVersions.has(name))
    expect(named.length).toBeGreaterThan(10)
    for (const [, name = '', version] of named) expect([name, version]).toEqual([name, measuredVersions.get(name)])
  })
})
