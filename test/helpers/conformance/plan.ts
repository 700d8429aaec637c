/** How the conformance server is to answer one request. A row writes it down, so that row and answer stand in one place. */
export interface Answer {
  /** @default 200 */
  status?: number
  /** The content type. @default text/event-stream */
  type?: string
  headers?: Record<string, string>
  /** Sent as UTF-8. */
  body?: string
  /** Whether the response stays open behind its body, which is a comment where there is none. */
  stay?: boolean
  /** Milliseconds before any of it is sent. */
  after?: number
}

/** What the address of a stream tells the server: the answers in order, the last of them to all requests that follow. */
export interface Plan {
  answers: Answer[]
  /** The headers that a preflight is answered with; without them it is refused. */
  preflight?: Record<string, string>
}

/** A request to such an address, as the server saw it. */
export interface Seen {
  method: string
  url: string
  /** A character for each byte. */
  headers: Record<string, string | undefined>
  /** Whether its connection is closed. */
  over: boolean
  /** How many requests before it were not over when it came. */
  beside: number
}
