// Debian's WebKitGTK (packages webkit2gtk-driver, xvfb), driven by plain WebDriver over HTTP, with no npm dependency:
// https://www.w3.org/TR/webdriver2/
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** A driver that runs, with a screen of its own where there is none. */
export interface WebKitGtk {
  /** Opens a window. A page's load is waited for with `pageLoadStrategy: 'normal'`; `'none'` goes on at once. */
  open(pageLoadStrategy?: 'normal' | 'none'): Promise<WebKitWindow>
  /** Ends the driver, and all that it has opened. */
  close(): Promise<void>
}

export interface WebKitWindow {
  /** The engine and its version: its user agent string tells another one. */
  engine: string
  goTo(url: string): Promise<void>
  /** Runs a function's body in the page; gives what it returns. */
  run(body: string): Promise<unknown>
  /** @throws {Error} where nothing, or nothing that can be clicked, fits the selector */
  click(selector: string): Promise<void>
  /** Types into what fits the selector. */
  type(selector: string, text: string): Promise<void>
  close(): Promise<void>
}

const ENVIRONMENT: Record<string, string> = { GDK_BACKEND: 'x11', NO_AT_BRIDGE: '1', WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' }
/** The key that an element's id stands under. */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf'

/** Starts the driver. */
export async function startWebKitGtk(): Promise<WebKitGtk> {
  const processes: ChildProcess[] = []
  const windows = new Set<WebKitWindow>()
  let base = ''

  async function ask<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(base + path, { method, ...(body !== undefined && { body: JSON.stringify(body) }) })
    const { value } = await response.json() as { value: T & { error?: string; message?: string } }
    if (value?.error) throw new Error(`WebKitWebDriver ${path}: ${value.error}: ${value.message}`)
    return value
  }

  async function start(): Promise<void> {
    const display = process.env.DISPLAY || await startScreen(processes)
    const port = await freePort()
    base = `http://127.0.0.1:${port}`
    processes.push(spawn('WebKitWebDriver', ['-p', String(port)], { stdio: 'ignore', env: { ...process.env, DISPLAY: display, ...ENVIRONMENT } }))
    for (let tries = 0; ; tries++) {
      try {
        await ask('GET', '/status')
        return
      } catch (error) {
        if (tries > 100) throw error
        await sleep(100)
      }
    }
  }

  async function open(pageLoadStrategy: 'normal' | 'none' = 'normal'): Promise<WebKitWindow> {
    const browser = { binary: findBrowser(), args: ['--automation'] }
    const { sessionId, capabilities } = await ask<{ sessionId: string; capabilities?: { browserVersion?: string } }>('POST', '/session', {
      capabilities: { alwaysMatch: { browserName: 'MiniBrowser', pageLoadStrategy, 'webkitgtk:browserOptions': browser } },
    })
    const path = `/session/${sessionId}`
    const find = async (selector: string): Promise<string> => {
      const found = await ask<Record<string, string>>('POST', `${path}/element`, { using: 'css selector', value: selector })
      return `${path}/element/${found[ELEMENT]}`
    }
    const window: WebKitWindow = {
      engine: `WebKitGTK ${capabilities?.browserVersion ?? ''}`.trim(),
      goTo: async url => void await ask('POST', `${path}/url`, { url }),
      run: body => ask('POST', `${path}/execute/sync`, { script: body, args: [] }),
      click: async selector => void await ask('POST', `${await find(selector)}/click`, {}),
      type: async (selector, text) => void await ask('POST', `${await find(selector)}/value`, { text }),
      async close() {
        windows.delete(window)
        await ask('DELETE', path)
      },
    }
    windows.add(window)
    return window
  }

  async function close(): Promise<void> {
    await Promise.all([...windows].map(window => window.close().catch(() => {})))
    for (let last = processes.pop(); last; last = processes.pop()) last.kill()
  }

  try {
    await start()
  } catch (error) {
    await close()
    throw error
  }
  return { open, close }
}

async function startScreen(processes: ChildProcess[]): Promise<string> {
  // -displayfd lets the server choose a free display number
  const screen = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
  processes.push(screen)
  const number = await new Promise((resolve, reject) => {
    screen.once('error', reject)
    ;(screen.stdio[3] as NodeJS.ReadableStream).once('data', resolve)
  })
  return `:${String(number).trim()}`
}

function findBrowser(): string | undefined {
  const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64'
  return ['4.1', '6.0', '4.0'].map(version => `/usr/lib/${machine}-linux-gnu/webkit2gtk-${version}/MiniBrowser`).find(file => existsSync(file))
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
