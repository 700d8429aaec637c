import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const SRC = fileURLToPath(new URL('../src', import.meta.url))

/** What a room may import of the others, beside itself. */
const MAY_IMPORT: Record<string, string[]> = {
  sse: [],
  connection: ['sse'],
  chat: ['connection', 'sse'],
  typewriter: [],
}
/** What every room may import. */
const SHARED = ['dispose.ts', 'errors.ts', 'json.ts', 'report.ts', 'thenable.ts']
const PLATFORM_FREE = ['sse', 'connection', 'chat']

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'))

function importsOf(file: string): { path: string; typeOnly: boolean }[] {
  const code = readFileSync(join(SRC, file), 'utf8')
  return [...code.matchAll(/^(?:import|export) (type )?[^'"]*?from '([^']+)'/gm)].map(([, type, path = '']) => ({
    path: path.startsWith('.') ? relative(SRC, join(SRC, dirname(file), path)) : path,
    typeOnly: Boolean(type),
  }))
}

const roomOf = (path: string) => (path.includes('/') ? (path.split('/')[0] as string) : '')

describe('rooms', () => {
  test('there are files in each, so that this test looks at something', () => {
    expect(new Set(files.map(roomOf))).toEqual(new Set(['', ...Object.keys(MAY_IMPORT)]))
    expect(files.flatMap(importsOf).length).toBeGreaterThan(50)
  })

  test.each(files.filter(file => roomOf(file) !== ''))('%s imports from its own room and those left of it only', file => {
    const room = roomOf(file)
    const allowed = [room, ...(MAY_IMPORT[room] ?? [])]
    const strangers = importsOf(file).map(({ path }) => path)
      .filter(path => path.includes('/') && !allowed.includes(roomOf(path)) || (path.endsWith('.ts') && !path.includes('/') && !SHARED.includes(path)))
    expect(strangers).toEqual([])
  })

  test.each(SHARED)('%s imports types only', file => {
    expect(importsOf(file).filter(({ typeOnly }) => !typeOnly)).toEqual([])
  })

  test('three files alone import a package: emitter.ts mitt, and two that know Markdown its parser', () => {
    const packages = files.flatMap(file => importsOf(file).filter(({ path }) => !path.endsWith('.ts')).map(({ path }) => `${file}: ${path}`))
    expect(new Set(packages)).toEqual(new Set([
      `${join('connection', 'emitter.ts')}: mitt`,
      `${join('typewriter', 'markdown-reader.ts')}: streaming-markdown`,
      `${join('typewriter', 'markdown-tree.ts')}: streaming-markdown`,
    ]))
  })

  test.each(files.filter(file => PLATFORM_FREE.includes(roomOf(file))))('%s touches no document', file => {
    const code = readFileSync(join(SRC, file), 'utf8').replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, '')
    // request.ts alone asks for the base of relative URLs
    const allowed = file === join('connection', 'request.ts') ? /globalThis\.document\?\.baseURI/g : /$^/g
    expect(code.replaceAll(allowed, '')).not.toMatch(/\bdocument\b|\bwindow\b|\bHTMLElement\b/)
  })

  test.each(files)('%s makes no markup out of text', file => {
    expect(readFileSync(join(SRC, file), 'utf8')).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write/)
  })

  test('importing everything without a document, in Node, touches nothing', async () => {
    expect(typeof document).toBe('undefined')
    const before = Object.keys(globalThis)
    await import('../src/index.ts')
    expect(Object.keys(globalThis)).toEqual(before)
  })

  test('index.ts re-exports by name and does nothing else', () => {
    const code = readFileSync(join(SRC, 'index.ts'), 'utf8')
    expect(code.replaceAll(/^export (?:type )?(?:\{[^}]*\}|\* as \w+) from '[^']+'$/gm, '').trim()).toBe('')
  })
})
