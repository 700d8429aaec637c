import type { Scope } from './row.ts'
import type { Outcome } from './scope.ts'

/** What a test of the conformance file leaves for the table. */
export interface Result {
  row: string
  scope: Scope
  /** The engine and its version, as it calls itself. */
  engine: string
  ours: Outcome
  own: Outcome
}

declare module 'vitest' {
  interface TaskMeta {
    conformance?: Result
  }
}
