import http from 'node:http'

const listeners = new Set<http.ServerResponse>()
let id = 0

/** Tells all who listen. */
export function tell(type: string, data: unknown) {
  id++
  for (const response of listeners) response.write(`id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`)
}

export const server = http.createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' })
  response.write(': here\n\n') // some browsers tell of a response with its first byte
  const life = setInterval(() => response.write(':\n\n'), 15_000)
  listeners.add(response)
  response.on('close', () => {
    clearInterval(life)
    listeners.delete(response)
  })
})
