import { useEffect, useRef, useState, type FormEvent } from 'react'
import { createChat, type ChatHandle } from 'teleprinter'

/** A conversation: a prompt, the answer to it, and a button that ends it. */
export function Chat() {
  const [chat] = useState(() => createChat({ url: '/api/chat' }))
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState('')
  const place = useRef<HTMLDivElement>(null)
  const answer = useRef<ChatHandle>(undefined)

  useEffect(() => () => answer.current?.stop(), [])

  async function ask(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const prompt = String(new FormData(event.currentTarget).get('prompt'))
    if (!place.current || !prompt) return
    setBusy(true)
    setProblem('')
    const own = (answer.current = chat.send(prompt, place.current))
    try {
      const { outcome } = await own
      if (outcome === 'truncated') setProblem('The answer broke off')
    } catch (error) {
      setProblem(String(error)) // what has arrived stays
    }
    if (answer.current === own) setBusy(false)
  }

  return (
    <form onSubmit={event => void ask(event)}>
      <div ref={place} />
      <input name="prompt" />
      {/* Keys, so that they are two buttons: one that turned from Stop into Ask under a click would ask */}
      {busy ? <button key="stop" type="button" onClick={() => answer.current?.stop()}>Stop</button> : <button key="ask">Ask</button>}
      <p role="status">{problem}</p>
    </form>
  )
}
