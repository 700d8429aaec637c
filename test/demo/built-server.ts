// The server as `npm start` runs it, in a process of its own
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { afterEach } from 'vitest'
import { BUILT_SERVER } from './browse.ts'

/** A process that runs the server. */
export interface Running {
  child: ChildProcess
  output: { stdout: string; stderr: string }
  /** Its exit code, and the signal that ended it. */
  ended: Promise<[number | null, string | null]>
}

const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** Runs the server with this environment, and nothing of ours that it would take for a model. It ends with the test. */
export function run(env: Record<string, string>): Running {
  const child = spawn(process.execPath, [BUILT_SERVER], { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  children.push(child)
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  return { child, output, ended: once(child, 'close') as Promise<[number | null, string | null]> }
}

/** Runs the server on a free port, unless told which, and waits until it listens. */
export async function startBuilt(env: Record<string, string>): Promise<Running & { url: string; port: number }> {
  const running = run({ PORT: '0', ...env })
  await Promise.race([once(running.child.stdout ?? running.child, 'data'), running.ended])
  const url = running.output.stdout.trim().replace('localhost', '127.0.0.1')
  if (url === '') throw new Error(`Cannot start the server: ${running.output.stderr}`)
  return { ...running, url, port: Number(new URL(url).port) }
}
