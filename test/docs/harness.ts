// What the documentation's code runs in: a loopback server, a page by happy-dom, Node's own fetch, and bundles by esbuild
import { build, type Plugin } from 'esbuild'
import { Window } from 'happy-dom'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))
export const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

/** A block of code in a page, by where it stands. */
export interface Block {
  /** `docs/chat.md:12` */
  at: string
  language: string
  code: string
}

export const PAGES = ['README.md', ...readdirSync(join(ROOT, 'docs')).filter(name => name.endsWith('.md')).map(name => `docs/${name}`)]

export function blocksOf(page: string): Block[] {
  const text = read(page)
  return [...text.matchAll(/^```(\w+)[^\n]*\n([^]*?)^```$/gm)].map(({ 1: language = '', 2: code = '', index }) => ({
    at: `${page}:${text.slice(0, index).split('\n').length}`, language, code,
  }))
}

/** The files that pages show as they are tested. */
export const RECIPES = 'test/docs/recipes'
export const recipes = readdirSync(join(ROOT, RECIPES), { recursive: true, encoding: 'utf8' }).filter(name => /\.\w+$/.test(name))

/** What `/api/chat` answers, by the word. */
export const ANSWER = 'Because blue light scatters more'

export interface DocsServer {
  url: string
  /** Every request so far, and how its answer ended: `left` where the client went away first. */
  seen: { path: string; body: string; headers: http.IncomingHttpHeaders; over: Promise<'finished' | 'left'> }[]
  /** Whether chats say the same word for ever, so that only the reader can end them. */
  endless: boolean
  /** Whether a model with tools calls them again and again. */
  insistent: boolean
  /** Resolves when no answer is under way; rejects where one is after a while. */
  quiet(): Promise<void>
  close(): Promise<void>
}

const QUIET_MS = 2000

const says = (content: string) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`
const FEED = 'retry: 10\nid: 1\ndata: hello\n\nid: 2\nevent: tick\ndata: {"id":1}\n\nid: 3\nevent: photo\ndata: AAEC\n\nid: 4\nevent: size\ndata: 3\n\n'

/** Answers every POST as a chat, and every GET as a feed that is over when it is asked for again. */
export async function startDocsServer(): Promise<DocsServer> {
  const underWay = new Set<http.ServerResponse>()
  const server = http.createServer((request, answer) => {
    let body = ''
    const over = new Promise<'finished' | 'left'>(resolve => answer.on('close', () => resolve(answer.writableFinished ? 'finished' : 'left')))
    underWay.add(answer)
    void over.then(() => underWay.delete(answer))
    request.on('data', text => (body += String(text))).on('end', () => {
      docs.seen.push({ path: request.url ?? '', body, headers: request.headers, over })
      if (request.method === 'GET') feed(request, answer)
      else if (request.url === '/api/messages') anthropic(answer)
      else if (body.includes('"trigger"')) aiSdk(answer)
      else if (body.includes('"tools"') && (docs.insistent || !body.includes('"tool_call_id"'))) callTool(answer)
      else chat(answer)
    })
  })

  function open(answer: http.ServerResponse) {
    answer.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
  }
  function feed({ headers }: http.IncomingMessage, answer: http.ServerResponse) {
    if (headers['last-event-id']) answer.writeHead(204).end()
    else {
      open(answer)
      answer.end(FEED)
    }
  }
  function anthropic(answer: http.ServerResponse) {
    open(answer)
    answer.end([
      { type: 'message_start', message: { usage: { input_tokens: 3, output_tokens: 1 } } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: ANSWER } },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 5 } },
      { type: 'message_stop' },
    ].map(event => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''))
  }
  function aiSdk(answer: http.ServerResponse) {
    open(answer)
    answer.end([
      { type: 'start' }, { type: 'text-start', id: '1' }, { type: 'text-delta', id: '1', delta: ANSWER }, { type: 'text-end', id: '1' },
      { type: 'finish', finishReason: 'stop' },
    ].map(event => `data: ${JSON.stringify(event)}\n\n`).join('') + 'data: [DONE]\n\n')
  }
  function callTool(answer: http.ServerResponse) {
    open(answer)
    const call = { index: 0, id: 'call-1', function: { name: 'weather', arguments: '{"city":"Paris"}' } }
    const delta = { content: 'Let me look. ', tool_calls: [call] }
    answer.end(`data: ${JSON.stringify({ choices: [{ delta, finish_reason: 'tool_calls' }] })}\n\ndata: [DONE]\n\n`)
  }
  function chat(answer: http.ServerResponse) {
    open(answer)
    const pieces = ANSWER.split(/(?= )/).map(says)
    const timer = setInterval(() => {
      const piece = docs.endless ? says('word ') : pieces.shift()
      if (piece) answer.write(piece)
      else answer.end('data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n')
    }, 2)
    answer.on('close', () => clearInterval(timer))
  }

  const docs: DocsServer = {
    url: '',
    seen: [],
    endless: false,
    insistent: false,
    async quiet() {
      const start = Date.now()
      for (let calm = 0; calm < 2 && Date.now() - start < QUIET_MS;) {
        await new Promise(resolve => setTimeout(resolve, 10))
        calm = underWay.size === 0 ? calm + 1 : 0
      }
      if (underWay.size > 0) throw new Error(`Cannot find the server quiet: ${underWay.size} answers are under way after ${QUIET_MS} ms`)
    },
    close: () => new Promise(resolve => {
      server.close(() => resolve())
      server.closeAllConnections()
    }),
  }
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  docs.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return docs
}

/** Makes Node a page at an address: what it lacks, happy-dom gives; `fetch` stays Node's, and learns what is relative. */
export function openPage(url: string): { window: Window; close: () => Promise<void> } {
  const window = new Window({ url })
  const globals = globalThis as unknown as Record<string, unknown>
  const own = Object.getOwnPropertyNames(window).filter(name => !(name in globalThis) && !/^\d/.test(name))
  for (const name of own) globals[name] = (window as unknown as Record<string, unknown>)[name]
  const { fetch: nodeFetch, FormData: NodeFormData } = globalThis
  Object.assign(globals, { window, FormData: window.FormData }) // the page's, which knows its forms
  globals['fetch'] = (target: string | URL | Request, init?: RequestInit) => nodeFetch(target instanceof Request ? target : new URL(target, url), init)
  return {
    window,
    async close() {
      Object.assign(globals, { fetch: nodeFetch, FormData: NodeFormData })
      for (const name of [...own, 'window']) delete globals[name]
      await window.happyDOM.close()
    },
  }
}

/** Folders for what is made of the documentation: outside of what git, tsc and the linter look at. */
export function folder(name: string): string {
  const path = join(ROOT, 'demo/build/docs', name)
  rmSync(path, { recursive: true, force: true })
  mkdirSync(path, { recursive: true })
  return path
}

/** What stands in for a model in docs/getting-started.md, on a port of its own. */
export async function startStandIn(name: string): Promise<http.Server> {
  const code = blocksOf('docs/getting-started.md').find(block => block.code.includes('http.createServer'))?.code ?? ''
  const file = join(folder(name), 'server.mjs')
  writeFileSync(file, code.replace('http.createServer', 'export const server = http.createServer').replace('listen(3000)', "listen(0, '127.0.0.1')"))
  const { server } = await import(/* @vite-ignore */ pathToFileURL(file).href) as { server: http.Server }
  if (!server.listening) await new Promise(resolve => server.once('listening', resolve))
  return server
}

const SOURCES = {
  'teleprinter': join(ROOT, 'src/index.ts'),
  'teleprinter/dialects': join(ROOT, 'src/chat/dialects/index.ts'),
  'teleprinter/markdown': join(ROOT, 'src/typewriter/markdown.ts'),
  'teleprinter/fetch-event-source': join(ROOT, 'src/connection/fetch-event-source.ts'),
}
export const paths = Object.fromEntries(Object.entries(SOURCES).map(([name, file]) => [name, [file]]))

/** Bundles entries for a page, with the package's source in place of the package; gives what imports one of them. */
export async function bundle(name: string, entries: Record<string, string>, options: { plugins?: Plugin[]; external?: string[] } = {}) {
  const outdir = join(ROOT, 'node_modules/.cache/teleprinter-docs', name)
  rmSync(outdir, { recursive: true, force: true })
  await build({
    entryPoints: entries, outdir, bundle: true, splitting: true, format: 'esm', platform: 'browser', target: 'es2022', logLevel: 'silent',
    outExtension: { '.js': '.mjs' }, absWorkingDir: ROOT, define: { 'process.env.NODE_ENV': '"development"', '__VUE_OPTIONS_API__': 'true', '__VUE_PROD_DEVTOOLS__': 'false', '__VUE_PROD_HYDRATION_MISMATCH_DETAILS__': 'false' }, conditions: ['development'],
    tsconfigRaw: { compilerOptions: { jsx: 'react-jsx' } },
    plugins: [{
      name: 'teleprinter',
      setup(plugin) {
        plugin.onResolve({ filter: /^teleprinter(\/|$)/ }, ({ path }) => ({ path: SOURCES[path as keyof typeof SOURCES] }))
        plugin.onResolve({ filter: /^\.\/workers-ai\.js$/ }, () => ({ path: join(ROOT, 'test/docs/workers-ai.ts') }))
        // What a page without a build imports from the network
        plugin.onResolve({ filter: /^https:\/\/unpkg\.com\/teleprinter\/dist\/markdown\.js$/ }, () => ({ path: SOURCES['teleprinter/markdown'] }))
      },
    }, ...(options.plugins ?? [])],
    external: options.external ?? [],
  })
  return (entry: string, query = '') => import(/* @vite-ignore */ pathToFileURL(join(outdir, `${entry}.mjs`)).href + query) as Promise<Record<string, unknown>>
}
