import type { Client } from './client.ts'

const STATES = ['connecting', 'open', 'closed']

/** The browser's own: it can GET, and nothing else. */
export const native: Client = {
  id: 'native', name: 'EventSource', origin: '',
  can: ['feed'],
  code: {
    feed: `const source = new EventSource(url)
source.onmessage = event => show(event.data)
source.onerror = () => note('error')`,
    prompt: '',
  },
  start({ url }, listener) {
    const source = new EventSource(url)
    const tell = (): void => listener.state(`readyState ${source.readyState}, ${STATES[source.readyState]}`, source.readyState === 2)
    source.onopen = tell
    source.onmessage = ({ data }: MessageEvent<string>) => listener.event(data)
    source.onerror = () => {
      listener.told(source.readyState === 2 ? 'failed' : 'retry', `onerror, readyState ${source.readyState}`)
      tell()
    }
    tell()
    return () => source.close()
  },
}
