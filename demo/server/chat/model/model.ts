import type { ChatMessage, ChatRequest } from '../request.ts'
import { chinese } from './chinese.ts'
import { english } from './english.ts'
import { createRandom, draw } from './random.ts'
import type { Reply } from './reply.ts'
import { chooseTools, resultsAtEnd, sayResult } from './tools.ts'
import type { Theme, Voice } from './voice.ts'

/** How much of a prompt the model reads. What it looks for is found by patterns, which can take very long over a very long text. */
const READ_LENGTH = 500
const QUOTE_LENGTH = 60
const CELL_LENGTH = 24

/** What the model knows of a conversation before it speaks. */
interface Subject {
  prompt: string
  earlier: string | undefined
  voice: Voice
  theme: Theme
  /** One of a list, by the die. */
  one: (list: readonly string[]) => string
  some: <T>(list: readonly T[], count: number) => T[]
  chance: (of: number) => boolean
}

/**
 * What the demo's own language model says to a request: no weights, only a small stock of phrases and a die. It finds the subject
 * of the last prompt, picks what it has to say on it, and quotes the visitor; it calls the tools that are offered, and reads out what
 * they bring. The same conversation always gets the same answer, on any server.
 */
export function reply({ messages, json }: Pick<ChatRequest, 'messages' | 'json'>): Reply {
  const results = resultsAtEnd(messages)
  if (results.length > 0) return { reasoning: '', text: answerResults(messages, results), toolCalls: [] }
  const { prompt, voice, one } = pick(messages, 'tools')
  const toolCalls = chooseTools(prompt, { json })
  if (toolCalls.length > 0) return { reasoning: one(voice.tools.thoughts), text: '', toolCalls }
  return { reasoning: think(messages), text: answer(messages), toolCalls: [] }
}

/** The text of an answer that needs no tool. */
export function answer(messages: ChatMessage[]): string {
  const subject = pick(messages)
  const { prompt, earlier, voice, theme, one, some, chance } = subject
  const mark = chance(0.5) ? (i: number): string => `${i + 1}. ` : (): string => '- '
  const list = some(theme.points, 4).map((point, i) => mark(i) + point)
  const opening = one(voice.openings).replace('{prompt}', () => quote(prompt))
  const memory = earlier === undefined ? [] : [one(voice.memories).replace('{earlier}', () => quote(earlier))]
  const prose = some(theme.prose, voice.paragraphs)
  // A heading needs no colon
  const lead = chance(0.5) ? `### ${one(theme.leads).replace(/[:：]$/, '')}\n` : one(theme.leads)

  return [
    opening, ...memory, ...prose,
    ...compare(subject),
    [lead, ...list].join('\n'),
    [one(theme.codeLeads), one(theme.code)].join('\n\n'),
    one(theme.links), one(voice.asides), one(voice.closings),
  ].join('\n\n')
}

/** What is thought before the answer; `''` for a prompt that needs no thought. */
function think(messages: ChatMessage[]): string {
  // A die of its own: what is thought does not change what is said
  const { prompt, voice, theme, one, some } = pick(messages, 'thoughts')
  if (!voice.deep.test(prompt)) return ''
  return [one(voice.musings).replace('{prompt}', () => quote(prompt)), ...some(theme.thoughts, 2), one(voice.resolves)]
    .join(voice === chinese ? '' : ' ')
}

/** What tools have brought, in words. */
function answerResults(messages: ChatMessage[], results: string[]): string {
  const { voice: { tools }, one, random } = pick(messages)
  return [...results.map(result => sayResult(result, tools, random)), one(tools.closings)].join('\n\n')
}

/** The table of a prompt that compares, if it is one. */
function compare({ prompt, voice: { comparison, deep }, one, some }: Subject): string[] {
  const found = comparison.about.exec(prompt)
  const asks = found ?? (deep.test(prompt) && /\bcompare\b|比较|对比/i.test(prompt))
  if (!asks) return []
  const [left, right] = found ? [cell(found[1]), cell(found[2])] : comparison.either
  const rows = some(comparison.rows, 4).map(row => `| ${row.join(' | ')} |`)
  return [one(comparison.leads), [`|  | ${left} | ${right} |`, '| --- | --- | --- |', ...rows].join('\n')]
}

/** Reads the conversation, and rolls the die for it. */
function pick(messages: ChatMessage[], salt = ''): Subject & { random: () => number } {
  const prompt = readPrompt(messages, -1)
  const voice = voiceFor(prompt)
  const theme = voice.themes.find(({ about }) => about.test(prompt)) ?? voice.themes.at(-1)
  if (!theme) throw new Error('Cannot answer: the voice has no themes')
  const random = createRandom(salt + JSON.stringify(messages.map(({ role, content }) => [role, content])))
  return {
    prompt, earlier: readPrompt(messages, -2) || undefined, voice, theme, random,
    one: list => draw(random, list, 1)[0] ?? '',
    some: (list, count) => draw(random, list, count),
    chance: of => random() < of,
  }
}

/** The start of a prompt, counted from the last one, -1; `''` where there is none. It ends between characters as people see them. */
function readPrompt(messages: ChatMessage[], index: number): string {
  const { content = '' } = messages.filter(({ role }) => role === 'user').at(index) ?? {}
  const beyond = new Intl.Segmenter().segment(content.slice(0, READ_LENGTH + 1)).containing(READ_LENGTH)
  return content.slice(0, beyond?.index)
}

/** Chinese for a prompt that is Chinese for the most part, English for all else. */
function voiceFor(prompt: string): Voice {
  const count = (pattern: RegExp): number => prompt.match(pattern)?.length ?? 0
  const words = count(/[\p{Script=Latin}\p{N}]+/gu)
  const ideographs = count(/\p{Script=Han}/gu)
  const kana = count(/[\p{Script=Hiragana}\p{Script=Katakana}]/gu)
  return ideographs > words && kana === 0 ? chinese : english
}

/** The prompt on one line. */
function quote(prompt: string): string {
  return shorten(prompt, QUOTE_LENGTH) || '…'
}

/** As it may stand in a table: a bar would end the cell. */
function cell(text: string | undefined): string {
  return shorten((text ?? '').replaceAll('|', ' '), CELL_LENGTH)
}

/** On one line, cut where a reader would cut it: between characters as people see them. */
function shorten(text: string, length: number): string {
  const line = text.trim().replace(/\s+/g, ' ')
  const characters = Array.from(new Intl.Segmenter().segment(line), ({ segment }) => segment)
  return characters.length > length ? `${characters.slice(0, length).join('')}…` : line
}
