// Finds, or installs, the redis-server that the tests of several servers start.
//   node scripts/redis.mjs
// Order: an explicit path in the environment, the system's, then an install on Debian as root. Elsewhere these tests are left out,
// except where CI=true.
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { aptInstall, isDebianRoot } from './browsers.mjs'

const { env } = process
const runnable = f => { try { accessSync(f, constants.X_OK); return true } catch { return false } }

/** @returns {string | undefined} the executable */
export function findRedis() {
  if (env.REDIS_SERVER_PATH) {
    if (!runnable(env.REDIS_SERVER_PATH)) throw new Error(`REDIS_SERVER_PATH=${env.REDIS_SERVER_PATH} is not an executable file`)
    return env.REDIS_SERVER_PATH
  }
  return [...(env.PATH ?? '').split(delimiter), '/usr/local/bin', '/opt/homebrew/bin'].map(d => join(d, 'redis-server')).find(runnable)
}

/** Why the tests that need it are left out, in one line. */
export const LEFT_OUT = 'No redis-server found, so what needs it is not tested here. Install it, or set REDIS_SERVER_PATH to its executable.'

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!findRedis() && isDebianRoot()) aptInstall(['redis-server'])
  const path = findRedis()
  console.log(path ? `redis-server: ${path}` : LEFT_OUT)
  if (!path && env.CI === 'true') process.exit(1)
}
