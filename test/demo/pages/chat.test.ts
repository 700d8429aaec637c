// The chat page as its visitors meet it
import { describe, expect, test } from 'vitest'
import { answer } from '../../../demo/server/chat/model/model.ts'
import { browse, scrollsSideways } from '../browse.ts'
import { serve } from '../serve.ts'

const answerTo = (content: string): string => answer([{ role: 'user', content }])

const visit = browse('/', { pace: 0.2 })

describe('the chat page', () => {
  const status = () => visit.page.locator('#chat-status')
  const button = (name: string) => visit.page.getByRole('button', { name, exact: true })
  const typed = () => visit.page.locator('#answer').evaluate(element => element.textContent)
  const untilStatus = (pattern: RegExp) =>
    visit.page.waitForFunction(source => new RegExp(source).test(document.querySelector('#chat-status')?.textContent ?? ''), pattern.source)
  const untilTyped = (length: number) =>
    visit.page.waitForFunction(enough => (document.querySelector('#answer')?.textContent.length ?? 0) > enough, length)

  async function ask(prompt: string): Promise<void> {
    await visit.page.getByLabel('Prompt').fill(prompt)
    await visit.page.keyboard.press('Enter')
  }

  test('the page types the answer in steps, to the letter, and says how it ended', async () => {
    await visit.page.evaluate(() => {
      const element = document.querySelector('#answer')
      const lengths: number[] = []
      Object.assign(globalThis, { lengths })
      if (!element) return
      const observer = new MutationObserver(() => lengths.push(element.textContent.length))
      observer.observe(element, { childList: true, characterData: true, subtree: true })
    })
    await ask('Why does an answer arrive in pieces?')
    await untilStatus(/^Done: /)
    expect(await typed()).toBe(answerTo('Why does an answer arrive in pieces?'))
    expect(await visit.page.locator('#asked').textContent()).toBe('Why does an answer arrive in pieces?')
    const lengths = await visit.page.evaluate(() => (globalThis as unknown as { lengths: number[] }).lengths)
    expect(new Set(lengths).size).toBeGreaterThan(20)
    expect(lengths.every((length, i) => length >= (lengths[i - 1] ?? 0))).toBe(true)
    expect(visit.complaints).toEqual([])
  })

  test('the page sends a suggestion at a click, and marks Chinese as Chinese', async () => {
    await visit.page.getByRole('button', { name: '打字机' }).click()
    await untilStatus(/^Done: /)
    expect(await typed()).toBe(answerTo('打字机效果是怎么实现的？'))
    expect(await visit.page.locator('#answer').getAttribute('lang')).toBe('zh-Hans')
    expect(visit.complaints).toEqual([])
  })

  test.each(['Stop', 'Escape'])('the page ends the answer by %s, at the server too, and keeps what has come', async way => {
    const ended = visit.served.nextEnd('chat')
    await ask('Tell me a story')
    await untilTyped(30)
    if (way === 'Stop') await button('Stop').click()
    else await visit.page.keyboard.press('Escape')
    expect(await ended).toBe(false)
    await untilStatus(/^Stopped after /)
    const text = await typed()
    expect(text.length).toBeGreaterThan(30)
    expect(answerTo('Tell me a story').startsWith(text)).toBe(true)
    expect(await button('Stop').count()).toBe(0)
    expect(visit.complaints).toEqual([])
  })

  test('the page is used by the keyboard alone', async () => {
    await visit.page.getByLabel('Prompt').focus()
    await visit.page.keyboard.type('hi')
    await visit.page.keyboard.press('Tab')
    await visit.page.keyboard.press('Enter')
    await untilTyped(10)
    // Send keeps the focus while it is out of use, so Stop is one step back
    await visit.page.keyboard.press('Shift+Tab')
    expect(await visit.page.evaluate(() => document.activeElement?.id)).toBe('stop')
    await visit.page.keyboard.press('Space')
    await untilStatus(/^Stopped after /)
    expect(await visit.page.evaluate(() => document.activeElement?.id)).toBe('prompt')
  })

  test('the page sends a prompt once, however often it is asked to', async () => {
    let requests = 0
    visit.page.on('request', request => {
      if (request.url().endsWith('/api/chat')) requests++
    })
    await visit.page.getByLabel('Prompt').fill('hi')
    await visit.page.getByRole('button', { name: 'Send' }).dblclick()
    await ask('and again')
    await untilStatus(/^Done: /)
    expect(requests).toBe(1)
    expect(await visit.page.getByLabel('Prompt').inputValue()).toBe('and again')
  })

  test('the page leaves Enter to the input method, and Shift+Enter to the text', async () => {
    await visit.page.getByLabel('Prompt').fill('ni')
    await visit.page.getByLabel('Prompt').dispatchEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true })
    await visit.page.keyboard.press('Shift+Enter')
    expect(await visit.page.getByLabel('Prompt').inputValue()).toBe('ni\n')
    expect(await status().textContent()).toBe('Ready')
  })

  test('the page says what failed, and gives the prompt back', async () => {
    const broken = await serve({ env: { OPENAI_BASE_URL: 'http://127.0.0.1:1', OPENAI_API_KEY: 'sk-secret' } })
    await visit.page.goto(broken.url)
    await ask('Anybody there?')
    await untilStatus(/^Failed: /)
    await broken.close()
    expect(await status().textContent()).not.toContain('sk-secret')
    expect(await visit.page.getByLabel('Prompt').inputValue()).toBe('Anybody there?')
    expect(await button('Stop').count()).toBe(0)
  })

  test.each([[390, 844], [320, 568], [844, 390], [1280, 800]])('the page does not scroll sideways at %i by %i', async (width, height) => {
    await visit.page.setViewportSize({ width, height })
    expect(await scrollsSideways(visit.page)).toBe(false)
    await ask(`A parser in TypeScript, please: ${'x'.repeat(200)}`)
    await untilStatus(/^Done: /)
    expect(await scrollsSideways(visit.page)).toBe(false)
    expect(await visit.page.locator('.sheet .scroller').evaluate(paper => paper.scrollWidth > paper.clientWidth)).toBe(false)
    expect(visit.complaints).toEqual([])
  })

  test('teleprinter.streamChat() types the answer in a page that has the script tag alone', async () => {
    const url = `${visit.served.url}/script-tag.html`
    const body = '<!doctype html><link rel="icon" href="/shell/icon.svg"><p id="el"></p><script src="/dist/teleprinter.min.js"></script>'
    await visit.page.route(url, route => route.fulfill({ contentType: 'text/html', body }))
    await visit.page.goto(url)
    const result = await visit.page.evaluate(async () => {
      type Global = { teleprinter: { streamChat(prompt: string, el: Element | null, options: { url: string }): PromiseLike<{ outcome: string }> } }
      const el = document.querySelector('#el')
      const { outcome } = await (globalThis as unknown as Global).teleprinter.streamChat('Hi', el, { url: '/api/chat' })
      return { outcome, text: el?.textContent }
    })
    expect(result).toEqual({ outcome: 'done', text: answerTo('Hi') })
    expect(visit.complaints).toEqual([])
  })
})
