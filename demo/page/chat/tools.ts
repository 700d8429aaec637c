// The tools that the page offers to the model, and runs in the browser
import type { ToolCallDelta } from 'teleprinter'
import { messageOf } from '../shell/message-of.ts'

/** A call that the model asks for; `arguments` is JSON. */
export interface ToolCall { id: string; name: string; arguments: string }

/** What a call came to: the content of the message that tells the model. */
export interface ToolResult { content: string; failed: boolean }

/** What is asked of the model beside the prompt, in OpenAI's form. */
export const tools = [
  describe('current_time', 'The date and time of a place, or of the visitor', {
    zone: { type: 'string', description: 'An IANA time zone such as Asia/Tokyo; the visitor’s own without it' },
  }),
  describe('roll_dice', 'Rolls dice', {
    sides: { type: 'integer', minimum: 2, maximum: 1000, description: '6 without it' },
    count: { type: 'integer', minimum: 1, maximum: 100, description: 'How many dice; 1 without it' },
  }),
]

const RUN: Record<string, (given: Record<string, unknown>) => unknown> = { current_time: tellTime, roll_dice: rollDice }

/** Runs a call. One that cannot be run says why, to the visitor and to the model. */
export function runTool(call: ToolCall): ToolResult {
  try {
    const run = Object.hasOwn(RUN, call.name) ? RUN[call.name] : undefined
    if (!run) throw new Error(`Cannot run the tool: there is none of this name: ${call.name}`)
    return { content: JSON.stringify(run(readArguments(call))), failed: false }
  } catch (error) {
    return { content: JSON.stringify({ error: messageOf(error) }), failed: true }
  }
}

/** Adds the pieces of calls to those that have come. */
export function gatherCalls(calls: Map<number, ToolCall>, pieces: readonly ToolCallDelta[]): void {
  for (const { index, id = '', name = '', arguments: json = '' } of pieces) {
    const call = calls.get(index) ?? { id: `call_${index}`, name: '', arguments: '' }
    calls.set(index, { id: id || call.id, name: call.name || name, arguments: call.arguments + json })
  }
}

function readArguments({ name, arguments: json }: ToolCall): Record<string, unknown> {
  let value: unknown
  try {
    // Some models send nothing where nothing is needed
    value = JSON.parse(json || '{}')
  } catch {
    throw new Error(`Cannot run ${name}: its arguments are not JSON: ${json}`)
  }
  if (typeof value !== 'object' || value === null) throw new Error(`Cannot run ${name}: its arguments are no object: ${json}`)
  return value as Record<string, unknown>
}

function tellTime({ zone }: Record<string, unknown>): unknown {
  const timeZone = typeof zone === 'string' && zone !== '' ? zone : new Intl.DateTimeFormat().resolvedOptions().timeZone
  const parts = new Map(formatter(timeZone).formatToParts(new Date()).map(({ type, value }) => [type, value]))
  return {
    zone: timeZone,
    date: `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`,
    time: `${parts.get('hour')}:${parts.get('minute')}`,
    weekday: parts.get('weekday'),
  }
}

function formatter(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-GB', {
      timeZone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', weekday: 'long',
    })
  } catch {
    throw new Error(`Cannot tell the time: no such time zone: ${timeZone}`)
  }
}

function rollDice({ sides = 6, count = 1 }: Record<string, unknown>): unknown {
  if (!isWhole(sides, 2, 1000)) throw new Error(`Cannot roll dice: sides is not a whole number from 2 to 1000: ${String(sides)}`)
  if (!isWhole(count, 1, 100)) throw new Error(`Cannot roll dice: count is not a whole number from 1 to 100: ${String(count)}`)
  const rolls = Array.from({ length: count }, () => 1 + randomBelow(sides))
  return { rolls, sum: rolls.reduce((sum, roll) => sum + roll, 0) }
}

function isWhole(value: unknown, low: number, high: number): value is number {
  return Number.isInteger(value) && (value as number) >= low && (value as number) <= high
}

/** A fair number: those beyond the last whole multiple are thrown again. */
function randomBelow(limit: number): number {
  const [drawn = 0] = crypto.getRandomValues(new Uint32Array(1))
  return drawn < 2 ** 32 - (2 ** 32 % limit) ? drawn % limit : randomBelow(limit)
}

function describe(name: string, description: string, properties: Record<string, unknown>) {
  return { type: 'function', function: { name, description, parameters: { type: 'object', properties } } }
}
