// Measures the parsers beside their peers, in Node and in Chromium, and writes what it finds to docs/benchmarks.md.
//   npm run bench                 both engines, about six minutes
//   npm run bench -- node         one of them; nothing is written then
import { build } from 'esbuild'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { chromium } from 'playwright'
import { chromiumArgs, ensure } from './browsers.mjs'

const ROUNDS = 2 // over all cells, a minute apart or more: a machine that is busy for a while spoils no cell
const PAGE = new URL('../docs/benchmarks.md', import.meta.url)
const RIVAL = 'eventsource-parser'

const path = relative => fileURLToPath(new URL(relative, import.meta.url))

async function bundle(options) {
  const outfile = path('../node_modules/.cache/bench.mjs')
  await build({ entryPoints: [path('../test/bench/measure.ts')], bundle: true, outfile, logLevel: 'error', ...options })
  return outfile
}

/** `open()` gives a fresh `{ streams, chunkings, groups, measure(stream, chunks, group), close() }`. */
const engines = {
  async node() {
    const outfile = await bundle({ platform: 'node', format: 'esm' })
    const source = `import(${JSON.stringify(pathToFileURL(outfile).href)}).then(({ groups, streams, chunkings, measure }) => {
      const { parentPort } = require('node:worker_threads')
      parentPort.on('message', cell => measure(...cell).then(result => parentPort.postMessage(result)))
      parentPort.postMessage({ groups, streams, chunkings })
    })`
    const answer = worker => new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
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
  async chromium() {
    const outfile = await bundle({ platform: 'browser', format: 'iife', globalName: 'bench' })
    const found = await ensure('chromium')
    const browser = await chromium.launch({ args: chromiumArgs, ...(found.kind !== 'playwright' && { executablePath: found.path }) })
    return {
      version: `Chromium ${browser.version()}`,
      async open() {
        const page = await browser.newPage()
        await page.addScriptTag({ path: outfile })
        const lists = await page.evaluate('({ groups: bench.groups, streams: bench.streams, chunkings: bench.chunkings })')
        return { ...lists, measure: (...cell) => page.evaluate(wanted => globalThis.bench.measure(...wanted), cell), close: () => page.close() }
      },
      close: () => browser.close().then(() => rmSync(outfile)),
    }
  },
}

async function run(name) {
  const engine = await engines[name]()
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
  const line = cells => `| ${cells.join(' | ')} |`
  // Of two rounds side by side, as a machine that is busy for a while spoils both
  const ratio = (row, name) => {
    const ratios = row.speeds[name]?.map((speed, round) => row.speeds[ours(name)][round] / speed).filter(Number.isFinite) ?? []
    return ratios.toSorted((a, b) => a - b)[ratios.length >> 1] ?? NaN
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
    line(['---', '---', ...names.map(() => '---:')]),
    ...rows.map(row => line([row.stream, row.chunks, ...names.map(name => cell(row, name))])),
    line(['**geometric mean**', '', ...names.map(name => (ours(name) === name ? '' : `**${mean(name).toFixed(2)}**`))]),
    '',
    `Slowest beside ${RIVAL}: ${worst.stream} in chunks of ${worst.chunks}, ${ratio(worst, RIVAL).toFixed(2)} times its speed.`,
  ].join('\n')
}

const wanted = process.argv.slice(2)
const unknown = wanted.find(name => !(name in engines))
if (unknown) throw new Error(`Cannot measure: not one of ${Object.keys(engines).join(', ')}: ${unknown}`)

const tables = []
for (const name of wanted.length > 0 ? wanted : Object.keys(engines)) {
  tables.push(await run(name))
  console.log(`${tables.at(-1)}\n`)
}

if (wanted.length === 0) {
  const { devDependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  const peers = [RIVAL, '@microsoft/fetch-event-source', 'fetch-event-stream', 'openai'].map(name => `${name} ${devDependencies[name]}`)
  const date = new Date().toISOString().slice(0, 10)
  const machine = `${os.cpus()[0].model.trim()}, ${os.availableParallelism()} cores, ${os.platform()} ${os.arch()}`
  const [start, end] = ['<!-- bench -->', '<!-- /bench -->']
  const page = readFileSync(PAGE, 'utf8')
  const text = `\n\n${date}, ${machine}. Peers: ${peers.join(', ')}.\n\n${tables.join('\n\n')}\n\n`
  writeFileSync(PAGE, page.slice(0, page.indexOf(start) + start.length) + text + page.slice(page.indexOf(end)))
  console.log(`Written to ${fileURLToPath(PAGE)}`)
}
