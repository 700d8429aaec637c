// A tool call as the page shows it: what was asked for, and what came of it
import { create } from '../shell/elements.ts'
import { say } from '../shell/language.ts'
import type { ToolCall, ToolResult } from './tools.ts'
import { words } from './words.ts'

export interface CallView {
  element: HTMLElement
  /** Writes the names of things anew. */
  label: () => void
}

export function showCall(call: ToolCall, { content, failed }: ToolResult): CallView {
  const kind = create('span', 'call-kind')
  const given = create('dt')
  const got = create('dt')
  const element = create('div', 'call',
    create('p', 'call-name', kind, ' ', create('code', '', call.name)),
    create('dl', '',
      create('div', '', given, create('dd', '', pretty(call.arguments || '{}'))),
      create('div', failed ? 'call-failed' : '', got, create('dd', '', failed ? errorOf(content) : pretty(content)))))

  function label(): void {
    const { tool, toolArguments, toolResult, toolError } = say(words)
    kind.textContent = tool
    given.textContent = toolArguments
    got.textContent = failed ? toolError : toolResult
  }
  label()
  return { element, label }
}

/** JSON with room between its parts; as it came where it is none. */
function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 1).replace(/\n\s*/g, ' ')
  } catch {
    return json
  }
}

function errorOf(content: string): string {
  return (JSON.parse(content) as { error: string }).error
}
