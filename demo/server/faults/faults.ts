import type { Routes } from '../http/routes.ts'

/** Makes the handlers that misbehave on purpose. */
export function createFaults(): Routes {
  return {}
}
