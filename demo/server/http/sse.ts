import { once } from 'node:events'
import type { ServerResponse } from 'node:http'

/** Emitted by a response when it is open as an event stream. */
export const OPEN = 'stream open'

/** Sends the headers of an event stream at once, so that the client knows it is open before the first event. */
export function openStream(res: ServerResponse, headers: Record<string, string> = {}): void {
  res.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-cache',
    'Connection': 'keep-alive',
    // nginx holds an answer back until it is whole, unless told not to
    'X-Accel-Buffering': 'no',
    ...headers,
  })
  res.flushHeaders()
  res.emit(OPEN)
}

/** One event as text. `data` is a single line: JSON without indentation always is. */
export function formatEvent(event: { data: string; type?: string; id?: number | string; retry?: number }): string {
  let text = ''
  if (event.type !== undefined) text += `event: ${event.type}\n`
  if (event.id !== undefined) text += `id: ${event.id}\n`
  if (event.retry !== undefined) text += `retry: ${event.retry}\n`
  return `${text}data: ${event.data}\n\n`
}

/** Writes, and waits while the client reads more slowly than we write. Rejects once the client has left. */
export async function write(res: ServerResponse, chunk: string | Uint8Array, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  if (!res.write(chunk)) await once(res, 'drain', { signal })
}

/** A signal that is aborted when the response closes: sent to its end, or left by the client. */
export function closeSignal(res: ServerResponse): AbortSignal {
  const controller = new AbortController()
  res.once('close', () => controller.abort())
  return controller.signal
}
