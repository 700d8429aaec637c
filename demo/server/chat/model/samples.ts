// Blocks of code and drawings, the same in every language that the model speaks

/** Puts a text between fences, as Markdown has them. */
function fence(language: string, text: string): string {
  return `\`\`\`${language}\n${text.trim()}\n\`\`\``
}

export const typeAnswer = fence('ts', `
import { streamChat } from 'teleprinter'

const handle = streamChat('Why is the sky blue?', answer)
stopButton.onclick = () => handle.stop()

const { outcome, timing } = await handle
console.log(outcome, timing.firstToken)
`)

export const followFeed = fence('ts', `
import { connect } from 'teleprinter'

const feed = connect('/events')
feed.on('customEvent', event => {
  log.append(event.lastEventId, event.data)
})
`)

export const splitLines = fence('ts', `
async function* lines(chunks: AsyncIterable<string>) {
  let rest = ''
  for await (const chunk of chunks) {
    const parts = (rest + chunk).split('\\n')
    rest = parts.pop() ?? ''
    yield* parts
  }
  if (rest) yield rest
}
`)

export const debounce = fence('ts', `
function debounce(run: () => void, delayMs: number) {
  let timer: ReturnType<typeof setTimeout> | undefined
  return () => {
    clearTimeout(timer)
    timer = setTimeout(run, delayMs)
  }
}
`)

export const firstCharacters = fence('ts', `
const characters = new Intl.Segmenter()

function firstCharacters(text: string, count: number) {
  const all = Array.from(characters.segment(text), part => part.segment)
  return all.slice(0, count).join('')
}
`)

export const stamp = fence('', `
.------------------------.
|  PAR AVION      [ 60 ] |
|                        |
|  To:  you              |
|  At:  the usual window |
'------------------------'
`)

export const lighthouse = fence('', String.raw`
. . .         __|__
             / \|/ \
- - - . . .  |  o  |  . . . - - -
             |_____|
              |   |
~ ~ ~ ~ ~ ~  /_____\  ~ ~ ~ ~ ~ ~
`)

export const dayProgram = fence('ts', `
const day = ['coffee', 'walk', 'the new thing', 'nothing at all']
for (const hour of day) {
  await enjoy(hour)
  if (raining()) break
}
`)

export const timetable = fence('', `
07:30  kettle
08:00  the clear-headed hour
12:30  dumplings
14:00  (left empty on purpose)
18:45  the hill
`)

export const simplify = fence('ts', `
let question = prompt
while (!clear(question)) question = simpler(question)
await Promise.race([answer(question), tea()])
`)

export const wonder = fence('ts', `
function wonder(about: string) {
  const [known, unknown] = divide(about)
  return { ...lookUp(known), next: walk(unknown) }
}
`)
