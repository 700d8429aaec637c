import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { notes, released } from '../scripts/release.mjs'

const CHANGELOG = '# Changelog\n\n## Unreleased\n\n- New\n\n## 0.1.0\n\nThe first version.\n\n- Old\n'

describe('released()', () => {
  test('gives what is unreleased the name of the version', () => {
    expect(released(CHANGELOG, '0.2.0')).toBe(CHANGELOG.replace('Unreleased', '0.2.0'))
  })

  test('changes nothing where the version has its heading, so that it can be tried again', () => {
    const once = released(CHANGELOG, '0.2.0')
    expect(released(once, '0.2.0')).toBe(once)
  })

  test.each([['0.2', 'not a version'], ['v0.2.0', 'not a version'], ['0.1.0', 'both']])('refuses %s', (version, why) => {
    expect(() => released(CHANGELOG, version)).toThrow(why)
  })

  test('refuses a version of which nothing is said', () => {
    expect(() => released('# Changelog\n\n## 0.1.0\n\n- Old\n', '0.2.0')).toThrow('says nothing of 0.2.0')
    expect(() => released('# Changelog\n\n## Unreleased\n\n## 0.1.0\n\n- Old\n', '0.2.0')).toThrow('says nothing of 0.2.0')
  })
})

describe('notes()', () => {
  test('are the lines of one version', () => {
    expect(notes(CHANGELOG, '0.1.0')).toBe('The first version.\n\n- Old')
    expect(notes(released(CHANGELOG, '0.2.0'), '0.2.0')).toBe('- New')
  })

  test('are there for the version that package.json names', () => {
    const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8')
    const { version } = JSON.parse(read('package.json')) as { version: string }
    expect(notes(read('CHANGELOG.md'), version)).toMatch(/./)
  })
})
