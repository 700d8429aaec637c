import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import * as teleprinter from '../src/index.ts'

const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8')
const readme = read('README.md')
const manifest = JSON.parse(read('package.json')) as { scripts: Record<string, string>; 'size-limit': { name: string; limit?: string }[] }
const blocks = (language: string) => [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map(([, code]) => code as string)

describe('README.md', () => {
  test('says the sizes that are held', () => {
    const limits = manifest['size-limit'].filter(({ limit }) => limit)
    expect(limits.length).toBeGreaterThan(5)
    for (const { name, limit } of limits) expect(readme).toMatch(new RegExp(`^\\| \`?${name}\`? \\| ${limit?.replace('.', '\\.')} \\|$`, 'm'))
    const markdown = limits.find(({ name }) => name === 'markdown')
    expect(readme).toContain(`the whole main entry at most ${limits[0]?.limit} (minified, brotli), Markdown another ${markdown?.limit}`)
  })

  test('names commands that exist', () => {
    const text = readme + read('CONTRIBUTING.md')
    const named = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name as string)
    expect(named.length).toBeGreaterThan(5)
    for (const name of [...named, 'start', 'test']) expect(manifest.scripts).toHaveProperty(name)
  })

  test('imports names that exist', () => {
    const imported = blocks('js').flatMap(code => [...code.matchAll(/import \{ ([^}]+) \} from 'teleprinter'/g)]).flatMap(([, names]) => (names as string).split(', '))
    expect(imported.length).toBeGreaterThan(6)
    for (const name of imported) expect(teleprinter).toHaveProperty(name)
  })

  test('shows a server route that works, and keeps the key', async () => {
    const route = blocks('js').find(code => code.includes('export async function POST')) as string
    const seen: { headers: http.IncomingHttpHeaders; body: string }[] = []
    const provider = http.createServer((request, answer) => {
      let body = ''
      request.on('data', text => (body += String(text))).on('end', () => {
        seen.push({ headers: request.headers, body })
        answer.writeHead(200, { 'content-type': 'text/event-stream' })
        answer.end('data: {"choices":[{"delta":{"content":"Blue"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n')
      })
    })
    await new Promise<void>(resolve => provider.listen(0, '127.0.0.1', resolve))
    const base = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`
    const file = join(tmpdir(), `teleprinter-route-${process.pid}.mjs`)
    writeFileSync(file, route.replace('https://api.openai.com', base))
    process.env['OPENAI_API_KEY'] = 'sk-test'
    try {
      const { POST } = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as { POST: (request: Request) => Promise<Response> }
      const result = await teleprinter.streamText('Why?', { url: 'http://localhost/api/chat', fetch: (url, init) => POST(new Request(url, init)) })
      expect(result).toMatchObject({ text: 'Blue', outcome: 'done' })
      expect(seen[0]?.headers.authorization).toBe('Bearer sk-test')
      expect(JSON.parse(seen[0]?.body ?? '')).toEqual({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Why?' }], stream: true })
    } finally {
      delete process.env['OPENAI_API_KEY']
      rmSync(file)
      provider.close()
    }
  })
})
