// The pages that people read, as their links and headings see them: README.md, the other files beside it, and docs/
import { readdirSync, readFileSync } from 'node:fs'
import MarkdownIt from 'markdown-it'

const ROOT = new URL('../', import.meta.url)

export const markdownIt = MarkdownIt({ html: true })

/** The files, README.md first, those beside it last; paths are relative to the repository. */
export function pageFiles() {
  const [beside, docs] = ['', 'docs/'].map(folder => readdirSync(new URL(`./${folder}`, ROOT), { recursive: folder !== '', encoding: 'utf8' })
    .filter(name => name.endsWith('.md')).map(name => `${folder}${name.replaceAll('\\', '/')}`).toSorted())
  return ['README.md', ...docs, ...beside.filter(name => name !== 'README.md')]
}

/** Names headings as GitHub does. */
export function slugger() {
  const taken = new Map()
  return heading => {
    const slug = heading.trim().toLowerCase().replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '').replaceAll(' ', '-')
    const count = taken.get(slug) ?? 0
    taken.set(slug, count + 1)
    return count ? `${slug}-${count}` : slug
  }
}

const textOf = inline => inline.children.filter(({ type }) => type === 'text' || type === 'code_inline').map(({ content }) => content).join('')

/**
 * Reads a page: its tokens, whose headings have ids, its title, the ids and where its links and images lead.
 *
 * @param {string} file
 */
export function readPage(file) {
  const tokens = markdownIt.parse(readFileSync(new URL(file, ROOT), 'utf8'), {})
  const slug = slugger()
  let title = file
  const ids = new Set()
  const links = []
  for (const [index, token] of tokens.entries()) {
    if (token.type === 'heading_open') {
      const text = textOf(tokens[index + 1])
      const id = slug(text)
      token.attrSet('id', id)
      ids.add(id)
      if (token.tag === 'h1' && title === file) title = text
    }
    for (const html of token.type.startsWith('html') ? [token] : (token.children ?? []).filter(({ type }) => type === 'html_inline')) {
      for (const [, name, value] of html.content.matchAll(/\s(id|name|href|src)="([^"]*)"/g)) {
        if (name === 'id' || name === 'name') ids.add(value)
        else links.push(value)
      }
    }
    for (const child of token.children ?? []) {
      const to = child.attrGet('href') ?? child.attrGet('src')
      if (to !== null) links.push(to)
    }
  }
  return { file, title, tokens, ids, links }
}

/** Where a relative link of a page leads, as a path in the repository and an anchor; `undefined` for an absolute one. */
export function target(file, link) {
  if (/^[a-z][a-z\d+.-]*:|^\/\//i.test(link)) return undefined
  const { pathname, hash } = new URL(link, `http://repository/${file}`)
  return { path: decodeURIComponent(pathname.slice(1)), anchor: decodeURIComponent(hash.slice(1)) }
}
