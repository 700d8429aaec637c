/** One way to show text as it comes. */
export interface Display {
  write: (text: string) => void
  /** No more comes. Resolves when all is shown. */
  end: () => Promise<void>
  /** Shows nothing until `resume()`. */
  pause: () => void
  resume: () => void
  /** Shows nothing more. */
  stop: () => void
}

/** Makes one: `show` puts text on the page. */
export type CreateDisplay = (show: (text: string) => void) => Display
