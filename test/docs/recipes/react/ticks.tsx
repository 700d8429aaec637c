import { useEffect, useState } from 'react'
import { connect, decoders } from 'teleprinter'

interface Tick {
  id: number
}

/** The last event of a feed. */
export function Ticks() {
  const [tick, setTick] = useState<Tick>()

  useEffect(() => {
    const connection = connect<{ tick: Tick }>('/events', { events: { tick: decoders.json } })
    connection.on('tick', event => setTick(event.data))
    return () => connection.close()
  }, [])

  return <output>{tick?.id}</output>
}
