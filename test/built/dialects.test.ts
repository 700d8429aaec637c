// What `npm run build` made, as an app and its bundler meet it
import { nodeResolve } from '@rollup/plugin-node-resolve'
import { build } from 'esbuild'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { rollup } from 'rollup'
import { beforeAll, describe, expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Words that only one dialect has to know. */
const WORDS: Record<string, string> = {
  agUi: 'TOOL_CALL_RESULT', aiSdk: 'tool-input-available', anthropic: 'content_block_delta', cohere: 'message-end',
  gemini: 'functionCall', ollama: 'prompt_eval_count', openai: 'x_groq', openaiResponses: 'response.output_text.delta',
  tgi: 'generated_text',
}

beforeAll(() => {
  const built = join(ROOT, 'dist/chat/dialects/index.js')
  if (!existsSync(built)) throw new Error(`Cannot test the package: npm run build has not made ${built}`)
})

/** An app that is in the repository, so that it finds the package by its own name. */
const APP = join(ROOT, 'test/built/app.js')

async function withEsbuild(code: string): Promise<string> {
  const stdin = { contents: code, resolveDir: ROOT, sourcefile: APP }
  const { outputFiles } = await build({ stdin, bundle: true, minify: true, format: 'esm', target: 'es2022', write: false })
  return outputFiles[0]?.text ?? ''
}

async function withRollup(source: string): Promise<string> {
  const own = <T>(id: string, value: T) => (id === APP ? value : undefined)
  const app = { name: 'app', resolveId: (id: string) => own(id, id), load: (id: string) => own(id, source) }
  const bundle = await rollup({
    input: APP, plugins: [app, nodeResolve({ browser: true, rootDir: ROOT })],
    onwarn: ({ code, message }) => expect(code, message).toBe('EMPTY_BUNDLE'),
  })
  const { output } = await bundle.generate({ format: 'es' })
  await bundle.close()
  return output.map(file => (file.type === 'chunk' ? file.code : '')).join('')
}

describe.each([['esbuild', withEsbuild], ['rollup', withRollup]])('a bundle by %s', (_name, bundle) => {
  const dialectsIn = (code: string) => Object.keys(WORDS).filter(name => code.includes(WORDS[name] as string))

  test('of streamText() alone has the one dialect that is its default', async () => {
    const code = await bundle("import { streamText } from 'teleprinter'\nconsole.log(streamText)")
    expect(code).toContain('/api/chat')
    expect(dialectsIn(code)).toEqual(['openai'])
  })

  test.each(Object.keys(WORDS))('of streamText() and %s has no other', async name => {
    const imports = `import { streamText } from 'teleprinter'\nimport { ${name} } from 'teleprinter/dialects'`
    const code = await bundle(`${imports}\nconsole.log(streamText, ${name})`)
    expect(dialectsIn(code)).toEqual(Object.keys(WORDS).filter(word => word === name || word === 'openai'))
  })

  test.each(['connect', 'createTypewriter', 'fetchEvents', 'createParser', 'EventSource'])('of %s has none', async name => {
    expect(dialectsIn(await bundle(`import { ${name} } from 'teleprinter'\nconsole.log(${name})`))).toEqual([])
  })

  test.each(['streamChat', 'createChat'])('of %s(), which recognises them all, has them all', async name => {
    expect(dialectsIn(await bundle(`import { ${name} } from 'teleprinter'\nconsole.log(${name})`))).toEqual(Object.keys(WORDS))
  })

  test('of an import for nothing is empty', async () => {
    expect((await bundle("import 'teleprinter'\nimport 'teleprinter/dialects'")).trim()).toBe('')
  })
})

describe('teleprinter/dialects', () => {
  test('has the very objects of the main entry, imported and required', async () => {
    const files = ['index.js', 'chat/dialects/index.js'].map(file => pathToFileURL(join(ROOT, 'dist', file)).href)
    const imported = await Promise.all(files.map(file => import(file) as Promise<unknown>))
    const require = createRequire(APP)
    const required = ['teleprinter', 'teleprinter/dialects'].map(name => require(name) as Record<string, unknown>)
    for (const [main, dialects] of [imported, required] as [{ dialects: Record<string, unknown> }, Record<string, unknown>][]) {
      const names = [...Object.keys(WORDS), 'auto', 'mistral', 'rawText']
      expect(new Set(Object.keys(dialects))).toEqual(new Set(names))
      expect(new Set(Object.keys(main.dialects))).toEqual(new Set(names))
      for (const name of names) {
        expect(dialects[name]).toBe(main.dialects[name])
        expect(dialects[name]).toMatchObject({ name })
      }
    }
  })

  test('is found by its name', () => {
    const require = createRequire(APP)
    expect(require.resolve('teleprinter/dialects')).toBe(join(ROOT, 'dist/chat/dialects/index.cjs'))
  })
})
