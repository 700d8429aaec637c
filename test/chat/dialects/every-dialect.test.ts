import { describe, expect, test } from 'vitest'
import * as dialects from '../../../src/chat/dialects/index.ts'
import { streamText } from '../../../src/chat/stream-text.ts'
import type { Dialect } from '../../../src/chat/dialect.ts'
import { ANSWERS, type SampleAnswer } from '../../helpers/answers.ts'
import { cutEvery, randomCut, toBytes } from '../../helpers/every-cut.ts'

/** An answer of the server's in these chunks, without a server. */
function ask(dialect: Dialect, contentType: string, chunks: readonly (string | Uint8Array)[]) {
  const rest = chunks.map(toBytes)
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = rest.shift()
      if (chunk) controller.enqueue(chunk)
      else controller.close()
    },
  })
  const headers = { 'content-type': contentType }
  return streamText('Why?', { url: 'http://chat.test/', dialect, fetch: () => Promise.resolve(new Response(body, { headers })) })
}

async function read(dialect: Dialect, contentType: string, chunks: readonly (string | Uint8Array)[]) {
  const { timing: _timing, lastEventId: _id, ...result } = await ask(dialect, contentType, chunks)
  return result
}

/** Every way to cut a body. */
function* cuts({ body, events }: SampleAnswer): Generator<[name: string, chunks: readonly (string | Uint8Array)[]]> {
  const bytes = toBytes(body)
  yield ['whole', [bytes]]
  yield ['by event', events]
  yield ['7 bytes', cutEvery(7, bytes)]
  yield ['1 byte', cutEvery(1, bytes)]
  for (const seed of [1, 2, 3]) yield [`random, seed ${seed}`, randomCut(seed, bytes, 200)]
}

/** The named dialect, and `auto` where it can tell. */
const readers = ({ dialect, recognisable }: SampleAnswer) => (recognisable ? [dialect, dialects.auto] : [dialect])

const sseAnswers = ANSWERS.filter(({ contentType }) => contentType.startsWith('text/event-stream'))
const markedAnswers = ANSWERS.filter(({ wholeAt }) => wholeAt !== undefined)
const namedDialects = Object.values(dialects)
const detectors = namedDialects.filter(({ detect }) => detect)

describe.each(ANSWERS)('$name', answer => {
  test('reads the same, however it is cut, under its name and by itself', async () => {
    for (const dialect of readers(answer)) {
      for (const [cut, chunks] of cuts(answer)) {
        expect(await read(dialect, answer.contentType, chunks), `${dialect.name}, ${cut}`).toEqual({
          ...answer.expected, outcome: 'done',
        })
      }
    }
  })
})

describe.each(markedAnswers)('$name, cut off,', answer => {
  test('is truncated wherever it breaks off before it is whole, and keeps its text', async () => {
    for (const dialect of readers(answer)) {
      for (let count = 0; count <= (answer.wholeAt ?? 0); count++) {
        const { text, outcome, finishReason } = await read(dialect, answer.contentType, answer.events.slice(0, count))
        expect([outcome, finishReason], `${dialect.name}, after ${count} events`).toEqual(['truncated', undefined])
        expect(answer.expected.text.startsWith(text), `${dialect.name}, after ${count} events: ${text}`).toBe(true)
        if (count === answer.wholeAt) expect(text).toBe(answer.expected.text)
      }
    }
  })

  test('is truncated where it breaks off within an event', async () => {
    const bytes = toBytes(answer.events.slice(0, answer.wholeAt).join(''))
    for (const end of [1, Math.floor(bytes.length / 3), Math.floor(bytes.length / 2), bytes.length - 5]) {
      const { text, outcome } = await read(answer.dialect, answer.contentType, [bytes.slice(0, end)])
      expect(outcome, `after ${end} bytes`).toBe('truncated')
      expect(answer.expected.text.startsWith(text), `after ${end} bytes: ${text}`).toBe(true)
    }
  })

  test('is whole with the event that says so', async () => {
    const events = answer.events.slice(0, (answer.wholeAt ?? 0) + 1)
    expect(await read(answer.dialect, answer.contentType, events)).toMatchObject({ text: answer.expected.text, outcome: 'done' })
  })
})

describe.each(sseAnswers)('$name, as an event stream,', answer => {
  test.each(['\n', '\r\n', '\r'])('reads the same with %j as line end, and with a byte order mark', async end => {
    const body = `\uFEFF${answer.body.replaceAll(/\r\n|\n/g, end)}`
    for (const dialect of readers(answer)) {
      for (const size of [body.length * 4, 5]) {
        const result = await read(dialect, answer.contentType, cutEvery(size, toBytes(body)))
        expect(result, `${dialect.name}, ${size} bytes`).toEqual({ ...answer.expected, outcome: 'done' })
      }
    }
  })
})

describe.each(ANSWERS.filter(({ documents }) => documents.length > 0))('$name, as a document,', answer => {
  test.each([['compact', undefined], ['pretty', 2]])('reads the same, %s', async (_name, indent) => {
    for (const { json, usage = answer.expected.usage } of answer.documents) {
      const bytes = toBytes(JSON.stringify(json, undefined, indent))
      for (const dialect of readers(answer)) {
        for (const chunks of [[bytes], cutEvery(7, bytes)]) {
          const result = await read(dialect, 'application/json; charset=utf-8', chunks)
          expect(result, dialect.name).toEqual({ ...answer.expected, ...(usage && { usage }), outcome: 'done' })
        }
      }
    }
  })

  test.each([['compact', undefined], ['pretty', 2]])('is truncated where half of it is missing, %s', async (_name, indent) => {
    for (const { json } of answer.documents) {
      const document = JSON.stringify(json, undefined, indent)
      for (const dialect of readers(answer)) {
        const result = await read(dialect, 'application/json', [document.slice(0, document.length / 2)])
        expect(result, dialect.name).toEqual({ text: '', reasoning: '', toolCalls: [], outcome: 'truncated' })
      }
    }
  })
})

describe.each(ANSWERS.filter(({ error }) => error))('$name, when the provider fails,', answer => {
  test('tells its error, and keeps the text', async () => {
    const { event, message } = answer.error as NonNullable<SampleAnswer['error']>
    const before = answer.events.slice(0, answer.wholeAt ?? -1)
    for (const dialect of readers(answer)) {
      for (const chunks of [[...before, event], cutEvery(7, toBytes(before.join('') + event))]) {
        const stream = ask(dialect, answer.contentType, chunks)
        await expect(stream, dialect.name).rejects.toMatchObject({
          name: 'StreamError', code: 'provider', message: `Provider reported an error: ${message}`,
        })
        expect(stream.text).toBe(answer.expected.text)
      }
    }
  })

  test('tells its error where it comes first', async () => {
    const { event, message } = answer.error as NonNullable<SampleAnswer['error']>
    for (const dialect of readers(answer)) {
      const stream = ask(dialect, answer.contentType, [event])
      await expect(stream, dialect.name).rejects.toMatchObject({
        code: 'provider', message: `Provider reported an error: ${message}`,
      })
      expect(stream.text).toBe('')
    }
  })
})

describe.each(namedDialects)('$name, given something else with status 200,', dialect => {
  test.each([
    ['a page', 'text/html', '<!doctype html><title>Sign in</title>', 'content-type'],
    ['a page with a charset', 'text/html; charset=utf-8', '<html>', 'content-type'],
    ['a page that is said to be JSON', 'application/json', '<!doctype html>\n<title>Sign in</title>', 'dialect'],
    ['JSON of no known form', 'application/json', '{"status":"ok","items":[{"text":"No"}]}', 'dialect'],
    ['pretty JSON of no known form', 'application/json', '{\n  "status": "ok",\n  "text": "No"\n}', 'dialect'],
    ['JSON that is a number', 'application/json', '5', 'dialect'],
    ['JSON that is null', 'application/json', 'null', 'dialect'],
    ['JSON that is a list of numbers', 'application/json', '[1,2]', 'dialect'],
    ['words that are said to be JSON', 'application/json', 'Bad gateway\n', 'dialect'],
    ['an error in JSON', 'application/json', '{"error":{"message":"Quota","code":429}}', 'provider'],
    ['a list with an error', 'application/json', '[{"error":{"code":429,"message":"Quota","status":"NO"}}]', 'provider'],
    ['an error in pretty JSON', 'application/json', '{\n  "error": "Quota"\n}\n', 'provider'],
    ['words without a line end', 'application/json', 'Bad gateway', 'dialect'],
  ])('says so: %s', async (_name, contentType, body, code) => {
    for (const chunks of [[body], cutEvery(3, toBytes(body))]) {
      const stream = ask(dialect, contentType, chunks)
      await expect(stream).rejects.toMatchObject({ name: 'StreamError', code, message: expect.stringMatching(/: ./) as string })
      expect(stream.text).toBe('')
    }
  })

  test.each([
    ['half a document', '{"choices":[{"index":0,"message":{"content":"No'], ['half a list', '[{"candidates":['],
    ['what begins as JSON', '{"choices": oops}'],
  ])('is truncated, without text: %s', async (_name, body) => {
    expect(await read(dialect, 'application/json', [body])).toEqual({
      text: '', reasoning: '', toolCalls: [], outcome: 'truncated',
    })
  })

  test.each([['an empty list', '[]'], ['nothing', ''], ['blanks', ' \n\n']])('has no text: %s', async (_name, body) => {
    const outcome = dialect.endsAtEof ? 'done' : 'truncated'
    expect(await read(dialect, 'application/json', [body])).toEqual({ text: '', reasoning: '', toolCalls: [], outcome })
  })
})

describe('detect()', () => {
  const events = ANSWERS.flatMap(({ dialect, events: frames, contentType, recognisable }) =>
    !recognisable || contentType.startsWith('text/plain') ? [] : frames.flatMap(frame => {
      const data = /^(?:data: ?)?(\{.*)$/m.exec(frame)?.[1]
      const type = /^event: (.*)$/m.exec(frame)?.[1] ?? 'message'
      return data === undefined ? [] : [{ dialect, event: { type, data, lastEventId: '' } }]
    }))

  test.each(detectors)('of $name is true for its own events, and for none of the others', dialect => {
    const family = (other: Dialect) => (other === dialects.mistral ? dialects.openai : other)
    for (const { dialect: own, event } of events) {
      expect(dialect.detect?.(event), `${own.name}: ${event.data}`).toBe(family(own) === family(dialect))
    }
    expect(events.some(({ dialect: own }) => own === dialect)).toBe(true)
  })

  test.each(detectors)('of $name is false for what is no object', dialect => {
    for (const data of ['', ' ', 'text', 'null', '5', '[]', '"a"', '[{"choices":[]}]', '{', '{}', '{"hello":"world"}']) {
      expect(dialect.detect?.({ type: 'message', data, lastEventId: '' }), data).toBe(false)
    }
  })
})

test('rawText types no JSON', async () => {
  for (const { contentType, events, dialect, documents } of ANSWERS) {
    for (const json of documents.map(document => JSON.stringify(document.json))) {
      const stream = ask(dialects.rawText, 'application/json', [json])
      await expect(stream).rejects.toMatchObject({ code: 'dialect' })
      expect(stream.text).toBe('')
    }
    if (dialect === dialects.rawText || !contentType.includes('json')) continue
    const stream = ask(dialects.rawText, contentType, events)
    await expect(stream).rejects.toMatchObject({ code: 'dialect' })
    expect(stream.text).toBe('')
  }
  expect(await read(dialects.rawText, 'application/json', ['"A string"'])).toMatchObject({ text: 'A string', outcome: 'done' })
})
