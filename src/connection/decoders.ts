// Decoders for connect()'s `events`: what a feed's data is mostly packed in.

/** `Uint8Array<ArrayBuffer>`, also where TypeScript is older than 5.7 and has no word for it. */
type Bytes = ReturnType<typeof Uint8Array.of>

/**
 * JSON, whose type is the caller's word: nothing is checked.
 *
 * @throws {SyntaxError} where it is none
 *
 * @example
 * ```ts
 * const connection = connect<{ tick: { id: number } }>('/events', { events: { tick: decoders.json } })
 * connection.on('tick', event => console.log(event.data.id))
 * ```
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller says what it is, in a map of types
export function json<Data = unknown>(data: string): Data {
  return JSON.parse(data) as Data
}

/**
 * Bytes in Base64, line breaks allowed.
 *
 * @throws {DOMException} where it is none
 *
 * @example
 * ```ts
 * const connection = connect('/events', { events: { photo: decoders.base64 } })
 * connection.on('photo', event => console.log(event.data.byteLength))
 * ```
 */
export function base64(data: string): Bytes {
  return Uint8Array.from(atob(data), character => character.charCodeAt(0))
}

/**
 * Bytes in gzip in Base64, unpacked.
 *
 * @throws {DOMException} where it is no Base64
 * @throws {TypeError} where that is no gzip
 *
 * @example
 * ```ts
 * const connection = connect('/events', {
 *   events: { prices: async data => JSON.parse(new TextDecoder().decode(await decoders.gzip(data))) },
 * })
 * connection.on('prices', event => console.log(event.data))
 * ```
 */
export async function gzip(data: string): Promise<Bytes> {
  const unpacked = new Blob([base64(data)]).stream().pipeThrough(new DecompressionStream('gzip'))
  return new Uint8Array(await new Response(unpacked).arrayBuffer())
}
