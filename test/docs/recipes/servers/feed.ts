import http from 'node:http'

const KEPT = 1000
const start = Date.now() // in the ids: a server that is started anew must not give those again that readers know
const listeners = new Set<http.ServerResponse>()
const recent: { id: string; text: string }[] = []
let count = 0

/** Tells all who listen, and keeps it for those who come back. */
export function tell(type: string, data: unknown) {
  const id = `${start}-${++count}`
  const text = `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`
  recent.push({ id, text })
  if (recent.length > KEPT) recent.shift()
  for (const response of listeners) response.write(text)
}

export const server = http.createServer((request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' })
  // Where a reader stands who has heard nothing yet; and some browsers tell of a response with its first byte
  const last = String(request.headers['last-event-id'] ?? `${start}-${count}`)
  response.write(`id: ${last}\n\n`)
  // What was missed: all that is kept, where the last event is not, as after a start
  for (const { text } of recent.slice(recent.findIndex(({ id }) => id === last) + 1)) response.write(text)
  const life = setInterval(() => response.write(':\n\n'), 15_000)
  listeners.add(response)
  response.on('close', () => {
    clearInterval(life)
    listeners.delete(response)
  })
})
