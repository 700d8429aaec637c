// Starts the demo: PORT (3000 if unset), HOST, REDIS_URL, PACE (1: what the waits of our own model and of the faults are multiplied
// by), the OPENAI_* variables that upstream.ts reads, and ALLOWED_HOSTS, which strangers.ts does
import type { AddressInfo } from 'node:net'
import { createDemoServer } from './server.ts'
import { readUpstream } from './chat/upstream.ts'
import { createMemoryStore } from './store/memory.ts'
import { createRedisStore } from './store/redis.ts'

const SHUTDOWN_MS = 1500
const MOST_PACE = 100

const { env } = process

function quit(message: string): never {
  console.error(message)
  process.exit(1)
}

function readPort(value = ''): number {
  if (value === '') return 3000
  if (/^\d{1,5}$/.test(value) && Number(value) <= 65535) return Number(value)
  return quit(`Cannot start the demo: PORT is not a number from 0 to 65535: ${value}`)
}

function readPace(value = ''): number {
  if (value === '') return 1
  if (/^\d+(\.\d+)?$/.test(value) && Number(value) <= MOST_PACE) return Number(value)
  return quit(`Cannot start the demo: PACE is not a number from 0 to ${MOST_PACE}: ${value}`)
}

async function start(): Promise<void> {
  const port = readPort(env.PORT)
  const url = env.REDIS_URL?.trim() || undefined
  const store = url === undefined ? createMemoryStore() : await createRedisStore(url)
  const server = createDemoServer({ env, store, pace: readPace(env.PACE) })

  server.on('error', (error: NodeJS.ErrnoException) => {
    quit(error.code === 'EADDRINUSE'
      ? `Cannot start the demo: port ${port} is in use (set PORT to another one)`
      : `Cannot start the demo on port ${port}: ${error.message}`)
  })
  server.on('listening', () => {
    console.log(`http://localhost:${(server.address() as AddressInfo).port}`)
  })

  // Behind a key every prompt costs its owner money, so then only this machine may ask, unless HOST says otherwise
  const host = env.HOST || (readUpstream(env) ? '127.0.0.1' : undefined)
  server.listen({ port, host })

  const stop = (): void => {
    // Whatever holds out longer is cut
    setTimeout(() => process.exit(0), SHUTDOWN_MS).unref()
    void server.shutDown().then(() => store.close()).then(() => process.exit(0))
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}

start().catch((error: unknown) => quit(error instanceof Error ? error.message : String(error)))
