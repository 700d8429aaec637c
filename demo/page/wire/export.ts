// What was recorded, as a file
import type { Entry } from './entries.ts'
import type { Blotter } from './secrets.ts'
import type { InspectorRequest } from './session.ts'

/** One JSON document a line: the request, then the entries in order. Secrets of the request are blotted out, wherever they stand. */
export function toNdjson(request: InspectorRequest, openedAt: number, entries: readonly Entry[], blot: Blotter): string {
  const { method, url, headers, body, lastEventId, reconnect } = request
  const head = {
    record: 'recording', openedAt: iso(openedAt), method, url,
    headers: toObject(blot.headers(headers)), body: body && blot.body(body), lastEventId, reconnect,
  }
  const lines = [head, ...entries.map(toRecord)]
  return lines.map(line => `${JSON.stringify(line, (_, value: unknown) => (typeof value === 'string' ? blot.text(value) : value))}\n`).join('')
}

/** The events and comments as an event stream that a server could send. What is no part of such a stream is left out. */
export function toEventStream(entries: readonly Entry[], blot: Blotter): string {
  let text = ''
  for (const entry of entries) {
    if (entry.kind === 'comment') text += `: ${entry.text}\n\n`
    else if (entry.kind === 'life') text += entry.step === 'pace' ? `retry: ${entry.ms}\n\n` : ''
    else {
      if (entry.framing === 'sse' && entry.type !== 'message') text += `event: ${entry.type}\n`
      if (entry.id !== undefined) text += `id: ${entry.id}\n`
      text += `${entry.data.split(/\r\n|\r|\n/).map(line => `data: ${line}`).join('\n')}\n\n`
    }
  }
  return blot.text(text)
}

/** A name that tells where it comes from, and when. */
export function fileName(url: string, at: Date, extension: string): string {
  const { host, pathname } = new URL(url)
  const place = `${host}${pathname}`.replace(/[^\w.]+/g, '-').replace(/^-|-$/g, '').slice(0, 60)
  return `wire-${place}-${at.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-')}.${extension}`
}

/** Hands a text to the visitor as a file. */
export function download(name: string, text: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }))
  link.download = name
  link.click()
  // Not at once: Safari reads it later
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}

function toRecord(entry: Entry): object {
  const { kind, number, at, since, gap, ...rest } = entry
  const moment = { number, at: iso(at), since: round(since), gap: round(gap) }
  if (!('step' in rest)) return { record: kind, ...moment, ...rest }
  const { step, ...what } = rest
  return { record: step, ...moment, ...what, ...('headers' in what && hasPairs(what.headers) && { headers: toObject(what.headers) }) }
}

function hasPairs(headers: unknown): headers is [string, string][] {
  return Array.isArray(headers) && headers.every(header => Array.isArray(header))
}

/** As an object where that says it all, for those who read it; as pairs where a name stands there twice. */
function toObject(pairs: readonly (readonly [string, string])[]): object {
  const object = Object.fromEntries(pairs)
  return Object.keys(object).length === pairs.length ? object : pairs
}

function iso(at: number): string {
  return new Date(at).toISOString()
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10
}
