import type { IncomingMessage, ServerResponse } from 'node:http'
import { formatEvent, openStream } from '../http/sse.ts'
import { beat } from './feed.ts'

const HEARTBEAT_MS = 15_000
const RECONNECTION_MS = 30_000

/** The id after the one that the client saw last; anything that is not one of our ids starts the count anew. */
function firstId(lastEventId: string | string[] | undefined): number {
  return typeof lastEventId === 'string' && /^\d{1,15}$/.test(lastEventId) ? Number(lastEventId) + 1 : 1
}

/** `GET /events`: one numbered event every `intervalMs`, until the client goes away. */
export function sendEvents(req: IncomingMessage, res: ServerResponse, intervalMs: number, onEnd: () => void): void {
  openStream(res)
  if (req.method === 'HEAD') {
    res.end()
    return
  }

  let id = firstId(req.headers['last-event-id'])
  const tick = (): void => {
    // A client that has stopped reading gets nothing more to hold in our memory; its numbers go on without a hole
    if (res.writableNeedDrain) return
    const data = JSON.stringify({ id, time: new Date().toISOString() })
    res.write(formatEvent({ type: 'customEvent', id, retry: RECONNECTION_MS, data }))
    id++
  }

  beat(res)
  const ticking = setInterval(tick, intervalMs)
  const beating = setInterval(() => beat(res), HEARTBEAT_MS)
  res.once('close', () => {
    clearInterval(ticking)
    clearInterval(beating)
    res.end()
    onEnd()
  })
}
