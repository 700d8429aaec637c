// One way to drive a page in every engine, with what there is for each
import { firefox, webkit, type Browser } from 'playwright'
import { expect } from 'vitest'
import { find } from '../../../scripts/browsers.mjs'
import { startWebKitGtk } from '../../../scripts/webkitgtk.ts'
import { launch } from '../browse.ts'

/** A window of a browser. */
export interface Driver {
  /** Opens a page, and waits until it has loaded. */
  goTo(url: string): Promise<void>
  /** Runs a function of the page's own world, that uses nothing else, and gives what it returns. */
  run<T>(task: () => T): Promise<T>
  click(selector: string): Promise<void>
  type(selector: string, text: string): Promise<void>
  /** Errors that no script has caught, since the last page was opened. */
  errors(): Promise<string[]>
  close(): Promise<void>
}

export async function driveChromium(): Promise<Driver> {
  return drivePlaywright(await launch())
}

/** Firefox, by the means that Playwright has for the system's own. */
export async function driveFirefox(): Promise<Driver> {
  const found = await find('firefox')
  return drivePlaywright(await firefox.launch(found && found.kind !== 'playwright' ? { channel: 'moz-firefox', executablePath: found.path } : {}))
}

/** WebKit: Debian's, or Playwright's where that is installed. */
export async function driveWebKit(): Promise<Driver> {
  const found = await find('webkit')
  return found && found.kind !== 'playwright' ? driveWebKitGtk() : drivePlaywright(await webkit.launch())
}

async function drivePlaywright(browser: Browser): Promise<Driver> {
  const page = await browser.newPage({ locale: 'en' })
  let errors: string[] = []
  page.on('pageerror', error => errors.push(String(error)))
  return {
    async goTo(url) {
      errors = []
      await page.goto(url)
    },
    run: task => page.evaluate(task),
    click: selector => page.click(selector),
    type: (selector, text) => page.locator(selector).pressSequentially(text),
    errors: async () => errors,
    close: () => browser.close(),
  }
}

async function driveWebKitGtk(): Promise<Driver> {
  const driver = await startWebKitGtk()
  const window = await driver.open()
  const run = <T>(task: () => T): Promise<T> => window.run(`return (${String(task)})()`) as Promise<T>
  return {
    async goTo(url) {
      await window.goTo(url)
      // It answers for a new window before the page's scripts have run
      await expect.poll(() => run(() => `${document.readyState} ${location.href}`), { timeout: 20_000 }).toBe(`complete ${url}`)
      // WebDriver tells of none. One that was thrown while the page loaded is not among these: what it broke does not work
      await run(() => {
        const errors: string[] = []
        Object.assign(globalThis, { errors })
        addEventListener('error', ({ message }) => errors.push(message))
        addEventListener('unhandledrejection', ({ reason }) => errors.push(String(reason)))
      })
    },
    run,
    click: selector => window.click(selector),
    type: (selector, text) => window.type(selector, text),
    errors: () => run(() => (globalThis as unknown as { errors: string[] }).errors),
    close: () => driver.close(),
  }
}
