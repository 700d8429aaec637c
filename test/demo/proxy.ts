import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A wire between clients and a server, to be cut in the middle of things, or led to another server as a load balancer does. */
export interface Proxy {
  url: string
  /** The port that new connections are led to. */
  target: number
  /** Breaks every connection that is open. */
  cut(): void
  /** Whether new connections are let through; one that is not is broken at once. */
  open: boolean
  close(): Promise<void>
}

/** Starts a proxy on a free port of loopback that passes bytes on to another port. A server that dies breaks what goes through it. */
export async function startProxy(port: number): Promise<Proxy> {
  const sockets = new Set<Socket>()
  const server = createServer(client => {
    if (!proxy.open) {
      client.destroy()
      return
    }
    const upstream = connect(proxy.target, '127.0.0.1')
    for (const [socket, other] of [[client, upstream], [upstream, client]] as const) {
      sockets.add(socket)
      socket.on('error', () => {}) // a cut is what it is there for
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
      socket.pipe(other)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  const proxy: Proxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    target: port,
    open: true,
    cut() {
      // Reset, so that the end of what was sent so far can't be taken for the end of all
      for (const socket of sockets) socket.resetAndDestroy()
    },
    async close() {
      proxy.cut()
      const closed = once(server, 'close')
      server.close()
      await closed
    },
  }
  return proxy
}
