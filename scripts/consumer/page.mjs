// Runs a bundle of main.js in a document: node page.mjs <happy-dom's file> <the bundle> <the server>
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import vm from 'node:vm'

const [happyDom, bundle, base] = process.argv.slice(2)
const { Window } = await import(pathToFileURL(happyDom).href)
const window = new Window({ url: base })
for (const name of Object.getOwnPropertyNames(window)) if (!(name in globalThis)) globalThis[name] = window[name]

if (bundle.endsWith('teleprinter.min.js')) {
  // The script tag's file has no other entries: what it has is heard out here
  vm.runInThisContext(`${readFileSync(bundle, 'utf8')}\nglobalThis.teleprinter = teleprinter`)
  const { dialects, streamChat } = globalThis.teleprinter
  const { outcome } = await streamChat('Why?', document.body, { url: `${base}/anthropic`, dialect: dialects.anthropic, instant: true })
  console.log(JSON.stringify({ text: document.body.textContent, outcome }))
} else {
  await import(pathToFileURL(bundle).href)
  console.log(JSON.stringify(await globalThis.app(base)))
}
// What was announced stays on the page for a while, and a page lives longer than this one
process.stdout.write('', () => process.exit())
