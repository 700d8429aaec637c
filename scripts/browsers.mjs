// Finds, or installs, the browsers that the tests drive.
//   node scripts/browsers.mjs [chromium] [firefox] [webkit]     (default: chromium)
// Order: an explicit path in the environment, Playwright's own build, a system browser, then an install:
// Debian as root -> apt-get; anywhere else -> `playwright install`.
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const { platform, env } = process

/** Keeps Chromium, as root and behind a closed network, from failing or retrying. Nothing here touches the page. */
export const chromiumArgs = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']

const onPath = names => names.flatMap(n => (env.PATH ?? '').split(delimiter).map(d => join(d, platform === 'win32' ? n + '.exe' : n)))
const mac = app => ['', env.HOME ?? ''].map(r => `${r}/Applications/${app}`)

const KNOWN = {
  chromium: {
    env: 'CHROME_PATH', apt: ['chromium'],
    paths: () => [
      ...onPath(['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'msedge']),
      ...mac('Google Chrome.app/Contents/MacOS/Google Chrome'), ...mac('Chromium.app/Contents/MacOS/Chromium'),
      ...['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].filter(k => env[k]).map(k => join(env[k], 'Google/Chrome/Application/chrome.exe')),
    ],
  },
  firefox: {
    env: 'FIREFOX_PATH', apt: ['firefox-esr'],
    paths: () => [...onPath(['firefox', 'firefox-esr']), ...mac('Firefox.app/Contents/MacOS/firefox')],
  },
  webkit: { env: 'WEBKIT_DRIVER_PATH', apt: ['webkit2gtk-driver', 'xvfb'], paths: () => onPath(['WebKitWebDriver']) },
}
const runnable = f => { try { accessSync(f, constants.X_OK); return true } catch { return false } }

/** @returns {Promise<{ kind: 'env' | 'playwright' | 'system', path: string } | undefined>} */
export async function find(name) {
  const k = KNOWN[name]
  if (env[k.env]) {
    if (!runnable(env[k.env])) throw new Error(`${k.env}=${env[k.env]} is not an executable file`)
    return { kind: 'env', path: env[k.env] }
  }
  const pw = await import('playwright').then(p => p[name].executablePath(), () => '')
  if (pw && existsSync(pw)) return { kind: 'playwright', path: pw }
  const path = k.paths().find(runnable)
  return path ? { kind: 'system', path } : undefined
}

export const isDebianRoot = () => platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
  && /^ID=debian$/m.test(existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '') // Ubuntu's chromium is a snap

const run = (cmd, args) => { console.error(`> ${cmd} ${args.join(' ')}`); return spawnSync(cmd, args, { stdio: ['ignore', 2, 2], env: { ...env, DEBIAN_FRONTEND: 'noninteractive' } }).status === 0 }

/** Whether Debian's packages are there now. */
export function aptInstall(packages) {
  const apt = ['-q', '-o', 'DPkg::Lock::Timeout=600', '-o', 'Acquire::Retries=3']
  const go = () => run('apt-get', [...apt, 'install', '-y', '--no-install-recommends', ...packages])
  return go() || (run('apt-get', [...apt, 'update']) && go())
}

function install(name) {
  if (isDebianRoot() && aptInstall(KNOWN[name].apt)) return
  const cli = fileURLToPath(new URL('../node_modules/playwright/cli.js', import.meta.url))
  run(process.execPath, [cli, 'install', ...(process.getuid?.() === 0 ? ['--with-deps'] : []), name])
}

export async function ensure(name) {
  const found = await find(name)
  if (found) return found
  install(name)
  const now = await find(name)
  if (!now) throw new Error(`No ${name} found and none could be installed. Install it, or set ${KNOWN[name].env} to its executable.`)
  return now
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const name of process.argv.length > 2 ? process.argv.slice(2) : ['chromium']) {
    const { kind, path } = await ensure(name)
    console.log(`${name}: ${path} (${kind})`)
  }
}
