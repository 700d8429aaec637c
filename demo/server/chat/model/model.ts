import type { ChatMessage } from '../request.ts'
import { chinese } from './chinese.ts'
import { english } from './english.ts'
import { createRandom, draw } from './random.ts'
import type { Reply } from './reply.ts'
import type { Voice } from './voice.ts'

const QUOTE_LENGTH = 60

/**
 * The demo's own language model: no weights, only a small stock of phrases and a die. It finds the subject of the last
 * prompt, picks what it has to say on it, and quotes the visitor. The same conversation always gets the same answer.
 */
export function answer(messages: ChatMessage[]): string {
  const prompts = messages.filter(message => message.role === 'user').map(message => message.content)
  const prompt = prompts.at(-1) ?? ''
  const earlier = prompts.at(-2)

  const voice = voiceFor(prompt)
  const theme = voice.themes.find(({ about }) => about.test(prompt)) ?? voice.themes.at(-1)
  if (!theme) throw new Error('Cannot answer: the voice has no themes')

  const random = createRandom(JSON.stringify(messages.map(({ role, content }) => [role, content])))
  const one = (list: readonly string[]): string => draw(random, list, 1)[0] ?? ''
  const mark = random() < 0.5 ? (i: number): string => `${i + 1}. ` : (): string => '- '
  const list = draw(random, theme.points, 4).map((point, i) => mark(i) + point)

  return [
    one(voice.openings).replace('{prompt}', () => quote(prompt)),
    ...(earlier ? [one(voice.memories).replace('{earlier}', () => quote(earlier))] : []),
    ...draw(random, theme.prose, voice.paragraphs),
    [one(theme.leads), ...list].join('\n'),
    [one(theme.codeLeads), one(theme.code)].join('\n\n'),
    one(voice.asides),
    one(voice.closings),
  ].join('\n\n')
}

/** What the model says to a request. */
export function reply({ messages }: { messages: ChatMessage[] }): Reply {
  return { reasoning: '', text: answer(messages), toolCalls: [] }
}

/** Chinese for a prompt that is Chinese for the most part, English for all else. */
function voiceFor(prompt: string): Voice {
  const count = (pattern: RegExp): number => prompt.match(pattern)?.length ?? 0
  const words = count(/[\p{Script=Latin}\p{N}]+/gu)
  const ideographs = count(/\p{Script=Han}/gu)
  const kana = count(/[\p{Script=Hiragana}\p{Script=Katakana}]/gu)
  return ideographs > words && kana === 0 ? chinese : english
}

/** The prompt on one line, cut where a reader would cut it: between characters as people see them. */
function quote(prompt: string): string {
  const line = prompt.trim().replace(/\s+/g, ' ')
  if (line === '') return '…'
  const characters = Array.from(new Intl.Segmenter().segment(line), ({ segment }) => segment)
  return characters.length > QUOTE_LENGTH ? `${characters.slice(0, QUOTE_LENGTH).join('')}…` : line
}
