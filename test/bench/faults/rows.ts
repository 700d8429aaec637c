// What goes wrong, and how a client's way with it is put into a word. Run by `npm run bench -- faults`.

/** What became of one client that met one fault. */
export interface Seen {
  /** What its app was given. */
  events: { type: string; data: string }[]
  /** The status of each failure that its app was told of, `undefined` where that was not told. */
  failures: (number | undefined)[]
  /** How the stream ended, in the client's own word, or `end` where it has none. */
  outcome?: string
  /** When the server got a request, in milliseconds since the first one. */
  requests: number[]
}

/** One fault, and a line of the table. */
export interface Fault {
  says: string
  /** What is asked for: a feed by GET, a prompt's answer by POST, by POST where the client can, or of those that know a chat's end. */
  asks: 'feed' | 'prompt' | 'either' | 'chat'
  /** The server's behaviours: each is met on its own. */
  paths: string[]
  /** How long it is watched, in milliseconds. */
  ms: number
  /** What goes wrong beside the server: the app's listener throws, or the tab is hidden and shown. */
  beside?: 'bug' | 'hiding'
  cell: (seen: Seen) => string
}

/** Long enough for the second request of any client that sends one: the longest first wait is 3 seconds. */
const WATCHED_MS = 3500

const count = (noun: string) => ({ requests: { length } }: Seen) => `${length} ${noun}${length === 1 ? '' : 's'}`
const posts = count('POST')
const requests = count('request')
const comesBack = (seen: Seen) => seen.requests.length > 1
const had = ({ events }: Seen, data: string) => events.filter(event => event.data === data).length

export const faults: Fault[] = [
  { says: 'POST dropped before any answer', asks: 'prompt', paths: ['/drop-before-headers'], ms: WATCHED_MS, cell: posts },
  { says: 'POST dropped in mid-answer', asks: 'prompt', paths: ['/chat-drop'], ms: WATCHED_MS, cell: posts },
  { says: 'POST answered 500', asks: 'prompt', paths: ['/json-error?is=500'], ms: WATCHED_MS, cell: posts },
  {
    says: 'the tab hidden and shown five times',
    asks: 'either', paths: ['/chat-endless'], ms: WATCHED_MS, beside: 'hiding', cell: requests,
  },
  { says: 'a listener that throws', asks: 'either', paths: ['/chat-endless'], ms: WATCHED_MS, beside: 'bug', cell: requests },
  {
    says: 'answered 401',
    asks: 'either', paths: ['/json-error?is=401'], ms: WATCHED_MS,
    cell: seen => `${requests(seen)}, status ${seen.failures.includes(401) ? '' : 'not '}told`,
  },
  {
    says: 'answered 200 with a page',
    asks: 'either', paths: ['/html'], ms: WATCHED_MS,
    cell: seen => `${requests(seen)}, failure ${seen.failures.length > 0 ? '' : 'not '}told`,
  },
  {
    says: 'answered 429 with `Retry-After: 4`',
    asks: 'either', paths: ['/json-error?is=429&after=4'], ms: 5500,
    cell: ({ requests: [, second] }) => (second === undefined ? 'gives up' : `again after ${(second / 1000).toFixed(1)} s`),
  },
  {
    says: 'answer cut without its end mark',
    asks: 'chat', paths: ['/chat-cut'], ms: 500,
    cell: ({ outcome, failures }) => (failures.length > 0 ? 'a failure' : outcome === 'truncated' ? '`truncated`' : 'taken for the end'),
  },
  {
    says: 'GET answered 503, 429, 425 or 408',
    asks: 'feed', paths: [503, 429, 425, 408].map(status => `/json-error?is=${status}`), ms: WATCHED_MS,
    cell: seen => (comesBack(seen) ? 'comes back' : 'gives up'),
  },
  {
    says: 'GET dropped',
    asks: 'feed', paths: ['/drop-then-go-on'], ms: WATCHED_MS,
    cell: seen => (had(seen, 'event 2, after 1') ? 'behind the last event' : comesBack(seen) ? 'from the start' : 'never comes back'),
  },
  {
    says: 'events replayed after a drop',
    asks: 'feed', paths: ['/drop-then-replay'], ms: WATCHED_MS,
    cell: seen => (had(seen, 'not replayed') === 0 ? '–' : had(seen, 'replayed') === 1 ? 'once' : 'twice'),
  },
  { says: '`retry: 0`, dropped at once, 4 s', asks: 'feed', paths: ['/retry-then-drop?retry=0'], ms: 4000, cell: requests },
  // More than 2^32: as a delay, a page's timers take it for 1 ms
  { says: '`retry: 4294967297`, dropped at once, 4 s', asks: 'feed', paths: ['/retry-then-drop?retry=4294967297'], ms: 4000, cell: requests },
  {
    says: 'an event named `error`',
    asks: 'feed', paths: ['/says-and-stays?text=event:%20error%0Adata:%20news%0A%0A'], ms: 500,
    cell: seen => (seen.failures.length > 0 ? 'told as a failure' : had(seen, 'news') ? 'an event' : 'lost'),
  },
  {
    says: 'an event that the end cuts off',
    asks: 'feed', paths: ['/half-event'], ms: 500,
    cell: seen => (had(seen, 'half') ? 'delivered' : 'dropped'),
  },
]
