// The feeds page as its visitors meet it
import type { Page } from 'playwright'
import { afterEach, describe, expect, test } from 'vitest'
import { browse, expectGoodPage } from '../browse.ts'
import { serve, type Served } from '../serve.ts'

const visit = browse('/feeds', { interval: 50 })

describe('the feeds page', () => {
  const button = (name: string) => visit.page.getByRole('button', { name, exact: true })

  // First, while the server's log is short: all that it shows is looked at
  test('the feeds page is fit for every size, theme and language', async () => {
    await expectGoodPage(visit, '/feeds')
  })

  test('the page follows the feed, leaves it, and goes on where it was', async () => {
    const messages = () => visit.page.locator('.line[data-kind="message"]').allTextContents()
    const untilMessages = (count: number) =>
      visit.page.waitForFunction(enough => document.querySelectorAll('.line[data-kind="message"]').length >= enough, count)
    const state = () => visit.page.locator('#feed-state [aria-hidden]').textContent()

    expect(await state()).toBe('readyState 2, closed')
    await button('Connect').click()
    await untilMessages(3)
    expect(await state()).toBe('readyState 1, open')
    const ended = visit.served.nextEnd('events')
    await button('Disconnect').click()
    expect(await ended).toBe(false)
    expect(await state()).toBe('readyState 2, closed')

    const before = (await messages()).length
    await button('Connect').click()
    await untilMessages(before + 3)
    const ids = (await messages()).map(text => Number(/customEvent (\d+) \{"id":\1,/.exec(text)?.[1]))
    expect(ids).toEqual(ids.map((_, i) => i + 1))

    const states = await visit.page.locator('.line[data-kind="state"]').allTextContents()
    expect(states.map(text => text.replace(/^\d\d:\d\d:\d\d /, '').trim())).toEqual([
      '0 Connecting', '1 Open: 200 text/event-stream', '2 Closed: stopped',
      `0 Connecting, to go on after ${before}`, '1 Open: 200 text/event-stream',
    ])
    expect(visit.complaints).toEqual([])
  })

  test('the page keeps the last two hundred lines of the feed', async () => {
    const busy = await serve({ interval: 1 })
    await visit.page.goto(`${busy.url}/feeds`)
    await button('Connect').click()
    // More than any number that a slow page might never see as the last one
    await visit.page.waitForFunction(() => Number(/customEvent (\d+)/.exec(document.querySelector('#feed-lines')?.lastElementChild?.textContent ?? '')?.[1]) > 250)
    await visit.page.waitForFunction(() => document.querySelector('#feed-lines')?.childElementCount === 200)
    expect(await visit.page.locator('#feed-lines').evaluate(log => log.scrollHeight - log.scrollTop - log.clientHeight)).toBeLessThan(50)
    await busy.close()
  })

  test('the page says that the feed was lost, and when it will try again', async () => {
    const brief = await serve({ interval: 20 })
    await visit.page.goto(`${brief.url}/feeds`)
    await button('Connect').click()
    await visit.page.waitForSelector('.line[data-kind="message"]')
    await brief.close()
    await visit.page.waitForFunction(() => document.querySelector('#feed-state [aria-hidden]')?.textContent === 'readyState 0, connecting')
    expect(await visit.page.locator('#feed-lines .line').last().textContent()).toMatch(/Attempt 1 in 3\d\.\d s: /)
    // It counts down beside the buttons
    const countdown = () => visit.page.locator('#feed-countdown').textContent()
    const left = async () => Number(/^Attempt 1 in ([\d.]+)\u00A0s$/.exec(await countdown() ?? '')?.[1])
    const first = await left()
    await expect.poll(left).toBeLessThan(first)
    await button('Disconnect').click()
    await visit.page.waitForFunction(() => document.querySelector('#feed-state [aria-hidden]')?.textContent === 'readyState 2, closed')
    expect(await countdown()).toBe('')
  })
})

describe('the ticker, the log and the room', () => {
  const servers: Served[] = []
  afterEach(async () => {
    for (const served of servers.splice(0)) await served.close()
  })

  /** Waits for what comes over the network, and a countdown at most. */
  const eventually = <T>(look: () => T | Promise<T>) => expect.poll(look, { timeout: 15_000 })
  const state = (name: string, page = visit.page) => page.locator(`#${name}-state [aria-hidden]`)
  const id = async (name: string) => (await visit.page.locator(`#${name}-id`).textContent()) ?? ''
  const button = (name: string) => visit.page.getByRole('button', { name, exact: true })

  /** Notes the ids of a feed's events, as the page's connection gets them, and the Last-Event-ID of its requests. */
  async function watch(path: string, page = visit.page) {
    const sent: (string | undefined)[] = []
    page.on('request', request => {
      if (new URL(request.url()).pathname === path) sent.push(request.headers()['last-event-id'])
    })
    return sent
  }

  /** Every id that the page has shown for a feed, from now on. */
  async function noteIds(name: string, page: Page): Promise<() => Promise<string[]>> {
    await page.evaluate(feed => {
      const line = document.querySelector(`#${feed}-id`) as HTMLElement
      const ids: string[] = []
      Object.assign(globalThis, { ids })
      new MutationObserver(records => {
        for (const record of records) for (const node of record.addedNodes) ids.push(node.textContent ?? '')
      }).observe(line, { childList: true })
    }, name)
    return () => page.evaluate(() => (globalThis as unknown as { ids: string[] }).ids)
  }

  test('the feeds connect by themselves, and show what comes', async () => {
    const { page } = visit
    for (const name of ['ticker', 'log', 'room']) {
      await eventually(() => state(name).textContent()).toBe('readyState 1, open')
      await eventually(() => id(name)).toMatch(/^\d+-\d+$/)
    }
    await eventually(() => page.locator('#ticker-quotes tr').count()).toBe(5)
    const symbols = await page.locator('#ticker-quotes th').allTextContents()
    expect(symbols).toEqual(['BAUD', 'INKS', 'KEYS', 'TAPE', 'WIRE'])
    const row = page.locator('#ticker-quotes tr').first()
    expect(await row.locator('td').nth(0).textContent()).toMatch(/^\d+\.\d\d$/)
    expect(await row.locator('td').nth(1).textContent()).toMatch(/^[+\u2212\u00B1]\d+\.\d\d\u00A0%$/)
    const before = await page.locator('#ticker-quotes').textContent()
    await eventually(() => page.locator('#ticker-quotes').textContent()).not.toBe(before)
    await eventually(() => page.locator('#log-lines').textContent()).toMatch(/info GET \/feeds 200, \d+ ms/)
    expect(await page.locator('#room-count').textContent()).toBe('1')
    expect(await page.locator('#room-label').textContent()).toBe('person in this room')
    expect(visit.complaints).toEqual([])
  })

  test('what is read out names the feed, and changes with its state alone', async () => {
    const { page } = visit
    const status = page.locator('#ticker-state')
    await eventually(() => status.locator('.unseen').textContent()).toBe('Ticker: readyState 1, open')
    expect(await page.locator('[aria-live="polite"], [aria-live="assertive"]').count()).toBe(0)
    expect(await page.locator('[role="status"]').evaluateAll(nodes => nodes.map(node => node.id)))
      .toEqual(['feed-state', 'ticker-state', 'ticker-notice', 'log-state', 'log-notice', 'room-state', 'room-notice'])
    expect(await page.locator('[role="log"]').evaluateAll(nodes => nodes.map(node => node.getAttribute('aria-live')))).toEqual(['off', 'off'])
  })

  test('a feed that was disconnected goes on after its last id', async () => {
    const { page } = visit
    const requests = await watch('/feeds/ticker')
    await eventually(() => id('ticker')).toMatch(/-0$/)
    await button('Disconnect the ticker').click()
    await eventually(() => state('ticker').textContent()).toBe('readyState 2, closed')
    const last = await id('ticker')
    const ids = await noteIds('ticker', page)
    await button('Connect the ticker').click()
    await eventually(async () => (await ids()).length).toBeGreaterThan(3)
    expect(requests.at(-1)).toBe(last)
    expect((await ids())[0]).toBe(`${Number.parseInt(last) + 25}-0`)
    // The focus stays on the one button that does both
    expect(await button('Disconnect the ticker').evaluate(node => node === document.activeElement)).toBe(true)
  })

  test('after the server was stopped and started again the feeds count down, and go on without loss or repeat', async () => {
    const first = await serve({ interval: 100 })
    servers.push(first)
    const page = await visit.visit({}, '/feeds', first.url)
    await eventually(() => state('ticker', page).textContent()).toBe('readyState 1, open')
    await eventually(() => page.locator('#room-count').textContent()).toBe('1')
    const ids = await noteIds('ticker', page)
    await eventually(async () => (await ids()).length).toBeGreaterThan(2)

    // All that the countdown says
    const seen = await page.evaluateHandle(() => {
      const texts: string[] = []
      const line = document.querySelector('#ticker-countdown') as HTMLElement
      new MutationObserver(() => texts.push(line.textContent ?? '')).observe(line, { childList: true })
      return texts
    })
    await first.close()
    servers.length = 0
    await eventually(() => state('ticker', page).textContent()).toBe('readyState 0, connecting')
    await eventually(() => seen.evaluate(texts => texts.filter(text => text.startsWith('Attempt 2 in ')).length)).toBeGreaterThan(1)
    const lefts = (await seen.evaluate(texts => texts)).flatMap(text => /^Attempt 2 in ([\d.]+)\u00A0s$/.exec(text)?.[1] ?? []).map(Number)
    expect(lefts.filter((left, i) => left > (lefts[i - 1] ?? left))).toEqual([])
    expect(lefts.at(-1)).toBeLessThan(lefts[0] ?? 0)

    const second = await serve({ interval: 100, port: first.port })
    servers.push(second)
    await eventually(() => state('ticker', page).textContent()).toBe('readyState 1, open')
    expect(await page.locator('#ticker-countdown').textContent()).toBe('')
    const before = (await ids()).length
    await eventually(async () => (await ids()).length).toBeGreaterThan(before + 3)
    const all = (await ids()).map(text => Number.parseInt(text))
    expect(all).toEqual(all.map((_, i) => (all[0] ?? 0) + i * 50))
    expect(await page.locator('#ticker-notice').textContent()).toBe('')
    await eventually(() => page.locator('#room-count').textContent()).toBe('1')
    // What the stopped server had logged went with it, and the page says that it can't know what that was
    await eventually(() => page.locator('#log-lines').textContent())
      .toMatch(/\d\d:\d\d:\d\d gap What came after \d+-\d+ may be missing: the server no longer has it /)
    expect(await page.locator('#log-notice').textContent()).toBe('')
  })

  test('another page makes the room fuller, and leaves it', async () => {
    const count = () => visit.page.locator('#room-count').textContent()
    await eventually(count).toBe('1')
    const other = await visit.visit({})
    await eventually(count).toBe('2')
    expect(await visit.page.locator('#room-label').textContent()).toBe('people in this room')
    await eventually(() => other.locator('#room-count').textContent()).toBe('2')
    await other.context().close()
    await eventually(count).toBe('1')
    await button('Disconnect the room').click()
    await eventually(() => visit.page.locator('#room-label').textContent()).toBe('You are not in the room')
  })

  test('in a hidden tab the ticker and the log let go, and the room stays', async () => {
    const { page } = visit
    const requests = await watch('/feeds/ticker')
    await eventually(() => id('ticker')).toMatch(/-0$/)
    const setHidden = (hidden: boolean) => page.evaluate(value => {
      Object.defineProperty(document, 'visibilityState', { configurable: true, value: value ? 'hidden' : 'visible' })
      document.dispatchEvent(new Event('visibilitychange'))
    }, hidden)
    await eventually(() => state('room').textContent()).toBe('readyState 1, open')
    await setHidden(true)
    await eventually(() => state('ticker').textContent()).toBe('readyState 2, closed')
    expect(await state('log').textContent()).toBe('readyState 2, closed')
    expect(await state('room').textContent()).toBe('readyState 1, open')
    const last = await id('ticker')
    await setHidden(false)
    await eventually(() => state('ticker').textContent()).toBe('readyState 1, open')
    expect(requests).toEqual([last])
  })

  test('the log stands still for a reader who has scrolled up, and says what has come', async () => {
    const { page } = visit
    const box = page.locator('#log-lines')
    await eventually(() => state('log').textContent()).toBe('readyState 1, open')
    const ask = (times: number) => page.evaluate(async count => {
      for (let i = 0; i < count; i++) await fetch('/shell/icon.svg', { cache: 'no-store' })
    }, times)
    await ask(30)
    await eventually(() => box.evaluate(node => node.scrollHeight > node.clientHeight && node.scrollHeight - node.scrollTop - node.clientHeight < 2)).toBe(true)
    await box.evaluate(node => node.scrollTo(0, 0))
    await ask(2)
    const more = page.getByRole('button', { name: '2 new lines below' })
    await more.waitFor()
    expect(await box.evaluate(node => node.scrollTop)).toBe(0)
    await more.click()
    await more.waitFor({ state: 'hidden' })
    expect(await box.evaluate(node => node.scrollHeight - node.scrollTop - node.clientHeight)).toBeLessThan(2)
    expect(await box.evaluate(node => node === document.activeElement)).toBe(true)
  })

  test('what can\u2019t be read is left out, and told', async () => {
    const page = await visit.visit({}, '/wire')
    const time = '"time":"2026-01-01T00:00:00.000Z"'
    const quote = (symbol: string, price: string) => `{"symbol":"${symbol}","price":${price},"change":0,${time}}`
    await page.route('**/feeds/ticker', route => route.fulfill({
      contentType: 'text/event-stream',
      body: `retry: 60000\n\nevent: quote\nid: 1-0\ndata: ${quote('GOOD', '7')}\n\nevent: quote\nid: 2-0\ndata: ${quote('EVIL', '"much"')}\n\n`
        + `event: quote\nid: 3-0\ndata: ${quote('LAST', '8')}\n\n`,
    }))
    await page.goto(`${visit.served.url}/feeds`)
    await eventually(() => page.locator('#ticker-quotes th').allTextContents()).toEqual(['GOOD', 'LAST'])
    await eventually(() => page.locator('#ticker-notice').textContent()).toBe('Left out: Cannot decode quote: price is no number: "much"')
  })

  test('the page speaks Chinese, also of what has happened already', async () => {
    const { page } = visit
    await eventually(() => state('ticker').textContent()).toBe('readyState 1, open')
    await page.getByRole('button', { name: '中文' }).click()
    expect(await state('ticker').textContent()).toBe('readyState 1，已打开')
    expect(await page.locator('#feed-state [aria-hidden]').textContent()).toBe('readyState 2，已关闭')
    await button('断开行情').click()
    await button('连接行情').waitFor()
    expect(await page.locator('#room-label').textContent()).toBe('人在这个房间里')
  })
})
