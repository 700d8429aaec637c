// Imports and requires every entry without a document, in Node or in a worker of its, and streams: node runtime.mjs <the server>
import { createRequire } from 'node:module'

const base = process.argv[2]
const require = createRequire(import.meta.url)
const ENTRIES = ['teleprinter', 'teleprinter/dialects', 'teleprinter/fetch-event-source', 'teleprinter/markdown']
const names = exports => Object.keys(exports).filter(name => name !== 'default' && name !== 'module.exports' && name !== '__esModule').toSorted()

const before = JSON.stringify(Object.getOwnPropertyNames(globalThis))
const entries = {}
for (const entry of ENTRIES) {
  const [imported, required] = [await import(entry), require(entry)]
  if (names(imported).join() !== names(required).join()) throw new Error(`${entry} is another one required: ${names(required).join()}`)
  if (require.resolve(entry).slice(-4) !== '.cjs') throw new Error(`${entry} is required from ${require.resolve(entry)}`)
  entries[entry] = names(imported).length
  for (const { streamText, fetchEvents } of entry === 'teleprinter' ? [imported, required] : []) {
    const { text, outcome } = await streamText('Why?', { url: `${base}/openai` })
    if (`${text} ${outcome}` !== 'Blue done') throw new Error(`streamText() gave ${text}, ${outcome}`)
    for await (const { data } of fetchEvents(`${base}/ticks`)) if (data !== '7') throw new Error(`fetchEvents() gave ${data}`); else break
  }
}
if (JSON.stringify(Object.getOwnPropertyNames(globalThis)) !== before) throw new Error('An import has changed the global object')
if (!require('teleprinter/package.json').version) throw new Error('package.json has no version')

console.log(JSON.stringify(entries))
