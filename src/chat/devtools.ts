// What a developer sees of an answer beside the page
import type { Timing } from './timing.ts'

let hinted = false // one line a page is enough

/**
 * Shows an answer that has just ended in the browser's tools: as User Timing, on a track of its own in Chromium's; and, where it was
 * held back on its way, once a page, as a line in the console that says how to mend it.
 *
 * @see https://w3c.github.io/user-timing/
 */
export function showTiming(url: string, { firstToken, total, buffered }: Timing): void {
  const start = Math.max(0, performance.now() - total)
  measure('answer', total)
  if (firstToken < total) measure('first token', firstToken)
  if (buffered && !hinted) {
    hinted = true
    console.warn(`Answer came all at once after ${Math.round(firstToken)} ms: something on the way holds it back. On the server and its proxies `
      + `send streams with no gzip, "X-Accel-Buffering: no" and "Cache-Control: no-transform": ${url}`)
  }

  function measure(what: string, duration: number) {
    const name = `teleprinter: ${what}`
    try {
      // The timeline keeps every entry for ever: the last one of a name is enough for a page that asks it, and observers get all
      performance.clearMeasures(name)
      performance.measure(name, { start, duration, detail: { url, devtools: { track: 'Teleprinter', color: 'primary' } } })
    } catch {
      // An engine without it, or with an older form: no answer may fail by that
    }
  }
}
