// The recipes whose buttons a reader presses, with what was built, in Chromium: only a click that comes from outside the page has
// the browser's own turns between its listeners and what it does by itself
import { build } from 'esbuild'
import { readFileSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { launch } from '../demo/browse.ts'
import { startStandIn } from '../docs/harness.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string) => readFileSync(`${ROOT}/${path}`, 'utf8')

const pages: Record<string, string> = {
  '/plain': read('test/docs/recipes/page.html').replace('https://unpkg.com/teleprinter', '/teleprinter.min.js'),
  '/react': '<!doctype html><main></main><script type="module" src="/react.js"></script>',
}
const scripts: Record<string, string> = { '/teleprinter.min.js': read('dist/teleprinter.min.js') }

let browser: Browser
let page: Page
/** The prompts that were sent, and whether the reader has ended the answer. */
let posts: { prompt: string | undefined; over: boolean }[] = []

/** Answers every prompt with a word, and has no end. */
const server = http.createServer((request, answer) => {
  const path = request.url ?? ''
  if (request.method === 'GET') {
    const type = path in scripts ? 'text/javascript' : 'text/html'
    answer.writeHead(path in scripts || path in pages ? 200 : 404, { 'content-type': type }).end(scripts[path] ?? pages[path])
    return
  }
  let body = ''
  request.on('data', text => (body += String(text))).on('end', () => {
    const post = { prompt: (JSON.parse(body) as { messages: { content: string }[] }).messages.at(-1)?.content, over: false }
    posts.push(post)
    answer.on('close', () => (post.over = true))
    answer.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: {"choices":[{"delta":{"content":"Blue"}}]}\n\n')
  })
})

beforeAll(async () => {
  const app = `
    import { createElement } from 'react'
    import { createRoot } from 'react-dom/client'
    import { Chat } from './test/docs/recipes/react/chat.tsx'
    createRoot(document.querySelector('main')).render(createElement(Chat))`
  const { outputFiles } = await build({
    stdin: { contents: app, resolveDir: ROOT }, bundle: true, format: 'esm', target: 'es2022', write: false,
    tsconfigRaw: { compilerOptions: { jsx: 'react-jsx' } }, define: { 'process.env.NODE_ENV': '"production"' },
  })
  scripts['/react.js'] = outputFiles[0]?.text ?? ''
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  browser = await launch()
})
afterAll(async () => {
  await browser?.close()
  server.close()
  server.closeAllConnections()
})
beforeEach(() => {
  posts = []
})
afterEach(() => page.close())

const addressOf = (one: http.Server) => `http://127.0.0.1:${(one.address() as AddressInfo).port}`

describe.each(['/react', '/plain'])('%s', path => {
  const press = (name: string) => page.getByRole('button', { name }).click()

  beforeEach(async () => {
    page = await browser.newPage()
    await page.goto(addressOf(server) + path)
  })

  test('a click on Stop ends the request, and sends no other', async () => {
    for (let time = 1; time <= 3; time++) {
      await page.getByRole('textbox').fill('Why?')
      await press('Ask')
      await page.locator('[data-state=typing]').waitFor()
      await press('Stop')
      await expect.poll(() => posts[time - 1]?.over).toBe(true)
      await page.evaluate(() => fetch('/react')) // what the click had the page send has arrived before this
      expect(posts).toHaveLength(time)
      await page.locator('[data-state=stopped]').waitFor()
    }
  })

  test('Enter without a prompt sends nothing', async () => {
    await page.getByRole('textbox').press('Enter')
    await page.evaluate(() => fetch('/react'))
    expect(posts).toEqual([])
    await page.getByRole('textbox').fill('Why?')
    await page.getByRole('textbox').press('Enter')
    await page.locator('[data-state=typing]').waitFor()
    expect(posts.map(({ prompt }) => prompt)).toEqual(['Why?'])
  })
})

test('the page of docs/getting-started.md types what its server says', async () => {
  const standIn = await startStandIn('stand-in-built')
  page = await browser.newPage()
  await page.route('https://unpkg.com/teleprinter', route => route.fulfill({ contentType: 'text/javascript', body: scripts['/teleprinter.min.js'] ?? '' }))
  await page.goto(addressOf(standIn))
  await page.locator('#answer[data-state=done]').waitFor()
  expect(await page.locator('#answer').textContent()).toBe('The sky is blue.')
  standIn.close()
  standIn.closeAllConnections()
})
