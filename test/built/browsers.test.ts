// What is built needs no newer syntax than docs/getting-started.md says
import { transform } from 'esbuild'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const named = /Chrome and Edge ([\d.]+), Firefox ([\d.]+), Safari ([\d.]+)/.exec(readFileSync(`${ROOT}/docs/getting-started.md`, 'utf8'))?.slice(1) ?? []
const files = readdirSync(`${ROOT}/dist`, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.js'))

/** Which files would have to be rewritten for a browser. */
async function tooNew(target: string): Promise<string[]> {
  const wanting = await Promise.all(files.map(async file => {
    const code = readFileSync(`${ROOT}/dist/${file}`, 'utf8')
    const [newest, older] = await Promise.all(['esnext', target].map(one => transform(code, { target: one })))
    return newest?.code === older?.code ? [] : [file]
  }))
  return wanting.flat()
}

test.each(['chrome', 'firefox', 'safari'].map((browser, at) => `${browser}${named[at]}`))('%s can read all files', async target => {
  expect(files).toContain('teleprinter.min.js')
  expect(await tooNew(target)).toEqual([])
})

test('an older Safari could not, so that this would be seen', async () => {
  expect(await tooNew('safari16.3')).toContain('teleprinter.min.js')
})
