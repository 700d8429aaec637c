/** What can be shut for a while, and waited at. */
export interface Gate {
  shut: () => void
  open: () => void
  /** Resolves when it is open, at once if it is. */
  pass: () => Promise<void>
}

export function createGate(): Gate {
  let isShut = false
  const waiting: (() => void)[] = []
  return {
    shut: () => void (isShut = true),
    open() {
      isShut = false
      for (const go of waiting.splice(0)) go()
    },
    pass: () => (isShut ? new Promise(resolve => void waiting.push(resolve)) : Promise.resolve()),
  }
}
