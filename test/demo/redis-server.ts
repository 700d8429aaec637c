import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findRedis, LEFT_OUT } from '../../scripts/redis.mjs'

const executable = findRedis()
if (!executable && process.env.CI === 'true') throw new Error(LEFT_OUT)
if (!executable) console.warn(LEFT_OUT)

/** Whether there is a redis-server to start. */
export const hasRedis = executable !== undefined

/** A real redis-server on this machine, empty at first. */
export interface RedisServer {
  url: string
  /** Ends it, as a machine that loses its power does. */
  kill(): Promise<void>
  /** Starts it again at the same address, with nothing in it. */
  restart(): Promise<void>
  /** Lets it hang, and go on. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void
  close(): Promise<void>
}

/** Starts a redis-server on a free port of loopback, which keeps nothing on disk. */
export async function startRedis(): Promise<RedisServer> {
  const port = await freePort()
  const folder = await mkdtemp(join(tmpdir(), 'redis-'))
  let child: ChildProcess | undefined

  async function start(): Promise<void> {
    const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]
    child = spawn(executable ?? 'redis-server', options, { stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    for await (const text of child.stdout?.setEncoding('utf8') ?? []) {
      said += text as string
      if (said.includes('Ready to accept connections')) break
    }
    if (!said.includes('Ready to accept connections')) throw new Error(`Cannot start redis-server: ${said}`)
  }

  async function kill(): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }

  await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    kill,
    restart: start,
    signal: name => child?.kill(name),
    async close() {
      await kill()
      await rm(folder, { recursive: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
