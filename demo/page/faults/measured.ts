// What is known of a client in a run: what reached the server, by the server's count, and what reached the app

/** What is asked for: a feed by GET, or a prompt's answer by POST. */
export type Kind = 'feed' | 'prompt'

/** A request, as the server has written it down. */
export interface ServedRequest {
  client: string
  method: string
  lastEventId: string
  /** Milliseconds since the run began; by the clock of the server, until the page has put it on its own. */
  at: number
  status: number
  /** Whether the server set to work on it, so that a prompt is paid for. */
  ran: boolean
}

/**
 * What the app was told beside events and text:
 *
 * - `retry`: something failed, and is tried again
 * - `failed`: it failed for good
 * - `truncated`: it is over, and not whole
 * - `done`: it is over as it should be
 */
export type Tone = 'retry' | 'failed' | 'truncated' | 'done'

export interface Told {
  at: number
  tone: Tone
  text: string
  /** Why, in one word, where that was told. */
  code?: string | undefined
}

/** All that was measured of one client. */
export interface Measured {
  kind: Kind
  requests: ServedRequest[]
  /** When an event of the feed or a piece of the text arrived, in milliseconds since the run began. */
  arrivals: number[]
  /** The numbers of the feed's events, in the order of their arrival. */
  numbers: number[]
  /** Events of which the server knows nothing: those that a broken line was taken for. */
  strays: number
  /** The answer's text, as the app put it together. */
  text: string
  /** What the answer is by the server; `''` for feeds. */
  answer: string
  told: Told[]
  /** In the client's own words. */
  state: string
  /** Whether the client had ended by itself before it was stopped. */
  over: boolean
  /** How long it was watched, in milliseconds. */
  watched: number
}

export function nothingYet(kind: Kind): Measured {
  return { kind, requests: [], arrivals: [], numbers: [], strays: 0, text: '', answer: '', told: [], state: '', over: false, watched: 0 }
}
