// Gemini's streamGenerateContent, with `alt=sse`: https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent
import { textOf } from '../../json.ts'
import { splitSystem, type Dialect } from '../dialect.ts'
import { hasField, jsonReader } from '../json-reader.ts'

/** What is read of a chunk. */
interface Chunk {
  candidates?: { index?: number; content?: { parts?: Part[] }; finishReason?: string }[]
  promptFeedback?: { blockReason?: string }
  usageMetadata?: { promptTokenCount?: number; candidatesTokenCount?: number; thoughtsTokenCount?: number }
}

interface Part {
  text?: string
  thought?: boolean
  functionCall?: FunctionCall
}

/** Vertex may send the arguments in pieces: then all but the last part of a call say that it will continue. */
interface FunctionCall {
  id?: string
  name?: string
  args?: object
  partialArgs?: ArgumentsPiece[]
  willContinue?: boolean
}

interface ArgumentsPiece {
  jsonPath?: string
  stringValue?: string
  numberValue?: number
  boolValue?: boolean
}

/**
 * Gemini, of Google AI and of Vertex.
 *
 * Requests `{ contents, systemInstruction?, …params }`; the model and `alt=sse` are in the provider's URL. It has no end mark: an
 * answer is whole when it has a finish reason. A prompt that was blocked ends with the reason as finish reason, and no text. An
 * `error` inside the stream is thrown as {@link StreamError} `provider`.
 *
 * @example
 * ```ts
 * const stream = streamText('Hi', { url: '/api/gemini', dialect: gemini, params: { generationConfig: { temperature: 0 } } })
 * console.log((await stream).text)
 * ```
 */
export const gemini: Dialect = {
  name: 'gemini',
  request(messages, { params }) {
    const { system, others } = splitSystem(messages)
    const contents = others.map(({ role, content: text }) => ({ role: role === 'assistant' ? 'model' : role, parts: [{ text }] }))
    return { json: { contents, ...(system && { systemInstruction: { parts: [{ text: system }] } }), ...params } }
  },
  reader() {
    let calls = 0
    let open: { index: number; args: object } | undefined

    function readCall({ id, name, args, partialArgs = [], willContinue }: FunctionCall) {
      const call = open ?? { index: calls++, args: {} }
      open = willContinue ? call : undefined
      Object.assign(call.args, args)
      for (const piece of partialArgs) addPiece(call.args, piece.jsonPath?.match(/[^$.[\]'"]+/g) ?? [], piece)
      return { index: call.index, id, name, arguments: willContinue ? undefined : call.args }
    }

    return jsonReader<Chunk>('gemini', ({ candidates, promptFeedback, usageMetadata: counts }) => {
      const candidate = candidates?.find(({ index = 0 }) => index === 0)
      const parts = candidate?.content?.parts ?? []
      const { promptTokenCount: inputTokens, candidatesTokenCount: output, thoughtsTokenCount: thoughts } = counts ?? {}
      return {
        text: parts.filter(({ thought }) => !thought),
        reasoning: parts.filter(({ thought }) => thought),
        toolCalls: parts.flatMap(({ functionCall: call }) => (call ? [readCall(call)] : [])),
        finishReason: candidate?.finishReason ?? promptFeedback?.blockReason,
        usage: { inputTokens, outputTokens: thoughts === undefined ? output : (output ?? 0) + thoughts, raw: counts },
      }
    })
  },
  detect: event => hasField(event, 'candidates', 'promptFeedback', 'usageMetadata'),
}

/** Puts a piece of the arguments in its place below a value, `$.cities[0].name` say; a text that is there goes on. */
function addPiece(held: unknown, [key, ...below]: string[], piece: ArgumentsPiece): unknown {
  const { stringValue, numberValue, boolValue } = piece
  if (key === undefined) return stringValue === undefined ? numberValue ?? boolValue ?? null : textOf(held) + stringValue
  const place = (held ?? (/^\d{1,4}$/.test(key) ? [] : {})) as Record<string, unknown> // no list of a million holes
  place[key] = addPiece(Object.hasOwn(place, key) ? place[key] : undefined, below, piece) // never what an object inherits
  return place
}
