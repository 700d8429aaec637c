import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'

const STEPS = fileURLToPath(new URL('../scripts/steps.mjs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'teleprinter-steps-'))
const scripts = { one: 'node -e "console.log(1)"', two: 'node -e "process.exit(2)"', three: 'node -e "console.log(3)"' }
writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'steps', scripts }))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const steps = (...names: string[]) => {
  const { status, stdout } = spawnSync(process.execPath, [STEPS, ...names], { cwd: folder, encoding: 'utf8' })
  return { status, lines: stdout.trim().replaceAll(/^-- \d+ s/gm, '-- s').split('\n') }
}

test('steps.mjs runs each script in turn, and tells how long it took', { timeout: 30_000 }, () => {
  expect(steps('three', 'one')).toEqual({
    status: 0, lines: ['== npm run three', '3', '-- s: npm run three', '== npm run one', '1', '-- s: npm run one'],
  })
})

test('steps.mjs fails as the first script that fails, and runs none after it', { timeout: 30_000 }, () => {
  expect(steps('one', 'two', 'three')).toEqual({ status: 2, lines: ['== npm run one', '1', '-- s: npm run one', '== npm run two', '-- s: npm run two'] })
})

test('steps.mjs fails where there is no such script', { timeout: 30_000 }, () => {
  expect(steps('four', 'one')).toEqual({ status: 1, lines: ['== npm run four', '-- s: npm run four'] })
})
