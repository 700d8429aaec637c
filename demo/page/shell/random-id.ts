/** An id that nobody can guess. `crypto.randomUUID()` is for pages over https and on localhost alone, and a phone meets neither. */
export function randomId(): string {
  return [...crypto.getRandomValues(new Uint32Array(4))].map(part => part.toString(36)).join('-')
}
