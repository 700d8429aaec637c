// A small app of several entries, as each bundler takes it in; page.mjs runs what came out
import { connect, createTypewriter, streamText } from 'teleprinter'
import { anthropic } from 'teleprinter/dialects'
import { fetchEventSource } from 'teleprinter/fetch-event-source'
import { markdown } from 'teleprinter/markdown'

globalThis.app = async base => {
  const typewriter = createTypewriter(markdown(document.body), { instant: true })
  const stream = streamText('Why is the sky blue?', { url: `${base}/anthropic`, dialect: anthropic })
  for await (const { text = '' } of stream) typewriter.write(text)
  await typewriter.end()

  const heard = []
  const connection = connect(`${base}/ticks`, { events: { tick: Number }, retry: () => 1 })
  connection.on('tick', event => heard.push(event.data))
  const { outcome } = await connection.closed
  await fetchEventSource(`${base}/ticks`, { onmessage: ({ event, data }) => heard.push(`${event} ${data}`) })
  return { strong: document.body.querySelector('strong').textContent, heard, outcomes: [(await stream).outcome, outcome] }
}
