// The plots page as its visitors meet it
import type { Page } from 'playwright'
import { describe, expect, test } from 'vitest'
import { texts } from '../../../demo/page/plots/texts.ts'
import { browse, expectGoodPage, scrollsSideways, seriousFaults, SIZES } from '../browse.ts'

const visit = browse('/plots', { pace: 0.2 })

const NAMES = ['ours', 'raw', 'fixed', 'smooth'] as const

describe('the plots page', () => {
  const typed = (name: (typeof NAMES)[number], page = visit.page) => page.locator(`#paper-${name}`).evaluate(paper => paper.textContent)
  const untilTyped = (name: (typeof NAMES)[number], length: number, page = visit.page) =>
    page.waitForFunction(([id, enough]) => (document.getElementById(id)?.textContent.length ?? 0) >= enough, [`paper-${name}`, length] as const)
  const status = () => visit.page.locator('#plots-status').textContent()
  const untilStatus = (pattern: RegExp, page = visit.page) =>
    page.waitForFunction(source => new RegExp(source).test(document.querySelector('#plots-status')?.textContent ?? ''), pattern.source)
  /** How much is drawn in each strip of a plot. */
  const drawn = (plot: 'characters' | 'lag') =>
    visit.page.locator(`#${plot} path:not(.strip-grid)`).evaluateAll(paths => paths.map(path => path.getAttribute('d')?.length ?? 0))
  /** The table's numbers: lag (mean, 95 %, longest), variation, still frames, shown. */
  const table = async (): Promise<number[][]> => {
    const rows = await visit.page.locator('#figures tr').evaluateAll(all => all.map(row => [...row.querySelectorAll('td')].map(cell => cell.textContent)))
    return rows.map(cells => cells.map(cell => parseFloat(cell.replaceAll(',', ''))))
  }

  async function run(choices: Record<string, string>, page: Page = visit.page): Promise<void> {
    for (const [id, value] of Object.entries({ length: '200', ...choices })) await page.locator(`#${id}`).selectOption(value)
    await page.locator('#run').click()
  }

  test('the page shows a burst in four ways, to the letter, draws both plots, and reckons', async () => {
    await run({ trace: 'bursts' })
    await untilStatus(/^Done: /)
    const text = texts.en.slice(0, 200)
    for (const name of NAMES) expect(await typed(name)).toBe(text)
    for (const plot of ['characters', 'lag'] as const) {
      for (const length of await drawn(plot)) expect(length).toBeGreaterThan(20)
    }
    const [ours, raw, fixed] = await table() as [number[], number[], number[], number[]]
    const [LAG, VARIATION, SHOWN] = [0, 3, 5] as const
    expect(ours[VARIATION]).toBeLessThan(raw[VARIATION] as number)
    expect(ours[LAG]).toBeLessThan(fixed[LAG] as number)
    expect(ours[SHOWN]).toBe(200)
    expect(await visit.page.locator('#reading').textContent()).toMatch(/^Most even: .+ Quickest: .+ frames/)

    for (const [width, height] of SIZES) {
      await visit.page.setViewportSize({ width, height })
      expect(await scrollsSideways(visit.page), `${width} by ${height}`).toBe(false)
    }
    expect(await seriousFaults(visit.page)).toEqual([])
    await visit.page.getByRole('button', { name: '中文' }).click()
    expect(await status()).toMatch(/^完成：四种方式都显示了 200 个字符/)
    expect(await visit.page.locator('#reading').textContent()).toMatch(/^最均匀的是/)
    expect(visit.complaints).toEqual([])
  })

  test('Stop leaves everything as it is, and Run begins anew', async () => {
    await run({ trace: 'smooth', length: '1000' })
    await untilTyped('ours', 30)
    await visit.page.getByRole('button', { name: 'Stop' }).click()
    expect(await status()).toMatch(/^Stopped after /)
    const lengths = async () => Promise.all(NAMES.map(async name => (await typed(name)).length))
    const before = await lengths()
    // Two frames, and more than a character's time
    await visit.page.evaluate(() => new Promise(resolve => setTimeout(() => requestAnimationFrame(resolve), 1000)))
    expect(await lengths()).toEqual(before)
    await run({ trace: 'fast', length: '1000' })
    await untilTyped('raw', 1000)
    await visit.page.getByRole('button', { name: 'Stop' }).click()
    expect(visit.complaints).toEqual([])
  })

  test('the page shows what its own server answers, as it comes', async () => {
    const ended = visit.served.nextEnd('chat')
    await run({ trace: 'live' })
    await untilStatus(/^The text has come, 200 characters; still typing: /)
    // It leaves when it has enough
    expect(await ended).toBe(false)
    await untilTyped('ours', 200)
    expect(await typed('raw')).toBe(await typed('ours'))
    await visit.page.getByRole('button', { name: 'Stop' }).click()
    expect(visit.complaints).toEqual([])
  })

  test('the page says why its server gave no answer', async () => {
    await visit.page.route('**/api/chat', route => route.fulfill({ status: 500, body: 'No' }))
    await run({ trace: 'live' })
    await untilStatus(/^Failed: .*500/)
    expect(await visit.page.getByRole('button', { name: 'Run' }).count()).toBe(1)
  })

  test('the page pauses while nobody sees it, and goes on where it was', async () => {
    const see = (state: 'hidden' | 'visible') => visit.page.evaluate(now => {
      Object.defineProperty(document, 'visibilityState', { value: now, configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))
    }, state)
    await run({ trace: 'bursts', length: '1000' })
    await untilTyped('ours', 30)
    await see('hidden')
    expect(await status()).toMatch(/^Paused: /)
    const shown = async () => Promise.all(NAMES.map(name => typed(name)))
    const before = await shown()
    expect(before[0]?.length).toBeLessThan(1000)
    await visit.page.evaluate(() => new Promise(resolve => setTimeout(() => requestAnimationFrame(resolve), 1000)))
    expect(await shown()).toEqual(before)
    await see('visible')
    expect(await status()).toBe('Running')
    await untilTyped('ours', (before[0]?.length ?? 0) + 100)
    // What was out of sight did not count as waiting: text that came before is shown at the next frame, and that was a second later
    const [, raw] = await table()
    expect(raw?.[2]).toBeLessThan(900)
    await visit.page.getByRole('button', { name: 'Stop' }).click()
  })

  test('the page types in batches for those who prefer less motion, and says so', async () => {
    expect(await visit.page.locator('#motion').isHidden()).toBe(true)
    const page = await visit.visit({ reducedMotion: 'reduce' })
    expect(await page.locator('#motion').isVisible()).toBe(true)
    await run({ trace: 'smooth' }, page)
    await untilTyped('ours', 30, page)
    await page.getByRole('button', { name: 'Stop' }).click()
    expect(await page.locator('#way-ours').textContent()).toMatch(/^Shows a batch every 100 ms/)
    const reading = await page.locator('#reading').textContent()
    expect(reading).toContain('Teleprinter did not type, but showed what had come in batches of 100\u00A0ms.')
    expect(reading).not.toContain('times as even')
  })

  test('the page lays its sheets out one by one, two by two, or in a row, and its table fits a phone', async () => {
    for (const [width, columns] of [[320, 1], [390, 1], [700, 2], [1000, 2], [1280, 4]] as const) {
      await visit.page.setViewportSize({ width, height: 800 })
      const lefts = await visit.page.locator('.sheet').evaluateAll(sheets => sheets.map(sheet => sheet.getBoundingClientRect().left))
      expect(new Set(lefts).size, `${width}`).toBe(columns)
    }
    await run({ trace: 'fast', length: '1000' })
    await untilTyped('raw', 1000)
    await visit.page.getByRole('button', { name: 'Stop' }).click()
    await visit.page.setViewportSize({ width: 390, height: 844 })
    for (const other of ['中文', 'English']) {
      expect(await visit.page.locator('.figures').evaluate(box => box.scrollWidth > box.clientWidth), other).toBe(false)
      await visit.page.getByRole('button', { name: other }).click()
    }
  })

  test('the page is good at rest', () => expectGoodPage(visit, '/plots'))
})
