/** How much of a refused answer's body is kept, and how long it may take: enough for any error text. */
const BODY_SIZE = 64 * 1024
const BODY_TIMEOUT_MS = 2000

/** The first 64 KiB of a body as text, or what came of it in two seconds. */
export async function readStart(reader: ReadableStreamDefaultReader<Uint8Array> | undefined): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  const timer = setTimeout(() => void reader?.cancel().catch(() => {}), BODY_TIMEOUT_MS)
  try {
    for (let left = BODY_SIZE; reader && left > 0;) {
      const { done, value } = await reader.read()
      if (done) break
      text += decoder.decode(value.subarray(0, left), { stream: true })
      left -= value.length
    }
  } catch {
    // The connection broke: what came of the body still tells more than nothing
  }
  clearTimeout(timer)
  return text
}
