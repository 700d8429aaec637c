// What a model can be made to write runs no script, opens nothing but links, and asks no server for anything
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { cdp, server, userEvent } from 'vitest/browser'
import { markdown, type MarkdownOptions } from '../../src/typewriter/markdown.ts'
import { createTypewriter } from '../../src/typewriter/typewriter.ts'
import { createRandom } from '../helpers/every-cut.ts'

// No browser connects to this port, so that no test asks the network
const HOST = 'http://127.0.0.1:9'
const RUN = '(parent.ran=top.ran=self.ran=1)'
const POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

const BAD_ADDRESSES = [
  `javascript:${RUN}`, `JaVaScRiPt:${RUN}`, `JAVASCRIPT:${RUN}`, `javascript://%0a${RUN}`, `javascript://a.test/%0A${RUN}`,
  `javascript:void${RUN}`,
  `java\tscript:${RUN}`, `java\rscript:${RUN}`, `java\nscript:${RUN}`, `\tjavascript:${RUN}`, ` javascript:${RUN}`,
  `  \t javascript:${RUN}`,
  `javascript\t:${RUN}`, `j\ta\tv\ta\ts\tc\tr\ti\tp\tt:${RUN}`, `\u0000javascript:${RUN}`, `\u0001javascript:${RUN}`,
  `\u001fjavascript:${RUN}`,
  `java\u0000script:${RUN}`, `\u000bjavascript:${RUN}`, `\u000cjavascript:${RUN}`, `\u007fjavascript:${RUN}`,
  `\u0085javascript:${RUN}`,
  `\u00a0javascript:${RUN}`, `\u2000javascript:${RUN}`, `\u2028javascript:${RUN}`, `\u2029javascript:${RUN}`,
  `\u3000javascript:${RUN}`,
  `\ufeffjavascript:${RUN}`, `\u200bjavascript:${RUN}`, `java\u00adscript:${RUN}`, `\u202ejavascript:${RUN}`,
  `javascript\uff1a${RUN}`,
  `java\u0455cript:${RUN}`, `java\u017fcript:${RUN}`, `&#106;avascript:${RUN}`, `&#x6A;avascript:${RUN}`,
  `javascript&colon;${RUN}`, `java&Tab;script:${RUN}`,
  `java&NewLine;script:${RUN}`, `javascript&#58;${RUN}`, `&#0000106avascript:${RUN}`, `%6Aavascript:${RUN}`,
  `javascript%3A${RUN}`, `java%0ascript:${RUN}`,
  `\\javascript:${RUN}`, `javascript\\:${RUN}`, `\\j\\avascript:${RUN}`, `<javascript:${RUN}>`, `< javascript:${RUN}>`,
  `<\tjavascript:${RUN}>`,
  `<<javascript:${RUN}>>`, `javascript:${RUN} "title"`, `"javascript:${RUN}"`, `'javascript:${RUN}'`, `javascript:"${RUN}"`,
  `x" onclick="${RUN}`,
  `x' onmouseover='${RUN}`, `x onfocus=${RUN} autofocus`, `x"><img src=x onerror=${RUN}>`, `javascript:\`${RUN}\``, 'javascript:',
  `vbscript:${RUN}`,
  `VbScript:${RUN}`, `livescript:${RUN}`, `mocha:${RUN}`, `data:text/html,<script>${RUN}</script>`,
  `data:text/html;base64,PHNjcmlwdD4=`, `DATA:text/html,x`,
  `data:image/svg+xml,<svg onload=${RUN}>`, 'data:,x', 'data:image/png;base64,AAAA', 'blob:http://a.test/b', `blob:${HOST}/b`,
  'file:///etc/passwd', 'FILE://a/b',
  'view-source:http://a.test', `view-source:javascript:${RUN}`, 'about:blank', 'about:srcdoc', 'chrome://settings',
  'resource://a', 'moz-extension://a', 'ms-msdt:/id',
  'intent://a#Intent;end', 'ftp://a.test', 'ws://a.test', 'wss://a.test', 'filesystem:http://a.test/b', 'jar:http://a.test!/b',
  `feed:javascript:${RUN}`, 'git+ssh://a',
  `x:javascript:${RUN}`, 'urn:a', 'magnet:?a', 'steam://a', 'slack://a', 'x-apple-helpbasic:a', 'ms-word:ofe|u|http://a.test',
  '//a.test/b', '\\\\a.test\\b',
  '/\\a.test', '\\/a.test', '///a.test', 'http:\\\\a.test', 'http:javascript:x', 'https:a.test', 'http://user:pass@a.test',
  'http://[::1', 'http://a b', '://', ':',
]

const IN_MARKUP = [
  `<script>${RUN}</script>`, `<img src=x onerror=${RUN}>`, `<svg onload=${RUN}>`, `<svg><script>${RUN}</script></svg>`,
  `<svg/onload=${RUN}//`,
  `<iframe src="javascript:${RUN}"></iframe>`, `<iframe srcdoc="<script>${RUN}</script>">`, `<body onload=${RUN}>`,
  `<details open ontoggle=${RUN}>`,
  `<a href="javascript:${RUN}">x</a>`, `<form action="javascript:${RUN}"><input type=submit>`,
  `<button formaction=javascript:${RUN}>x`,
  `<meta http-equiv=refresh content="0;url=${HOST}">`, `<base href="${HOST}/">`, `<link rel=stylesheet href="${HOST}/x.css">`,
  `<style>@import "${HOST}/x.css"; * { background: url(${HOST}/y) }</style>`, `<div style="background:url(${HOST}/x)">x</div>`,
  `<object data="${HOST}/x">`,
  `<embed src="${HOST}/x">`, `<video poster="${HOST}/x"><source src=x onerror=${RUN}>`,
  `<math><mtext><style><img src=x onerror=${RUN}></style></mtext></math>`,
  `<template><img src=x onerror=${RUN}></template>`, `<noscript><p title="</noscript><img src=x onerror=${RUN}>">`,
  `<!--><img src=x onerror=${RUN}>-->`,
  `<![CDATA[<img src=x onerror=${RUN}>]]>`, `<?php ${RUN} ?>`, `<br onload=${RUN}>`, `<br/onload=${RUN}>`,
  `<br ><script>${RUN}</script>`, `<x onclick=${RUN}>`,
  `</p><img src=x onerror=${RUN}>`, `<plaintext>`, `<input autofocus onfocus=${RUN}>`, `<marquee onstart=${RUN}>`,
  `&lt;img src=x onerror=${RUN}&gt;`,
]

const AROUND = [
  `<javascript:${RUN}>`, `<data:text/html,${RUN}>`, `javascript:${RUN}`, `[x]: javascript:${RUN}\n\n[x] [x][x] [y][x]`,
  `[javascript:${RUN}]`, `[x][javascript:${RUN}]`,
  `|[x](javascript:${RUN})|<img src=x onerror=${RUN}>|\n|-|-|\n|![x](javascript:${RUN})|http://a.test"onclick=${RUN}|\n`,
  `# [x](javascript:${RUN})\n## <svg onload=${RUN}>`,
  `> - 1. [x](javascript:${RUN})\n> - ![x](data:text/html,x)`, `[**![a](javascript:${RUN})**](javascript:${RUN})`,
  `[![a](http://a.test)](javascript:${RUN})`,
  `[a](http://a.test "x" onclick="${RUN}")`, `[a](http://a.test '><img src=x onerror=${RUN}>')`,
  `![x" onerror="${RUN}](${HOST}/x)`, `![x](${HOST}/x" onerror="${RUN})`,
  `![x](${HOST}/x?secret)`, `![x](//127.0.0.1:9/x)`, `![x](/\\127.0.0.1:9/x)`, `[![x](${HOST}/x)](${HOST}/y)`,
  `![x\n](${HOST}/x)`, `![x][y]\n\n[y]: ${HOST}/x`,
  `\`\`\`js" onload="${RUN}\nx\n\`\`\``, `\`\`\`<img src=x onerror=${RUN}>\nx\n\`\`\``,
  `\`\`\`js onclick=${RUN}\n<script>${RUN}</script>\n\`\`\``, `\`\`\`../../x y z\nx\n\`\`\``,
  `\`<img src=x onerror=${RUN}>\``, `    <img src=x onerror=${RUN}>\n`, `http://a.test/"onclick="${RUN}`,
  `http://a.test/'><svg/onload=${RUN}>`, `https://javascript:${RUN}@a.test/`,
  `http://`, `https://"onclick=${RUN}`, `http://a.test\\javascript:${RUN}`, `$<img src=x onerror=${RUN}>$`,
  `$$\n<svg onload=${RUN}>\n$$`, `\\(<svg onload=${RUN}>\\)`,
  `1${'0'.repeat(30)}. [x](javascript:${RUN})`, `- [x] [x](javascript:${RUN})\n- [ ] <svg onload=${RUN}>`,
  `__proto__ [__proto__](constructor) ![toString](valueOf)`,
  `[a](javascript:${RUN}\n)`, `[a](\njavascript:${RUN})`, `[a\n](javascript:${RUN})`, `[a]\n(javascript:${RUN})`,
  `[a](http://a.test)(javascript:${RUN})`,
  `*[a*](javascript:${RUN})`, `[a](http://a.test/[b](javascript:${RUN}))`, `[a](\\)javascript:${RUN})`, `[\\](javascript:${RUN})`,
  `~~[a](javascript:${RUN})~~`,
]

const SAMPLES = [
  ...BAD_ADDRESSES.flatMap(address => [`[x](${address})`, `![x](${address})`]),
  ...IN_MARKUP.flatMap(markup => [markup, `[${markup}](x "${markup}")`]),
  ...AROUND,
]

const SCHEMES = ['http:', 'https:', 'mailto:', 'tel:', 'sms:']
/** What may stand in the page: each attribute, and what it may say. */
const ALLOWED: Record<string, Record<string, RegExp>> = {
  P: {}, BR: {}, HR: {}, BLOCKQUOTE: {}, H1: {}, H2: {}, H3: {}, H4: {}, H5: {}, H6: {}, EM: {}, STRONG: {}, S: {}, UL: {},
  OL: { start: /^-?\d+$/ }, LI: {}, PRE: {},
  A: { href: /^/, rel: /^noopener noreferrer$/, target: /^_blank$/ }, CODE: { class: /^language-[\w+#.-]*$/ },
  DIV: { class: /^math$/ }, SPAN: { class: /^math$/ },
  INPUT: { type: /^checkbox$/, disabled: /^$/ }, TABLE: {}, THEAD: {}, TBODY: {}, TR: {}, TH: { scope: /^col$/ }, TD: {},
  IMG: { src: /^https?:/, alt: /^/, loading: /^lazy$/, referrerpolicy: /^no-referrer$/ },
  BUTTON: { type: /^button$/, class: /^teleprinter-copy$/, style: /^(-webkit-)?user-select: none;$/ },
}

type Ran = { ran?: unknown }
let frame: HTMLIFrameElement

/** A page of its own, of the same origin. */
async function openFrame(policy = ''): Promise<Document> {
  frame = document.createElement('iframe')
  frame.srcdoc = `<!doctype html>${policy && `<meta http-equiv="Content-Security-Policy" content="${policy}">`}<main></main>`
  const loaded = new Promise(resolve => frame.addEventListener('load', resolve))
  document.body.append(frame)
  await loaded
  return frame.contentDocument as Document
}

/** What breaks a page's policy from now on; asking makes a last request, which shows that any other would have been seen. */
function watch(page: Document): () => Promise<string[]> {
  const violations: string[] = []
  const last = page.createElement('img')
  const done = new Promise<void>(resolve => {
    page.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
      if (blockedURI.includes('last-of-all')) resolve()
      else violations.push(`${effectiveDirective} ${blockedURI}`)
    })
  })
  return async () => {
    last.src = `${HOST}/last-of-all`
    page.body.append(last)
    await done
    return violations
  }
}

/** Where an element breaks the rules, or nothing. */
function faultOf(element: Element, images: boolean): string | undefined {
  const rules = ALLOWED[element.tagName]
  const known = rules && element.namespaceURI === 'http://www.w3.org/1999/xhtml'
  if (!known || (element.tagName === 'IMG' && !images)) return `an element ${element.tagName}`
  for (const { name, value } of element.attributes) {
    if (!(name === 'dir' ? /^auto$/ : rules[name])?.test(value)) return `${element.tagName} with ${name}="${value}"`
  }
  if (element.hasAttribute('href')) {
    const { protocol, href, rel } = element as HTMLAnchorElement
    if (!SCHEMES.includes(protocol) && !(protocol === ':' && href === element.getAttribute('href'))) return `a link to ${href}`
    if (rel !== 'noopener noreferrer') return `a link without rel to ${href}`
  }
  const { src } = element as HTMLImageElement
  return element.hasAttribute('src') && !/^https?:/.test(src) ? `an image from ${src}` : undefined
}

function check(root: Element, images: boolean, what: string): void {
  for (const element of root.querySelectorAll('*')) {
    const fault = faultOf(element, images)
    if (fault) throw new Error(`${fault}: ${JSON.stringify(what)}`)
  }
}

/** The text in pieces: by the character, at some points, and at random ones. */
function cutsOf(text: string): string[][] {
  const random = createRandom(text.length)
  const cuts = [text.split('')]
  for (let round = 0; round < 10; round++) {
    const at = Math.floor(random() * text.length)
    const next = at + Math.floor(random() * (text.length - at))
    cuts.push([text.slice(0, at), text.slice(at, next), text.slice(next)])
  }
  return cuts
}

/** Renders each sample whole and in pieces, and looks at what is there after each piece. */
function renderAll(document: Document, options: MarkdownOptions): void {
  const main = document.querySelector('main') as Element
  const images = Boolean(options.images)
  const render = (pieces: string[], what: string, eachPiece: boolean) => {
    const element = document.createElement('div')
    main.replaceChildren(element)
    const renderer = markdown(element, options)
    for (const piece of pieces) {
      renderer.write(piece)
      if (eachPiece) check(element, images, what)
    }
    renderer.end?.()
    return element
  }
  for (const sample of SAMPLES) {
    const whole = render([sample], sample, false)
    check(whole, images, sample)
    for (const [index, pieces] of cutsOf(sample).entries()) {
      const element = render(pieces, sample, index < 2)
      if (element.isEqualNode(whole)) continue
      throw new Error(`Other elements when cut: ${JSON.stringify(pieces)}: ${element.innerHTML}, not ${whole.innerHTML}`)
    }
  }
}

const expectNothingRan = () => {
  for (const scope of [window, frame.contentWindow, parent, top] as (Ran | null)[]) expect(scope?.ran).toBeUndefined()
}

beforeEach(() => document.body.replaceChildren())
afterEach(() => {
  vi.restoreAllMocks()
  document.body.replaceChildren()
  for (const scope of [window, parent, top] as (Ran | null)[]) if (scope) delete scope.ran
})

describe('markdown() of hostile text, in a browser', () => {
  test('there are hundreds of samples, and what they try works where nobody guards', async () => {
    expect(new Set(SAMPLES).size).toBeGreaterThan(300)
    const page = await openFrame()
    const main = page.querySelector('main') as Element
    main.innerHTML = `<img src="data:," onerror="${RUN}">`
    await vi.waitFor(() => expect((frame.contentWindow as Ran).ran).toBe(1))
    main.innerHTML = `<a href="java\tscript:${RUN}">x</a>`
    expect(faultOf(main.firstElementChild as Element, false)).toBe(`a link to javascript:${RUN}`)
  })

  test.each<[string, MarkdownOptions]>([
    ['as it is', {}],
    ['with all options but images', { target: '_blank', copyButton: true, links: () => true }],
    ['with images', { images: true }],
    ['with images and a function for them', { images: () => true, copyButton: true }],
  ])('markdown() %s makes nothing but what is allowed, and no script runs', async (_, options) => {
    const page = await openFrame()
    renderAll(page, options)
    for (const kind of ['mouseover', 'focus', 'toggle', 'load', 'error']) {
      for (const element of page.querySelectorAll('main *')) element.dispatchEvent(new Event(kind, { bubbles: true }))
    }
    await new Promise(requestAnimationFrame)
    expectNothingRan()
    expect(frame.contentDocument).toBe(page)
    expect(page.baseURI).toBe(document.baseURI)
    if (!options.images) expect(frame.contentWindow?.performance.getEntriesByType('resource')).toEqual([])
  })

  test.each([false, true])('markdown() with images %s breaks no strict policy, and asks for no more than images', async images => {
    const page = await openFrame(POLICY)
    const violations = watch(page)
    renderAll(page, { images, copyButton: true, target: '_blank' })
    expect((await violations()).filter(violation => !images || !/^img-src https?:/.test(violation))).toEqual([])
    expectNothingRan()
  })

  test('createTypewriter(markdown()) breaks no strict policy', async () => {
    const page = await openFrame(POLICY)
    const violations = watch(page)
    const typewriter = createTypewriter(markdown(page.querySelector('main') as Element, { copyButton: true }), { caret: '|' })
    typewriter.write('# a\n\n```js\nb\n```\n\n![c](http://127.0.0.1:9/d)')
    await typewriter.end()
    expect(await violations()).toEqual([])
    expect(page.querySelector('main')?.textContent).toContain('b')
  })

  test.each([
    ['quotes', '>'.repeat(1000)], ['emphasis in links', '[**'.repeat(500)],
    ['lists', Array.from({ length: 300 }, (_, depth) => `${'  '.repeat(depth)}- x\n`).join('')],
  ])('deeply nested %s can still be laid out', async (_, text) => {
    const page = await openFrame()
    const element = page.querySelector('main') as HTMLElement
    const start = performance.now()
    const renderer = markdown(element)
    renderer.write(`${text}x`)
    renderer.end?.()
    let depth = 0
    for (let child: Element | null = element; child; child = child.lastElementChild) depth++
    expect(depth).toBeLessThan(200)
    expect(element.offsetHeight).toBeGreaterThan(0)
    expect(performance.now() - start).toBeLessThan(2000)
  })
})

describe('markdown() in a browser', () => {
  let element: HTMLElement

  beforeEach(() => {
    element = document.createElement('div')
    document.body.append(element)
  })

  const writeAll = (text: string) => {
    const renderer = markdown(element)
    for (const character of text) renderer.write(character)
    return renderer
  }

  test('what a reader has selected stays selected while more is written', () => {
    const renderer = writeAll('one **two** three\n\n- four')
    const [first, second] = [element.querySelector('strong')?.firstChild as Text, element.querySelector('li')?.firstChild as Text]
    const selection = getSelection() as Selection
    selection.setBaseAndExtent(first, 1, second, 2)
    const before = String(selection)
    for (const character of ' five\n- six\n\n```js\nseven\n```\n\n|a|\n|-|\n|b|\n\n[eight](nine)') renderer.write(character)
    renderer.end?.()
    expect(String(selection)).toBe(before)
    const { anchorNode, anchorOffset, focusNode, focusOffset } = selection
    expect([anchorNode, anchorOffset, focusNode, focusOffset]).toEqual([first, 1, second, 2])
    expect([first.isConnected, second.data]).toEqual([true, 'four five'])
  })

  test.each([
    ['a bare address', 'see https://a.test/b', '/b). And', 'a'],
    ['a link that becomes none', 'see [some words', '] and', 'a'],
    ['a link that is not closed', 'see [some words', '\n\nand', 'a'],
    ['a link', 'see [some words', '](https://a.test) and', 'a'],
    ['code', '```\nsome words', '\n```\nand', 'code'],
    ['a cell', '|some words', '|b|\n|-|-|\n', 'th'],
  ])('a selection in %s survives its end', (_, before, after, selector) => {
    const renderer = writeAll(before)
    const text = element.querySelector(selector)?.firstChild as Text
    const selection = getSelection() as Selection
    selection.setBaseAndExtent(text, 2, text, 4)
    const selected = String(selection)
    expect(selected).toHaveLength(2)
    for (const character of after) renderer.write(character)
    renderer.end?.()
    expect(String(selection)).toBe(selected)
  })

  test('the label of a copy button is not selected with the code', () => {
    vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue()
    const renderer = markdown(element, { copyButton: 'Copy' })
    renderer.write('before\n\n```\ncode\n```\n\nafter\n')
    renderer.end?.()
    const selection = getSelection() as Selection
    selection.selectAllChildren(element)
    expect(String(selection).split(/\n+/)).toEqual(['before', 'code', 'after'])
  })

  test('the copy button copies', async () => {
    let copied = ''
    const real = server.browser === 'chromium'
    if (!real) vi.spyOn(navigator.clipboard, 'writeText').mockImplementation(text => Promise.resolve(void (copied = text)))
    const renderer = markdown(element, { copyButton: true })
    renderer.write('```js\nlet a = "<b>"\n\n  // ü 👍\n```\n\nafter')
    renderer.end?.()
    const button = element.querySelector('button') as HTMLButtonElement
    // A click of a real mouse may copy; one of a script may not
    if (real) await userEvent.click(button)
    else button.click()
    await vi.waitFor(() => expect(button.dataset['copied']).toBe(''))
    if (real) copied = await pasted()
    expect(copied).toBe('let a = "<b>"\n\n  // ü 👍')
  })

  test('a page with a base of its own links from there', async () => {
    const page = await openFrame()
    const base = page.createElement('base')
    base.href = 'https://base.test/dir/'
    page.head.append(base)
    const main = page.querySelector('main') as Element
    const renderer = markdown(main)
    renderer.write('[x](y) [z](javascript:1)')
    renderer.end?.()
    const links = main.querySelectorAll<HTMLAnchorElement>('[href]')
    expect(Array.from(links, ({ href }) => href)).toEqual(['https://base.test/dir/y'])
  })

  /** What the clipboard holds; reading it is not allowed to the frame that the tests run in, but pasting is. */
  async function pasted(): Promise<string> {
    const area = document.createElement('textarea')
    document.body.append(area)
    area.focus()
    const modifiers = 2 // Control
    const key = { key: 'v', code: 'KeyV', windowsVirtualKeyCode: 86, modifiers }
    await cdp().send('Input.dispatchKeyEvent', { type: 'keyDown', ...key, commands: ['paste'] })
    await cdp().send('Input.dispatchKeyEvent', { type: 'keyUp', ...key })
    await vi.waitFor(() => expect(area.value).not.toBe(''))
    return area.value
  }
})
