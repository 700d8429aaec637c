// The script tag's file and its hash, as a page pins it; `node scripts/integrity.mjs write` keeps the READMEs in step
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const at = name => new URL(`../${name}`, import.meta.url)
const FILE = 'dist/teleprinter.min.js'

/** The `src` and the `integrity` of a script tag that takes this build, and no other. */
export function scriptTag() {
  const { name, version } = JSON.parse(readFileSync(at('package.json'), 'utf8'))
  const integrity = `sha384-${createHash('sha384').update(readFileSync(at(FILE))).digest('base64')}`
  return { src: `https://unpkg.com/${name}@${version}/${FILE}`, integrity }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { src, integrity } = scriptTag()
  if (process.argv[2] === 'write') {
    for (const name of ['README.md', 'README.zh-CN.md']) {
      const readme = readFileSync(at(name), 'utf8')
      const tag = /src="https:\/\/unpkg\.com\/teleprinter@[^"]*"(\s+)integrity="[^"]*"/
      if (!tag.test(readme)) throw new Error(`Cannot write the hash: ${name} has no script tag with an integrity`)
      writeFileSync(at(name), readme.replace(tag, `src="${src}"$1integrity="${integrity}"`))
    }
  }
  console.log(`${FILE}: ${integrity}`)
}
