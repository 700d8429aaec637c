/** So many bytes are read before they are asked for: any answer of a model, and not all of a feed that nobody keeps up with. */
const READ_AHEAD = 1024 * 1024

/**
 * Reads ahead of whoever takes their time: where a connection breaks, the platform throws away what has arrived and is not read,
 * and that may be an answer which is paid for.
 *
 * @param read gives the next chunk, `undefined` at the end
 * @returns the same, with the chunks that came before an error given before it
 */
export function readAhead(read: () => Promise<Uint8Array | undefined>): () => Promise<Uint8Array | undefined> {
  const chunks: Promise<Uint8Array | undefined>[] = []
  let size = 0
  let reading = false

  function pull() {
    if (reading || size >= READ_AHEAD) return
    reading = true // for ever, where this is the end or an error
    const chunk = read()
    chunks.push(chunk)
    chunk.then(bytes => {
      if (bytes === undefined) return
      reading = false
      size += bytes.length
      pull()
    }, () => {})
  }

  return async () => {
    pull()
    const chunk = await chunks.shift()
    size -= chunk?.length ?? 0
    return chunk
  }
}
