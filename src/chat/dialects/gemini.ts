// Gemini's streamGenerateContent, with `alt=sse`: https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent
import { splitSystem, type Dialect } from '../dialect.ts'
import { jsonReader, objectOf } from '../json-reader.ts'

/** What is read of a chunk. */
interface Chunk {
  candidates?: { index?: number; content?: { parts?: Part[] }; finishReason?: string }[]
  promptFeedback?: { blockReason?: string }
  usageMetadata?: { promptTokenCount?: number; candidatesTokenCount?: number; thoughtsTokenCount?: number }
}

interface Part {
  text?: string
  thought?: boolean
  functionCall?: { id?: string; name?: string; args?: object }
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
    return jsonReader<Chunk>('gemini', ({ candidates, promptFeedback, usageMetadata: counts }) => {
      const candidate = candidates?.find(({ index = 0 }) => index === 0)
      const parts = candidate?.content?.parts ?? []
      const { promptTokenCount: inputTokens, candidatesTokenCount: output, thoughtsTokenCount: thoughts } = counts ?? {}
      return {
        text: parts.filter(({ thought }) => !thought),
        reasoning: parts.filter(({ thought }) => thought),
        toolCalls: parts.flatMap(({ functionCall: call }) =>
          call ? [{ index: calls++, id: call.id, name: call.name, arguments: call.args ?? {} }] : []),
        finishReason: candidate?.finishReason ?? promptFeedback?.blockReason,
        usage: { inputTokens, outputTokens: thoughts === undefined ? output : (output ?? 0) + thoughts, raw: counts },
      }
    })
  },
  detect(event) {
    const value = objectOf(event)
    return 'candidates' in value || 'promptFeedback' in value || 'usageMetadata' in value
  },
}
