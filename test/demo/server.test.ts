import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { send, sendRaw, serve, type Served } from './serve.ts'

const SECRET = 'not for visitors'

let root: string
let served: Served

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'demo-'))
  const files = {
    'package.json': SECRET, '.env': SECRET, 'src/index.js': SECRET, 'demo/server/main.js': SECRET,
    'demo/build/server.js': SECRET, 'demo/page/main.ts': SECRET, 'demo/page/.hidden.css': SECRET, 'demo/pages.css': SECRET,
    'demo/page/index.html': '<!doctype html><title>Page</title>', 'demo/page/style.css': 'body {}', 'demo/page/icon.svg': '<svg/>',
    'demo/build/page/main.js': '1', 'demo/build/page/main.js.map': '{}',
    'dist/teleprinter.min.js': '2', 'dist/index.cjs': '3', 'dist/index.d.ts': '4', 'dist/chat/stream-text.js': '5',
  }
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true })
    await writeFile(join(root, name), text)
  }
  await symlink(join(root, 'package.json'), join(root, 'demo/page/linked.css'))
  await symlink(join(root, 'src'), join(root, 'dist/linked'))
  served = await serve({ root })
})
afterAll(async () => {
  await served.close()
  await rm(root, { recursive: true })
})

describe('the page', () => {
  test('createDemoServer() answers GET / with the page and a policy without inline code', async () => {
    const { status, headers, text } = await send(`${served.url}/`)
    expect(status).toBe(200)
    expect(headers['content-type']).toBe('text/html; charset=utf-8')
    expect(headers['content-security-policy']).toMatch(/default-src 'self'/)
    expect(headers['content-security-policy']).not.toMatch(/unsafe/)
    expect(text).toContain('<title>Page</title>')
  })

  test('createDemoServer() finds the page of this package by itself', async () => {
    const own = await serve()
    const { status, text } = await send(`${own.url}/?from=here`)
    await own.close()
    expect(status).toBe(200)
    expect(text).toMatch(/^<!doctype html>/)
  })

  test('createDemoServer() answers 500 with a text where the page cannot be read', async () => {
    const own = await serve({ root: join(root, 'dist') })
    const { status, headers, text } = await send(`${own.url}/`)
    await own.close()
    expect(status).toBe(500)
    expect(headers['content-type']).toMatch(/^text\/plain/)
    expect(text).toContain('Cannot read the page')
  })
})

describe('files', () => {
  test.each([
    ['/index.html', 'text/html; charset=utf-8'], ['/style.css', 'text/css; charset=utf-8'], ['/icon.svg', 'image/svg+xml'],
    ['/main.js', 'text/javascript; charset=utf-8'], ['/main.js.map', 'application/json'],
    ['/dist/teleprinter.min.js', 'text/javascript; charset=utf-8'], ['/dist/index.cjs', 'text/javascript; charset=utf-8'],
    ['/dist/index.d.ts', 'text/plain; charset=utf-8'], ['/dist/chat/stream-text.js', 'text/javascript; charset=utf-8'],
    ['/style%2ecss', 'text/css; charset=utf-8'], ['/style.css?v=1#top', 'text/css; charset=utf-8'],
    ['http://localhost/style.css', 'text/css; charset=utf-8'],
  ])('createDemoServer() serves %s as %s', async (path, type) => {
    const { status, text } = await sendRaw(served.port, path)
    expect(status).toBe(200)
    expect(text).toContain(`Content-Type: ${type}\r\n`)
    expect(text).not.toContain(SECRET)
  })

  test('createDemoServer() answers HEAD with the headers of GET and no body', async () => {
    const [head, get] = [await send(`${served.url}/style.css`, { method: 'HEAD' }), await send(`${served.url}/style.css`)]
    expect(head.status).toBe(200)
    expect(head.text).toBe('')
    expect(head.headers['content-length']).toBe(String(get.text.length))
    expect(head.headers['content-type']).toBe(get.headers['content-type'])
  })

  test.each([
    '/nothing', '/nothing.js', '/main.ts', '/package.json', '/.env', '/.hidden.css', '/server.js', '/demo/page/index.html', '/pages.css',
    '/../package.json', '/../../etc/passwd', '/dist/../package.json', '/dist/../src/index.js', '/../pages.css',
    '/%2e%2e/package.json', '/%2e%2e%2fpackage.json', '/..%2fpages.css', '/dist/%2e%2e/src/index.js', '/dist/..%2f..%2fsrc/index.js',
    '/%252e%252e/package.json', '/dist/.%2e/src/index.js', '/..\\pages.css', '/dist\\..\\src\\index.js', '/dist/..%5csrc%5cindex.js',
    '//style.css', '/dist//index.cjs', '//etc/passwd', '/./style.css', '/dist/./index.cjs', '/style.css/', '/style.css%00', '/main.ts%00.css',
    '/style.css%0a', '/%', '/%zz/style.css', '/%c0%ae%c0%ae/package.json', '/%ff.css', '/dist', '/dist/', '/dist/chat', '/linked.css',
    '/dist/linked/index.js', '/C:/style.css', '/~root/x.css', '*', 'file:///etc/passwd', '/events/', '/api', '/api/chat/',
    `/${'a'.repeat(300)}.css`, '/constructor', '/x.constructor', '/style.__proto__',
  ])('createDemoServer() answers 404 to %s', async path => {
    const { status, text } = await sendRaw(served.port, path)
    expect(status).toBe(404)
    expect(text).not.toContain(SECRET)
    expect(text).not.toContain('root:')
  })
})

describe('methods', () => {
  test.each([
    ['POST', '/', 'GET, HEAD'], ['PUT', '/style.css', 'GET, HEAD'], ['DELETE', '/dist/index.cjs', 'GET, HEAD'],
    ['POST', '/events', 'GET, HEAD'], ['GET', '/api/chat', 'POST, DELETE'], ['OPTIONS', '/api/chat', 'POST, DELETE'],
  ])('createDemoServer() answers 405 to %s %s and allows %s', async (method, path, allow) => {
    const { status, headers } = await send(served.url + path, { method })
    expect(status).toBe(405)
    expect(headers.allow).toBe(allow)
  })

  test('createDemoServer() answers 404, not 405, to POST on what does not exist', async () => {
    expect((await send(`${served.url}/nothing`, { method: 'POST', body: 'x' })).status).toBe(404)
  })
})

describe('requests at once on one connection', () => {
  const request = (path: string, last = false): string =>
    `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${last ? 'Connection: close\r\n' : ''}\r\n`

  test('createDemoServer() answers them all, one after another', async () => {
    const socket = connect(served.port, '127.0.0.1')
    socket.write(['/icon.svg', '/style.css', '/nothing', '/icon.svg'].map((path, i) => request(path, i === 3)).join(''))
    let text = ''
    for await (const chunk of socket.setEncoding('utf8')) text += chunk as string
    expect(text.match(/HTTP\/1.1 \d+|body \{\}|<svg\/>/g)).toEqual([
      'HTTP/1.1 200', '<svg/>', 'HTTP/1.1 200', 'body {}', 'HTTP/1.1 404', 'HTTP/1.1 200', '<svg/>',
    ])
  })

  test('createDemoServer() cuts a connection whose requests do not end', async () => {
    const socket = connect(served.port, '127.0.0.1').on('error', () => {})
    socket.write(request('/events').repeat(200))
    await new Promise(resolve => socket.resume().once('close', resolve))
    expect((await send(`${served.url}/style.css`)).status).toBe(200)
  })
})

test.each([
  'nonsense\r\n\r\n', 'GET / HTTP/9.9\r\n\r\n', '\0\0\0\0', 'POST /api/chat HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{',
  'POST /api/chat HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n',
])('createDemoServer() survives a client that sends %j and leaves', async bytes => {
  const socket = connect(served.port, '127.0.0.1')
  await new Promise<void>(resolve => socket.write(bytes, () => resolve()))
  socket.destroy()
  expect((await send(`${served.url}/style.css`)).status).toBe(200)
})
