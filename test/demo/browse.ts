// The demo's pages as visitors meet them: what `npm run build` made, driven in Chromium from outside
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { chromiumArgs, find } from '../../scripts/browsers.mjs'
import { serve, type Served } from './serve.ts'

/** The server as `npm start` runs it. */
export const BUILT_SERVER = fileURLToPath(new URL('../../demo/build/server.js', import.meta.url))

/** Of a phone and of a desktop, and the smallest and the flattest that a page has to do with. */
export const SIZES = [[390, 844], [320, 568], [844, 390], [1280, 800]] as const

/** What tests of a page work with; see {@link browse}. */
export interface Visit {
  /** At the path that was given, 1280 by 800, in English; a new one for each test. */
  page: Page
  served: Served
  browser: Browser
  /** Errors and warnings of the console, requests that failed, answers of 400 and more, since the test began. */
  complaints: string[]
  /** Opens another page, as somebody with other preferences. */
  visit(options: BrowserContextOptions, path?: string, url?: string): Promise<Page>
}

/** Starts a browser and a server for the tests of a file, and opens the page before each. */
export function browse(path: string, options: Parameters<typeof serve>[0] = {}): Visit {
  const visit = { complaints: [] as string[], visit: open } as Visit

  async function open(preferences: BrowserContextOptions, to = path, url = visit.served.url): Promise<Page> {
    const page = await visit.browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en', ...preferences })
    watch(page, visit.complaints)
    await page.goto(url + to)
    return page
  }

  beforeAll(async () => {
    if (!existsSync(BUILT_SERVER)) throw new Error(`Cannot test the demo: npm run build has not made ${BUILT_SERVER}`)
    visit.browser = await launch()
    visit.served = await serve(options)
  })
  afterAll(async () => {
    await visit.browser?.close()
    await visit.served?.close()
  })
  beforeEach(async () => {
    visit.complaints.length = 0
    visit.page = await open({})
  })
  afterEach(async () => {
    for (const context of visit.browser.contexts()) await context.close()
  })
  return visit
}

/** Chromium, where `npm test` found or put it. */
export async function launch(): Promise<Browser> {
  const found = await find('chromium')
  return chromium.launch({ args: chromiumArgs, ...(found && found.kind !== 'playwright' && { executablePath: found.path }) })
}

function watch(page: Page, complaints: string[]): void {
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
}

export function scrollsSideways(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)
}

/** What axe finds that is serious, and landmarks that can't be told apart: its rules' names, and the elements. */
export async function seriousFaults(page: Page): Promise<string[]> {
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  // By the debugger, as the page's own policy lets no script in
  await page.evaluate(axe)
  type Axe = { axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { target: unknown; failureSummary: string }[] }[] }> } }
  const { violations } = await page.evaluate(() => (globalThis as unknown as Axe).axe.run())
  return violations.filter(({ id, impact }) => impact === 'serious' || impact === 'critical' || id === 'landmark-unique')
    .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${String(target)}: ${failureSummary}`))
}

/** Holds for every page: nothing to complain of, no sideways scrolling, nothing serious for axe, in both themes and languages. */
export async function expectGoodPage(visit: Visit, path: string): Promise<void> {
  for (const preferences of [{ colorScheme: 'light', locale: 'en' }, { colorScheme: 'dark', locale: 'zh-CN' }] as const) {
    const page = await visit.visit(preferences, path)
    for (const [width, height] of SIZES) {
      await page.setViewportSize({ width, height })
      expect(await scrollsSideways(page), `${path} at ${width} by ${height}`).toBe(false)
    }
    expect(await seriousFaults(page)).toEqual([])
    await page.context().close()
  }
  expect(visit.complaints).toEqual([])
}
