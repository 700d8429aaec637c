import { playwright } from '@vitest/browser-playwright'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import type { BrowserProviderOption } from 'vitest/node'
import { chromiumArgs, find } from './scripts/browsers.mjs'
import { webkitgtk } from './scripts/webkitgtk-provider.ts'
import { conformanceTable } from './test/helpers/conformance/table.ts'

const system = async (name: string) => {
  const browser = await find(name)
  return browser && browser.kind !== 'playwright' ? browser.path : undefined
}
const [chromium, firefox, webkit] = await Promise.all(['chromium', 'firefox', 'webkit'].map(system))

const inBrowser = (browser: 'chromium' | 'firefox' | 'webkit', provider: BrowserProviderOption) => ({
  extends: true as const,
  test: {
    name: `in-${browser}`, include: ['test/browser/**/*.test.ts'], globalSetup: 'test/helpers/global-setup.ts',
    // Only Chromium tells what its heap holds, and how long its main thread was at work
    exclude: browser === 'chromium' ? [] : ['test/browser/leaks.test.ts', 'test/browser/typing-cost.test.ts'],
    browser: { enabled: true, headless: true, screenshotFailures: false, connectTimeout: 120_000, provider, instances: [{ browser, name: browser }] },
  },
})

export default defineConfig({
  resolve: {
    alias: Object.entries({
      'teleprinter': 'src/index.ts', 'teleprinter/dialects': 'src/chat/dialects/index.ts', 'teleprinter/markdown': 'src/typewriter/markdown.ts',
      'teleprinter/fetch-event-source': 'src/connection/fetch-event-source.ts',
    }).map(([name, file]) => ({ find: new RegExp(`^${name}$`), replacement: fileURLToPath(new URL(file, import.meta.url)) })),
  },
  optimizeDeps: { include: ['mitt'] },
  test: {
    reporters: ['default', ...(process.env.GITHUB_ACTIONS ? ['github-actions'] : []), conformanceTable()],
    projects: [
      // Node, and happy-dom where a file's first line asks for it
      { extends: true, test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: ['test/browser/**', 'test/built/**', 'test/demo/pages/**', 'test/demo/engines/**'] } },
      // what is built: the package as bundlers meet it; each page of the demo, in Chromium, doing what it is there for
      { extends: true, test: { name: 'built', include: ['test/built/**/*.test.ts', 'test/demo/engines/chromium.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 } },
      // the demo's pages from end to end, served as they are built, and driven in Chromium from outside
      { extends: true, test: { name: 'demo', include: ['test/demo/pages/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 } },
      // the demo's pages in the other engines
      {
        extends: true,
        test: { name: 'demo-engines', include: ['test/demo/engines/{firefox,webkit}.test.ts'], testTimeout: 60_000, hookTimeout: 120_000 },
      },
      inBrowser('chromium', playwright({
        // Playwright keeps pages out of the back/forward cache, which our EventSource knows of
        launchOptions: { args: chromiumArgs, ignoreDefaultArgs: ['--disable-back-forward-cache'], ...(chromium && { executablePath: chromium }) },
      })),
      inBrowser('firefox', playwright({ launchOptions: firefox ? { channel: 'moz-firefox', executablePath: firefox } : {} })),
      inBrowser('webkit', webkit ? webkitgtk() : playwright()),
    ],
  },
})
