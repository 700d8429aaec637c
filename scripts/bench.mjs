// Prints what the parsers do, in MB/s, and our ratio to each peer. All take turns, round by round, so that a machine that is
// busy for a while is busy for all of them; the best round counts.
import { build } from 'esbuild'
import { rmSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'

const ROUNDS = 15
const outfile = fileURLToPath(new URL('../node_modules/.cache/bench.mjs', import.meta.url))
await build({
  entryPoints: [fileURLToPath(new URL('../test/bench/parsers.ts', import.meta.url))],
  bundle: true, platform: 'node', format: 'esm', outfile, logLevel: 'error',
})
const { chunkSizes, cut, parsers, streams } = await import(pathToFileURL(outfile).href)
rmSync(outfile)

const names = Object.keys(parsers)
const [ours, ...peers] = names
const products = new Map(peers.map(peer => [peer, []]))
const rows = []

for (const [streamName, make] of Object.entries(streams)) {
  const bytes = make()
  for (const [sizeName, size] of Object.entries(chunkSizes)) {
    const chunks = cut(bytes, size)
    const best = new Map(names.map(name => [name, Infinity]))
    const counts = new Map()
    for (let round = 0; round < ROUNDS; round++) {
      for (const name of names) {
        const start = process.hrtime.bigint()
        counts.set(name, await parsers[name](chunks))
        best.set(name, Math.min(best.get(name), Number(process.hrtime.bigint() - start)))
      }
    }
    if (new Set(counts.values()).size > 1) throw new Error(`The parsers disagree on ${streamName}: ${JSON.stringify([...counts])}`)
    const speed = name => (bytes.length / best.get(name)) * 1000
    for (const peer of peers) products.get(peer).push(speed(ours) / speed(peer))
    rows.push([streamName, sizeName, ...names.map(name => speed(name).toFixed(0)), ...peers.map(peer => (speed(ours) / speed(peer)).toFixed(2))])
  }
}

const line = cells => `| ${cells.join(' | ')} |`
console.log(`Node ${process.version}, ${process.platform} ${process.arch}, MB/s, best of ${ROUNDS}; × is ours to theirs\n`)
console.log(line(['stream', 'chunks', ...names, ...peers.map(peer => `× ${peer}`)]))
console.log(line(Array(2 + names.length + peers.length).fill('---')))
for (const row of rows) console.log(line(row))
const mean = ratios => Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length)
console.log(`\nGeometric mean: ${peers.map(peer => `${mean(products.get(peer)).toFixed(2)} times ${peer}`).join(', ')}`)
