import { createTypewriter } from 'teleprinter'
import type { CreateDisplay } from './display.ts'

/** The SDK's typewriter, with a renderer of the page's own. */
export function ours(speed: 'auto' | number): CreateDisplay {
  return show => {
    const { write, end, pause, resume } = createTypewriter({ write: show }, { speed })
    // Its own stop() would show all that has come
    return { write, end: () => end(), pause, resume, stop: pause }
  }
}
