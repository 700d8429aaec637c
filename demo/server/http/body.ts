import type { IncomingMessage } from 'node:http'
import { HttpError } from './http-error.ts'

const DRAIN_MS = 5_000
/** How long a body may take to come. Whoever sends one holds a place that others wait for. */
const READ_MS = 10_000

/**
 * Reads a request's body.
 *
 * @throws {HttpError} 413 as soon as the body is longer than `limit` bytes; nothing beyond the limit is kept. 408 where it does not
 * come in time; the connection is closed then
 */
export async function readBody(req: IncomingMessage, limit: number): Promise<string> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      discard(req)
      const message = `Cannot read the request: its body took longer than ${READ_MS / 1000} seconds`
      reject(new HttpError(408, message, { headers: { Connection: 'close' } }))
    }, READ_MS)
  })
  try {
    return await Promise.race([read(req, limit), late])
  } finally {
    clearTimeout(timer)
  }
}

function read(req: IncomingMessage, limit: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const refuse = (): void => {
      discard(req)
      reject(new HttpError(413, `Cannot read the request: its body is larger than ${limit} bytes`))
    }
    if (Number(req.headers['content-length']) > limit) {
      refuse()
      return
    }

    const chunks: Buffer[] = []
    let size = 0
    const keep = (chunk: Buffer): void => {
      size += chunk.length
      if (size <= limit) {
        chunks.push(chunk)
      } else {
        req.off('data', keep)
        refuse()
      }
    }
    req.on('data', keep)
    req.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
    req.once('error', reject)
    req.once('close', () => reject(new Error('Cannot read the request: the client left')))
  })
}

/**
 * Takes the rest of a body and drops it. A socket closed with bytes unread is reset, and the reset would overtake our
 * answer: the client would see a broken connection instead of the 413. One that sends for ever is cut off.
 */
function discard(req: IncomingMessage): void {
  const cut = setTimeout(() => req.destroy(), DRAIN_MS)
  req.once('close', () => clearTimeout(cut))
  req.resume()
}
