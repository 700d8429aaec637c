// The demo with rebuild: rollup watches the sources, node the bundled server. Reload the page to see a change of it.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const rollup = fileURLToPath(new URL('../node_modules/rollup/dist/bin/rollup', import.meta.url))
const run = (...args) => spawn(process.execPath, args, { stdio: 'inherit' })

const first = run(rollup, '-c', '--silent')
first.on('exit', code => {
  if (code !== 0) process.exit(code ?? 1)
  const children = [run(rollup, '-c', '--silent', '--watch', '--no-watch.clearScreen'), run('--watch', '--watch-preserve-output', 'demo/build/server.js')]
  const stop = () => children.forEach(child => child.kill())
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  for (const child of children) child.on('exit', stop)
})
