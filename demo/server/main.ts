// Starts the demo: PORT (3000 if unset), HOST, and the OPENAI_* variables that upstream.ts reads
import type { AddressInfo } from 'node:net'
import { createDemoServer } from './server.ts'
import { readUpstream } from './chat/upstream.ts'

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

function start(): void {
  const port = readPort(env.PORT)
  const server = createDemoServer({ env })

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
    server.close(() => process.exit(0))
    // close() alone waits for the open streams, and those never end by themselves
    server.closeAllConnections()
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}

try {
  start()
} catch (error) {
  quit(error instanceof Error ? error.message : String(error))
}
