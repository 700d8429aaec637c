// What a release writes before it is checked, `node scripts/release.mjs prepare 0.2.0`, and what it says of itself, `… notes 0.2.0`
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const UNRELEASED = '## Unreleased'
const CHANGELOG = new URL('../CHANGELOG.md', import.meta.url)

/**
 * The lines of a version, without its heading.
 *
 * @param {string} changelog
 * @param {string} version
 * @returns {string}
 */
export function notes(changelog, version) {
  const sections = changelog.split(/^## /m)
  const text = sections.find(section => section.startsWith(`${version}\n`))?.slice(version.length).trim()
  if (!text) throw new Error(`Cannot release: CHANGELOG.md says nothing of ${version}`)
  return text
}

/**
 * The changelog, what was unreleased being this version's; where its heading stands there already, the changelog as it is.
 *
 * @param {string} changelog
 * @param {string} version
 * @returns {string}
 */
export function released(changelog, version) {
  if (!/^\d+\.\d+\.\d+(?:-[\da-z.-]+)?$/i.test(version)) throw new RangeError(`Cannot release: not a version: ${version}`)
  const heading = `## ${version}\n`
  const headed = changelog.includes(`\n${heading}`)
  if (headed && changelog.includes(`\n${UNRELEASED}\n`)) throw new Error(`Cannot release: CHANGELOG.md has both ${version} and what is unreleased`)
  const written = headed ? changelog : changelog.replace(`${UNRELEASED}\n`, heading)
  notes(written, version)
  return written
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [command, version = ''] = process.argv.slice(2)
  const changelog = readFileSync(CHANGELOG, 'utf8')
  if (command === 'notes') console.log(notes(changelog, version))
  else if (command === 'prepare') {
    writeFileSync(CHANGELOG, released(changelog, version))
    const run = (name, ...args) => execFileSync(name, args, { stdio: 'inherit' })
    run('npm', 'version', version, '--no-git-tag-version', '--allow-same-version')
    // The script tag's file says its version, so that its hash is another
    run('npm', 'run', '-s', 'build')
    run(process.execPath, 'scripts/integrity.mjs', 'write')
  } else throw new Error(`Cannot release: no such command: ${command}`)
}
