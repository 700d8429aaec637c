import { Window } from 'happy-dom'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { pageFiles } from '../../scripts/markdown.mjs'
import { buildSite } from '../../scripts/site.mjs'

const folder = mkdtempSync(join(tmpdir(), 'teleprinter-site-'))
const built = buildSite(folder)
const pages = new Map(built.map(file => {
  const { document } = new Window()
  document.write(readFileSync(join(folder, file), 'utf8'))
  return [file, document]
}))

afterAll(() => rmSync(folder, { recursive: true }))

describe('the site', () => {
  test('has a page for each file', () => expect(built).toHaveLength(pageFiles().length))

  test.each(built)('%s has a title, the way to every page, and no link that leads nowhere', file => {
    const document = pages.get(file)
    expect(document?.querySelector('main h1')?.textContent).toMatch(/./)
    expect(document?.title).toMatch(/Teleprinter$/)
    const base = `http://site/${file}`
    const links = [...document?.querySelectorAll('[href], [src]') ?? []].map(element => element.getAttribute('href') ?? element.getAttribute('src') ?? '')
    const inside = links.map(link => new URL(link, base)).filter(({ host }) => host === 'site')
    expect(new Set(inside.map(({ pathname }) => pathname)).size).toBeGreaterThan(built.length - 2)
    const astray = inside.filter(({ pathname, hash }) => {
      const path = decodeURIComponent(pathname.slice(1))
      return !existsSync(join(folder, path)) || (hash !== '' && !pages.get(path)?.getElementById(decodeURIComponent(hash.slice(1))))
    })
    expect(astray.map(String)).toEqual([])
    // A page works without a network
    expect(document?.querySelectorAll('script[src], link[href^="http"]')).toHaveLength(0)
  })
})
