// What our own model does with tools: it calls those that the page offers, and reads what they bring
import type { ChatMessage, ChatRequest } from '../request.ts'
import { zonesIn } from './cities.ts'
import { draw, type Random } from './random.ts'
import type { ToolCall } from './reply.ts'
import type { ToolTalk } from './voice.ts'

const TIME = /\btime is it\b|\bwhat(?:’|'| i)?s the time\b|\bcurrent time\b|\bwhat time\b|几点|什么时间|现在的?时间/i
const DICE = /\b(?:roll|throw)\b.{0,60}\b(?:dice|die|d\d{1,6})\b|\b\d{0,6}d\d{1,6}\b|[掷扔投摇]\S{0,20}骰|骰子/i

const NUMBERS: Record<string, number> = {
  a: 1, an: 1, one: 1, two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, nine: 9, ten: 10, twelve: 12, twenty: 20,
  一: 1, 两: 2, 二: 2, 三: 3, 四: 4, 五: 5, 六: 6, 七: 7, 八: 8, 九: 9, 十: 10, 十二: 12, 二十: 20,
}

/** The calls that a prompt asks for, of the tools that the request offers. */
export function chooseTools(prompt: string, { json }: Pick<ChatRequest, 'json'>): ToolCall[] {
  if (json.tool_choice === 'none') return []
  const offered = namesOf(json.tools)
  return [
    ...(offered.has('current_time') && TIME.test(prompt) ? callClock(prompt) : []),
    ...(offered.has('roll_dice') && DICE.test(prompt) ? [callDice(prompt)] : []),
  ]
}

/** The results of tools that a conversation ends with. */
export function resultsAtEnd(messages: ChatMessage[]): string[] {
  const before = messages.map(({ role }) => role !== 'tool').lastIndexOf(true)
  return messages.slice(before + 1).map(({ content }) => content)
}

/** What a tool's result says, in a sentence. A result that is none of those we know is read out as it is. */
export function sayResult(result: string, talk: ToolTalk, random: Random): string {
  const found = parse(result)
  const [error, time, date, weekday, zone, sum] = ['error', 'time', 'date', 'weekday', 'zone', 'sum'].map(name => readWord(found[name]))
  const rolls = Array.isArray(found.rolls) ? found.rolls.map(readWord) : []
  const one = (list: readonly string[]): string => draw(random, list, 1)[0] ?? ''

  if (error) return fill(talk.failed, { error: inline(error) })
  if (time && date && weekday && zone) return fill(one(talk.time), { time, date, zone, weekday: nameDay(weekday, talk) })
  if (sum && rolls.length > 0 && rolls.every(Boolean)) return fill(one(talk.dice), { rolls: enumerate(rolls.map(roll => `**${roll}**`), talk.and), sum })
  return fill(talk.other, { content: inline(result) })
}

/** A text or a number as text, and nothing else: a page can send us anything, and not all of it can be made a text. */
function readWord(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

function fill(text: string, values: Record<string, string>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)
}

function callClock(prompt: string): ToolCall[] {
  const zones = zonesIn(prompt)
  // Without a place it is the visitor's own clock that is meant
  return (zones.length > 0 ? zones.map(zone => ({ zone })) : [{}]).map(given => ({ name: 'current_time', arguments: JSON.stringify(given) }))
}

function callDice(prompt: string): ToolCall {
  const text = prompt.toLowerCase()
  const [, short, faces] = /\b(\d{0,6})d(\d{1,6})\b/.exec(text) ?? []
  const [, sided] = /\b(\d{1,6})[\s-]{0,2}(?:sided|sides|faces|面)/.exec(text) ?? []
  const [, counted] = /\b(\d{1,6}|[a-z]{1,10}) (?:\S{1,30} )?(?:dice|die)\b/.exec(text) ?? /([\d一两二三四五六七八九十]{1,6})\s?[颗个枚粒]/.exec(text) ?? []
  const count = number(short) ?? number(counted) ?? (/\bdie\b/.test(text) || faces ? 1 : 2)
  return { name: 'roll_dice', arguments: JSON.stringify({ sides: number(faces) ?? number(sided) ?? 6, count }) }
}

function number(word: string | undefined): number | undefined {
  if (!word) return undefined
  return /^\d+$/.test(word) ? Number(word) : NUMBERS[word]
}

function namesOf(tools: unknown): Set<unknown> {
  return new Set(Array.isArray(tools) ? tools.map((tool: { function?: { name?: unknown } } | null) => tool?.function?.name) : [])
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value as Record<string, unknown> : {}
  } catch {
    return {}
  }
}

/** The clock names days in English. */
function nameDay(weekday: string, { weekdays }: ToolTalk): string {
  const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
  return weekdays[days.indexOf(weekday)] ?? weekday
}

function enumerate(items: string[], and: string): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(and === '、' ? and : ', ')}${and}${items.at(-1)}`
}

/** As it may stand between the marks of code. */
function inline(text: string): string {
  return text.replaceAll('`', "'").replace(/\s+/g, ' ')
}
