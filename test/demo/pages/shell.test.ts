// What all pages share: the head, and two languages
import type { Page } from 'playwright'
import { describe, expect, test } from 'vitest'
import { browse } from '../browse.ts'

const PAGES = [
  { path: '/', en: 'Chat', zh: '对话' },
  { path: '/feeds', en: 'Feeds', zh: '订阅' },
  { path: '/wire', en: 'Wire', zh: '线路' },
  { path: '/faults', en: 'Faults', zh: '故障' },
  { path: '/plots', en: 'Plots', zh: '曲线' },
]

/** What is the same in Chinese: names, and what machines say. */
const NAMES = new RegExp([
  /Teleprinter|English|Markdown|\b[A-Z]{2,}\b/, /\bsmooth$|(smooth)?Stream\(\)|streamText|connect|EventSource|readyState|\bauto\b/,
  /Last-Event-ID|Authorization: Bearer/, /@?[\w/-]*fetch-event-source/, /\/[\w/-]+/,
].map(({ source }) => source).join('|'), 'g')

/** Words without any Chinese; a Chinese sentence may name a thing or two. */
function isEnglish(text: string): boolean {
  const rest = text.replaceAll(NAMES, '')
  return /\p{Script=Han}/u.test(rest) ? /[a-z]{2,} [a-z]{2,} [a-z]{2,}/i.test(rest) : /[a-z]{2}/i.test(rest)
}

const visit = browse('/')

describe('the head', () => {
  const links = (page: Page = visit.page) => page.locator('#masthead nav a')

  test.each(PAGES)('the head of $path names all pages, and marks its own', async ({ path, en }) => {
    await visit.page.goto(visit.served.url + path)
    expect(await links().allTextContents()).toEqual(PAGES.map(page => page.en))
    expect(await visit.page.locator('[aria-current="page"]').allTextContents()).toEqual([en])
    expect(await visit.page.getByRole('heading', { level: 1 }).count()).toBe(1)
    expect(await visit.page.getByRole('main').count()).toBe(1)
    expect(visit.complaints).toEqual([])
  })

  test('its links lead from page to page, and the name to the first', async () => {
    for (const { path, en } of PAGES) {
      await visit.page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: en }).click()
      await visit.page.waitForURL(visit.served.url + path)
      expect(await visit.page.locator('[aria-current="page"]').textContent()).toBe(en)
    }
    await visit.page.getByRole('link', { name: 'Teleprinter' }).click()
    await visit.page.waitForURL(`${visit.served.url}/`)
    expect(visit.complaints).toEqual([])
  })

  test('all its links are seen on the smallest phone', async () => {
    for (const locale of ['en', 'zh-CN']) {
      const page = await visit.visit({ locale, viewport: { width: 320, height: 568 } }, '/plots')
      expect(await page.locator('.pages').evaluate(row => row.scrollWidth > row.clientWidth), locale).toBe(false)
    }
  })

  test('it is used by the keyboard alone', async () => {
    await visit.page.keyboard.press('Tab')
    await visit.page.keyboard.press('Tab')
    await visit.page.keyboard.press('Tab')
    await visit.page.keyboard.press('Enter')
    await visit.page.waitForURL(`${visit.served.url}/feeds`)
  })
})

describe('the language', () => {
  const lang = (page: Page = visit.page) => page.evaluate(() => document.documentElement.lang)

  test.each([['en-GB', 'en'], ['zh-CN', 'zh-Hans'], ['zh-TW', 'zh-Hans'], ['de', 'en']])('a browser that asks for %s gets %s', async (locale, expected) => {
    const page = await visit.visit({ locale })
    expect(await lang(page)).toBe(expected)
    expect(await page.locator('#masthead nav a').first().textContent()).toBe(expected === 'en' ? 'Chat' : '对话')
  })

  test('the switch changes all there is, goes back to the letter, and keeps the focus', async () => {
    for (const { path, en, zh } of PAGES) {
      await visit.page.goto(visit.served.url + path)
      const before = await snapshot(visit.page)
      const other = visit.page.getByRole('button', { name: '中文' })
      expect(await other.getAttribute('lang')).toBe('zh-Hans')
      await other.click()
      expect(await lang()).toBe('zh-Hans')
      expect(await visit.page.locator('[aria-current="page"]').textContent()).toBe(zh)
      expect(await visit.page.getByRole('navigation', { name: '页面' }).count()).toBe(1)
      if (path !== '/') expect(await visit.page.title()).toBe(`${zh} · Teleprinter`)
      expect(await visit.page.locator('meta[name="description"]').getAttribute('content')).toMatch(/\p{Script=Han}/u)
      const back = visit.page.getByRole('button', { name: 'English' })
      expect(await back.evaluate(button => button === document.activeElement)).toBe(true)
      await back.click()
      expect(await snapshot(visit.page)).toEqual(before)
      if (path !== '/') expect(await visit.page.title()).toBe(`${en} · Teleprinter`)
    }
    expect(visit.complaints).toEqual([])
  })

  test('the choice goes along to the next page, whatever the browser asks for', async () => {
    await visit.page.getByRole('button', { name: '中文' }).click()
    await visit.page.getByRole('link', { name: '曲线' }).click()
    await visit.page.waitForURL(`${visit.served.url}/plots`)
    expect(await lang()).toBe('zh-Hans')
    await visit.page.reload()
    expect(await visit.page.title()).toBe('曲线 · Teleprinter')
  })

  test('the switch works where nothing may be kept, for the page that is open', async () => {
    await visit.page.addInitScript(() => Object.defineProperty(globalThis, 'localStorage', {
      get: () => { throw new DOMException('Access is denied for this document', 'SecurityError') },
    }))
    await visit.page.reload()
    await visit.page.getByRole('button', { name: '中文' }).click()
    expect(await lang()).toBe('zh-Hans')
    await visit.page.getByRole('link', { name: '曲线' }).click()
    await visit.page.waitForURL(`${visit.served.url}/plots`)
    expect(await lang()).toBe('en')
    expect(visit.complaints).toEqual([])
  })

  test.each(PAGES)('all that stands on $path has its Chinese', async ({ path }) => {
    const page = await visit.visit({ locale: 'zh-CN' }, path)
    const all = await texts(page)
    expect(all.filter(isEnglish)).toEqual([])
    expect(all).toContain('对话')
  })
})

/** All that a visitor sees or hears of a page: texts, and the attributes that are read out, less what is said to be in a language. */
function texts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node instanceof Element ? node : node.parentElement
      // A server's own log and data speak as they do
      if (!element?.checkVisibility() && !element?.closest('select') || element.closest('body [lang], code, pre, [role="log"]')) continue
      if (node instanceof Element) found.push(...['aria-label', 'placeholder', 'title', 'alt'].map(name => node.getAttribute(name) ?? ''))
      else found.push(node.textContent ?? '')
    }
    return [document.title, ...found].map(text => text.trim()).filter(text => text !== '')
  })
}

/** All texts and attributes that stand in the page's HTML. What else there is may change by itself. */
function snapshot(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const attributes = ['aria-label', 'placeholder', 'content'].flatMap(name => [...document.querySelectorAll(`[${name}]`)].map(node => node.getAttribute(name)))
    const standing = [...document.querySelectorAll('[data-zh], #masthead')].map(node => node.textContent)
    return [document.documentElement.lang, ...standing, ...attributes].map(String)
  })
}
