import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Reporter, TestCase } from 'vitest/node'
import type { Result } from './results.ts'
import type { Row, Scope } from './row.ts'
import { notReached, rows } from './rows.ts'

const FILE = fileURLToPath(new URL('../../../docs/eventsource.md', import.meta.url))
const [START, END] = ['<!-- conformance -->', '<!-- /conformance -->']

const ENGINES = ['Chromium', 'Firefox', 'WebKit']
const CLASSES = ['ours', 'own'] as const
const LETTERS: Record<Scope, string> = { window: 'W', dedicated: 'D', shared: 'S', service: 'V' }
/** How many tests an engine's whole run has. */
const CHECKS = rows.reduce((sum, { scopes, checks }) => sum + scopes.length * Object.keys(checks).length, 0)

type Cell = Result['ours'][]

/** `✓` where all passed, `✗` where none did, else how many; `–` where there was nothing to check. */
function mark(outcomes: Cell): string {
  const checked = outcomes.filter(({ result }) => result !== 'missing')
  const passed = checked.filter(({ result }) => result === 'passed')
  if (checked.length === 0) return '–'
  if (passed.length === checked.length) return '✓'
  return passed.length === 0 ? '✗' : `✗ ${count(outcomes)}`
}

function count(outcomes: Cell): string {
  const checked = outcomes.filter(({ result }) => result !== 'missing')
  return `${checked.filter(({ result }) => result === 'passed').length}/${checked.length}`
}

const line = (cells: string[]) => `| ${cells.join(' | ')} |`

/** The results of all engines as Markdown: a line a row, a column for each engine and class, and what ours does not reach. */
export function table(results: Result[]): string {
  const engines = ENGINES.map(name => results.find(({ engine }) => engine.startsWith(name))?.engine ?? name)
  const columns = engines.flatMap(engine => CLASSES.map(which => ({ engine, which })))
  const cells = (how: (outcomes: Cell) => string, row?: Row) => columns.map(({ engine, which }) =>
    how(results.filter(result => result.engine === engine && (!row || result.row === row.name)).map(result => result[which])))
  return [
    line(['what is checked', 'where', ...columns.map(({ engine, which }) => `${engine}: ${which}`)]),
    line(['---', '---', ...columns.map(() => ':-:')]),
    ...rows.map(row => line([row.says, row.scopes.map(scope => LETTERS[scope]).join(' '), ...cells(mark, row)])),
    line(['**All checks**', '', ...cells(outcomes => `**${count(outcomes)}**`)]),
    '',
    'Where: W a window, D a dedicated worker, S a shared worker, V a service worker. ✓ all checks pass, ✗ none or so many,',
    '– nothing to check: the engine has no such scope, no class there, or can not be driven to it.',
    '',
    'What ours does not reach:',
    '',
    ...notReached.map(({ row, label, engine, why }) =>
      `- ${rows.find(({ name }) => name === row)?.says}${label ? ` (${label})` : ''}${engine ? `, in ${engine}` : ''}: ${why}`),
  ].join('\n')
}

/** Writes the table behind a run of all engines that left nothing out. */
export function conformanceTable(): Reporter {
  const results: Result[] = []
  return {
    onTestRunStart: () => void (results.length = 0),
    onTestCaseResult(test: TestCase) {
      const { conformance } = test.meta()
      if (!conformance) return
      const { engine = conformance.engine } = (test.project.browser?.provider ?? {}) as { engine?: string }
      results.push({ ...conformance, engine })
    },
    onTestRunEnd() {
      if (!ENGINES.every(name => results.filter(({ engine }) => engine.startsWith(name)).length === CHECKS)) return
      const text = readFileSync(FILE, 'utf8')
      const [start, end] = [text.indexOf(START), text.indexOf(END)]
      if (start < 0 || end < start) throw new Error(`Cannot write the table: no ${START} and ${END} in ${FILE}`)
      writeFileSync(FILE, `${text.slice(0, start)}${START}\n\n${table(results)}\n\n${text.slice(end)}`)
    },
  }
}
