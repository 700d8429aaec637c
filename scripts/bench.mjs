// Measures parsers, typing, pacing and clients under faults beside their peers, and writes what it finds to docs/benchmarks.md.
//   npm run bench                     all of it, about eight minutes, nearly all of them for parsing, in Node and in Chromium
//   npm run bench -- typing faults    some of it: parsing, typing, pacing, faults
//   npm run bench -- node             parsing in one engine; nothing is written then
// What it finds under faults stands in README.md, README.zh-CN.md and docs/migration.md too: test/docs/benchmarks.test.ts tells where.
import { build } from 'esbuild'
import { once } from 'node:events'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import { basename } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { chromium } from 'playwright'
import { chromiumArgs, ensure } from './browsers.mjs'

const ROUNDS = 2 // over all cells, a minute apart or more: a machine that is busy for a while spoils no cell
const PAGE = new URL('../docs/benchmarks.md', import.meta.url)
const RIVAL = 'eventsource-parser'
const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

const path = relative => fileURLToPath(new URL(relative, import.meta.url))

const line = cells => `| ${cells.join(' | ')} |`
const ruler = (words, numbers) => line([...Array(words).fill('---'), ...Array(numbers).fill('---:')])
const median = values => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN

async function bundle(entry, options) {
  const outfile = path(`../node_modules/.cache/bench-${basename(entry)}-${options.platform}.mjs`)
  await build({ entryPoints: [path(`../test/bench/${entry}.ts`)], bundle: true, outfile, logLevel: 'error', ...options })
  return outfile
}

async function launch() {
  const found = await ensure('chromium')
  return chromium.launch({ args: chromiumArgs, ...(found.kind !== 'playwright' && { executablePath: found.path }) })
}

/**
 * Where a module of the bench runs: `measure()`, and lists of what it can be asked for.
 *
 * `open()` gives a fresh `{ ...lists, measure(...cell), close() }`.
 */
const engines = {
  async node(entry) {
    const outfile = await bundle(entry, { platform: 'node', format: 'esm' })
    const source = `import(${JSON.stringify(pathToFileURL(outfile).href)}).then(({ measure, ...lists }) => {
      const { parentPort } = require('node:worker_threads')
      parentPort.on('message', cell => measure(...cell).then(result => parentPort.postMessage(result)))
      parentPort.postMessage(lists)
    })`
    const answer = async worker => (await once(worker, 'message'))[0]
    return {
      version: `Node ${process.version.slice(1)}`,
      async open() {
        const worker = new Worker(source, { eval: true })
        const lists = await answer(worker)
        const measure = (...cell) => {
          const result = answer(worker)
          worker.postMessage(cell, [])
          return result
        }
        return { ...lists, measure, close: () => worker.terminate() }
      },
      close: () => rmSync(outfile),
    }
  },
  async chromium(entry, address = 'about:blank') {
    const outfile = await bundle(entry, { platform: 'browser', format: 'iife', globalName: 'bench' })
    const browser = await launch()
    return {
      version: `Chromium ${browser.version()}`,
      async open() {
        const page = await browser.newPage()
        await page.goto(address)
        await page.addScriptTag({ path: outfile })
        const lists = await page.evaluate('(({ measure, ...lists }) => lists)(bench)')
        return { ...lists, measure: (...cell) => page.evaluate(wanted => globalThis.bench.measure(...wanted), cell), close: () => page.close() }
      },
      close: () => browser.close().then(() => rmSync(outfile)),
    }
  },
}

async function run(name) {
  const engine = await engines[name]('measure')
  const lists = await engine.open()
  await lists.close()
  const { streams, chunkings, groups } = lists
  const rows = streams.flatMap(stream => chunkings.map(chunks => ({ stream, chunks, speeds: {} })))
  for (let round = 1; round <= ROUNDS; round++) {
    for (const [stream, group] of streams.flatMap(one => groups.map(parsers => [one, parsers]))) {
      if (process.stderr.isTTY) process.stderr.write(`\r${name}, round ${round} of ${ROUNDS}: ${stream}`.padEnd(60))
      // Fresh, as a page reads one kind of stream in one way: engines are slower at code that is used in many
      const { measure, close } = await engine.open()
      for (const row of rows.filter(other => other.stream === stream)) {
        const speeds = await measure(stream, row.chunks, group)
        for (const [parser, speed] of Object.entries(speeds)) (row.speeds[parser] ??= []).push(...speed)
      }
      await close()
    }
  }
  if (process.stderr.isTTY) process.stderr.write('\r'.padEnd(61) + '\r')
  await engine.close()
  return table(engine.version, groups, rows)
}

function table(version, groups, rows) {
  const names = groups.flat()
  const ours = name => groups.find(group => group.includes(name))[0]
  // Of two rounds side by side, as a machine that is busy for a while spoils both
  const ratio = (row, name) => {
    const ratios = row.speeds[name]?.map((speed, round) => row.speeds[ours(name)][round] / speed).filter(Number.isFinite) ?? []
    return median(ratios)
  }
  const cell = (row, name) => {
    if (!row.speeds[name]) return 'too slow'
    const speed = Number(Math.max(...row.speeds[name]).toPrecision(3))
    return ours(name) === name ? `${speed}` : `${speed} (${ratio(row, name).toFixed(2)})`
  }
  const mean = name => {
    const logarithms = rows.map(row => Math.log(ratio(row, name))).filter(Number.isFinite)
    return Math.exp(logarithms.reduce((sum, logarithm) => sum + logarithm, 0) / logarithms.length)
  }
  const [worst] = rows.toSorted((a, b) => ratio(a, RIVAL) - ratio(b, RIVAL))
  return [
    `### ${version}`,
    '',
    line(['stream', 'chunks', ...names]),
    ruler(2, names.length),
    ...rows.map(row => line([row.stream, row.chunks, ...names.map(name => cell(row, name))])),
    line(['**geometric mean**', '', ...names.map(name => (ours(name) === name ? '' : `**${mean(name).toFixed(2)}**`))]),
    '',
    `Slowest beside ${RIVAL}: ${worst.stream} in chunks of ${worst.chunks}, ${ratio(worst, RIVAL).toFixed(2)} times its speed.`,
  ].join('\n')
}

const machine = () => {
  const date = new Date().toISOString().slice(0, 10)
  return `${date}, ${os.cpus()[0].model.trim()}, ${os.availableParallelism()} cores, ${os.platform()} ${os.arch()}`
}

async function parsing() {
  const tables = []
  for (const name of Object.keys(engines)) tables.push(await run(name))
  const peers = [RIVAL, '@microsoft/fetch-event-source', 'fetch-event-stream', 'openai'].map(name => `${name} ${manifest.devDependencies[name]}`)
  return `${machine()}. Peers: ${peers.join(', ')}.\n\n${tables.join('\n\n')}`
}

/** What the typewriter and other ways to show text cost the main thread. */
async function typing() {
  const SIZES = [5000, 20_000]
  const ROUNDS_OF_BURSTS = 3
  const outfile = await bundle('typing', { platform: 'browser', format: 'iife', globalName: 'bench' })
  const browser = await launch()
  const version = `Chromium ${browser.version()}`
  /** A page for each cell, so that none pays for what another has left behind. */
  const measure = async (name, ...cell) => {
    const page = await browser.newPage()
    await page.setContent('<!doctype html><title>Typing</title>')
    const session = await page.context().newCDPSession(page)
    await session.send('Performance.enable', { timeDomain: 'threadTicks' })
    await page.exposeFunction('cpu', async () => {
      const { metrics } = await session.send('Performance.getMetrics')
      return 1000 * metrics.find(metric => metric.name === 'TaskDuration').value
    })
    await page.addScriptTag({ path: outfile })
    const result = await page.evaluate(([wanted, args]) => globalThis.bench[wanted](...args, globalThis.cpu), [name, cell])
    await page.close()
    return result
  }
  const page = await browser.newPage()
  await page.addScriptTag({ path: outfile })
  const ways = await page.evaluate('bench.ways')
  await page.close()
  const rows = []
  for (const way of ways) {
    const frames = []
    for (const size of SIZES) frames.push(median(await measure('frameCosts', way, size)))
    const bursts = []
    for (let round = 0; round < ROUNDS_OF_BURSTS; round++) bursts.push(await measure('burstCost', way, SIZES.at(-1)))
    const longest = Math.min(...bursts.map(({ longestTask }) => longestTask))
    rows.push({ way, frames, burst: median(bursts.map(({ cost }) => cost)), longest })
  }
  await browser.close()
  rmSync(outfile)
  const beside = (value, ours, digits) => `${value.toFixed(digits)} (${(value / ours).toFixed(1)})`
  const figures = ({ frames, burst }) => [...frames.map(value => [value, 2]), [burst, 0]]
  const cells = row => figures(row).map(([value, digits], i) => {
    return row === rows[0] ? value.toFixed(digits) : beside(value, figures(rows[0])[i][0], digits)
  })
  const thousands = size => size.toLocaleString('en-US')
  return [
    `${machine()}, ${version}.`,
    '',
    line(['', ...SIZES.map(size => `a frame under ${thousands(size)} tokens`), `${thousands(SIZES.at(-1))} at once`, 'longest task']),
    ruler(1, SIZES.length + 2),
    ...rows.map(row => line([row.way, ...cells(row), row.longest === 0 ? 'under 50' : row.longest.toFixed(0)])),
  ].join('\n')
}

/** How text is paced: the same figures on any machine, as time is virtual. */
async function pacing() {
  const outfile = await bundle('pacing', { platform: 'node', format: 'esm' })
  const { figures, pacings, screens, simulate, traces } = await import(pathToFileURL(outfile).href)
  rmSync(outfile)
  const names = Object.keys(pacings)
  const of = (trace, name, screen) => figures(simulate(trace, pacings[name](), { ...screen, ends: true }))
  const number = value => Math.round(value).toLocaleString('en-US')
  const cells = ({ lag, variation, still, tail }) =>
    [number(lag.mean), number(lag.p95), number(lag.max), variation.toFixed(2), `${number(100 * still)} %`, number(tail)]
  const all = Object.entries(traces)
  return [
    line(['text', 'pacing', 'lag', 'p95', 'max', 'variation', 'still', 'tail']),
    ruler(2, 6),
    ...all.flatMap(([text, trace]) => names.map(name => {
      return line([name === names[0] ? text : '', name, ...cells(of(trace, name, screens['60 Hz']))])
    })),
    '',
    'Ours on other screens, lag and variation:',
    '',
    line(['text', ...Object.keys(screens)]),
    ruler(1, Object.keys(screens).length),
    ...all.map(([text, trace]) => line([text, ...Object.values(screens).map(screen => {
      const { lag, variation } = of(trace, names[0], screen)
      return `${number(lag.mean)}, ${variation.toFixed(2)}`
    })])),
  ].join('\n')
}

/** What clients do where a server misbehaves. All meet it at the same time, each in a browser's context or a thread of its own. */
async function faults() {
  const serverFile = await bundle('../helpers/server', { platform: 'node', format: 'esm' })
  const { startServer } = await import(pathToFileURL(serverFile).href)
  rmSync(serverFile)
  const server = await startServer()
  // Pages are of another origin: the server gives their requests a connection each
  const home = await startServer()
  const tables = await Promise.all(['chromium', 'node'].map(async name => {
    const engine = await engines[name]('faults/measure', `${home.url}/html`)
    const { columns, rows, close: closeLists } = await engine.open()
    await closeLists()
    const cells = await Promise.all(columns.map(async column => {
      const { measure, close } = await engine.open()
      const answers = []
      for (const row of rows) answers.push(await measure(row, column.name, server.url))
      await close()
      return answers
    }))
    await engine.close()
    return [
      `In ${engine.version}:`,
      '',
      line(['fault', ...columns.map(heading)]),
      ruler(1 + columns.length, 0),
      ...rows.map((row, index) => line([row, ...cells.map(answers => answers[index])])),
    ].join('\n')
  }))
  await Promise.all([server.close(), home.close()])
  return [`${machine()}.`, ...tables].join('\n\n')
}

/** A client's name with the version of its package; a browser's own class has none. */
function heading(client) {
  const version = client.package === manifest.name ? manifest.version : manifest.devDependencies[client.package]
  return version ? client.name.replace(/^[^,]+/, name => `${name} ${version}`) : client.name
}

const sections = { parsing, typing, pacing, faults }
const known = [...Object.keys(sections), ...Object.keys(engines)]
const wanted = process.argv.slice(2)
const unknown = wanted.find(name => !known.includes(name))
if (unknown) throw new Error(`Cannot measure: not one of ${known.join(', ')}: ${unknown}`)

for (const name of wanted.length > 0 ? wanted : Object.keys(sections)) {
  const text = await (sections[name] ?? (() => run(name)))()
  console.log(`${text}\n`)
  if (!sections[name]) continue
  const [start, end] = [`<!-- bench: ${name} -->`, `<!-- /bench: ${name} -->`]
  const page = readFileSync(PAGE, 'utf8')
  writeFileSync(PAGE, `${page.slice(0, page.indexOf(start) + start.length)}\n\n${text}\n\n${page.slice(page.indexOf(end))}`)
  console.log(`Written to ${fileURLToPath(PAGE)}\n`)
}
