/**
 * Reports an error that nobody catches, as the platform reports what its own listeners throw. Without `reportError` (Node) it
 * is written to the console.
 *
 * @see https://html.spec.whatwg.org/multipage/webappapis.html#report-the-exception
 */
export function report(error: unknown): void {
  if (typeof reportError === 'function') reportError(error)
  else console.error(error)
}

/** Calls an app's listener so that what it throws harms nobody: it is reported. */
export function callSafely<Args extends unknown[]>(listener: ((...args: Args) => unknown) | undefined, ...args: Args): void {
  try {
    listener?.(...args)
  } catch (error) {
    report(error)
  }
}
