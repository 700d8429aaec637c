import { existsSync } from 'node:fs'
import { readFile, realpath, stat } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A file to send. */
export interface StaticFile { type: string; body: Buffer }

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
 * Finds the file that a URL's path names.
 *
 * @param root the package's folder
 * @param path the path as the client wrote it, still encoded
 * @returns the file, or `undefined` where there is none to be served
 */
export async function findFile(root: string, path: string): Promise<StaticFile | undefined> {
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
