// Runs some of package.json's scripts, one after the other, up to the first that fails, and says how long each took
//   node scripts/steps.mjs typecheck lint
import { spawnSync } from 'node:child_process'

/** npm, as npm itself was run, or as the shell finds it. */
const [command, ...args] = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm']

for (const name of process.argv.slice(2)) {
  const start = performance.now()
  console.log(`== npm run ${name}`)
  const { status } = spawnSync(command, [...args, 'run', '-s', name], { stdio: 'inherit' })
  console.log(`-- ${Math.round((performance.now() - start) / 1000)} s: npm run ${name}`)
  if (status !== 0) process.exit(status ?? 1)
}
