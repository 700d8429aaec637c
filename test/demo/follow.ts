import { blocks, fields } from './serve.ts'

/** A feed as a test reads it. */
export interface Followed {
  response: Response
  /** The next events, without comments. */
  take(count: number): Promise<Record<string, string>[]>
  /** Reads on until an event of which this holds, and gives it. */
  until(holds: (event: Record<string, string>) => boolean): Promise<Record<string, string>>
  leave(): Promise<void>
}

/** Opens a feed, and reads no more of it than is asked for. */
export async function follow(url: string, lastEventId?: string): Promise<Followed> {
  const controller = new AbortController()
  const response = await fetch(url, { signal: controller.signal, headers: lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId } })
  const reader = blocks(response)

  async function next(): Promise<Record<string, string>> {
    for (;;) {
      const { value, done } = await reader.next()
      if (done) throw new Error('The feed has ended')
      const event = fields(value)
      if (event.data !== undefined) return event
    }
  }

  return {
    response,
    async take(count) {
      const events = []
      while (events.length < count) events.push(await next())
      return events
    },
    async until(holds) {
      for (;;) {
        const event = await next()
        if (holds(event)) return event
      }
    },
    async leave() {
      controller.abort()
      await reader.return(undefined).catch(() => {})
    },
  }
}

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the test says what it is
export function dataOf<Data>(event: Record<string, string> | undefined): Data {
  return JSON.parse(event?.data ?? 'null') as Data
}
