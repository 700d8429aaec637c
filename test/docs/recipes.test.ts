// The recipes, as docs/recipes.md and docs/servers.md show them: compiled by each framework's own compiler, and run
import type { Plugin } from 'esbuild'
import type { Window } from 'happy-dom'
import { readFileSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { compile as compileSvelte, compileModule } from 'svelte/compiler'
import { backoff, connect, decoders, streamText, type Connection } from 'teleprinter'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { compileScript, parse } from 'vue/compiler-sfc'
import { ANSWER, blocksOf, bundle, folder, openPage, PAGES, read, RECIPES, recipes, ROOT, startDocsServer, startStandIn, type DocsServer } from './harness.ts'

test.each(recipes)('%s stands in a page as it is tested here', name => {
  expect(PAGES.flatMap(blocksOf).filter(({ code }) => code === read(`${RECIPES}/${name}`))).toHaveLength(1)
})

const vue: Plugin = {
  name: 'vue',
  setup(build) {
    build.onLoad({ filter: /\.vue$/ }, ({ path }) => {
      const { descriptor, errors } = parse(readFileSync(path, 'utf8'), { filename: path })
      if (errors.length > 0) throw errors[0] as Error
      return { contents: compileScript(descriptor, { id: 'answer', inlineTemplate: true }).content, loader: 'ts' }
    })
  },
}

const svelte: Plugin = {
  name: 'svelte',
  setup(build) {
    build.onLoad({ filter: /\.svelte$/ }, ({ path }) => {
      const { js, warnings } = compileSvelte(readFileSync(path, 'utf8'), { filename: path, generate: 'client', dev: false })
      if (warnings.length > 0) throw new Error(warnings.map(({ message }) => message).join('\n'))
      return { contents: js.code, loader: 'js' }
    })
    build.onLoad({ filter: /\.svelte\.js$/ }, ({ path }) => ({ contents: compileModule(readFileSync(path, 'utf8'), { filename: path, generate: 'client' }).js.code }))
  },
}

/** Babel comes without types: what is used of it. */
const BABEL: string = '@babel/core'
interface Babel {
  transformAsync: (code: string, options: object) => Promise<{ code?: string } | null>
}

const solid: Plugin = {
  name: 'solid',
  setup(build) {
    build.onLoad({ filter: /recipes\/solid\/.*\.tsx$/ }, async ({ path }) => {
      const { transformAsync } = await import(BABEL) as Babel
      const result = await transformAsync(readFileSync(path, 'utf8'), {
        filename: path, babelrc: false, configFile: false, presets: ['solid'], parserOpts: { plugins: ['jsx', 'typescript'] },
      })
      return { contents: result?.code ?? '', loader: 'ts' }
    })
  },
}

/** How each framework shows a component: `mount(place, props)` gives what changes the prompt, and what takes it away. */
const MOUNTS: Record<string, string> = {
  'react': `
    import { createElement, StrictMode } from 'react'
    import { createRoot } from 'react-dom/client'
    import { Answer } from 'RECIPES/react/answer.tsx'
    export function mount(place, props) {
      const root = createRoot(place)
      const update = next => root.render(createElement(StrictMode, null, createElement(Answer, next)))
      update(props)
      return { update, unmount: () => root.unmount() }
    }`,
  'vue': `
    import { createApp, h, shallowRef } from 'vue'
    import Answer from 'RECIPES/vue/Answer.vue'
    export function mount(place, props) {
      const current = shallowRef(props)
      const app = createApp({ render: () => h(Answer, current.value) })
      app.mount(place)
      return { update: next => { current.value = next }, unmount: () => app.unmount() }
    }`,
  'svelte': `
    import { flushSync, mount as mountComponent, unmount } from 'svelte'
    import Answer from 'RECIPES/svelte/Answer.svelte'
    import { state } from './state.svelte.js'
    export function mount(target, props) {
      const current = state(props)
      const component = mountComponent(Answer, { target, props: current })
      flushSync()
      return { update: next => { Object.assign(current, next); flushSync() }, unmount: () => unmount(component) }
    }`,
  'solid': `
    import { createComponent, createSignal } from 'solid-js'
    import { render } from 'solid-js/web'
    import { Answer } from 'RECIPES/solid/answer.tsx'
    export function mount(place, props) {
      const [prompt, setPrompt] = createSignal(props.prompt)
      const unmount = render(() => createComponent(Answer, { get prompt() { return prompt() } }), place)
      return { update: next => setPrompt(next.prompt), unmount }
    }`,
  'react-chat': `
    import { createElement, StrictMode } from 'react'
    import { createRoot } from 'react-dom/client'
    import { Chat } from 'RECIPES/react/chat.tsx'
    export function mount(place) {
      const root = createRoot(place)
      root.render(createElement(StrictMode, null, createElement(Chat)))
      return { unmount: () => root.unmount() }
    }`,
  'react-ticks': `
    import { createElement, StrictMode } from 'react'
    import { createRoot } from 'react-dom/client'
    import { Ticks } from 'RECIPES/react/ticks.tsx'
    export function mount(place) {
      const root = createRoot(place)
      root.render(createElement(StrictMode, null, createElement(Ticks)))
      return { unmount: () => root.unmount() }
    }`,
}

interface Mounted {
  update: (props: { prompt: string }) => void
  unmount: () => void
}

describe('frameworks', () => {
  let server: DocsServer
  let load: (name: string) => Promise<Record<string, unknown>>
  let page: { window: Window; close: () => Promise<void> }
  let place: HTMLElement
  let mounted: Mounted | undefined

  beforeAll(async () => {
    server = await startDocsServer()
    const where = folder('mounts')
    for (const [name, code] of Object.entries(MOUNTS)) writeFileSync(join(where, `${name}.js`), code.replace('RECIPES', join(ROOT, RECIPES)))
    writeFileSync(join(where, 'state.svelte.js'), 'export function state(value) {\n  let current = $state(value)\n  return current\n}\n')
    // What frameworks look for when they are loaded: a document
    page = openPage(`${server.url}/`)
    load = await bundle('recipes', Object.fromEntries(Object.keys(MOUNTS).map(name => [name, join(where, `${name}.js`)])), { plugins: [vue, svelte, solid] })
  }, 30_000)
  beforeEach(() => {
    server.seen.length = 0
    server.endless = false
    place = globalThis.document.createElement('main')
    document.body.append(place)
  })
  afterEach(() => {
    mounted?.unmount()
    mounted = undefined
    place.remove()
  })
  afterAll(async () => {
    await page.close()
    await server.close()
  })

  async function show(name: string) {
    const { mount } = await load(name) as { mount: (place: HTMLElement, props: { prompt: string }) => Mounted }
    mounted = mount(place, { prompt: 'Why?' })
    return mounted
  }
  const prompts = () => server.seen.map(({ body }) => (JSON.parse(body) as { messages: { content: string }[] }).messages.at(-1)?.content)

  describe.each(['react', 'vue', 'svelte', 'solid'])('%s', name => {
    test('types the answer, for one request', async () => {
      await show(name)
      await vi.waitFor(() => expect(place.querySelector('[data-state=done]')?.textContent).toBe(ANSWER), 5000)
      expect(prompts()).toEqual(['Why?'])
    })

    test('ends the request where the component goes', async () => {
      server.endless = true
      const { unmount } = await show(name)
      await vi.waitFor(() => expect(place.textContent).toContain('word'), 5000)
      unmount()
      mounted = undefined
      expect(await Promise.all(server.seen.map(({ over }) => over))).toEqual(['left'])
    })

    test('begins anew with another prompt, and ends the first', async () => {
      server.endless = true
      const { update } = await show(name)
      await vi.waitFor(() => expect(place.textContent).toContain('word'), 5000)
      server.endless = false
      update({ prompt: 'And at night?' })
      await vi.waitFor(() => expect(place.querySelector('[data-state=done]')?.textContent).toBe(ANSWER), 5000)
      expect(prompts()).toEqual(['Why?', 'And at night?'])
      expect(await server.seen[0]?.over).toBe('left')
    })
  })

  test('react: a conversation is asked by its form, and stopped by its button', async () => {
    await show('react-chat')
    const form = await vi.waitFor(() => place.querySelector('form') ?? expect.fail('not shown yet'))
    const ask = (prompt: string) => {
      ;(form.elements.namedItem('prompt') as HTMLInputElement).value = prompt
      form.dispatchEvent(new (page.window as unknown as typeof globalThis).Event('submit', { bubbles: true, cancelable: true }))
    }
    ask('Why?')
    await vi.waitFor(() => expect(place.querySelector('[data-state=done]')?.textContent).toBe(ANSWER), 5000)
    await vi.waitFor(() => expect(place.querySelector('button')?.textContent).toBe('Ask'), 5000)
    server.endless = true
    ask('And at night?')
    await vi.waitFor(() => expect(place.querySelector('[data-state=typing]')?.textContent).toContain('word'), 5000)
    place.querySelector('button')?.click()
    await vi.waitFor(() => expect(place.querySelector('[data-state=stopped]')).not.toBeNull(), 5000)
    expect(await server.seen[1]?.over).toBe('left')
    expect((JSON.parse(server.seen[1]?.body ?? '') as { messages: unknown[] }).messages).toHaveLength(3)
  })

  test('react: a feed is shown, and closed where the component goes', async () => {
    await show('react-ticks')
    await vi.waitFor(() => expect(place.textContent).toBe('1'), 5000)
    expect(server.seen.filter(({ headers }) => !headers['last-event-id'])).toHaveLength(1)
  })

  test('a plain page asks by its form, and stops by its button', async () => {
    const html = read(`${RECIPES}/page.html`)
    Object.assign(globalThis, { teleprinter: await import('teleprinter') })
    place.innerHTML = html.replaceAll(/<script[^]*?<\/script>/g, '').replace(/<!doctype[^]*?<form>/, '<form>')
    const [, code = ''] = /<script>([^]*?)<\/script>/.exec(html) ?? []
    // oxlint-disable-next-line typescript/no-implied-eval -- it is a page's script
    new Function(code)()
    const input = place.querySelector('input') as HTMLInputElement
    input.value = 'Why?'
    server.endless = true
    place.querySelector('form')?.dispatchEvent(new (page.window as unknown as typeof globalThis).Event('submit', { bubbles: true, cancelable: true }))
    await vi.waitFor(() => expect(place.querySelector('#answer')?.textContent).toContain('word'), 5000)
    ;(place.querySelector('#stop') as HTMLElement).click()
    expect(await server.seen[0]?.over).toBe('left')
  })
})

describe('servers', () => {
  let provider: http.Server
  let seen: { headers: http.IncomingHttpHeaders; body: string; over: Promise<'finished' | 'left'> }[]
  let mode: 'answers' | 'endless' | 'busy'
  let load: (name: string, query?: string) => Promise<Record<string, unknown>>
  const servers: http.Server[] = []

  beforeAll(async () => {
    provider = http.createServer((request, answer) => {
      let body = ''
      const over = new Promise<'finished' | 'left'>(resolve => answer.on('close', () => resolve(answer.writableFinished ? 'finished' : 'left')))
      request.on('data', text => (body += String(text))).on('end', () => {
        seen.push({ headers: request.headers, body, over })
        if (mode === 'busy') {
          answer.writeHead(429, { 'content-type': 'application/json', 'retry-after': '7' }).end('{"error":{"message":"Slow down"}}')
          return
        }
        answer.writeHead(200, { 'content-type': 'text/event-stream' })
        answer.write(`data: {"choices":[{"delta":{"content":"${ANSWER}"}}]}\n\n`)
        if (mode === 'answers') answer.end('data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n')
      })
    })
    await new Promise<void>(resolve => provider.listen(0, '127.0.0.1', resolve))
    vi.stubEnv('OPENAI_BASE_URL', `http://127.0.0.1:${(provider.address() as AddressInfo).port}/v1`)
    vi.stubEnv('OPENAI_API_KEY', 'sk-test')
    const files = ['next', 'hono', 'express', 'worker', 'feed'].map(name => [name, join(ROOT, RECIPES, `servers/${name}.ts`)])
    load = await bundle('servers', Object.fromEntries(files), { external: ['express', 'hono', 'node:*'] })
  })
  beforeEach(() => {
    seen = []
    mode = 'answers'
  })
  afterAll(() => {
    vi.unstubAllEnvs()
    for (const server of [provider, ...servers]) {
      server.close()
      server.closeAllConnections()
    }
  })

  async function listen(server: http.Server): Promise<string> {
    servers.push(server)
    if (!server.listening) await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  /** Where each of them is asked: over the network, or where its host calls a function by the function. */
  const hosts: Record<string, () => Promise<{ url: string; fetch?: typeof fetch }>> = {
    async next() {
      const { POST } = await load('next') as { POST: (request: Request) => Promise<Response> }
      return { url: 'http://localhost/api/chat', fetch: (url, init) => POST(new Request(url, init)) }
    },
    async hono() {
      const { app } = await load('hono') as { app: { fetch: (request: Request) => Promise<Response> } }
      const { serve } = await import('@hono/node-server')
      const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as http.Server
      await new Promise(resolve => server.once('listening', resolve))
      return { url: `${await listen(server)}/api/chat` }
    },
    async express() {
      const { app } = await load('express') as { app: http.RequestListener }
      return { url: `${await listen(http.createServer(app))}/api/chat` }
    },
    async worker() {
      const { default: worker } = await load('worker') as { default: { fetch: (request: Request, env: object) => Promise<Response> } }
      const env = { OPENAI_BASE_URL: process.env['OPENAI_BASE_URL'], OPENAI_API_KEY: 'sk-test' }
      return { url: 'http://localhost/api/chat', fetch: (url, init) => worker.fetch(new Request(url, init), env) }
    },
  }

  describe.each(Object.keys(hosts))('%s', name => {
    test('asks the provider with the key, and passes on the answer as it comes', async () => {
      mode = 'endless'
      const host = await hosts[name]?.()
      let response: Response | undefined
      const stream = streamText('Why?', { ...host, url: host?.url, model: 'ignored', onOpen: answer => (response = answer) })
      for await (const { text } of stream) {
        expect(text).toBe(ANSWER) // before the provider has ended
        break
      }
      expect(response?.headers.get('content-type')).toBe('text/event-stream')
      expect(response?.headers.get('x-accel-buffering')).toBe('no')
      expect(seen[0]?.headers.authorization).toBe('Bearer sk-test')
      expect(JSON.parse(seen[0]?.body ?? '')).toEqual({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Why?' }], stream: true })
      // Leaving the loop has ended the provider's work too
      expect(await seen[0]?.over).toBe('left')
    })

    test('takes a long conversation', async () => {
      const host = await hosts[name]?.()
      const prompt = 'Why? '.repeat(100_000)
      expect(await streamText(prompt, { ...host, url: host?.url })).toMatchObject({ text: ANSWER, outcome: 'done' })
      expect(seen[0]?.body.length).toBeGreaterThan(prompt.length)
    })

    test('passes on a whole answer, and a refusal with its time', async () => {
      const host = await hosts[name]?.()
      expect(await streamText('Why?', { ...host, url: host?.url })).toMatchObject({ text: ANSWER, outcome: 'done' })
      mode = 'busy'
      const refused = streamText('Why?', { ...host, url: host?.url, retry: false })
      await expect(refused).rejects.toMatchObject({ code: 'provider', status: 429, message: 'Provider reported an error: Slow down' })
      expect(seen).toHaveLength(2)
    })
  })

  test('what stands in for a model in docs/getting-started.md answers', async () => {
    const server = await startStandIn('stand-in')
    expect(await streamText('Why?', { url: await listen(server) })).toMatchObject({ text: 'The sky is blue.', outcome: 'done' })
  })

  describe('feed', () => {
    interface Feed extends Record<string, unknown> { server: http.Server; tell: (type: string, data: unknown) => void }
    interface Tick { id: number }
    let starts = 0
    /** A module of its own each time, as a server that is started has. */
    const start = () => load('feed', `?start=${++starts}`) as Promise<Feed>
    const heard: number[] = []
    let connection: Connection<{ tick: Tick }> | undefined
    let opened = 0

    function listenTo(url: string) {
      opened = heard.length = 0
      connection = connect<{ tick: Tick }>(url, {
        events: { tick: decoders.json }, retry: backoff({ base: 10, max: 10 }), onOpen: () => opened++,
      })
      connection.on('tick', ({ data }) => heard.push(data.id))
    }
    const wait = (condition: () => void) => vi.waitFor(condition, 5000)
    afterEach(() => connection?.close())

    test('tells all who listen, from then on', async () => {
      const { server, tell } = await start()
      tell('tick', { id: 1 })
      listenTo(await listen(server))
      await wait(() => expect(opened).toBe(1))
      tell('tick', { id: 2 })
      await wait(() => expect(heard).toEqual([2]))
    })

    test.each([['nothing', 0], ['an event', 1]])('gives what was missed to one who comes back and had heard %s', async (_what, before) => {
      const { server, tell } = await start()
      tell('tick', { id: -1 })
      listenTo(await listen(server))
      await wait(() => expect(opened).toBe(1))
      for (let id = 1; id <= before; id++) tell('tick', { id })
      await wait(() => expect(heard).toHaveLength(before))
      server.closeAllConnections()
      for (let id = before + 1; id <= before + 3; id++) tell('tick', { id })
      await wait(() => expect(opened).toBe(2))
      tell('tick', { id: before + 4 })
      await wait(() => expect(heard.at(-1)).toBe(before + 4))
      expect(heard).toEqual(Array.from({ length: before + 4 }, (_, index) => index + 1))
    })

    test('loses nothing of what it tells after it was started anew', async () => {
      const first = await start()
      const url = await listen(first.server)
      listenTo(url)
      await wait(() => expect(opened).toBe(1))
      for (let id = 1; id <= 3; id++) first.tell('tick', { id })
      await wait(() => expect(heard).toHaveLength(3))
      first.server.close()
      first.server.closeAllConnections()
      const second = await start()
      servers.push(second.server)
      for (let id = 4; id <= 5; id++) second.tell('tick', { id })
      second.server.listen(Number(new URL(url).port), '127.0.0.1')
      await wait(() => expect(opened).toBe(2))
      second.tell('tick', { id: 6 })
      await wait(() => expect(heard.at(-1)).toBe(6))
      expect(heard).toEqual([1, 2, 3, 4, 5, 6])
    })
  })
})
