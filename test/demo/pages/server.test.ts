// The server as `npm start` runs it
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { BUILT_SERVER } from '../browse.ts'

describe('the built server', () => {
  const children: ChildProcess[] = []
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
  })

  /** Runs the server with this environment, and nothing of ours that it would take for a model. */
  function run(env: Record<string, string>) {
    const child = spawn(process.execPath, [BUILT_SERVER], { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    children.push(child)
    const output = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
    return { child, output, ended: once(child, 'close') as Promise<[number | null, string | null]> }
  }

  test.each(['SIGINT', 'SIGTERM'] as const)('the server prints its address, and ends by %s with streams open', async signal => {
    const { child, output, ended } = run({ PORT: '0' })
    await once(child.stdout ?? child, 'data')
    expect(output.stdout).toMatch(/^http:\/\/localhost:\d+\n$/)
    const url = output.stdout.trim()
    expect((await fetch(url)).status).toBe(200)

    const body = JSON.stringify({ messages: [{ role: 'user', content: 'hi' }], stream: true })
    const streams = [await fetch(`${url}/events`), await fetch(`${url}/api/chat`, { method: 'POST', body })]
    const readers = streams.map(response => response.text().catch(() => 'cut'))
    child.kill(signal)
    expect(await ended).toEqual([0, null])
    await Promise.all(readers)
    expect(output.stderr).toBe('')
  })

  test('the server says in one line that its port is in use', async () => {
    const other = createServer().listen(0)
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const { output, ended } = run({ PORT: String(port) })
    expect(await ended).toEqual([1, null])
    other.close()
    expect(output.stderr).toBe(`Cannot start the demo: port ${port} is in use (set PORT to another one)\n`)
    expect(output.stdout).toBe('')
  })

  test.each(['abc', '-1', '65536', '80.5', '0x50', ' '])('the server refuses %j as a PORT', async port => {
    const { output, ended } = run({ PORT: port })
    expect(await ended).toEqual([1, null])
    expect(output.stderr).toBe(`Cannot start the demo: PORT is not a number from 0 to 65535: ${port}\n`)
  })

  test('the server refuses an OPENAI_BASE_URL that is none', async () => {
    const { output, ended } = run({ PORT: '0', OPENAI_BASE_URL: 'nowhere' })
    expect(await ended).toEqual([1, null])
    expect(output.stderr).toBe('Cannot use OPENAI_BASE_URL: not an http or https address: nowhere\n')
  })
})
