import { useEffect, useRef } from 'react'
import { streamChat } from 'teleprinter'

/** Types the answer to a prompt. Another prompt, or leaving, ends the one under way. */
export function Answer({ prompt }: { prompt: string }) {
  const place = useRef<HTMLDivElement>(null)

  useEffect(() => {
    const answer = streamChat(prompt, place.current!, { url: '/api/chat' })
    return () => answer.stop()
  }, [prompt])

  return <div ref={place} />
}
