// Simulates 100,000 clients that a server dropped at once, by our default policy and by fixed waits; writes docs/stampede.svg, and
// the figures as a table into docs/retries.md.
//   npm run stampede
import { build } from 'esbuild'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'

const path = relative => fileURLToPath(new URL(relative, import.meta.url))
const outfile = path('../node_modules/.cache/stampede.mjs')
await build({ entryPoints: [path('../test/bench/stampede.ts')], bundle: true, outfile, platform: 'node', format: 'esm', logLevel: 'error' })
const { CLIENTS, policies, stampede, WINDOW_MS } = await import(pathToFileURL(outfile).href)
rmSync(outfile)

const DOWN_MS = [0, 5000, 20_000]
const SHOWN_MS = 30_000
const SHOWN_DOWN_MS = DOWN_MS.at(-1)
const names = Object.keys(policies)
const outcomes = new Map(DOWN_MS.map(downMs => [downMs, names.map(name => stampede(policies[name](), downMs))]))

// What is drawn: a strip for each policy, all to one scale
const [WIDTH, HEIGHT, LEFT, TOP, STRIP, GAP] = [760, 470, 72, 64, 96, 30]
const PLOT = WIDTH - LEFT - 20
const bottom = index => TOP + index * (STRIP + GAP) + STRIP
const x = ms => Math.round(LEFT + PLOT * ms / SHOWN_MS)
const thousands = count => Math.round(count).toLocaleString('en-US')
const text = (left, top, words, classes = '', anchor = 'start') => `<text x="${left}" y="${top}" text-anchor="${anchor}" class="${classes}">${words}</text>`

function strip(outcome, index) {
  const base = bottom(index)
  const y = count => (base - STRIP * count / CLIENTS).toFixed(1)
  const bars = outcome.attempts.slice(0, SHOWN_MS / WINDOW_MS)
    .map((count, i) => `V${y(count)}H${(LEFT + PLOT * (i + 1) * WINDOW_MS / SHOWN_MS).toFixed(1)}`)
  return [
    ...[0, 0.5, 1].flatMap(share => [
      `<path class="grid" d="M${LEFT} ${y(share * CLIENTS)}h${PLOT}"/>`,
      text(LEFT - 8, Number(y(share * CLIENTS)) + 4, thousands(share * CLIENTS), 'small', 'end'),
    ]),
    `<path class="${index === 0 ? 'ours' : 'fixed'}" d="M${LEFT} ${base}${bars.join('')}V${base}Z"/>`,
    text(LEFT, base - STRIP - 8, `${names[index]}: at most ${thousands(outcome.peak)} in ${WINDOW_MS} ms`, 'name'),
  ]
}

const shown = outcomes.get(SHOWN_DOWN_MS)
const end = bottom(names.length - 1)
const svg = [
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-labelledby="title">`,
  `<title id="title">Attempts per ${WINDOW_MS} ms of ${thousands(CLIENTS)} clients that were dropped at once</title>`,
  '<style>',
  'text { font: 13px system-ui, sans-serif; fill: #1f2328 } .small { font-size: 11px } .small, .note { fill: #59636e } .name { font-weight: 600 }',
  '.back { fill: #fff } .grid { stroke: #d1d9e0 } .down { fill: #818b98; fill-opacity: .12 } .ours { fill: #1a7f37 } .fixed { fill: #bc4c00 }',
  '@media (prefers-color-scheme: dark) {',
  'text { fill: #f0f6fc } .small, .note { fill: #9198a1 } .back { fill: #0d1117 } .grid { stroke: #3d444d } .ours { fill: #3fb950 } .fixed { fill: #db6d28 }',
  '}',
  '</style>',
  `<rect class="back" width="${WIDTH}" height="${HEIGHT}"/>`,
  text(LEFT, 24, `Attempts per ${WINDOW_MS} ms of ${thousands(CLIENTS)} clients, dropped at once; the server is back after ${SHOWN_DOWN_MS / 1000} s`),
  `<rect class="down" x="${LEFT}" y="${TOP - 24}" width="${x(SHOWN_DOWN_MS) - LEFT}" height="${end - TOP + 24}"/>`,
  text(x(SHOWN_DOWN_MS) - 6, TOP - 10, 'server down', 'note', 'end'),
  ...shown.flatMap(strip),
  ...[0, 5, 10, 15, 20, 25, 30].flatMap(s => [`<path class="grid" d="M${x(s * 1000)} ${end}v5"/>`, text(x(s * 1000), end + 19, s, 'small', 'middle')]),
  text(LEFT + PLOT / 2, end + 38, 'seconds after the drop', 'note', 'middle'),
  '</svg>',
]
writeFileSync(path('../docs/stampede.svg'), `${svg.join('\n')}\n`)

const line = cells => `| ${cells.join(' | ')} |`
const seconds = ms => `${(ms / 1000).toFixed(1)} s`
const table = [
  line(['server back after', 'policy', `most in ${WINDOW_MS} ms`, 'once it is back', 'attempts', 'half are back after', '99 %']),
  line(['---:', '---', '---:', '---:', '---:', '---:', '---:']),
  ...[...outcomes].flatMap(([downMs, list]) => list.map(({ peak, peakOnReturn, total, backAfter }, i) =>
    line([`${downMs / 1000} s`, names[i], thousands(peak), thousands(peakOnReturn), thousands(total), seconds(backAfter(50)), seconds(backAfter(99))]))),
].join('\n')
const [START, END] = ['<!-- stampede -->', '<!-- /stampede -->']
const docs = readFileSync(path('../docs/retries.md'), 'utf8')
const [before, after] = [docs.slice(0, docs.indexOf(START)), docs.slice(docs.indexOf(END))]
writeFileSync(path('../docs/retries.md'), `${before}${START}\n\n![Attempts per ${WINDOW_MS} ms](stampede.svg)\n\n${table}\n\n${after}`)
console.log(table)
