import type { StandardSchema } from 'teleprinter'

interface Kinds { string: string; number: number }

/**
 * A schema of an object with fields of these kinds. What zod, valibot or arktype make does as well, and more.
 *
 * What a server sends is not what a page was written for, for ever: it is checked before it is shown, and what does not fit goes to
 * `onInvalid`.
 */
export function shape<const Fields extends Record<string, keyof Kinds>>(fields: Fields): StandardSchema<{ [Name in keyof Fields]: Kinds[Fields[Name]] }> {
  type Shape = { [Name in keyof Fields]: Kinds[Fields[Name]] }
  return {
    '~standard': {
      validate(value) {
        const found = Object(value) as Record<string, unknown>
        const issues = Object.entries(fields).filter(([name, kind]) => typeof found[name] !== kind)
          .map(([name, kind]) => ({ message: `${name} is no ${kind}: ${JSON.stringify(found[name])}` }))
        return issues.length > 0 ? { issues } : { value: found as Shape }
      },
    },
  }
}

/** Sent where the server no longer has what came after an id. */
export const gap = shape({ after: 'string' })
