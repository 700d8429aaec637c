import { build } from 'esbuild'
import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'
import { startConformanceServer } from './conformance/server.ts'
import { startServer } from './server.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    server: string
    /** The ports of the conformance server. */
    conformance: number[]
  }
}

/** For each class and scope a port, and for each class one that is another origin. */
const CONFORMANCE_PORTS = 10

async function bundle(file: string): Promise<string> {
  const entry = fileURLToPath(new URL(`conformance/${file}`, import.meta.url))
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, format: 'iife', target: 'es2022', charset: 'utf8', write: false })
  return outputFiles[0]?.text ?? ''
}

/** Servers for the tests that run in a page, and can't start one. */
export default async function setup(project: TestProject) {
  const [ours = '', scope = ''] = await Promise.all(['ours.ts', 'scope.ts'].map(bundle))
  const server = await startServer()
  const conformance = await startConformanceServer({ ours: ours + scope, own: scope }, CONFORMANCE_PORTS)
  project.provide('server', server.url)
  project.provide('conformance', conformance.ports)
  return () => Promise.all([server.close(), conformance.close()])
}
