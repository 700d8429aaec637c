import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** How many requests of one connection may wait. No browser and no proxy ever sends the next one before it has its answer. */
const MOST_WAITING = 100

/**
 * Takes the requests of a connection one after another, as they are answered one after another.
 *
 * Node hands over at once all those that a client sends without waiting for its answers; but where the client leaves, it says so to
 * the answer that is being sent alone. The others would never hear that they are to let go of what they hold.
 */
export function inTurn(answer: (req: IncomingMessage, res: ServerResponse) => void): (req: IncomingMessage, res: ServerResponse) => void {
  const queues = new WeakMap<Socket, { last: ServerResponse; waiting: number }>()
  return (req, res) => {
    const { socket } = req
    const queue = queues.get(socket) ?? { last: res, waiting: 0 }
    const before = queue.last
    queue.last = res
    queues.set(socket, queue)
    if (before === res || before.closed) {
      answer(req, res)
      return
    }
    if (++queue.waiting > MOST_WAITING) socket.destroy()
    before.once('close', () => {
      queue.waiting--
      if (!socket.destroyed) answer(req, res)
    })
  }
}
