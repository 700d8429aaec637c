/** A JSON text's value; `undefined` where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A text, or what the parts of a list hold as such in a field of theirs; `''` for anything else. */
export function textOf(content: unknown, field = 'text'): string {
  if (Array.isArray(content)) return content.map(part => textOf((part as Record<string, unknown> | null)?.[field])).join('')
  return typeof content === 'string' ? content : ''
}
