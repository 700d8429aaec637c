// What is looked at in every engine: that each page opens, has its head, and does what it is there for
import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BUILT_SERVER } from '../browse.ts'
import { serve, type Served } from '../serve.ts'
import type { Driver } from './drive.ts'

interface PageSteps {
  path: string
  /** What is behind the path. */
  query?: string
  title: string
  /** What a visitor does there. */
  act: (driver: Driver) => Promise<void>
  /** Whether it has worked; asked in the page. */
  worked: () => boolean
}

const PAGES: PageSteps[] = [
  {
    path: '/', title: 'Teleprinter',
    async act(driver) {
      await driver.type('#prompt', 'hi')
      await driver.click('#send')
    },
    worked: () => document.querySelector('#chat-status')?.textContent.startsWith('Done') === true,
  },
  {
    path: '/feeds', title: 'Feeds · Teleprinter',
    act: driver => driver.click('#connect'),
    worked: () => (document.querySelector('#feed-lines')?.textContent.match(/customEvent/g) ?? []).length >= 3,
  },
  {
    path: '/wire', title: 'Wire · Teleprinter',
    act: driver => driver.click('#open'),
    worked: () => (document.querySelector('#rows')?.textContent.match(/customEvent/g) ?? []).length >= 3,
  },
  {
    path: '/faults', query: '?fault=healthy&seconds=2', title: 'Faults · Teleprinter',
    act: driver => driver.click('#run'),
    worked: () => [...document.querySelectorAll('.client')].some(client => {
      return client.querySelector('.received')?.textContent !== '' && client.querySelector('.verdict')?.textContent !== ''
    }),
  },
  {
    path: '/plots', title: 'Plots · Teleprinter',
    async act(driver) {
      await driver.run(() => {
        const length = document.querySelector<HTMLSelectElement>('#length')
        if (length) length.value = '200'
      })
      await driver.click('#run')
    },
    worked: () => document.querySelector('#plots-status')?.textContent.startsWith('Done') === true,
  },
]

/** Tests all pages in one engine. */
export function testPages(engine: string, launch: () => Promise<Driver>): void {
  describe(engine, () => {
    let served: Served | undefined
    let driver: Driver

    beforeAll(async () => {
      if (!existsSync(BUILT_SERVER)) throw new Error(`Cannot test the demo: npm run build has not made ${BUILT_SERVER}`)
      served = await serve({ pace: 0.2, interval: 50 })
      driver = await launch()
    })
    afterAll(async () => {
      await driver?.close()
      await served?.close()
    })

    test.each(PAGES)('$path opens, with its head, and works', async ({ path, query = '', title, act, worked }) => {
      await driver.goTo(served?.url + path + query)
      const head = await driver.run(() => ({
        title: document.title,
        links: [...document.querySelectorAll('#masthead nav a')].map(link => link.getAttribute('href')),
        current: document.querySelector('#masthead [aria-current]')?.getAttribute('href'),
      }))
      expect(head).toEqual({ title, links: PAGES.map(page => page.path), current: path })
      await act(driver)
      await expect.poll(() => driver.run(worked), { timeout: 40_000, interval: 200 }).toBe(true)
      expect(await driver.errors()).toEqual([])
    })
  })
}
