/** How many ids of delivered events are remembered. */
const WINDOW = 1024

/**
 * Tells replays by: whether an event is new, by its own id and the attempt that brings it. Without an id it always is, with one
 * unless an earlier attempt brought it.
 */
export function createReplayFilter(): (id: string, attempt: number) => boolean {
  const delivered = new Map<string, number>() // oldest first
  return (id, attempt) => {
    if (!id) return true
    if ((delivered.get(id) ?? attempt) < attempt) return false
    delivered.delete(id)
    delivered.set(id, attempt)
    if (delivered.size > WINDOW) delivered.delete(delivered.keys().next().value as string)
    return true
  }
}
