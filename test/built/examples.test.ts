// The docstrings' examples, as they stand there: each compiles against the built declarations, and does what it says against a
// server on loopback, with what was built
import ts from '@typescript/typescript6'
import { transform } from 'esbuild'
import { Window } from 'happy-dom'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { readApi } from '../../scripts/api.mjs'
import { ANSWERS } from '../helpers/answers.ts'

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const load = (path: string) => import(/* @vite-ignore */ pathToFileURL(at(path)).href) as Promise<Record<string, unknown>>

const DECLARATIONS: Record<string, string> = {
  'teleprinter': 'dist/index.d.ts', 'teleprinter/dialects': 'dist/dialects.d.ts', 'teleprinter/fetch-event-source': 'dist/fetch-event-source.d.ts',
  'teleprinter/markdown': 'dist/markdown.d.ts',
}
const api = readApi()
const entryOf = new Map(api.flatMap(({ name, exports }) => exports.map(one => [one.name, name] as const)))
const examples = api.flatMap(({ exports }) => exports).flatMap(one => {
  const nested = one.kind === 'namespace' && one.name === 'dialects' ? [] : one.members.map(member => ({ ...member, name: `${one.name}.${member.name}` }))
  return [one, ...nested].flatMap(({ name, examples: codes }) => codes.map(code => ({ name, code })))
})

/** Milliseconds of an example's clock in one of ours: its minutes are not ours to wait. */
const HASTE = 500

const EVENTS = [
  'retry: 1\ndata: hello\n\n', 'id: 1\nevent: tick\ndata: {"id":7}\n\n',
  `id: 2\nevent: photo\ndata: ${btoa('not really')}\n\n`, `id: 3\nevent: prices\ndata: ${gzipSync('{"tea":2}').toString('base64')}\n\n`,
  'id: 4\ndata: enough\n\n',
].join('')

let speaks = 'openai'
let refused = false
let base = ''
const requests: string[] = []
const server = http.createServer((request, answer) => {
  requests.push(`${request.method} ${request.url}`)
  request.resume()
  const sample = ANSWERS.find(({ dialect }) => dialect.name === speaks)
  if (refused) answer.writeHead(401).end('Who are you?')
  else if (request.headers['last-event-id']) answer.writeHead(204).end()
  else if (request.url === '/events') answer.writeHead(200, { 'content-type': 'text/event-stream' }).end(EVENTS)
  else answer.writeHead(200, { 'content-type': sample?.contentType }).end(sample?.body)
})

const names: Record<string, unknown> = {}
const page = new Window()

beforeAll(async () => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  page.happyDOM.setURL(base)
  for (const name of Object.getOwnPropertyNames(page)) if (!(name in globalThis)) vi.stubGlobal(name, page[name as keyof Window])
  const loaded = await Promise.all(['dist/index.js', 'dist/chat/dialects/index.js', 'dist/connection/fetch-event-source.js', 'dist/markdown.js'].map(load))
  Object.assign(names, ...loaded)
})

afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await page.happyDOM.close()
})

beforeEach(() => {
  requests.length = 0
  document.body.replaceChildren()
})

/** The words of an app's file: what an example names, imported. */
function withImports(code: string): string {
  const used = [...entryOf].filter(([name]) => new RegExp(`(?<![.\\w'-])${name}\\b`).test(code))
  return `${used.map(([name, entry]) => `import { ${name} } from '${entry}'`).join('\n')}\n${code}\nexport {}\n`
}

test('there are examples, and each is found', () => {
  expect(examples.length).toBeGreaterThan(30)
  expect(new Set(examples.map(({ code }) => code)).size).toBe(examples.length)
})

test('all compile', () => {
  const files = new Map(examples.map(({ name, code }, index) => [at(`example ${index}, ${name}.ts`), withImports(code)]))
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, strict: true, noEmit: true, types: [],
    exactOptionalPropertyTypes: true, lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.dom.asynciterable.d.ts'],
    paths: Object.fromEntries(Object.entries(DECLARATIONS).map(([name, file]) => [name, [at(file)]])),
  }
  const disk = ts.createCompilerHost(options)
  const program = ts.createProgram([...files.keys()], options, {
    ...disk,
    fileExists: file => files.has(file) || disk.fileExists(file),
    getSourceFile(file, language, ...rest) {
      const code = files.get(file)
      return code === undefined ? disk.getSourceFile(file, language, ...rest) : ts.createSourceFile(file, code, language)
    },
  })
  const told = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`)
  expect(told).toEqual([])
}, 60_000)

describe('runs:', () => {
  test.each(examples)('$name', async ({ name, code }) => {
    speaks = ANSWERS.some(({ dialect }) => dialect.name === name) ? name : 'openai'
    refused = name === 'StreamError'
    const logged: string[] = []
    const scope: Record<string, unknown> = {
      ...names,
      console: { ...console, log: (...values: unknown[]) => logged.push(values.join(' ')) },
      fetch: (url: string, init?: RequestInit) => fetch(new URL(url, base), init),
      setTimeout: (call: () => void, delay: number) => setTimeout(call, delay / HASTE),
    }
    const { code: script } = await transform(code, { loader: 'ts', target: 'es2022' })
    const AsyncFunction = (async () => {}).constructor as new (...words: string[]) => (...values: unknown[]) => Promise<void>
    await new AsyncFunction(...Object.keys(scope), script)(...Object.values(scope))

    if (code.includes('console.log(')) await vi.waitFor(() => expect(logged).not.toEqual([]), { timeout: 5000 })
    // What a line says behind it, it logs
    for (const [, says] of code.matchAll(/\) \/\/ (?:logs: )?(\d+|(?<=logs: ).+)$/gm)) expect(logged.join('\n')).toMatch(new RegExp(`${says}$`, 'm'))
    if (code.includes('document.body')) {
      await vi.waitFor(() => expect([document.body.textContent, document.body.getAttribute('aria-busy')]).toEqual([expect.stringMatching(/./), null]), { timeout: 5000 })
    }
    if (code.includes('console.log(') && /'\/(?:events|api)/.test(code)) expect(requests).not.toEqual([])
  })
})
