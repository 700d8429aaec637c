// The inspector as its visitors meet it
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { browse, expectGoodPage, scrollsSideways, seriousFaults, SIZES } from '../browse.ts'

const SSE = { 'Content-Type': 'text/event-stream' }
const BURST = 10_000

const visit = browse('/wire', { interval: 20, pace: 0.01 })

/** A server of another origin. */
let other: Server
let otherUrl: string
/** What it was asked, preflights aside. */
let asked: { path: string; method: string; headers: IncomingMessage['headers']; body: string }[] = []

const ANSWERS: Record<string, (res: ServerResponse, time: number) => void> = {
  '/stream': res => void res.writeHead(200, SSE).write(': hello\n\nretry: 50\nevent: greeting\nid: a1\ndata: {"n": 1}\n\ndata: zwölf\n\n'),
  '/drop': (res, time) => {
    res.writeHead(200, SSE)
    if (time === 1) res.end('id: 1\ndata: one\n\nid: 2\ndata: two\n\n')
    else res.write('id: 2\ndata: two\n\nid: 3\ndata: three\n\n')
  },
  '/busy': (res, time) => void (time === 1 ? res.writeHead(503).end() : res.writeHead(200, SSE).end('data: at last\n\n')),
  '/broken': res => void res.writeHead(500).end('out of paper'),
  '/quoting': res => void res.writeHead(401).end('Incorrect key: sk-secret-1'),
  '/moved': res => void res.writeHead(302, { Location: '/echo?token=tok-4' }).end(),
  '/echo': res => void res.writeHead(200, SSE).end(': pa55\n\nid: k3y9\ndata: k3y9 and tok-4\n\ndata: pa55\n\n'),
  '/html': res => void res.writeHead(200, { 'Content-Type': 'text/html' }).end('<p>Sign in'),
  '/lines': res => void res.writeHead(200, { 'Content-Type': 'application/x-ndjson' }).end('{"a":1}\n{"b":2}\n'),
  '/nothing': res => void res.writeHead(204).end(),
  '/burst': res => void res.writeHead(200, SSE).write(Array.from({ length: BURST }, (_, i) => `id: ${i + 1}\ndata: {"n":${i + 1}}\n\n`).join('')),
  '/deep': res => void res.writeHead(200, SSE).end(`data: ${'['.repeat(100_000)}${']'.repeat(100_000)}\n\n`),
  '/no-cors': res => void res.writeHead(200, SSE).write('data: not for everybody\n\n'),
}

beforeAll(async () => {
  other = createServer((req, res) => {
    const path = (req.url ?? '').replace(/\?.*/, '')
    if (path !== '/no-cors') {
      res.setHeader('Access-Control-Allow-Origin', '*')
      res.setHeader('Access-Control-Allow-Headers', '*, authorization')
    }
    if (req.method === 'OPTIONS') {
      res.writeHead(204).end()
      return
    }
    let body = ''
    req.setEncoding('utf8').on('data', (text: string) => (body += text)).once('end', () => {
      asked.push({ path, method: req.method ?? '', headers: req.headers, body })
      ANSWERS[path]?.(res, asked.filter(one => one.path === path).length)
    })
  }).listen(0, '127.0.0.1')
  await once(other, 'listening')
  otherUrl = `http://127.0.0.1:${(other.address() as AddressInfo).port}`
})
afterAll(() => {
  other.close()
  other.closeAllConnections()
})
beforeEach(() => {
  asked = []
})

const page = () => visit.page
const button = (name: string) => page().getByRole('button', { name, exact: true })
const field = (name: string) => page().getByLabel(name, { exact: true })
const state = () => page().locator('#state').textContent()
const untilState = async (text: string) => {
  await page().waitForFunction(wanted => document.querySelector('#state')?.textContent === wanted, text)
  // Rows are drawn once a frame
  await page().evaluate(() => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve))))
}
const total = (id: string) => page().locator(`#${id}`).textContent()
/** Opens what is closed until it is asked for. */
const showMore = async () => {
  if (!await page().locator('#headers').isVisible()) await page().getByText('Headers, body and options').click()
}
/** Waits for a row with this in its data. */
const untilRow = (text: string) => page().locator('.entry .data', { hasText: text }).first().waitFor()

/** Type, id, data and bytes of the rows of a kind. */
async function rows(kind = ''): Promise<string[][]> {
  const found = page().locator(kind === '' ? '.entry' : `.entry[data-kind="${kind}"]`)
  return found.evaluateAll(entries => entries.map(entry => ['type', 'id', 'data', 'bytes'].map(name => entry.querySelector(`.${name}`)?.textContent ?? '')))
}

async function open(url: string, { method = 'GET', headers = '', body = '' } = {}): Promise<void> {
  await field('URL').fill(url)
  await field('Method').selectOption(method)
  if (headers !== '') await showMore()
  if (headers !== '' || await field('Headers, one a line').isVisible()) await field('Headers, one a line').fill(headers)
  if (method !== 'GET') await field('Body').fill(body)
  await button('Open').click()
}

async function exported(name: string): Promise<{ file: string; text: string }> {
  const [download] = await Promise.all([page().waitForEvent('download'), button(name).click()])
  return { file: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') }
}

describe('the wire page', () => {
  test('the wire page is in order at every size, in both themes and languages', async () => {
    await expectGoodPage(visit, '/wire')
  })

  test('the wire page shows every event with its type, id, data and bytes, and comments and the connection beside them', async () => {
    await open(`${otherUrl}/stream`)
    await untilRow('zwölf')
    expect(await state()).toBe('readyState 1, open')
    expect(await rows()).toEqual([
      ['request', '', `GET ${otherUrl}/stream`, ''],
      ['response', '', expect.stringMatching(/^200 OK, text\/event-stream, after \d+\sms$/), ''],
      ['comment', '', 'hello', '5'],
      ['retry:', '', expect.stringMatching(/at least 50\sms before a reconnect/), ''],
      ['greeting', 'a1', '{"n": 1}', '8'],
      ['message', '', 'zwölf', '6'],
    ])
    expect(await page().locator('.entry .time').first().textContent()).toMatch(/^\d\d:\d\d:\d\d\.\d{3}$/)
    expect(await page().locator('.entry .since').first().textContent()).toMatch(/^\+\d+\sms$/)
    await page().waitForFunction(() => document.querySelector('#events')?.textContent === '2' && document.querySelector('#last-id')?.textContent === 'a1')
    expect(await total('bytes')).toBe(`${Buffer.byteLength(': hello\n\nretry: 50\nevent: greeting\nid: a1\ndata: {"n": 1}\n\ndata: zwölf\n\n')}\u00A0B`)

    await page().locator('.entry[data-kind="event"]').first().click()
    expect(await page().locator('.box').textContent()).toBe('{"n": 1}')
    await button('Pretty-print').click()
    expect(await page().locator('.box').textContent()).toBe('{\n  "n": 1\n}')
    await page().locator('.entry[data-kind="event"]').first().click()
    expect(await page().locator('.detail').count()).toBe(0)
    expect(visit.complaints).toEqual([])
  })

  test('the wire page shows as it came what is nested too deep to be laid out, and says so', async () => {
    await showMore()
    await page().getByRole('switch', { name: 'Reconnect' }).click()
    await open(`${otherUrl}/deep`)
    await untilState('readyState 2, closed (done)')
    await page().locator('.entry[data-kind="event"]').click()
    await button('Pretty-print').click()
    await page().getByText('Nested too deep to be laid out: shown as it came.').waitFor()
    expect([await button('Pretty-print').getAttribute('aria-pressed'), (await page().locator('.box').textContent())?.length]).toEqual(['false', 200_000])
    expect(visit.complaints).toEqual([])
  })

  test('the wire page ends the request at the server when it is closed', async () => {
    const ended = visit.served.nextEnd('events')
    await button('Open').click()
    await page().locator('.entry[data-kind="event"]').nth(3).waitFor()
    await button('Close').click()
    expect(await ended).toBe(false)
    await untilState('readyState 2, closed (stopped)')
    expect((await rows('life')).at(-1)?.[2]).toMatch(/^stopped, after \d+ events and /)
    expect(await button('Close').getAttribute('aria-disabled')).toBe('true')
    expect(visit.complaints).toEqual([])
  })

  test('the wire page shows why and when a feed comes back, and what was replayed then', async () => {
    // Watched from before: the wait is short
    const waits = page().waitForFunction(() => /^Next attempt in 1\ss: ended: Event stream ended$/.test(document.querySelector('#countdown')?.textContent ?? '')
      && document.querySelector('#state')?.textContent === 'readyState 0, connecting')
    await open(`${otherUrl}/drop`)
    await waits
    await untilRow('three')
    expect((await rows('event')).map(([type, id, data]) => [type, id, data])).toEqual([
      ['message', '1', 'one'], ['message', '2', 'two'], ['message (replayed, left out)', '2', 'two'], ['message', '3', 'three'],
    ])
    expect((await rows('life')).map(([, , data]) => data)).toEqual([
      `GET ${otherUrl}/drop`, expect.stringMatching(/^200/),
      expect.stringMatching(/^Again in \d+\sms: ended: Event stream ended$/),
      `GET ${otherUrl}/drop, attempt 2, after id 2`, expect.stringMatching(/^200/),
    ])
    expect(await total('countdown')).toBe('')
    await page().waitForFunction(() => ['reconnects', 'replays'].every(id => document.querySelector(`#${id}`)?.textContent === '1'))
    expect(asked.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '2'])
  })

  test('the wire page shows headers, body and options to those who need them', async () => {
    const shows = (name: string) => field(name).isVisible()
    expect([await shows('Headers, one a line'), await shows('Body')]).toEqual([false, false])
    await button('A live feed').click()
    expect(await shows('Headers, one a line')).toBe(false)
    await button('A chat').click()
    expect([await shows('Headers, one a line'), await shows('Body')]).toEqual([true, true])
    await page().reload()
    await field('Method').selectOption('PUT')
    expect(await shows('Body')).toBe(true)
  })

  test('the wire page asks once where it is told not to reconnect, and starts behind an id', async () => {
    await showMore()
    await page().getByRole('switch', { name: 'Reconnect' }).click()
    await field('Last-Event-ID').fill('x7')
    await open(`${otherUrl}/drop`)
    await untilState('readyState 2, closed (done)')
    expect(asked.map(({ headers }) => headers['last-event-id'])).toEqual(['x7'])
  })

  test('the wire page sends a prompt once, and shows its answer to the end', async () => {
    let posts = 0
    page().on('request', request => {
      if (request.method() === 'POST') posts++
    })
    await button('A chat').click()
    expect(await field('Body').inputValue()).toContain('"stream": true')
    await button('Open').click()
    await untilState('readyState 2, closed (done)')
    const events = await rows('event')
    expect(events.at(-1)).toEqual(['message', expect.stringMatching(/^[\w-]{22}:\d+$/), '[DONE]', '6'])
    // There may be more events than rows are drawn
    await button('Events').click()
    await untilState('readyState 2, closed (done)')
    expect((await rows('life')).map(([type]) => type)).toEqual(['request', 'response', 'ending'])
    expect((await rows('life')).at(-1)?.[2]).toMatch(new RegExp(`^done, after \\d+ events and [\\d.]+\\skB$`))
    expect(posts).toBe(1)
    expect(visit.complaints).toEqual([])
  })

  test('the wire page sends a POST again only where the server says that it did not run', async () => {
    await open(`${otherUrl}/broken`, { method: 'POST', headers: 'X-Mood: calm', body: 'any' })
    await untilState('readyState 2, closed (failed)')
    expect(asked).toMatchObject([{ path: '/broken', method: 'POST', body: 'any', headers: { 'x-mood': 'calm' } }])
    await page().locator('.entry[data-step="ending"]').click()
    expect(await page().locator('.box').textContent()).toBe('out of paper')

    await open(`${otherUrl}/busy`, { method: 'POST', body: 'any' })
    await untilState('readyState 2, closed (done)')
    expect(asked.map(({ path }) => path)).toEqual(['/broken', '/busy', '/busy'])
    expect((await rows('life')).map(([type]) => type)).toEqual(['request', 'response', 'retry', 'request', 'response', 'ending'])
    visit.complaints.length = 0 // 500 and 503
  })

  test('the wire page shows lines of JSON as they come, and says what is no stream', async () => {
    await open(`${otherUrl}/lines`)
    await untilState('readyState 2, closed (done)')
    expect(await rows('event')).toEqual([['line', '', '{"a":1}', '7'], ['line', '', '{"b":2}', '7']])
    await open(`${otherUrl}/html`)
    await untilState('readyState 2, closed (failed)')
    expect((await rows('life')).at(-1)?.[2]).toContain('content-type: Cannot open event stream: content type is text/html')
    await page().locator('.entry[data-step="ending"]').click()
    expect(await page().locator('.box').textContent()).toBe('<p>Sign in')
    expect(visit.complaints).toEqual([])
  })

  test('the wire page takes an answer without a body, 204, for the end', async () => {
    for (const method of ['GET', 'POST']) {
      await open(`${otherUrl}/nothing`, { method })
      await untilState('readyState 2, closed (done)')
      expect((await rows('life')).map(([type]) => type)).toEqual(['request', 'response', 'ending'])
    }
    expect(visit.complaints).toEqual([])
  })

  test('the wire page filters by text and by kind, and counts what is left', async () => {
    await open(`${otherUrl}/stream`)
    await untilRow('zwölf')
    expect(await total('shown')).toBe('6 rows')
    await page().getByRole('searchbox').fill('GREET')
    expect((await rows()).map(([type]) => type)).toEqual(['greeting'])
    expect(await total('shown')).toBe('1 of 6 rows')
    await page().getByRole('searchbox').fill('nothing of the kind')
    expect(await page().locator('#empty').textContent()).toBe('Nothing that is kept matches the filter.')
    await page().getByRole('searchbox').fill('')
    await button('Connection').click()
    await button('Comments').click()
    expect(await rows()).toEqual(await rows('event'))
    expect(await total('shown')).toBe('2 of 6 rows')
    await button('Clear').click()
    expect([await rows(), await total('shown')]).toEqual([[], '0 rows'])
  })

  test('the wire page stands still while it is paused, and loses nothing', async () => {
    await button('Open').click()
    await page().locator('.entry[data-kind="event"]').nth(2).waitFor()
    await button('Pause').click()
    const before = (await rows()).length
    await page().waitForFunction(() => parseInt(document.querySelector('#waiting')?.textContent ?? '') > 10)
    expect((await rows()).length).toBe(before)
    expect(await total('waiting')).toMatch(/^\d+ more while paused$/)
    await button('Resume').click()
    await page().locator('.entry').nth(before + 10).waitFor()
    await button('Close').click()
    const ids = (await rows('event')).map(([, id]) => Number(id))
    expect(ids).toEqual(ids.map((_, i) => i + 1))
    expect(visit.complaints).toEqual([])
  })

  test('the wire page follows its end only while the reader is there', async () => {
    const scroller = page().locator('#scroller')
    const untilEvents = (count: number) => page().locator('.entry[data-kind="event"]').nth(count).waitFor({ state: 'attached' })
    await button('Open').click()
    await untilEvents(40)
    await scroller.evaluate(box => box.scrollTo(0, 40))
    await button('To the newest').waitFor()
    await untilEvents((await rows('event')).length + 10)
    expect(await scroller.evaluate(box => box.scrollTop)).toBe(40)
    await button('To the newest').click()
    expect(await page().evaluate(() => document.activeElement?.id)).toBe('scroller')
    await untilEvents((await rows('event')).length + 10)
    await button('Close').click()
    await page().waitForFunction(() => {
      const box = document.querySelector('#scroller')
      return box !== null && box.scrollTop > 40 && box.scrollHeight - box.scrollTop - box.clientHeight < 8
    })
    expect(visit.complaints).toEqual([])
  })

  test('the wire page gives what the filter shows as a file, without its secrets', async () => {
    const secrets = { headers: 'Authorization: Bearer sk-secret-1\nX-Mood: calm' }
    await open(`${otherUrl}/quoting?api_key=sk-secret-2`, secrets)
    await untilState('readyState 2, closed (failed)')
    for (const step of ['request', 'ending']) await page().locator(`.entry[data-step="${step}"]`).click()
    const drawn = await page().locator('#rows').textContent()
    expect(drawn).toContain('api_key=***')
    expect(drawn).toContain('Incorrect key: ***')
    expect(drawn).not.toContain('sk-secret')
    const { file, text } = await exported('Export NDJSON')
    expect(file).toMatch(/^wire-127\.0\.0\.1-\d+-quoting-\d{8}-\d{6}\.ndjson$/)
    expect(text).not.toContain('sk-secret')
    const [head, ...lines] = text.trimEnd().split('\n').map(line => JSON.parse(line) as Record<string, unknown>)
    expect(head).toMatchObject({ record: 'recording', url: `${otherUrl}/quoting?api_key=***`, headers: { 'Authorization': '***', 'X-Mood': 'calm' } })
    expect(lines.map(({ record }) => record)).toEqual(['request', 'response', 'ending'])
    expect(lines.at(-1)).toMatchObject({ outcome: 'failed', fault: { code: 'http', body: 'Incorrect key: ***' } })
    // It was sent, and is kept nowhere
    expect(asked.at(-1)?.headers.authorization).toBe('Bearer sk-secret-1')
    expect(await page().evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).not.toContain('sk-secret')

    await open(`${otherUrl}/stream`)
    await untilRow('zwölf')
    await button('Comments').click()
    await button('Connection').click()
    const filtered = await exported('Export event stream')
    expect(filtered.file).toMatch(/-stream-.*\.sse$/)
    expect(filtered.text).toBe('event: greeting\nid: a1\ndata: {"n": 1}\n\ndata: zwölf\n\n')
    visit.complaints.length = 0 // 401
  })

  test('the wire page keeps secrets of bodies and redirects out of the record and its files', async () => {
    await showMore()
    await page().getByRole('switch', { name: 'Reconnect' }).click()
    for (const path of ['/echo', '/moved']) {
      await open(otherUrl + path, { method: path === '/echo' ? 'POST' : 'GET', headers: 'X-Auth: k3y9', body: '{"password":"pa55","model":"a"}' })
      await untilState('readyState 2, closed (done)')
      for (const step of ['request', 'response']) await page().locator(`.entry[data-step="${step}"]`).click()
      const texts = [await page().locator('.record').textContent(), ...await Promise.all(['Export NDJSON', 'Export event stream'].map(async name => (await exported(name)).text))]
      const leaks = path === '/echo' ? /k3y9|pa55/ : /k3y9|tok-4/
      for (const text of texts) expect(text).not.toMatch(leaks)
      expect(texts[0]).toContain(path === '/echo' ? '{"password":"***","model":"a"}' : '/echo?token=***')
    }
    expect(asked[0]).toMatchObject({ headers: { 'x-auth': 'k3y9' }, body: '{"password":"pa55","model":"a"}' })
    expect(visit.complaints).toEqual([])
  })

  test('the wire page refuses what is no URL or no header, and says which', async () => {
    const problem = (id: string) => page().locator(`#${id}-problem`).textContent()
    await field('Method').selectOption('POST')
    for (const [url, said] of [
      ['', 'Which URL? A path of this server will do, as /events'], ['http://', 'Not a URL: http://'],
      ['ftp://example.com', 'Only http and https can be fetched: ftp:'],
      ['http://me:secret@example.com', 'fetch takes no user name or password in a URL; send an Authorization header instead'],
    ] as const) {
      await open(url, { method: 'POST' })
      expect(await problem('url')).toBe(said)
      expect(await page().evaluate(() => document.activeElement?.id)).toBe('url')
    }
    await open('/events', { headers: 'X-Fine: 1\nAuthorization Bearer\n\nBad Name: x\nCookie: a=b\nX-Key: “a”', method: 'POST' })
    expect((await problem('headers'))?.split('\n')).toEqual([
      'Line 2: no colon, so no “Name: value”: Authorization Bearer', 'Line 4: not a header’s name: Bad Name',
      'Line 5: browsers don’t let a page set Cookie', 'Line 6: the value of X-Key has a character that no header can carry',
    ])
    expect(await page().evaluate(() => document.activeElement?.id)).toBe('headers')
    expect(await rows()).toEqual([])

    // It mends as it is typed, and a body that is no JSON is sent all the same
    await field('Headers, one a line').fill('Content-Type: application/json')
    expect([await problem('headers'), await field('Headers, one a line').getAttribute('aria-invalid')]).toEqual(['', null])
    await open(`${otherUrl}/lines`, { headers: 'Content-Type: application/json', method: 'POST', body: '{"a":' })
    expect(await problem('body')).toMatch(/^Not JSON, as the content type says it is; it is sent as it stands\. /)
    await untilState('readyState 2, closed (done)')
    expect(asked.at(-1)?.body).toBe('{"a":')
    expect(visit.complaints).toEqual([])
  })

  test('the wire page takes an address from its own, and sends nothing there by itself', async () => {
    await page().goto(`${visit.served.url}/wire?url=${encodeURIComponent(`${otherUrl}/stream`)}`)
    expect(await field('URL').inputValue()).toBe(`${otherUrl}/stream`)
    expect(await total('empty')).toMatch(/^Nothing recorded yet: /)
    await button('Open').click()
    await untilRow('zwölf')
    expect(asked.map(({ path }) => path)).toEqual(['/stream'])
  })

  test('the wire page tells CORS from a server that is not there, and where it can’t, says so', async () => {
    const nobody = createServer().listen(0, '127.0.0.1')
    await once(nobody, 'listening')
    const { port } = nobody.address() as AddressInfo
    nobody.close()
    const why = () => page().locator('.entry[data-step="why"]')

    await open(`${otherUrl}/no-cors`, { headers: 'X-Mood: calm' })
    await why().waitFor()
    expect(await why().locator('.data').textContent()).toMatch(/^CORS: a server is there, /)
    await why().click()
    expect(await page().locator('.detail').textContent()).toContain(`Access-Control-Allow-Origin: ${visit.served.url}, and for your headers Access-Control-Allow-Headers: X-Mood`)
    // The preflight was refused, so the header was never sent
    expect(asked.map(({ headers }) => headers['x-mood'])).toEqual([undefined])
    await button('Close').click()

    await open(`http://127.0.0.1:${port}/`)
    await why().waitFor()
    expect(await why().locator('.data').textContent()).toMatch(/^No answer, with CORS or without: /)
    await button('Close').click()

    // A port that browsers ask nobody at
    await open('http://127.0.0.1:1/')
    await why().waitFor()
    expect(await why().locator('.data').textContent()).toMatch(/, or the browser itself, which may have refused to ask$/)
    await button('Close').click()

    await open(`${otherUrl}/no-cors`, { method: 'POST', body: 'any' })
    await untilState('readyState 2, closed (failed)')
    await why().waitFor()
    expect(await why().locator('.data').textContent()).toBe('CORS or the network: fetch does not tell a page which of them it was')
    // A simple POST is sent without a preflight: once
    expect(asked.filter(({ method }) => method === 'POST')).toHaveLength(1)
    visit.complaints.length = 0 // the browser's own of CORS
  })

  test('the wire page takes ten thousand events at once: few rows are drawn, and the last of them are there', async () => {
    await open(`${otherUrl}/burst`)
    await untilRow(`{"n":${BURST}}`)
    await page().waitForFunction(() => document.querySelector('#events')?.textContent === '10,000')
    expect(await page().locator('.entry').count()).toBe(500)
    expect(await total('shown')).toMatch(/^5,000 rows, 5,0\d\d older ones no longer kept$/)
    expect(await page().locator('#scroller').evaluate(box => box.scrollHeight - box.scrollTop - box.clientHeight)).toBeLessThan(8)

    // Who scrolls up finds more, and keeps their place
    await page().locator('#scroller').evaluate(box => box.scrollTo(0, 0))
    await button('Show 500 earlier rows').click()
    await page().waitForFunction(() => document.querySelectorAll('.entry').length === 1000)
    expect(await page().evaluate(() => document.activeElement?.textContent)).toBe(String(BURST - 500 + 2))
    await button('To the newest').click()
    await page().waitForFunction(() => document.querySelector('#newest')?.hasAttribute('hidden'))
    // Among all that are kept
    await page().getByRole('searchbox').fill(`{"n":${BURST - 4000}}`)
    expect((await rows()).map(([, id]) => id)).toEqual([String(BURST - 4000)])
    expect(visit.complaints).toEqual([])
  })

  test('the wire page is used by the keyboard alone', async () => {
    await field('URL').focus()
    await page().keyboard.press('ControlOrMeta+A')
    await page().keyboard.type(`${otherUrl}/stream`)
    await page().keyboard.press('Enter')
    await untilRow('zwölf')
    await page().locator('.expand').first().focus()
    for (const key of ['End', 'ArrowUp', 'Enter']) await page().keyboard.press(key)
    const focused = page().locator('.expand:focus')
    expect([await focused.textContent(), await focused.getAttribute('aria-expanded')]).toEqual(['5', 'true'])
    expect(await page().locator('.box').textContent()).toBe('{"n": 1}')
    await page().keyboard.press('Space')
    expect(await page().locator('.box').count()).toBe(0)
    // What is cleared takes the focus of its row nowhere out of reach
    await page().locator('#clear').evaluate((clear: HTMLElement) => clear.click())
    expect(await page().evaluate(() => document.activeElement?.id)).toBe('scroller')
  })

  test('the wire page with a record in it is in order: in both languages, at every size', async () => {
    await open(`${otherUrl}/stream?${'x'.repeat(300)}`)
    await untilRow('zwölf')
    for (const kind of ['life', 'event']) await page().locator(`.entry[data-kind="${kind}"]`).first().click()
    expect(await seriousFaults(page())).toEqual([])
    await button('中文').click()
    expect(await state()).toBe('readyState 1，已打开')
    expect((await rows('life')).map(([type]) => type)).toEqual(['请求', '响应', 'retry:'])
    expect(await page().locator('.detail').count()).toBe(2)
    for (const [width, height] of SIZES) {
      await page().setViewportSize({ width, height })
      expect(await scrollsSideways(page())).toBe(false)
      expect(await page().locator('#scroller').evaluate(box => box.scrollWidth > box.clientWidth)).toBe(false)
    }
    expect(await seriousFaults(page())).toEqual([])
    expect(visit.complaints).toEqual([])
  })
})
