// The server as `npm start` runs it
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { run, startBuilt } from '../built-server.ts'

describe('the built server', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('the server prints its address, and ends by %s with streams open', async signal => {
    const { child, output, ended } = run({ PORT: '0' })
    await once(child.stdout ?? child, 'data')
    expect(output.stdout).toMatch(/^http:\/\/localhost:\d+\n$/)
    const url = output.stdout.trim()
    expect((await fetch(url)).status).toBe(200)

    const body = JSON.stringify({ messages: [{ role: 'user', content: 'hi' }], stream: true })
    const feeds = await Promise.all(Array.from({ length: 100 }, () => fetch(`${url}/events`)))
    const chats = await Promise.all(Array.from({ length: 100 }, () => fetch(`${url}/api/chat`, { method: 'POST', body })))
    const over = async (streams: Response[]) => new Set(await Promise.all(streams.map(stream => stream.text().then(() => 'ended', () => 'broken'))))
    const [fed, chatted] = [over(feeds), over(chats)]
    child.kill(signal)
    expect(await ended).toEqual([0, null])
    // A client that can resume its answer does so where that broke, and where a feed has ended
    expect([...await fed, ...await chatted]).toEqual(['ended', 'broken'])
    expect(output.stderr).toBe('')
  })

  test.runIf(existsSync('/proc/self/status'))('the server feeds a thousand clients at once in less than 150 MB', async () => {
    const { child, port } = await startBuilt({})
    const feeds = ['/events', '/feeds/ticker', '/feeds/log', '/feeds/room']
    const sockets = Array.from({ length: 1000 }, () => connect(port, '127.0.0.1').setEncoding('utf8'))
    await Promise.all(sockets.map(async (socket, i) => {
      socket.write(`GET ${feeds[i % feeds.length]} HTTP/1.1\r\nHost: x\r\n\r\n`)
      let text = ''
      for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
        text += chunk as string
        if (/\nid: /.test(text)) break
      }
    }))
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? []
    expect(Number(kilobytes)).toBeGreaterThan(10_000)
    expect(Number(kilobytes)).toBeLessThan(150_000)
    for (const socket of sockets) socket.destroy()
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

  test.each(['abc', '-1', '1,5', '101'])('the server refuses %j as a PACE', async pace => {
    const { output, ended } = run({ PORT: '0', PACE: pace })
    expect(await ended).toEqual([1, null])
    expect(output.stderr).toBe(`Cannot start the demo: PACE is not a number from 0 to 100: ${pace}\n`)
  })

  test.each(['abc', '-1', '65536', '80.5', '0x50', ' '])('the server refuses %j as a PORT', async port => {
    const { output, ended } = run({ PORT: port })
    expect(await ended).toEqual([1, null])
    expect(output.stderr).toBe(`Cannot start the demo: PORT is not a number from 0 to 65535: ${port}\n`)
  })

  test.each([
    ['nowhere', 'Cannot use REDIS_URL: not a redis or rediss address, such as redis://user:password@host:6379 (a / in a password is written %2F)\n'],
    ['redis://user:secret@127.0.0.1:1', 'Cannot reach Redis at REDIS_URL: ECONNREFUSED\n'],
  ])('the server says in one line that it cannot use the REDIS_URL %s', async (url, line) => {
    const { output, ended } = run({ PORT: '0', REDIS_URL: url })
    expect(await ended).toEqual([1, null])
    expect(output).toEqual({ stdout: '', stderr: line })
  })

  test('the server refuses an OPENAI_BASE_URL that is none', async () => {
    const { output, ended } = run({ PORT: '0', OPENAI_BASE_URL: 'nowhere' })
    expect(await ended).toEqual([1, null])
    expect(output.stderr).toBe('Cannot use OPENAI_BASE_URL: not an http or https address: nowhere\n')
  })
})
