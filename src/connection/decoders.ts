// Decoders for connect()'s `events`: what a feed's data is mostly packed in.

/** JSON. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller says what it is, in a map of types
export function json<Data = unknown>(data: string): Data {
  return JSON.parse(data) as Data
}

/** Bytes in Base64, line breaks allowed. */
export function base64(data: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(data), character => character.charCodeAt(0))
}

/**
 * Bytes in gzip in Base64, unpacked.
 *
 * @example
 * ```ts
 * const connection = connect('/events', {
 *   events: { prices: async data => JSON.parse(new TextDecoder().decode(await decoders.gzip(data))) },
 * })
 * ```
 */
export async function gzip(data: string): Promise<Uint8Array<ArrayBuffer>> {
  const unpacked = new Blob([base64(data)]).stream().pipeThrough(new DecompressionStream('gzip'))
  return new Uint8Array(await new Response(unpacked).arrayBuffer())
}
