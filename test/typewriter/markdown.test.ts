// @vitest-environment happy-dom
import * as fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { markdown, type MarkdownOptions } from '../../src/typewriter/markdown.ts'
import { createTypewriter } from '../../src/typewriter/typewriter.ts'
import { everyStringCut } from '../helpers/every-cut.ts'

const SEED = Number(process.env['SEED'] ?? 11)
const REL = ' rel="noopener noreferrer"'

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
  document.body.replaceChildren()
})

function render(pieces: Iterable<string>, options?: MarkdownOptions, element = document.createElement('div')): HTMLElement {
  const renderer = markdown(element, options)
  for (const piece of pieces) renderer.write(piece)
  renderer.end?.()
  return element
}

/** The markup, without what every block and every link has. */
function html(text: string, options?: MarkdownOptions): string {
  return render([text], options).innerHTML.replaceAll(' dir="auto"', '').replaceAll(REL, '')
}

/** The nodes, so that two texts beside each other are not one. */
function nodes(node: Node): string {
  if (node.nodeType === Node.TEXT_NODE) return JSON.stringify(node.textContent)
  const { tagName, attributes } = node as Element
  const own = Array.from(attributes, ({ name, value }) => ` ${name}=${JSON.stringify(value)}`)
  own.sort()
  return `<${tagName}${own.join('')}>[${Array.from(node.childNodes, nodes).join()}]`
}

/** What a reader gets: the text, and where links and images lead. */
function content(node: Node): string {
  if (node.nodeType === Node.TEXT_NODE) return node.textContent ?? ''
  const element = node as Element
  const inner = Array.from(node.childNodes, content).join('')
  const address = element.getAttribute('href') ?? element.getAttribute('src') ?? element.className
  return (element.getAttribute('alt') ?? '') + inner + (inner === address ? '' : decodeURIComponent(address))
}

const SAMPLES = [
  '# One\n## Two\n### Three\n#### Four\n##### Five\n###### Six\ntext',
  'One *em*, **strong**, ***both***, ~~gone~~, `code`, _em_ and __strong__.\n\nTwo\nlines\\\nthree',
  '- a\n- b\n  - c\n    1. d\n    2. e\n- [ ] f\n- [x] g\n\n3. h\n4. i\n\nafter',
  '> a\n> b\n>> c\n\nd\n\n> - e\n> - f',
  'x\n\n---\n\n* * *\n\ny',
  '```js\nlet a = `1`\n\n  if (a < b) {}\n```\n\n    indented\n    code\n\nx',
  '| a | b |\n|:--|--:|\n| *1* | `2` |\n| 3 | [4](five) |\n\nafter',
  '[a *b*](https://a.test/c?d=e&f#g "title"), [c](/d), [e](<f g>), [h](mailto:a@b.test) and ![i](https://j.test/k.png).',
  'See https://a.test/b_c_d, http://e.test/f. And https://g.test/h)! 详见https://i.test/j。好',
  '[x](javascript:alert(1)) [y](data:text/html,z) ![z](data:image/png;base64,AAAA) <img src=x onerror=alert(1)>',
  '$a_1$ and \\(b\\)\n\n$$\nc\n$$\n\n\\[\nd\n\\]\n\ne',
  '👩‍🚀 **粗体**，「引用」é\n\nעברית *נטוי* عربي\n\n# 標題\n- 👍🏽\n- 🇩🇪',
  'a <b>c</b> <br> d<br/>e < f & g &amp; h \\* i \\_ j',
  '[never closed\n\n![never\n',
  '`never\n\n**never\n\n~~never\n\n_never\n\n[a](never\n\n```never\n# code',
  '| a |\n| b |\n',
  '| a |\n- b\n',
  'a\n|b\nc\n\nd',
  '> ```\n> a\n> ```\n\n1. ```\n   b\n   ```\n',
  '![a](https://b.test/c.png) ![d] ![e](f\n![g](ftp://h) ![](https://i.test/j)',
]

describe('markdown()', () => {
  test.each([
    ['a', '<p>a</p>'],
    ['a\nb\n\nc', '<p>a<br>b</p><p>c</p>'],
    ['a  \nb\\\nc', '<p>a <br>b<br>c</p>'],
    ['# a\n###### b\nc', '<h1>a</h1><h6>b</h6><p>c</p>'],
    ['*a* **b** ***c***', '<p><em>a</em> <strong>b</strong> <strong><em>c</em></strong></p>'],
    ['_a_ __b__ ~~c~~ `d`', '<p><em>a</em> <strong>b</strong> <s>c</s> <code>d</code></p>'],
    ['中文**“粗体”**中文', '<p>中文<strong>“粗体”</strong>中文</p>'],
    ['2 * 3 * 4 \\* 5', '<p>2 * 3 * 4 * 5</p>'],
    ['`` a`b ``', '<p><code>a`b</code></p>'],
    ['> a\n> b', '<blockquote><p>a<br>b</p></blockquote>'],
    ['> > a', '<blockquote><blockquote><p>a</p></blockquote></blockquote>'],
    ['a\n\n---\n\nb', '<p>a</p><hr><p>b</p>'],
    ['- a\n- b', '<ul><li>a</li><li>b</li></ul>'],
    ['- a\n  - b\n- c', '<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>'],
    ['1. a\n2. b', '<ol><li>a</li><li>b</li></ol>'],
    ['3. a\n4. b', '<ol start="3"><li>a</li><li>b</li></ol>'],
    ['- [ ] a', '<ul><li><input type="checkbox" disabled=""> a</li></ul>'],
    ['```js\na\n\n  b\n```\nc', '<pre><code class="language-js">a\n\n  b</code></pre><p>c</p>'],
    ['```c++ title="x"\n```', '<pre><code class="language-c++"></code></pre>'],
    ['```\n<b>\n```', '<pre><code>&lt;b&gt;</code></pre>'],
    ['    a\n    b', '<pre><code>a\nb</code></pre>'],
    ['|a|b|\n|-|-|\n|1|2|\n|3|4|\n', '<table><thead><tr><th scope="col">a</th><th scope="col">b</th></tr></thead>' +
      '<tbody><tr><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></tbody></table>'],
    ['[a *b*](c)', '<p><a href="c">a <em>b</em></a></p>'],
    ['[a](https://b.test/c "d") e', '<p><a href="https://b.test/c">a</a> e</p>'],
    ['https://a.test/b_c_d e', '<p><a href="https://a.test/b_c_d">https://a.test/b_c_d</a> e</p>'],
    ['![a](https://b.test/c.png)', '<p><a href="https://b.test/c.png">a</a></p>'],
    ['$a$ \\(b\\)', '<p>$a$ <span class="math">b</span></p>'],
    ['<b onclick="x">a</b>', '<p>&lt;b onclick="x"&gt;a&lt;/b&gt;</p>'],
  ])('markdown() makes of %j %s', (text, expected) => {
    expect(html(text)).toBe(expected)
  })

  test('markdown() ticks a task that is done', () => {
    const boxes = render(['- [ ] a\n- [x] b\n']).querySelectorAll('input')
    expect(Array.from(boxes, ({ checked, disabled }) => [checked, disabled])).toEqual([[false, true], [true, true]])
  })

  test('markdown() lets each block read in the direction of its own text', () => {
    const element = render(['# a\n\nb\n\n- c\n\n|d|\n|-|\n|e|\n'])
    for (const block of element.querySelectorAll('h1, p, li, th, td')) expect(block.getAttribute('dir')).toBe('auto')
    expect(element.querySelectorAll('[dir]')).toHaveLength(5)
  })

  test.each(SAMPLES)('markdown() makes the same of %j, whole or cut anywhere', text => {
    for (const images of [false, true]) {
      const whole = nodes(render([text], { images }))
      expect(nodes(render(text.split(''), { images })), 'by the unit').toBe(whole)
      for (let at = 1; at < text.length; at++) {
        const cut = nodes(render([text.slice(0, at), text.slice(at)], { images }))
        if (cut !== whole) expect(cut, `cut at ${at}`).toBe(whole)
      }
    }
  })

  test('markdown() makes the same of a short text, cut at every two points', () => {
    for (const text of ['*a* [b](c)\n- `d`', '|a|\n|-|\n|b|\n\nc', '```j\na\n```\n> b', '**a *b***\n![c](d)']) {
      const whole = nodes(render([text]))
      for (const { name, chunks } of everyStringCut(text)) {
        const cut = nodes(render(chunks))
        if (cut !== whole) expect(cut, `${text}: ${name}`).toBe(whole)
      }
    }
  })

  test('markdown() puts everything behind what the element holds, and leaves that alone', () => {
    const element = document.createElement('div')
    element.innerHTML = 'text <b>bold</b><table><tbody><tr><td>x</td></tr></tbody></table>'
    const before = [...element.childNodes]
    render(['a\n\n|b|\n|-|\n|c|\n'], {}, element)
    expect([...element.childNodes].slice(0, 3)).toEqual(before)
    expect([...element.children].map(({ tagName }) => tagName)).toEqual(['B', 'TABLE', 'P', 'TABLE'])
    expect(element.textContent).toBe('text boldxabc')
  })

  test.each(SAMPLES)('markdown() can be used again after the end of %j', text => {
    const element = document.createElement('div')
    const renderer = markdown(element)
    renderer.write(text)
    renderer.end?.()
    const kept = element.childNodes.length
    const before = nodes(element)
    renderer.write(SAMPLES[1] ?? '')
    renderer.end?.()
    const rest = [...element.childNodes].splice(kept).map(nodes)
    expect(rest).toEqual([...render([SAMPLES[1] ?? '']).childNodes].map(nodes))
    for (const node of [...element.childNodes].slice(kept)) node.remove()
    expect(nodes(element)).toBe(before)
  })

  test('markdown() shows nothing for an empty text', () => {
    for (const pieces of [[], [''], ['', '', ''], ['\n\n\n'], [' ', '\t\n']]) expect(render(pieces).childNodes).toHaveLength(0)
  })

  test.each([null, {}, 'text'])('markdown(%j) throws a TypeError', target => {
    expect(() => markdown(target as unknown as Element)).toThrow(TypeError)
  })

  test.each(SAMPLES)('markdown() keeps each node of %j, and what is in it, while more comes', text => {
    const element = document.createElement('div')
    const renderer = markdown(element)
    let before: { node: Node; parent: Node | null; text: string }[] = []
    for (const character of text) {
      renderer.write(character)
      for (const { node, parent, text: was } of before) {
        expect(element.contains(node)).toBe(true)
        expect(node.parentNode).toBe(parent)
        // of an address, what turns out not to belong to it goes behind it
        if (parent?.nodeName !== 'A') expect(node.textContent?.startsWith(was)).toBe(true)
      }
      const walker = document.createTreeWalker(element, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT)
      before = []
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const own = node.nodeType === Node.TEXT_NODE ? (node.textContent ?? '') : ''
        before.push({ node, parent: node.parentNode, text: own })
      }
    }
  })
})

describe('links and images of markdown()', () => {
  test.each([
    'https://a.test/', 'HTTP://a.test', 'mailto:a@b.test', 'tel:+123', 'sms:+123', '/a', 'a/b?c#d', '#e', '?f', '//a.test/b',
  ])('markdown() links to %s', address => {
    const link = render([`[x](${address})`]).querySelector('a')
    expect(link?.getAttribute('href')).toBe(address)
    expect(link?.rel).toBe('noopener noreferrer')
    expect(link?.hasAttribute('target')).toBe(false)
  })

  test.each([
    'javascript:alert`1`', 'JaVaScRiPt:x', ' javascript:x', '\tjavascript:x', '\u0001javascript:x', 'java\tscript:x',
    'vbscript:x', 'data:text/html,x',
    'blob:https://a.test/b', 'file:///etc/passwd', 'view-source:https://a.test', 'about:blank', 'ftp://a.test', 'ws://a.test',
    'intent:x',
    '<javascript:x>', '<java\tscript:x>', 'javascript:x "title"', '\u00a0javascript:x', '\ufeffjavascript:x',
  ])('markdown() does not link to %j', address => {
    const element = render([`[x](${address})`])
    expect(element.textContent).toContain('x')
    expect(element.querySelector('[href], [src]')).toBeNull()
  })

  test('options.links has the last word on a link, and sees where it leads', () => {
    const links = vi.fn<(url: URL) => boolean>(url => url.hostname === 'a.test')
    const element = render(['[x](https://a.test/b) [y](https://c.test) https://d.test/ [z](javascript:e) [r](/s)'], { links })
    expect(Array.from(element.querySelectorAll('[href]'), link => link.getAttribute('href'))).toEqual(['https://a.test/b'])
    expect(links.mock.calls.map(([url]) => url.href)).toEqual([
      'https://a.test/b', 'https://c.test/', 'https://d.test/',
      new URL('/s', document.baseURI.startsWith('http') ? document.baseURI : 'http://localhost/').href,
    ])
    expect(element.textContent).toBe('x y https://d.test/ z r')
  })

  test('options.target goes to every link that leads anywhere', () => {
    const text = '[x](https://a.test) https://b.test [y](javascript:z) ![i](/j)'
    const links = render([text], { target: '_blank' }).querySelectorAll('a')
    expect(Array.from(links, ({ target, rel }) => [target, rel])).toEqual([
      ['_blank', 'noopener noreferrer'], ['_blank', 'noopener noreferrer'], ['', ''], ['_blank', 'noopener noreferrer'],
    ])
  })

  test('options.images lets images in, of http and https alone', () => {
    const element = render([
      '![a](https://a.test/b.png) ![c](data:image/png;base64,AA) ![d](javascript:e) ![f](blob:https://a.test/g) ![h](//a.test/i)',
    ], { images: true })
    const loaded = element.querySelectorAll<HTMLImageElement>('img[src]')
    expect(Array.from(loaded, ({ alt, src }) => [alt, src]))
      .toEqual([['a', 'https://a.test/b.png'], ['h', expect.stringMatching(/^https?:\/\/a\.test\/i$/)]])
    for (const image of element.querySelectorAll('img')) {
      expect(image.getAttribute('loading')).toBe('lazy')
      expect(image.getAttribute('referrerpolicy')).toBe('no-referrer')
    }
    for (const alt of ['c', 'd', 'f']) expect(content(element)).toContain(alt)
  })

  test('options.images as a function decides for each image', () => {
    const images = vi.fn<(url: URL) => boolean>(url => url.hostname === 'a.test')
    const element = render(['![a](https://a.test/b) ![c](https://d.test/e?f) ![g](data:h)'], { images })
    expect(Array.from(element.querySelectorAll('[src]'), image => image.getAttribute('src'))).toEqual(['https://a.test/b'])
    expect(images.mock.calls.map(([url]) => url.href)).toEqual(['https://a.test/b', 'https://d.test/e?f'])
  })

  test('an image that options.images refuses is a link, as without it', () => {
    expect(html('![a](https://b.test/c)', { images: () => false })).toBe('<p><a href="https://b.test/c">a</a></p>')
  })

  test('an image that is a link, too, shows no link in a link', () => {
    expect(render(['[![a](https://b.test/c)](https://d.test/)']).querySelector('a a')).toBeNull()
  })

  test('an image without a description is a link that can be seen', () => {
    expect(render(['![](https://b.test/c)']).textContent).not.toBe('')
  })

  test.each([
    ['https://a.test/b.', 'https://a.test/b'],
    ['https://a.test/b).', 'https://a.test/b'],
    ['https://a.test/b！', 'https://a.test/b'],
    ['https://a.test/b。好', 'https://a.test/b'],
    ['<https://a.test/b>', 'https://a.test/b'],
    ['(https://a.test/b)', 'https://a.test/b'],
    ['|https://a.test/b|c|\n', 'https://a.test/b'],
    ['[w](https://a.test/b_(c)) d', 'https://a.test/b_(c)'],
    ['https://a.test/b_(c)', 'https://a.test/b_(c)'],
    ['https://a.test/b_(c)).', 'https://a.test/b_(c)'],
    ['_(https://a.test/b)_', 'https://a.test/b'],
    ['# (https://a.test/b)', 'https://a.test/b'],
  ])('the link of %j ends where a reader would end it', (text, expected) => {
    expect(render([text]).querySelector('a')?.getAttribute('href')).toBe(expected)
  })
})

test('an address ends the emphasis that it stands in', () => {
  expect(html('**See https://a.test/b** and more')).toBe('<p><strong>See <a href="https://a.test/b">https://a.test/b</a></strong> and more</p>')
})

test.each(['links', 'images'] as const)('what options.%s throws is reported, loses no text, and is no yes', name => {
  const reported = vi.fn()
  vi.stubGlobal('reportError', reported)
  const error = new Error('A bug of the app')
  const fault = () => {
    throw error
  }
  const element = render(['A ![x](https://b.test/c) tail. **two** [y](https://b.test/d) three'], { [name]: fault })
  expect(element.textContent).toBe('A x tail. two y three')
  expect(element.querySelector(name === 'links' ? 'a[href]' : 'img')).toBeNull()
  expect(reported).toHaveBeenCalledWith(error)
  vi.unstubAllGlobals()
})

describe('a fence of markdown()', () => {
  const codes = (text: string) => [...render([text]).querySelectorAll('code')].map(({ textContent }) => textContent)

  test.each([
    ['an item', '- B:\n  ```sh\n  a\n\n  b\n  ```\n\nNow **bold**.\n\n# Head\n', ['a\n\nb'], 'bold', 'Head'],
    ['a numbered item', '1. A:\n   ```py\n   a\n\n     b\n   ```\n\n2. **bold**\n\n# Head\n', ['a\n\n  b'], 'bold', 'Head'],
    ['an item of an item', '- A\n  - B:\n    ```py\n    a\n\n    b\n    ```\n  - **bold**\n\n# Head\n', ['a\n\nb'], 'bold', 'Head'],
    ['an item, behind a blank line', '1. A\n\n   ```py\n   x\n     y\n   ```\n\n2. **bold**\n\n# Head\n', ['x\n  y'], 'bold', 'Head'],
    ['a quote', '> **Tip**\n> ```sh\n> a\n>\n> b\n> ```\n\nNow **bold**.\n\n# Head\n', ['a\n\nb'], 'Tip,bold', 'Head'],
    ['a quote that ends first', '> ```\n> a\n\nNow **bold**.\n\n# Head\n', ['a'], 'bold', 'Head'],
    ['nothing, but with blanks', '   ```py\n   a\n    b\n   ```\n**bold**\n\n# Head\n', ['a\n b'], 'bold', 'Head'],
    ['a longer fence', '````\n```\na\n```\n````\n**bold**\n\n# Head\n', ['```\na\n```'], 'bold', 'Head'],
  ])('ends where it does in CommonMark: in %s', (_name, text, code, bold, head) => {
    expect(codes(text)).toEqual(code)
    const element = render([...text])
    expect([...element.querySelectorAll('strong')].map(({ textContent }) => textContent).join()).toBe(bold)
    expect(element.querySelector('h1')?.textContent).toBe(head)
    expect(element.isEqualNode(render([text]))).toBe(true)
  })

  test('that has not ended shows its code as it comes', () => {
    expect(codes('```\na\n``')).toEqual(['a\n``'])
    expect(codes('```\na\n```')).toEqual(['a'])
    expect(codes('```\na')).toEqual(['a'])
  })
})

test.each([
  ['10. **A**\n\n    Text *it*.\n\n11. B\n', 'it'], ['- A\n  - B\n\n    para *it*\n\n  - C\n', 'it'], ['- A:\n\n    para *it*\n', 'it'],
])('what is indented behind a list is no code: %j', (text, emphasis) => {
  expect(render([text]).querySelector('code')).toBeNull()
  expect(render([...text]).querySelector('em')?.textContent).toBe(emphasis)
})

test('an equation may stand in one line, and keeps its backslashes', () => {
  expect(html('\\[ \\{x\\} = a \\]\n\nb')).toBe('<p><div class="math"> \\{x\\} = a </div></p><p>b</p>')
})

describe('code of markdown()', () => {
  const withClipboard = (writeText: (text: string) => Promise<void>) => {
    vi.stubGlobal('navigator', { clipboard: { writeText } })
  }

  test('options.copyButton puts a button before each block of code, and none elsewhere', () => {
    withClipboard(() => Promise.resolve())
    const element = render(['`a`\n\n```js\nb\n```\n\n    c\n'], { copyButton: true })
    const buttons = [...element.querySelectorAll('button')]
    const seen = buttons.map(({ type, className, textContent, parentElement }) => [type, className, textContent, parentElement?.tagName])
    expect(seen)
      .toEqual([['button', 'teleprinter-copy', 'Copy', 'PRE'], ['button', 'teleprinter-copy', 'Copy', 'PRE']])
  })

  test('options.copyButton may say something else, or be none', () => {
    withClipboard(() => Promise.resolve())
    expect(render(['```\na\n```'], { copyButton: 'Kopieren <b>' }).querySelector('button')?.textContent).toBe('Kopieren <b>')
    expect(render(['```\na\n```'], { copyButton: '' }).querySelector('button')).toBeNull()
    expect(render(['```\na\n```']).querySelector('button')).toBeNull()
    vi.stubGlobal('navigator', {})
    expect(render(['```\na\n```'], { copyButton: true }).querySelector('button')).toBeNull()
  })

  test('the copy button copies the code as it is by then, and says so for a while', async () => {
    vi.useFakeTimers()
    const writeText = vi.fn<(text: string) => Promise<void>>(() => Promise.resolve())
    withClipboard(writeText)
    const element = document.createElement('div')
    const renderer = markdown(element, { copyButton: true })
    renderer.write('```js\nlet a\n')
    const button = element.querySelector('button') as HTMLButtonElement
    renderer.write('  a = "<b>"\n```\n')
    button.click()
    await vi.advanceTimersByTimeAsync(0)
    expect(writeText.mock.calls).toEqual([['let a\n  a = "<b>"']])
    expect(button.hasAttribute('data-copied')).toBe(true)
    await vi.advanceTimersByTimeAsync(2000)
    expect(button.hasAttribute('data-copied')).toBe(false)
  })

  test('the copy button does not say that it has copied what it could not', async () => {
    withClipboard(() => Promise.reject(new DOMException('Not allowed', 'NotAllowedError')))
    const button = render(['```\na\n```'], { copyButton: true }).querySelector('button') as HTMLButtonElement
    button.click()
    await Promise.resolve()
    await Promise.resolve()
    expect(button.hasAttribute('data-copied')).toBe(false)
  })

  test.each([
    ['all:\n\techo\n\n\t\tx', 'make'],
    ['foox```\nbar', 'js'],
    ['prompt = """```\n"""', 'py'],
    ['a\n   \n  b\n\n', 'text'],
    ['# no heading\n- no list\n| no | table |', 'md'],
    ['[a](b) <b> &amp; \\n $x$', 'md'],
  ])('the code %j is shown to the letter', (code, language) => {
    const element = render(['```', language, '\n', code, '\n```\n\nafter'])
    expect(element.querySelector('code')?.textContent).toBe(code)
    expect(element.lastElementChild?.textContent).toBe('after')
  })

  test('code that is not closed has no line end of its own added', () => {
    expect(render(['```\na']).textContent).toBe('a')
    expect(render(['```\na\n']).textContent.trimEnd()).toBe('a')
  })

  test('lines may end in CR LF', () => {
    for (const text of ['```js\na\nb\n```\nc', 'a\n\nb\n\n---\n', '|a|\n|-|\n|b|\n\nc', '# a\n\n- b\n- c\n']) {
      expect(html(text.replaceAll('\n', '\r\n')).replaceAll('\r', ''), text).toBe(html(text))
    }
  })
})

describe('what markdown() keeps', () => {
  const WORD = /[A-Z\p{Lo}\p{Extended_Pictographic}]/gu

  test.each([
    '(with $X$)', '$$E$$\n\nNEXT **B**', '$HOME AND $PATH', 'BUY $TSLA\n\n# H\n- A\n', 'COSTS $$', 'C:\\(X86)\\A\n\n# H',
    '[NEVER\n\nNEXT', '[NEVER', 'A [B] C', '[A](B\nC', '![NEVER', '![NEVER\n\n# H', 'WOW![1]', 'A <', 'A \\', '[A](javascript:B)',
    '|A|\n|B|\n',
  ])('markdown() loses no word or bracket of %j, and adds none', text => {
    for (const images of [false, true]) {
      const kept = /[A-Z0-9()[\]<]/g
      const shown = content(render([text], { images }))
      if (!text.includes('](')) expect(shown.match(kept)?.join('')).toBe(text.match(kept)?.join(''))
      else for (const word of text.match(/[A-Z]/g) ?? []) if (word !== 'B' || !text.includes(':')) expect(shown).toContain(word)
    }
  })

  test.each([
    'snake_case_name', 'file_name is', '2*3 is 6', 'it`s', 'a ~~b', 'a **b', '$HOME and $PATH', 'a `', 'a \\',
  ])('marks that mark nothing are shown: %j', text => {
    expect(render([text]).textContent).toBe(text)
  })

  test.each([
    ['$$E=mc^2$$\n\nNext **b**', 'strong'],
    ['buy $TSLA\n\n# b', 'h1'],
    ['C:\\(x86)\n\n# b', 'h1'],
    ['![never\n\n# b', 'h1'],
    ['[never\n\n# b', 'h1'],
    ['a `never\n\n# b', 'h1'],
    ['|a|\n|-|\n|1|\nb\n\n# b', 'h1'],
    ['\\[\nnever\n\n# b', 'h1'],
  ])('what is not closed does not swallow the blocks behind it: %j', (text, selector) => {
    expect(render([text]).querySelector(selector)?.textContent).toBe('b')
  })

  test.each([
    ['|a|\n|b|\n', '> *'], ['|a|\n- b\n', '> *'], ['|a|\n|-|\n|1|\nafter\n', '> *'], ['|x| is\n\nnext', '> *'],
  ])('text stands in a block, and none in a table but in its cells: %j', text => {
    const element = render(text.split(''))
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
    const bare = ['DIV', 'TABLE', 'THEAD', 'TBODY', 'TR', 'UL', 'OL']
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      expect(bare, String(node.textContent)).not.toContain(node.parentElement?.tagName)
    }
  })

  // Words are upper case or of no case, what belongs to the syntax is lower case: so words can be told from it
  const token = fc.constantFrom(
    'A', 'B', 'WORD', ' ', ' ', '\n', '\n', '\n\n', '漢字', '。', '👩‍🚀', '👍🏽', 'שלום', 'عربي', '\u0301', '\t', '\r\n', '\u2028',
    '\0',
    '*', '**', '***', '_', '__', '~~', '`', '``', '```\n', '```js\n', '    ', '  ', '# ', '### ', '> ', '>', '- ', '* ', '+ ',
    '1. ', '12. ', '- [ ] ',
    '- [x] ', '---\n', '|', '| ', ' |\n', '|-|-|\n', '| A | B |\n|-|-|\n', '[', ']', '![', '](', '](b)', ')', '(', '!',
    'http://a.test/b', 'https://', 'h',
    '[A](https://a.test/b)', '![A](https://a.test/b)', '[A](javascript:b)', '\\', '\\(', '\\)', '\\[', '\\]', '$', '$$', '$$\n',
    '<', '<br>', '<b>', '&amp;', '.', ':',
  )
  const pieces = fc.array(token, { maxLength: 40 })

  test('markdown() makes the same of any text, however it is cut', () => {
    fc.assert(fc.property(pieces, fc.array(fc.nat(120), { maxLength: 6 }), (tokens, cuts) => {
      const text = tokens.join('')
      const ends = [...cuts, text.length]
      ends.sort((a, b) => a - b)
      const whole = nodes(render([text]))
      expect(nodes(render(tokens))).toBe(whole)
      expect(nodes(render(text.split('')))).toBe(whole)
      expect(nodes(render(ends.map((end, index) => text.slice(ends[index - 1] ?? 0, end))))).toBe(whole)
    }), { seed: SEED, numRuns: 400 })
  })

  test('markdown() shows each word of any text, in order', () => {
    fc.assert(fc.property(pieces, tokens => {
      const text = tokens.join('')
      fc.pre(!/```[^\n`]*[^\na-z`]/.test(text)) // what else stands behind a fence is not shown
      const shown = content(render([text]))
      expect(shown.match(WORD)?.join('')).toBe(text.match(WORD)?.join(''))
    }), { seed: SEED, numRuns: 600 })
  })

  test('markdown() shows nothing that was not written', () => {
    fc.assert(fc.property(pieces, tokens => {
      const text = tokens.join('')
      let from = 0
      for (const unit of render([text]).textContent.replaceAll(/\s/g, '')) {
        const at = text.indexOf(unit, from)
        expect(at, `${JSON.stringify(unit)} from ${from}`).not.toBe(-1)
        from = at + unit.length
      }
    }), { seed: SEED, numRuns: 600 })
  })
})

describe('markdown() of hostile text', () => {
  const N = 100_000
  const nested = (line: (depth: number) => string) => {
    let text = ''
    for (let depth = 0; text.length < N / 4; depth++) text += line(depth)
    return text
  }

  test.each([
    ['[', '['.repeat(N)],
    ['*', `x${'*'.repeat(N)}`],
    ['_', '_'.repeat(N / 2)],
    ['~', '~'.repeat(N)],
    ['`', `x${'`'.repeat(N / 2)}`],
    ['-', '-'.repeat(N / 10)],
    ['- ', `${'- '.repeat(N / 20)}x`],
    ['digits', '1'.repeat(N / 10)],
    ['\\', '\\'.repeat(N)],
    ['$', '$'.repeat(N)],
    ['blanks', `x${' '.repeat(N)}`],
    ['line feeds', '\n'.repeat(N)],
    ['![', '!['.repeat(N / 2)],
    ['an endless address', `[a](${'x'.repeat(N / 2)}`],
    ['a long address', `[a](${'x'.repeat(N)})`],
    ['blanks in an address', `[a](x${' '.repeat(N / 4)}y)`],
    ['a bare address of dots', `http://a${'.'.repeat(N / 2)}b c`],
    ['a bare address', `http://${'x'.repeat(N)} c`],
    ['a language', `\`\`\`${'x'.repeat(N / 2)}\n`],
    ['backticks in code', `\`\`\`\n${'`'.repeat(N)}`],
    ['a row of nothing', `|a|\n${'|-'.repeat(N / 20)}`],
    ['nested lists', nested(depth => `${'  '.repeat(depth)}- x\n`)],
    ['cells', '| '.repeat(N / 40)],
    ['quotes', '>'.repeat(N / 40)],
    ['links in emphasis', '[**'.repeat(N / 60)],
    ['quotes in quotes', nested(depth => `${'>'.repeat(depth % 99)} x\n`).slice(0, 20_000)],
  ])('%s take no more time than other text', (_, text) => {
    const start = performance.now()
    const element = render([text])
    expect(performance.now() - start).toBeLessThan(1500)
    expect(element.isConnected).toBe(false)
  }, 20_000)

  test.each([
    ['quotes', '>'.repeat(5000)], ['links in emphasis', '[**'.repeat(2000)],
    ['lists', nested(depth => `${'  '.repeat(depth)}- x\n`)],
  ])('%s do not nest deeper than a page can be laid out', (_, text) => {
    let depth = 0
    for (let element: Element | null = render([`${text}end`]); element; element = element.lastElementChild) depth++
    expect(depth).toBeLessThan(200)
  })

  test('what follows deep nesting is written as ever', () => {
    for (const text of ['>'.repeat(60), nested(depth => `${'  '.repeat(depth)}- x\n`).slice(0, 3000), '[**'.repeat(40)]) {
      const element = render([`${text}\n\n# a\n\n**b**\n\n- c\n`])
      expect(html(`${text}\n\n# a\n\n**b**\n\n- c\n`)).toContain('<h1>a</h1><p><strong>b</strong></p><ul><li>c</li></ul>')
      expect(element.lastElementChild?.tagName).toBe('UL')
    }
  })
})

describe('createTypewriter(markdown())', () => {
  test('the element has the caret and the state, and the text is announced without its marks', async () => {
    const element = document.createElement('div')
    document.body.append(element)
    const typewriter = createTypewriter(markdown(element))
    expect(element.dataset['state']).toBe('waiting')
    expect(element.classList.contains('teleprinter-caret')).toBe(true)
    typewriter.write('# Title\n\n**bold** [link](https://a.test)')
    expect([element.dataset['state'], element.getAttribute('aria-busy')]).toEqual(['typing', 'true'])
    typewriter.flush()
    await typewriter.end()
    expect([element.dataset['state'], element.getAttribute('aria-busy')]).toEqual(['done', null])
    expect(element.classList.contains('teleprinter-caret')).toBe(false)
    expect(element.innerHTML).toContain('<strong>bold</strong>')
    expect(document.querySelector('[aria-live]')?.textContent).toMatch(/^Title\s+bold link$/)
  })

  test('what a copy button says is not announced', async () => {
    vi.stubGlobal('navigator', { clipboard: {} })
    const element = document.createElement('div')
    document.body.append(element)
    const typewriter = createTypewriter(markdown(element, { copyButton: 'PRESS' }))
    typewriter.write('```\nlet a\n```\n')
    await typewriter.end()
    const words = document.querySelector('[aria-live]')?.lastElementChild?.textContent
    expect(words).toContain('let a')
    expect(words).not.toContain('PRESS')
  })

  test('stop() shows all that has come, with what is not closed', () => {
    const element = document.createElement('div')
    const typewriter = createTypewriter(markdown(element))
    typewriter.write('a **b [c](https://d')
    typewriter.stop()
    expect(element.dataset['state']).toBe('stopped')
    expect(element.textContent).toMatch(/^a \**b \[c\]\(https:\/\/d$/)
  })
})
