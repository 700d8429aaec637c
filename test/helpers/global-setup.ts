import type { TestProject } from 'vitest/node'
import { startServer } from './server.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    server: string
  }
}

/** A server for the tests that run in a page, and can't start one. */
export default async function setup(project: TestProject) {
  const server = await startServer()
  project.provide('server', server.url)
  return () => server.close()
}
