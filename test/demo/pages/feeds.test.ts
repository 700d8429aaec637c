// The feeds page as its visitors meet it
import { describe, expect, test } from 'vitest'
import { browse } from '../browse.ts'
import { serve } from '../serve.ts'

const visit = browse('/feeds', { interval: 50 })

describe('the feeds page', () => {
  const button = (name: string) => visit.page.getByRole('button', { name, exact: true })

  test('the page follows the feed, leaves it, and goes on where it was', async () => {
    const messages = () => visit.page.locator('.line[data-kind="message"]').allTextContents()
    const untilMessages = (count: number) =>
      visit.page.waitForFunction(enough => document.querySelectorAll('.line[data-kind="message"]').length >= enough, count)
    const state = () => visit.page.locator('#feed-state').textContent()

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
    await visit.page.waitForFunction(() => Number(/customEvent (\d+)/.exec(document.querySelector('#log')?.lastElementChild?.textContent ?? '')?.[1]) > 250)
    await visit.page.waitForFunction(() => document.querySelector('#log')?.childElementCount === 200)
    expect(await visit.page.locator('#log').evaluate(log => log.scrollHeight - log.scrollTop - log.clientHeight)).toBeLessThan(50)
    await busy.close()
  })

  test('the page says that the feed was lost, and when it will try again', async () => {
    const brief = await serve({ interval: 20 })
    await visit.page.goto(`${brief.url}/feeds`)
    await button('Connect').click()
    await visit.page.waitForSelector('.line[data-kind="message"]')
    await brief.close()
    await visit.page.waitForFunction(() => document.querySelector('#feed-state')?.textContent === 'readyState 0, connecting')
    expect(await visit.page.locator('#log .line').last().textContent()).toMatch(/Attempt 1 in 3\d\.\d s: /)
    await button('Disconnect').click()
    await visit.page.waitForFunction(() => document.querySelector('#feed-state')?.textContent === 'readyState 2, closed')
  })
})
