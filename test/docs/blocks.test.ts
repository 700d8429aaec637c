// Every block of code in README.md and docs/ is held: those in JavaScript and TypeScript compile, and those that can run, run
import { execFile, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Window } from 'happy-dom'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import * as teleprinter from '../../src/index.ts'
import { blocksOf, bundle, folder, openPage, PAGES, paths, read, RECIPES, recipes, ROOT, startDocsServer, type Block, type DocsServer } from './harness.ts'

/** What stands in a page as a file that has tests of its own. */
const TESTED = new Set([...recipes.map(name => read(`${RECIPES}/${name}`)), read('test/docs/workers-ai.ts'), read('test/docs/workers-ai.test.ts')])

/** Written from docstrings, whose examples test/built/examples.test.ts holds. */
const GENERATED = 'docs/api.md'

const blocks = PAGES.filter(page => page !== GENERATED).flatMap(blocksOf).filter(({ code }) => !TESTED.has(code))

/** Code, as a file of its own. */
interface Piece extends Block {
  name: string
  file: string
}

/** The scripts of a page in HTML, and of a diff what it comes to. */
function pieces({ language, code, at }: Block): Piece[] {
  const name = at.replaceAll(/\W+/g, '-')
  const piece = (text: string, suffix = '') => ({ at, language, code: text, name: name + suffix, file: `${name}${suffix}.${language === 'ts' || language === 'tsx' ? language : 'js'}` })
  if (['js', 'ts', 'tsx'].includes(language)) return [piece(code)]
  if (language === 'diff') return [piece(code.split('\n').filter(line => !line.startsWith('-')).map(line => line.slice(1)).join('\n'))]
  if (language === 'html') return scripts(code).map((text, index) => piece(text, `-${index}`))
  return []
}

const scripts = (html: string) => [...html.matchAll(/<script(?: type="?module"?)?>([^]*?)<\/script>/g)].map(([, code = '']) => code)

/** What the blocks take for granted: an element to type into, and what an app has. */
const GIVEN = `
declare const element: HTMLElement
declare const key: string
declare function freshToken(): Promise<string>
declare const teleprinter: typeof import('teleprinter')
declare const htmx: { createEventSource: (url: string) => unknown }
interface ParentNode { querySelector(selectors: \`#\${string}\`): HTMLElement }
interface Storage { token: string }
declare module 'https://unpkg.com/*' { export * from 'teleprinter/markdown' }
declare module '@microsoft/fetch-event-source' { export const fetchEventSource: typeof import('teleprinter/fetch-event-source').fetchEventSource }
`

/** One program for all, strict but for parameters without a type: JavaScript has none. */
const OPTIONS = {
  target: 'ES2022', module: 'ESNext', moduleResolution: 'bundler', lib: ['ES2022', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable', 'ESNext.Disposable'],
  types: ['node'], paths, allowImportingTsExtensions: true, skipLibCheck: true, noEmit: true,
  allowJs: true, checkJs: true, strict: true, noImplicitAny: false, jsx: 'react-jsx', experimentalDecorators: true,
}

/** What the compiler says of files, less what it says of the package's own source, which has an option more. */
async function compile(files: Record<string, string>, others: string[]): Promise<string[]> {
  const where = folder('types')
  for (const [file, code] of Object.entries(files)) {
    mkdirSync(dirname(join(where, file)), { recursive: true })
    writeFileSync(join(where, file), code)
  }
  writeFileSync(join(where, 'tsconfig.json'), JSON.stringify({ compilerOptions: OPTIONS, files: [...Object.keys(files), ...others.map(file => join(ROOT, file))] }))
  const output = await new Promise<string>(resolve => {
    execFile(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', where, '--pretty', 'false'], { cwd: where }, (_error, stdout, stderr) => resolve(stdout + stderr))
  })
  return output.split('\n').filter(line => line && !line.startsWith(' ') && !/^(\.\.\/)+src\//.test(line))
}

const programs = recipes.filter(name => /\.tsx?$/.test(name))

/** Begun at once: the compiler is at work while blocks run. */
const compiled = compile({
  ...Object.fromEntries(blocks.flatMap(pieces).map(({ file, code }) => [file, `${code}\nexport {}\n`])),
  // Which framework's JSX it is, a project's own config says
  ...Object.fromEntries(programs.filter(name => name.startsWith('solid/')).map(name => [name, `/** @jsxImportSource solid-js */\n${read(`${RECIPES}/${name}`)}`])),
  'given.d.ts': GIVEN,
  'workers-ai.js': `export { workersAi } from '${join(ROOT, 'test/docs/workers-ai.ts')}'`,
  'wrong.js': "import { connect } from 'teleprinter'\nconnect(1).opne()\n",
}, programs.filter(name => !name.startsWith('solid/')).map(name => `${RECIPES}/${name}`))

describe('blocks of code', () => {
  test('are found, in every page that has some', () => {
    expect(blocks.flatMap(pieces).length).toBeGreaterThan(50)
  })

  test('in Python compile, where there is a Python', ({ skip }) => {
    const python = blocksOf('docs/servers.md').filter(({ language }) => language === 'python')
    expect(python.length).toBeGreaterThan(0)
    if (spawnSync('python3', ['--version']).error) skip()
    for (const { code } of python) {
      const { status, stderr } = spawnSync('python3', ['-c', 'import sys; compile(sys.stdin.read(), "block", "exec")'], { input: code, encoding: 'utf8' })
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    }
  })
})

/** Why a block does not run here, by words of its own. */
const DO_NOT_RUN: Record<string, string> = {
  'process.env.OPENAI_API_KEY': 'a server: test/readme.test.ts runs it',
  "from '@trpc/client'": 'its server is run by test/browser/libraries.test.ts',
  'http.createServer': 'listens on a port of its own: see below',
  'htmx.createEventSource': 'runs in test/browser/libraries.test.ts',
  "from 'reconnecting-eventsource'": 'runs in test/browser/libraries.test.ts',
  'https://unpkg.com/htmx.org': 'needs the network',
}

const runs = blocks.flatMap(pieces).filter(({ code }) => code.trim() && !Object.keys(DO_NOT_RUN).some(words => code.includes(words)))

describe('blocks of code run', () => {
  let server: DocsServer
  let load: (name: string, query?: string) => Promise<Record<string, unknown>>
  let page: { window: Window; close: () => Promise<void> }
  const globals = globalThis as unknown as Record<string, unknown>

  beforeAll(async () => {
    server = await startDocsServer()
    page = openPage(`${server.url}/`)
    // Nobody looks at this page, so text is shown at once; the recipes' tests look at how it is typed
    Object.defineProperty(page.window.document, 'visibilityState', { value: 'hidden' })
    const where = folder('run')
    for (const { file, code } of runs) writeFileSync(join(where, file), `${code}\nexport {}\n`)
    load = await bundle('blocks', Object.fromEntries(runs.map(({ name, file }) => [name, join(where, file)])))
  })
  afterAll(async () => {
    await page.close()
    await server.close()
  })
  afterEach(() => {
    server.insistent = false
    vi.restoreAllMocks()
    page.window.localStorage.clear()
    page.window.sessionStorage.clear()
  })

  async function run({ name, code, at }: Piece, query = '') {
    const { document } = page.window
    document.body.innerHTML = '<main><div id="answer"></div><output id="state"></output><form id="form"><input name="prompt" id="prompt"></form><button id="stop"></button><button id="again"></button></main>'
    Object.assign(globals, {
      teleprinter, element: document.querySelector('#answer'), key: 'sk-test', freshToken: () => Promise.resolve('fresh'),
      reportError: (error: unknown) => console.error(error),
    })
    const printed: string[] = []
    for (const method of ['log', 'info', 'warn'] as const) {
      vi.spyOn(console, method).mockImplementation((...values: unknown[]) => void printed.push(values.map(String).join(' ')))
    }
    const failed = vi.spyOn(console, 'error').mockImplementation((...values) => void printed.push(`error: ${values.map(String).join(' ')}`))
    await load(name, query)
    await server.quiet()
    await vi.waitFor(() => expect(document.querySelector('[aria-busy]')).toBeNull(), 2000) // all is typed
    expect(failed, `${at} printed ${printed.join('\n')}`).not.toHaveBeenCalled()
    // `console.log(outcome) // → done` says what it prints
    for (const [, words = ''] of code.matchAll(/\/\/ → (.+)$/gm)) expect(printed).toContain(words)
  }

  test.each(runs)('$at', block => run(block))

  test('a model that calls its tools for ever is paid for a few rounds', async () => {
    const block = runs.find(({ at, code }) => at.startsWith('docs/chat.md') && code.includes('toolCalls')) ?? expect.fail('no block has tools')
    server.insistent = true
    server.seen.length = 0
    await run({ ...block, code: '' }, '?insistent')
    const asked = server.seen.filter(({ path }) => path === '/api/chat') // a block's feed may still come back
    expect(asked).toHaveLength(5)
    const { messages } = JSON.parse(asked.at(-1)?.body ?? '') as { messages: { role: string; content: string }[] }
    expect(messages.map(({ role }) => role)).toEqual(['user', ...Array.from({ length: 4 }, () => ['assistant', 'tool']).flat()])
  })
})

test('blocks in JavaScript and TypeScript compile, and so do the recipes', async () => {
  expect(programs.length).toBeGreaterThan(8)
  const errors = await compiled
  // JavaScript does not ask what may be null
  expect(errors.filter(line => !line.startsWith('wrong.js') && !/\.js\(.*(possibly '?(null|undefined)|\| null' is not assignable)/.test(line))).toEqual([])
  // That the compiler was at work
  expect(errors.some(line => line.startsWith('wrong.js'))).toBe(true)
}, 60_000)
