// Builds the docs as a site, out of the same files: `npm run docs` writes site/, which any static host serves, or a browser by itself
import hljs from 'highlight.js/lib/common'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { markdownIt, pageFiles, readPage, target } from './markdown.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
const repository = `${manifest.repository.url.replaceAll(/^git\+|\.git$/g, '')}/blob/main/`
const { escapeHtml } = markdownIt.utils

const pages = pageFiles().map(readPage)
const pageAt = new Map(pages.map(page => [page.file, page]))
const linksOf = page => (page?.links ?? []).map(link => target(page.file, link)?.path)
/** The order of reading: as the docs' own contents name them, then the README, then the alphabet; what is about the project last. */
const contents = [...linksOf(pageAt.get('docs/README.md')), ...linksOf(pageAt.get('README.md')), ...pageAt.keys()]
const [guides, others] = [true, false].map(guide => contents.filter(file => /^docs\/(?!README|api)/.test(file) === guide))
const sidebar = [...new Set(['README.md', ...guides, 'docs/api.md', ...others])].filter(file => file !== 'docs/README.md' && pageAt.has(file))
  .map(file => pageAt.get(file))
const languageOf = file => /\.([a-z]{2}(?:-[A-Z]{2})?)\.md$/.exec(file)?.[1] ?? 'en'

/** A page's name among the others; of a translation, with its language in its own words. */
function nameOf({ file, title }) {
  const language = languageOf(file)
  return language === 'en' ? title : `${title}, ${new Intl.DisplayNames([language], { type: 'language' }).of(language)}`
}

const htmlOf = file => file.replace(/README\.md$/, 'index.html').replace(/\.md$/, '.html')
const from = (file, to) => posix.relative(posix.dirname(file), to) || posix.basename(to)

/** A link as the site has it: to a page of its own, to a picture beside it, or to the repository. */
function href(file, link) {
  const to = target(file, link)
  if (!to) return link
  const hash = to.anchor && `#${to.anchor}`
  const page = pageAt.get(to.path) ?? pageAt.get(posix.join(to.path, 'README.md'))
  if (page) return page.file === file ? hash || htmlOf(posix.basename(file)) : `${from(file, htmlOf(page.file))}${hash}`
  return isPicture(to.path) ? from(file, to.path) : `${repository}${to.path}${hash}`
}
const isPicture = path => /^docs\/.*\.(?:svg|png|gif|webp|jpe?g)$/.test(path)

const { rules } = markdownIt.renderer
markdownIt.set({
  highlight: (code, language) => (hljs.getLanguage(language) ? hljs.highlight(code, { language }).value : escapeHtml(code)),
})
rules.table_open = () => '<div class="table"><table>\n'
rules.table_close = () => '</table></div>\n'
rules.heading_close = (tokens, at, options) => {
  const { attrs } = tokens[at - 2]
  const id = Object.fromEntries(attrs).id
  return ` <a class="anchor" href="#${escapeHtml(id)}" aria-label="Link to this section">#</a>${markdownIt.renderer.renderToken(tokens, at, options)}`
}

/** The tokens of a page, their links as the site has them. */
function relinked({ file, tokens }) {
  for (const token of tokens) {
    if (token.type === 'html_block') token.content = relinkedHtml(file, token.content)
    for (const child of token.children ?? []) {
      if (child.type === 'html_inline') child.content = relinkedHtml(file, child.content)
      for (const name of ['href', 'src']) if (child.attrGet(name) !== null) child.attrSet(name, href(file, child.attrGet(name)))
    }
  }
  return tokens
}
const relinkedHtml = (file, html) => html.replaceAll(/(\s(?:href|src)=")([^"]*)"/g, (_, start, link) => `${start}${escapeHtml(href(file, link))}"`)

function render(page) {
  const { file, title } = page
  const home = from(file, 'index.html')
  const item = other => `<li><a href="${from(file, htmlOf(other.file))}" lang="${languageOf(other.file)}"${other === page ? ' aria-current="page"' : ''}>${escapeHtml(nameOf(other))}</a></li>`
  const heading = file === 'README.md' ? title : `${title} · ${pageAt.get('README.md').title}`
  return `<!doctype html>
<html lang="${languageOf(file)}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(heading)}</title>
<link rel="stylesheet" href="${from(file, 'site.css')}">
<a class="skip" href="#content">To the text</a>
<header><a href="${home}">${escapeHtml(manifest.name)}</a> <span>${manifest.version}</span></header>
<nav aria-label="Pages"><details><summary>Pages</summary><ul>${sidebar.map(item).join('\n')}</ul></details></nav>
<main id="content">
${markdownIt.renderer.render(relinked(page), markdownIt.options, {})}</main>
</html>
`
}

export function buildSite(folder) {
  rmSync(folder, { recursive: true, force: true })
  for (const page of pages) {
    const file = join(folder, htmlOf(page.file))
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, render(page))
  }
  for (const name of readdirSync(join(ROOT, 'docs'), { recursive: true })) {
    const path = join('docs', name)
    if (isPicture(path.replaceAll('\\', '/')) && statSync(join(ROOT, path)).isFile()) cpSync(join(ROOT, path), join(folder, path))
  }
  cpSync(join(ROOT, 'scripts/site.css'), join(folder, 'site.css'))
  return pages.map(({ file }) => htmlOf(file))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(`site/: ${buildSite(join(ROOT, 'site')).length} pages; open site/index.html`)
