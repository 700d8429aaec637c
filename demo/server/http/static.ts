import { existsSync } from 'node:fs'
import { readFile, realpath, stat } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sendText } from './http-error.ts'
import type { Handler, Route } from './routes.ts'

interface StaticFile { type: string; body: Buffer }

const SCRIPT = 'text/javascript; charset=utf-8'
const PLAIN = 'text/plain; charset=utf-8'

// What may be asked for, by its ending. Sources of the page lie in the same folder, so what is not listed does not exist
const PAGE = { '.html': 'text/html; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml' }
const BUNDLE = { '.js': SCRIPT, '.map': 'application/json' }
const PACKAGE = { ...BUNDLE, '.cjs': SCRIPT, '.ts': PLAIN, '.cts': PLAIN }

const FOLDERS: { prefix: string; folder: string; types: Record<string, string> }[] = [
  { prefix: '/dist/', folder: 'dist', types: PACKAGE },
  { prefix: '/', folder: 'demo/page', types: PAGE },
  { prefix: '/', folder: 'demo/build/page', types: BUNDLE },
]

// Everything comes from here. The SDK styles by CSSOM, which needs no 'unsafe-inline'
const POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
// The inspector asks any server that its visitor names
const INSPECTOR_POLICY = `${POLICY}; connect-src 'self' http: https:`

/** The pages, by their path. */
const PAGES: Record<string, string> = { '/': 'index', '/feeds': 'feeds', '/wire': 'wire', '/faults': 'faults', '/plots': 'plots' }

/** The package's folder: the nearest one above this file with a package.json, bundled or not. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder)
    if (parent === folder) throw new Error(`Cannot find the package: no package.json above ${fileURLToPath(import.meta.url)}`)
    folder = parent
  }
  return folder
}

/**
 * Makes the handlers of pages and their files.
 *
 * @param root the package's folder
 * @returns what finds the route for a URL's path as the client wrote it, still encoded; `undefined` where nothing is to be served
 */
export function createPages(root: string): (path: string) => Promise<Route | undefined> {
  return async path => {
    const page = Object.hasOwn(PAGES, path) ? `/${PAGES[path]}.html` : undefined
    const file = await findFile(root, page ?? path)
    if (!file) return page ? { GET: (_req, res) => sendText(res, 500, `Cannot read the page: demo/page${page}`) } : undefined
    return { GET: send(file, (page ?? path) === '/wire.html' ? INSPECTOR_POLICY : POLICY) }
  }
}

function send(file: StaticFile, policy: string): Handler {
  return (req, res) => {
    res.writeHead(200, {
      'Content-Type': file.type,
      'Content-Length': file.body.length,
      'Content-Security-Policy': policy,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      'Cache-Control': 'no-cache',
    })
    res.end(req.method === 'HEAD' ? undefined : file.body)
  }
}

async function findFile(root: string, path: string): Promise<StaticFile | undefined> {
  const name = decode(path)
  if (name === undefined) return undefined
  for (const { prefix, folder, types } of FOLDERS) {
    const type = types[extname(name)]
    if (!name.startsWith(prefix) || type === undefined) continue
    const parts = name.slice(prefix.length).split('/')
    if (!parts.every(isPlainName)) return undefined
    const body = await readInside(join(root, folder), parts)
    if (body) return { type, body }
  }
  return undefined
}

function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path)
  } catch {
    return undefined
  }
}

// Says what a name may be, rather than what it may not: no dots in front, no separators, no control characters
function isPlainName(part: string): boolean {
  return /^[\w-][\w.-]*$/.test(part)
}

async function readInside(folder: string, parts: string[]): Promise<Buffer | undefined> {
  try {
    const file = join(await realpath(folder), ...parts)
    // A link would lead out of the folder without its name saying so
    if (await realpath(file) !== file || !(await stat(file)).isFile()) return undefined
    return await readFile(file)
  } catch {
    return undefined
  }
}
