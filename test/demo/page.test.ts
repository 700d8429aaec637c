// The demo as its visitors meet it: what `npm run build` made, driven in Chromium from outside
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser, type Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { answer } from '../../demo/server/model/model.ts'
import { chromiumArgs, find } from '../../scripts/browsers.mjs'
import { serve, type Served } from './serve.ts'

const BUILT_SERVER = fileURLToPath(new URL('../../demo/build/server.js', import.meta.url))

const answerTo = (content: string): string => answer([{ role: 'user', content }])

let browser: Browser
let served: Served

beforeAll(async () => {
  if (!existsSync(BUILT_SERVER)) throw new Error(`Cannot test the demo: npm run build has not made ${BUILT_SERVER}`)
  const found = await find('chromium')
  browser = await chromium.launch({ args: chromiumArgs, ...(found && found.kind !== 'playwright' && { executablePath: found.path }) })
  served = await serve({ pace: 0.2, interval: 50 })
})
afterAll(async () => {
  await browser?.close()
  await served?.close()
})

describe('in Chromium', () => {
  let page: Page
  let complaints: string[]

  beforeEach(async () => {
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    complaints = []
    page.on('pageerror', error => complaints.push(String(error)))
    page.on('console', message => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
    })
    page.on('requestfailed', request => {
      // A stream that we end ourselves counts as a failed request
      const reason = request.failure()?.errorText
      if (reason !== 'net::ERR_ABORTED') complaints.push(`${request.url()}: ${reason}`)
    })
    page.on('response', response => {
      if (response.status() >= 400) complaints.push(`${response.url()}: ${response.status()}`)
    })
    await page.goto(served.url)
  })
  afterEach(() => page.close())

  const status = () => page.locator('#chat-status')
  const button = (name: string) => page.getByRole('button', { name, exact: true })
  const typed = () => page.locator('#answer').evaluate(element => element.textContent)
  const untilStatus = (pattern: RegExp) =>
    page.waitForFunction(source => new RegExp(source).test(document.querySelector('#chat-status')?.textContent ?? ''), pattern.source)
  const untilTyped = (length: number) =>
    page.waitForFunction(enough => (document.querySelector('#answer')?.textContent.length ?? 0) > enough, length)
  const scrollsSideways = () => page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)

  async function ask(prompt: string): Promise<void> {
    await page.getByLabel('Prompt').fill(prompt)
    await page.keyboard.press('Enter')
  }

  test('the page types the answer in steps, to the letter, and says how it ended', async () => {
    await page.evaluate(() => {
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
    expect(await page.locator('#asked').textContent()).toBe('Why does an answer arrive in pieces?')
    const lengths = await page.evaluate(() => (globalThis as unknown as { lengths: number[] }).lengths)
    expect(new Set(lengths).size).toBeGreaterThan(20)
    expect(lengths.every((length, i) => length >= (lengths[i - 1] ?? 0))).toBe(true)
    expect(complaints).toEqual([])
  })

  test('the page sends a suggestion at a click, and marks Chinese as Chinese', async () => {
    await page.getByRole('button', { name: '打字机' }).click()
    await untilStatus(/^Done: /)
    expect(await typed()).toBe(answerTo('打字机效果是怎么实现的？'))
    expect(await page.locator('#answer').getAttribute('lang')).toBe('zh-Hans')
    expect(complaints).toEqual([])
  })

  test.each(['Stop', 'Escape'])('the page ends the answer by %s, at the server too, and keeps what has come', async way => {
    const ended = served.nextEnd('chat')
    await ask('Tell me a story')
    await untilTyped(30)
    if (way === 'Stop') await button('Stop').click()
    else await page.keyboard.press('Escape')
    expect(await ended).toBe(false)
    await untilStatus(/^Stopped after /)
    const text = await typed()
    expect(text.length).toBeGreaterThan(30)
    expect(answerTo('Tell me a story').startsWith(text)).toBe(true)
    expect(await button('Stop').count()).toBe(0)
    expect(complaints).toEqual([])
  })

  test('the page is used by the keyboard alone', async () => {
    await page.getByLabel('Prompt').focus()
    await page.keyboard.type('hi')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await untilTyped(10)
    // Send keeps the focus while it is out of use, so Stop is one step back
    await page.keyboard.press('Shift+Tab')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('stop')
    await page.keyboard.press('Space')
    await untilStatus(/^Stopped after /)
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('prompt')
  })

  test('the page sends a prompt once, however often it is asked to', async () => {
    let requests = 0
    page.on('request', request => {
      if (request.url().endsWith('/api/chat')) requests++
    })
    await page.getByLabel('Prompt').fill('hi')
    await page.getByRole('button', { name: 'Send' }).dblclick()
    await ask('and again')
    await untilStatus(/^Done: /)
    expect(requests).toBe(1)
    expect(await page.getByLabel('Prompt').inputValue()).toBe('and again')
  })

  test('the page leaves Enter to the input method, and Shift+Enter to the text', async () => {
    await page.getByLabel('Prompt').fill('ni')
    await page.getByLabel('Prompt').dispatchEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true })
    await page.keyboard.press('Shift+Enter')
    expect(await page.getByLabel('Prompt').inputValue()).toBe('ni\n')
    expect(await status().textContent()).toBe('Ready')
  })

  test('the page follows the feed, leaves it, and goes on where it was', async () => {
    const messages = () => page.locator('.line[data-kind="message"]').allTextContents()
    const untilMessages = (count: number) =>
      page.waitForFunction(enough => document.querySelectorAll('.line[data-kind="message"]').length >= enough, count)
    const state = () => page.locator('#feed-state').textContent()

    expect(await state()).toBe('readyState 2, closed')
    await button('Connect').click()
    await untilMessages(3)
    expect(await state()).toBe('readyState 1, open')
    const ended = served.nextEnd('events')
    await button('Disconnect').click()
    expect(await ended).toBe(false)
    expect(await state()).toBe('readyState 2, closed')

    const before = (await messages()).length
    await button('Connect').click()
    await untilMessages(before + 3)
    const ids = (await messages()).map(text => Number(/customEvent (\d+) \{"id":\1,/.exec(text)?.[1]))
    expect(ids).toEqual(ids.map((_, i) => i + 1))

    const states = await page.locator('.line[data-kind="state"]').allTextContents()
    expect(states.map(text => text.replace(/^\d\d:\d\d:\d\d /, '').trim())).toEqual([
      '0 Connecting', '1 Open: 200 text/event-stream', '2 Closed: stopped',
      `0 Connecting, to go on after ${before}`, '1 Open: 200 text/event-stream',
    ])
    expect(complaints).toEqual([])
  })

  test('the page keeps the last two hundred lines of the feed', async () => {
    const busy = await serve({ interval: 1 })
    await page.goto(busy.url)
    await button('Connect').click()
    // More than any number that a slow page might never see as the last one
    await page.waitForFunction(() => Number(/customEvent (\d+)/.exec(document.querySelector('#log')?.lastElementChild?.textContent ?? '')?.[1]) > 250)
    await page.waitForFunction(() => document.querySelector('#log')?.childElementCount === 200)
    expect(await page.locator('#log').evaluate(log => log.scrollHeight - log.scrollTop - log.clientHeight)).toBeLessThan(50)
    await busy.close()
  })

  test('the page says that the feed was lost, and when it will try again', async () => {
    const brief = await serve({ interval: 20 })
    await page.goto(brief.url)
    await button('Connect').click()
    await page.waitForSelector('.line[data-kind="message"]')
    await brief.close()
    await page.waitForFunction(() => document.querySelector('#feed-state')?.textContent === 'readyState 0, connecting')
    expect(await page.locator('.line').last().textContent()).toMatch(/Attempt 1 in 3\d\.\d s: /)
    await button('Disconnect').click()
    await page.waitForFunction(() => document.querySelector('#feed-state')?.textContent === 'readyState 2, closed')
  })

  test('the page says what failed, and gives the prompt back', async () => {
    const broken = await serve({ env: { OPENAI_BASE_URL: 'http://127.0.0.1:1', OPENAI_API_KEY: 'sk-secret' } })
    await page.goto(broken.url)
    await ask('Anybody there?')
    await untilStatus(/^Failed: /)
    await broken.close()
    expect(await status().textContent()).not.toContain('sk-secret')
    expect(await page.getByLabel('Prompt').inputValue()).toBe('Anybody there?')
    expect(await button('Stop').count()).toBe(0)
  })

  test.each([[390, 844], [320, 568], [844, 390], [1280, 800]])('the page does not scroll sideways at %i by %i', async (width, height) => {
    await page.setViewportSize({ width, height })
    expect(await scrollsSideways()).toBe(false)
    await button('Connect').click()
    await ask(`A parser in TypeScript, please: ${'x'.repeat(200)}`)
    await page.waitForSelector('.line[data-kind="message"]')
    await untilStatus(/^Done: /)
    expect(await scrollsSideways()).toBe(false)
    expect(await page.locator('.sheet .scroller').evaluate(paper => paper.scrollWidth > paper.clientWidth)).toBe(false)
    expect(complaints).toEqual([])
  })

  test('teleprinter.streamChat() types the answer in a page that has the script tag alone', async () => {
    const url = `${served.url}/script-tag.html`
    const body = '<!doctype html><link rel="icon" href="/icon.svg"><p id="el"></p><script src="/dist/teleprinter.min.js"></script>'
    await page.route(url, route => route.fulfill({ contentType: 'text/html', body }))
    await page.goto(url)
    const result = await page.evaluate(async () => {
      type Global = { teleprinter: { streamChat(prompt: string, el: Element | null, options: { url: string }): PromiseLike<{ outcome: string }> } }
      const el = document.querySelector('#el')
      const { outcome } = await (globalThis as unknown as Global).teleprinter.streamChat('Hi', el, { url: '/api/chat' })
      return { outcome, text: el?.textContent }
    })
    expect(result).toEqual({ outcome: 'done', text: answerTo('Hi') })
    expect(complaints).toEqual([])
  })
})

describe('the built server', () => {
  const children: ChildProcess[] = []
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
  })

  /** Runs the server with this environment, and nothing of ours that it would take for a model. */
  function run(env: Record<string, string>) {
    const child = spawn(process.execPath, [BUILT_SERVER], { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    children.push(child)
    const output = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
    return { child, output, ended: once(child, 'close') as Promise<[number | null, string | null]> }
  }

  test.each(['SIGINT', 'SIGTERM'] as const)('the server prints its address, and ends by %s with streams open', async signal => {
    const { child, output, ended } = run({ PORT: '0' })
    await once(child.stdout ?? child, 'data')
    expect(output.stdout).toMatch(/^http:\/\/localhost:\d+\n$/)
    const url = output.stdout.trim()
    expect((await fetch(url)).status).toBe(200)

    const body = JSON.stringify({ messages: [{ role: 'user', content: 'hi' }], stream: true })
    const streams = [await fetch(`${url}/events`), await fetch(`${url}/api/chat`, { method: 'POST', body })]
    const readers = streams.map(response => response.text().catch(() => 'cut'))
    child.kill(signal)
    expect(await ended).toEqual([0, null])
    await Promise.all(readers)
    expect(output.stderr).toBe('')
  })

  test('the server says in one line that its port is in use', async () => {
    const other = createServer().listen(0)
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const { output, ended } = run({ PORT: String(port) })
    expect(await ended).toEqual([1, null])
    other.close()
    expect(output.stderr).toBe(`Cannot start the demo: port ${port} is in use (set PORT to another one)\n`)
    expect(output.stdout).toBe('')
  })

  test.each(['abc', '-1', '65536', '80.5', '0x50', ' '])('the server refuses %j as a PORT', async port => {
    const { output, ended } = run({ PORT: port })
    expect(await ended).toEqual([1, null])
    expect(output.stderr).toBe(`Cannot start the demo: PORT is not a number from 0 to 65535: ${port}\n`)
  })

  test('the server refuses an OPENAI_BASE_URL that is none', async () => {
    const { output, ended } = run({ PORT: '0', OPENAI_BASE_URL: 'nowhere' })
    expect(await ended).toEqual([1, null])
    expect(output.stderr).toBe('Cannot use OPENAI_BASE_URL: not an http or https address: nowhere\n')
  })
})
