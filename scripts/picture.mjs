// Records the demo's chat as it types, in Chromium, for the first screen of the READMEs: docs/typing.gif
//   npm run build && node scripts/picture.mjs
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import { PNG } from 'pngjs'
import { chromiumArgs, ensure } from './browsers.mjs'

// Its types tell of named exports, which Node does not find
const { GIFEncoder, applyPalette, quantize } = createRequire(import.meta.url)('gifenc')

const PROMPT = 'Compare tea and coffee in a table'
const SIZE = { width: 760, height: 520 }
const FRAME_MS = 100
const FRAMES = 110
const COLOURS = 48
/** How long the last frame stays, before it begins anew. */
const END_MS = 3000

const at = name => fileURLToPath(new URL(`../${name}`, import.meta.url))

/** A screenshot each so many milliseconds, from the first word on. */
async function record(url) {
  const browser = await chromium.launch({ args: chromiumArgs, executablePath: (await ensure('chromium')).path })
  const page = await browser.newPage({ viewport: SIZE, colorScheme: 'light', locale: 'en' })
  await page.goto(url)
  await page.getByLabel('Prompt').fill(PROMPT)
  await page.keyboard.press('Enter')
  await page.waitForFunction(() => document.querySelector('.answer')?.textContent)
  const shots = []
  for (let next = performance.now(); shots.length < FRAMES; next += FRAME_MS) {
    shots.push(PNG.sync.read(await page.screenshot()).data)
    await page.waitForTimeout(Math.max(0, next + FRAME_MS - performance.now()))
  }
  await browser.close()
  return shots
}

/** What has not changed since the last frame is left out of the next one: that is most of it. */
function encode(shots) {
  const gif = GIFEncoder()
  // The last one has all the colours that there are
  const palette = [...quantize(shots.at(-1), COLOURS), [0, 0, 0]]
  const transparentIndex = palette.length - 1
  let before
  for (const [i, shot] of shots.entries()) {
    const indices = applyPalette(shot, palette.slice(0, -1))
    const changed = before ? indices.map((index, pixel) => (index === before[pixel] ? transparentIndex : index)) : indices
    const delay = i === shots.length - 1 ? END_MS : FRAME_MS
    gif.writeFrame(changed, SIZE.width, SIZE.height, { delay, dispose: 1, ...(before ? { transparent: true, transparentIndex } : { palette }) })
    before = indices
  }
  gif.finish()
  return gif.bytes()
}

const server = spawn(process.execPath, [at('demo/build/server.js')], { env: { PATH: process.env.PATH, PORT: '0' }, stdio: ['ignore', 'pipe', 'inherit'] })
try {
  const [line] = await once(server.stdout, 'data')
  const bytes = encode(await record(String(line).trim()))
  writeFileSync(at('docs/typing.gif'), bytes)
  console.log(`docs/typing.gif: ${(bytes.length / 1024).toFixed(0)} KiB`)
} finally {
  server.kill()
}
