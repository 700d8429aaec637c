import { createEffect, onCleanup } from 'solid-js'
import { streamChat } from 'teleprinter'

/** Types the answer to a prompt. Another prompt, or leaving, ends the one under way. */
export function Answer(props: { prompt: string }) {
  let place!: HTMLDivElement

  createEffect(() => {
    const answer = streamChat(props.prompt, place, { url: '/api/chat' })
    onCleanup(() => answer.stop())
  })

  return <div ref={place} />
}
