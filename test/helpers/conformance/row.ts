import type { Tools } from './tools.ts'

/** Where a page's scripts run. */
export type Scope = 'window' | 'dedicated' | 'shared' | 'service'

export const WINDOW: Scope[] = ['window']
export const WINDOW_AND_WORKER: Scope[] = ['window', 'dedicated']
export const NO_SERVICE: Scope[] = ['window', 'dedicated', 'shared']
export const EVERYWHERE: Scope[] = ['window', 'dedicated', 'shared', 'service']

/** Checks the global `EventSource` of the scope that it runs in; rejects with what is wrong. */
export type Check = (tools: Tools) => Promise<void> | void

/** One behaviour of `EventSource`, and a line of the table. */
export interface Row {
  name: string
  /** What is checked, as the table says it. */
  says: string
  scopes: Scope[]
  /** The checks by what tells them apart, `''` where there is one. */
  checks: Record<string, Check>
  /** Whether it needs a window or worker of its own, as it changes that for every source in it. */
  alone?: true
  /** Why the engine's own class can't be looked at this way. */
  oursOnly?: string
  /** The only engine that can be driven to it. */
  engine?: 'Chromium'
}

export function row(
  name: string, says: string, scopes: Scope[], check: Check, rest: Pick<Row, 'alone' | 'oursOnly' | 'engine'> = {}): Row {
  return { name, says, scopes, checks: { '': check }, ...rest }
}

/** A row with one check a case. */
export function rowOfCases<Case>(
  name: string, says: string, scopes: Scope[], cases: Record<string, Case>, check: (value: Case) => Check): Row {
  return { name, says, scopes, checks: Object.fromEntries(Object.entries(cases).map(([label, value]) => [label, check(value)])) }
}
