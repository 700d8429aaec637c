// What `npm pack` makes, as those who install it meet it: a consumer project, its compilers, its bundlers and its runtimes
import { build as esbuild } from 'esbuild'
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { createRequire } from 'node:module'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import { rollup } from 'rollup'
import { build as vite } from 'vite'
import webpack from 'webpack'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const TIME_LIMIT = 120_000 // ms that one command may take
const here = name => fileURLToPath(new URL(`consumer/${name}`, import.meta.url))
const packages = name => join(ROOT, 'node_modules', name)
const happyDom = createRequire(import.meta.url).resolve('happy-dom')

const exec = promisify(execFile)
async function run(command, args, cwd = consumer) {
  try {
    const { stdout } = await exec(command, args, { cwd, timeout: TIME_LIMIT, maxBuffer: 1 << 26 })
    return stdout.trim()
  } catch (error) {
    throw new Error(`${command} ${args.join(' ')}\n${error.stdout ?? ''}${error.stderr ?? error.message}`, { cause: error })
  }
}
const node = (...args) => run(process.execPath, args)
/** npm, as npm itself was run, or as the shell finds it. */
const npm = (args, cwd) => (process.env.npm_execpath ? run(process.execPath, [process.env.npm_execpath, ...args], cwd) : run('npm', args, cwd))

function same(actual, expected) {
  const [have, want] = [actual, expected].map(value => (typeof value === 'string' ? value : JSON.stringify(value)))
  if (have !== want) throw new Error(`Got ${have}\ninstead of ${want}`)
}

// A server of its own: what is checked streams over loopback

const sse = (...events) => events.map(([data, type]) => `${type ? `event: ${type}\n` : ''}data: ${JSON.stringify(data)}\n\n`).join('')
const anthropic = data => [data, data.type]
const ANSWERS = {
  '/openai': sse([{ choices: [{ delta: { content: 'Blue' } }] }], [{ choices: [{ delta: {}, finish_reason: 'stop' }] }]),
  '/anthropic': sse(...['**Bl', 'ue**'].map(text => anthropic({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })),
    anthropic({ type: 'message_delta', delta: { stop_reason: 'end_turn' } }), anthropic({ type: 'message_stop' })),
  '/ticks': `id: 1\n${sse([7, 'tick'])}`,
}
const server = http.createServer((request, answer) => {
  const body = ANSWERS[request.url]
  if (request.headers['last-event-id']) answer.writeHead(204).end()
  else answer.writeHead(body ? 200 : 404, { 'content-type': 'text/event-stream' }).end(body)
})

// The consumer

const folder = mkdtempSync(join(tmpdir(), 'teleprinter-consumer-'))
const consumer = join(folder, 'app')
mkdirSync(consumer)
let failures = 0
const began = performance.now()

async function check(name, what) {
  const start = performance.now()
  try {
    const note = await what()
    console.log(`ok    ${name}${note ? `: ${note}` : ''} (${Math.round(performance.now() - start)} ms)`)
  } catch (error) {
    failures++
    console.error(`FAIL  ${name}\n${error.message.replaceAll(/^/gm, '      ')}`)
  }
}

/** Runs them all, as many at once as there are cores. */
async function checkAll(checks) {
  const queue = [...checks]
  const next = async () => {
    for (let one = queue.shift(); one; one = queue.shift()) await check(...one)
  }
  await Promise.all(Array.from({ length: availableParallelism() }, next))
}

const tarball = name => join(folder, readdirSync(folder).find(file => file.startsWith(`${name}-`) && file.endsWith('.tgz')))

async function install() {
  // mitt too from what the lock file names, so that nothing is asked of the network
  await npm(['pack', '--pack-destination', folder], ROOT) // which builds, as publishing does
  await npm(['pack', '--ignore-scripts', '--pack-destination', folder, packages('mitt')], folder)
  writeFileSync(join(consumer, 'package.json'), JSON.stringify({ name: 'consumer', private: true }))
  await npm(['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', tarball('teleprinter'), tarball('mitt')], consumer)
  for (const file of readdirSync(here('.'))) cpSync(here(file), join(consumer, file))
  writeFileSync(join(consumer, 'index.html'), '<!doctype html><title>App</title><script type="module" src="/main.js"></script>')
  const types = join(ROOT, 'test/types')
  const tests = readdirSync(types).filter(file => file.endsWith('.ts'))
  if (tests.length < 5) throw new Error(`There are but ${tests.length} type tests`)
  for (const kind of ['ts', 'mts', 'cts']) {
    for (const file of tests) cpSync(join(types, file), join(consumer, 'types', kind, file.replace(/ts$/, kind)))
  }
  const { outputFiles: [app] } = await esbuild({ entryPoints: [entry], format: 'cjs', write: false })
  writeFileSync(requiring, app.text)
  cpSync(here('require.cts'), join(consumer, 'types/require/require.cts'))
  return readdirSync(join(consumer, 'node_modules')).filter(name => !name.startsWith('.')).join(', ')
}

/** A page may pin the script tag's file by its hash, so that it must not depend on where it was built. */
async function buildElsewhere() {
  const elsewhere = join(folder, 'another folder')
  const others = ['.git', 'node_modules', 'dist', 'site'].map(name => join(ROOT, name))
  cpSync(ROOT, elsewhere, { recursive: true, filter: from => !others.includes(from) })
  symlinkSync(join(ROOT, 'node_modules'), join(elsewhere, 'node_modules'), 'junction')
  await run(process.execPath, [packages('rollup/dist/bin/rollup'), '-c', '--silent'], elsewhere)
  const [built, packed] = [elsewhere, join(consumer, 'node_modules/teleprinter')].map(at => readFileSync(join(at, 'dist/teleprinter.min.js')))
  if (!built.equals(packed)) throw new Error('It is another file')
  return `${packed.length} bytes`
}

// Compilers

const COMPILERS = { '7': 'typescript', '5.9': 'typescript-5.9', '5.4': 'typescript-5.4' }
/** By way to resolve: the kind of module, and whose files it holds. */
const RESOLUTIONS = {
  node16: { module: 'node16', kinds: ['mts', 'cts', 'require'] },
  nodenext: { module: 'nodenext', kinds: ['mts', 'cts', 'require'] },
  bundler: { module: 'preserve', kinds: ['ts', 'require'] },
  node10: { module: 'commonjs', kinds: ['ts', 'require'] }, // no more in 7
}

async function compile(compiler, moduleResolution) {
  const { module, kinds } = RESOLUTIONS[moduleResolution]
  const config = `tsconfig.${compiler}.${moduleResolution}.json`
  writeFileSync(join(consumer, config), JSON.stringify({
    compilerOptions: {
      target: 'es2022', lib: ['es2022', 'dom', 'dom.iterable'], types: [], module, moduleResolution, noEmit: true,
      strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipLibCheck: false,
    },
    include: kinds.map(kind => `types/${kind}`),
  }))
  const tsc = join(packages(COMPILERS[compiler]), 'bin/tsc')
  const version = await node(tsc, '--version')
  if (!version.startsWith(`Version ${compiler}.`)) throw new Error(`That is ${version}`)
  await node(tsc, '-p', config)
  return version
}

const compiling = Object.keys(COMPILERS).flatMap(compiler => Object.entries(RESOLUTIONS)
  .filter(([resolution]) => !(compiler === '7' && resolution === 'node10'))
  .map(([resolution, { kinds }]) => [
    `TypeScript ${compiler}, ${resolution}: ${kinds.map(kind => (kind === 'require' ? 'import = require' : `.${kind}`)).join(', ')}`,
    () => compile(compiler, resolution),
  ]))

// Bundlers

const entry = join(consumer, 'main.js')
/** The same app in CommonJS, so that bundling starts from the other half of `exports`. */
const requiring = join(consumer, 'main.cjs')
const RUN = { strong: 'Blue', heard: [7, 'tick 7'], outcomes: ['done', 'done'] }
const out = name => join(consumer, 'out', name)
const scriptIn = directory => join(directory, readdirSync(directory).find(file => file.endsWith('.js')))

const BUNDLERS = {
  async Vite() {
    await vite({ root: consumer, configFile: false, logLevel: 'error', build: { outDir: out('vite') } })
    return scriptIn(join(out('vite'), 'assets'))
  },
  webpack: () => withWebpack(entry, 'webpack'),
  'webpack, of an app that requires': () => withWebpack(requiring, 'webpack-cjs'),
  esbuild: () => withEsbuild(entry, 'esbuild'),
  'esbuild, of an app that requires': () => withEsbuild(requiring, 'esbuild-cjs'),
  async Rollup() {
    const bundle = await rollup({ input: entry, plugins: [nodeResolve({ browser: true })], onLog: (_level, { message }) => { throw new Error(message) } })
    await bundle.write({ file: join(out('rollup'), 'main.js'), format: 'es' })
    await bundle.close()
    return join(out('rollup'), 'main.js')
  },
}

function withWebpack(app, name) {
  const output = { path: out(name), filename: 'main.js' }
  return new Promise((resolve, reject) => {
    webpack({ mode: 'production', context: consumer, entry: app, output }, (error, stats) => {
      if (error || stats.hasErrors() || stats.hasWarnings()) reject(error ?? new Error(stats.toString({ all: false, errors: true, warnings: true })))
      else resolve(join(output.path, output.filename))
    })
  })
}

async function withEsbuild(app, name) {
  const outfile = join(out(name), 'main.js')
  const { warnings } = await esbuild({ entryPoints: [app], outfile, bundle: true, minify: true, format: 'iife', logLevel: 'silent' })
  same(warnings, [])
  return outfile
}

// All of it

try {
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${server.address().port}`

  await check('npm pack, npm install --offline', install)
  if (!failures) {
    await checkAll([
      ['publint --strict', () => node(join(packages('publint'), 'src/cli.js'), 'run', tarball('teleprinter'), '--strict').then(() => '')],
      ['attw: every entry, every way to resolve', () => node(join(packages('@arethetypeswrong/cli'), 'dist/index.js'), tarball('teleprinter'), '--format', 'ascii').then(() => '')],
      ["the script tag's file, built in another folder, is the same", buildElsewhere],
      ...compiling,
      ['Node: import and require of every entry, no document', () => node('runtime.mjs', base)],
      ['Node: the same in a worker', () => node('worker.mjs', base)],
    ])
    // One after the other: each keeps both cores busy by itself
    for (const [name, bundle] of Object.entries(BUNDLERS)) {
      await check(`${name}: an app of every entry, bundled and run`, async () => same(await node('page.mjs', happyDom, await bundle(), base), RUN))
    }
    await check('script tag: run', async () => {
      const script = join(consumer, 'node_modules/teleprinter/dist/teleprinter.min.js')
      same(await node('page.mjs', happyDom, script, base), { text: '**Blue**', outcome: 'done' })
    })
  }
} finally {
  server.close()
  rmSync(folder, { recursive: true, force: true })
}
console.log(`${failures ? `${failures} failed` : 'The package is as it should be'}, in ${Math.round((performance.now() - began) / 1000)} s`)
process.exitCode = failures ? 1 : 0
