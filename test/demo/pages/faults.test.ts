// The faults page as its visitors meet it
import type { Page } from 'playwright'
import { beforeAll, describe, expect, test } from 'vitest'
import type { FaultName } from '../../../demo/page/faults/catalogue.ts'
import type { Kind } from '../../../demo/page/faults/measured.ts'
import { answerTo } from '../../../demo/server/faults/script.ts'
import type { LoggedRequest } from '../../../demo/server/faults/runs.ts'
import { browse, expectGoodPage, scrollsSideways, seriousFaults } from '../browse.ts'

const ANSWER = answerTo('English')

/** What a column shows. */
interface Column { requests: number; paid: number; events: number; received: string; told: string[]; state: string; verdict: string }

/** What the page shows of a run, and what the server told of it. */
interface Outcome { columns: Record<string, Column>; served: Map<string, LoggedRequest[]> }

const visit = browse('/faults', { pace: 0.2 })

const address = (fault: FaultName, kind: Kind, seconds: number): string => `/faults?fault=${fault}&kind=${kind}&seconds=${seconds}`

async function readColumns(page: Page): Promise<Record<string, Column>> {
  const columns = await page.locator('.client').evaluateAll(articles => articles.map(article => {
    const text = (selector: string): string => article.querySelector(selector)?.textContent ?? ''
    const figure = (name: string): number => Number(text(`[data-figure="${name}"]`))
    const told = [...article.querySelectorAll('.told li:not(.none)')].map(line => line.textContent)
    return [(article as HTMLElement).dataset.client, {
      requests: figure('requests'), paid: figure('paid'), events: figure('events'),
      received: text('.received'), told, state: text('.client-state'), verdict: text('.verdict'),
    }] as const
  }))
  return Object.fromEntries(columns) as Record<string, Column>
}

const untilJudged = (page: Page) => page.waitForFunction(() => document.querySelector('.verdict')?.textContent !== '')

async function finish(page: Page, id: string): Promise<Outcome> {
  await untilJudged(page)
  const { requests } = await (await fetch(`${visit.served.url}/faults/requests?run=${id}`)).json() as { requests: LoggedRequest[] }
  const columns = await readColumns(page)
  return { columns, served: new Map(Object.keys(columns).map(name => [name, requests.filter(({ client }) => client === name)])) }
}

/** Presses Run, and gives the run's id. */
async function press(page: Page): Promise<string> {
  const asked = page.waitForRequest(/\/faults\/requests/)
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  return new URL((await asked).url()).searchParams.get('run') ?? ''
}

async function watch(fault: FaultName, kind: Kind): Promise<Outcome> {
  const page = await visit.visit({}, address(fault, kind, 3))
  const outcome = await finish(page, await press(page))
  await page.context().close()
  return outcome
}

// All at once, as each is little work and much waiting
const outcomes = new Map<string, Outcome>()
const complaints: string[] = []
const outcome = (fault: FaultName, kind: Kind): Outcome => outcomes.get(`${fault} ${kind}`)!

beforeAll(async () => {
  for (const wave of [['healthy', 'truncate', 'malformed'], ['drop', '429', '500']] as const) {
    await Promise.all(wave.flatMap(fault => (['feed', 'prompt'] as const).map(async kind => {
      outcomes.set(`${fault} ${kind}`, await watch(fault, kind))
    })))
    // None of the first ones is anything for the console to complain of
    if (wave[0] === 'healthy') complaints.push(...visit.complaints)
  }
})

/** Holds for every run: what a column counts is what the server counted, after the run too. */
function expectTrueCounts({ columns, served }: Outcome): void {
  for (const [client, { requests, verdict }] of Object.entries(columns)) {
    const counted = served.get(client)?.length ?? 0
    expect(requests, client).toBe(counted)
    if (counted > 0) expect(verdict).toMatch(new RegExp(`^${counted} request`))
  }
}

describe('the faults page', () => {
  test('a column counts what the server counted', () => {
    for (const ended of outcomes.values()) expectTrueCounts(ended)
    expect(outcomes.size).toBe(12)
  })

  test('a tab that was hidden before the clients set off is shown as hidden from then until it is seen', async () => {
    const page = await visit.visit({}, address('healthy', 'feed', 3))
    const setHidden = (hidden: boolean) => page.evaluate(value => {
      Object.defineProperty(document, 'hidden', { configurable: true, value })
      document.dispatchEvent(new Event('visibilitychange'))
    }, hidden)
    visit.complaints.length = 0
    await page.route('**/faults/requests?*', async route => {
      await setHidden(true)
      await route.continue()
    }, { times: 1 })
    await press(page)
    await page.locator('.client .mark-hidden').first().waitFor({ state: 'attached' })
    await setHidden(false)
    await untilJudged(page)
    expect(await page.locator('.client').first().locator('.mark-hidden').count()).toBe(1)
    expect(visit.complaints).toEqual([])
  })

  test('a healthy server: each client asks once, and is satisfied', async () => {
    const [feed, prompt] = [outcome('healthy', 'feed'), outcome('healthy', 'prompt')]
    for (const { requests, told, verdict } of Object.values(feed.columns)) {
      expect([requests, told]).toEqual([1, []])
      expect(verdict).toMatch(/^1 request; \d+ events, none lost, none twice\.$/)
    }
    const { teleprinter, 'fetch-event-source': peer, native } = prompt.columns
    for (const column of [teleprinter, peer]) {
      expect(column).toMatchObject({ requests: 1, paid: 1, received: ANSWER })
      expect(column?.verdict).toBe('1 request: this prompt was paid for once; the whole answer arrived; the app was told that it is whole.')
    }
    expect(native).toMatchObject({ requests: 0, verdict: '' })
    expect(complaints).toEqual([])
  })

  test('a cut line: feeds go on where they were; only Teleprinter pays for the prompt once, and tells', async () => {
    const [feed, prompt] = [outcome('drop', 'feed'), outcome('drop', 'prompt')]
    for (const { requests, verdict } of Object.values(feed.columns)) {
      expect(requests).toBeGreaterThan(1)
      expect(verdict).toMatch(/^\d requests; \d+ events, none lost, none twice/)
    }
    expect(feed.served.get('teleprinter')?.[1]).toMatchObject({ method: 'GET', lastEventId: '5' })
    expect(feed.columns['teleprinter']?.verdict).toMatch(/the app was told of /)

    const { teleprinter, 'fetch-event-source': peer } = prompt.columns
    expect(teleprinter).toMatchObject({ requests: 1, paid: 1, state: 'failed' })
    expect(teleprinter?.told).toEqual([expect.stringMatching(/^\d\.\d s {2}network: Event stream broke: /)])
    expect(teleprinter?.verdict).toMatch(/^1 request: this prompt was paid for once; the first \d+ of .*, and why \(network\)\.$/)
    expect(ANSWER.startsWith(teleprinter?.received ?? 'nothing')).toBe(true)
    expect(peer?.paid).toBeGreaterThan(1)
    expect(peer?.paid).toBe(peer?.requests)
    expect(peer?.verdict).toMatch(/^(\d) requests: this prompt was paid for (twice|\1 times);.*; the app heard nothing of it\.$/)
  })

  test('429: Teleprinter comes back when the server says, and not before', async () => {
    const [feed, prompt] = [outcome('429', 'feed'), outcome('429', 'prompt')]
    for (const { served } of [feed, prompt]) {
      const [first, second] = served.get('teleprinter') ?? []
      expect(served.get('teleprinter')).toMatchObject([{ status: 429, ran: false }, { status: 200, ran: true }])
      expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(1000)
    }
    expect(feed.columns['teleprinter']?.verdict).toMatch(/^2 requests; \d+ events?, none lost, none twice.*; the app was told of the failure\.$/)
    expect(feed.columns['native']?.verdict).toBe('1 request; no event arrived; the app was told that it failed for good, but not why.')
    expect(prompt.columns['teleprinter']?.verdict).toMatch(/^2 requests, 1 of them turned away: this prompt was paid for once; /)
  })

  test('500: a feed comes back; a prompt is not sent again', async () => {
    const [feed, prompt] = [outcome('500', 'feed'), outcome('500', 'prompt')]
    expect(feed.columns['teleprinter']?.verdict).toMatch(/^\d requests; \d+ events?, none lost, none twice.*; the app was told of /)
    expect(feed.columns['native']?.verdict).toMatch(/^1 request; no event arrived; /)
    expect(prompt.columns['teleprinter']).toMatchObject({ requests: 1, paid: 1, received: '' })
    expect(prompt.columns['teleprinter']?.told).toEqual([expect.stringMatching(/provider 500: .*the server failed after it had done the work/)])
    expect(prompt.columns['fetch-event-source']?.paid).toBeGreaterThan(1)
  })

  test('an end without an end mark: feeds come back, and only Teleprinter says that the answer is cut short', async () => {
    const [feed, prompt] = [outcome('truncate', 'feed'), outcome('truncate', 'prompt')]
    expect(feed.columns['teleprinter']?.verdict).toMatch(/^\d requests; \d+ events, none lost, none twice; the app was told of /)
    expect(feed.columns['fetch-event-source']?.verdict).toMatch(/^1 request; 5 events, .*; the end of the connection was taken for the end of the feed\.$/)
    expect(prompt.columns['teleprinter']?.verdict).toMatch(/^1 request: .*; the app was told that the answer is cut short\.$/)
    expect(prompt.columns['fetch-event-source']?.verdict).toMatch(/; the app was told that it is done, and it is not\.$/)
  })

  test('rubbish: no events are made out of it; a prompt is paid for once, and the app is told', async () => {
    const [feed, prompt] = [outcome('malformed', 'feed'), outcome('malformed', 'prompt')]
    for (const client of ['teleprinter', 'native']) expect(feed.columns[client]?.verdict).toMatch(/^1 request; \d+ events, none lost, none twice\.$/)
    expect(feed.columns['fetch-event-source']?.verdict).toMatch(/ empty events made out of lines that are none\.$/)
    expect(prompt.columns['teleprinter']).toMatchObject({ requests: 1, paid: 1 })
    expect(prompt.columns['teleprinter']?.verdict).toMatch(/, and why \(dialect\)\.$/)
    expect(prompt.columns['fetch-event-source']?.paid).toBeGreaterThan(1)
  })

  test('a hidden tab: Teleprinter goes on, fetch-event-source sends the prompt again', async () => {
    const page = await visit.visit({}, address('healthy', 'prompt', 3))
    const id = await press(page)
    await page.waitForFunction(() => document.querySelectorAll('.mark-arrival').length > 4)
    for (const hidden of [true, false]) {
      await page.evaluate(value => {
        Object.defineProperty(document, 'hidden', { configurable: true, get: () => value })
        document.dispatchEvent(new Event('visibilitychange'))
      }, hidden)
    }
    const ended = await finish(page, id)
    expectTrueCounts(ended)
    const { teleprinter, 'fetch-event-source': peer } = ended.columns
    expect(teleprinter).toMatchObject({ requests: 1, paid: 1, received: ANSWER })
    expect(peer).toMatchObject({ requests: 2, paid: 2 })
    expect(peer?.verdict).toMatch(/^2 requests: this prompt was paid for twice; the app got the beginning of the answer twice in a row/)
    expect(await page.locator('[data-client="teleprinter"] .track .mark-hidden').count()).toBe(1)
  })

  test('Stop ends all clients at once, and Cut breaks what is open', async () => {
    const page = await visit.visit({}, address('healthy', 'feed', 60))
    const id = await press(page)
    await page.waitForFunction(() => document.querySelectorAll('.mark-arrival').length > 6)
    await page.getByRole('button', { name: 'Cut the line now' }).click()
    await page.waitForFunction(() => [...document.querySelectorAll('[data-figure="requests"]')].every(({ textContent }) => textContent === '2'))
    await page.getByRole('button', { name: 'Stop' }).click()
    const ended = await finish(page, id)
    expectTrueCounts(ended)
    for (const { verdict } of Object.values(ended.columns)) expect(verdict).toMatch(/^2 requests; \d+ events, none lost, none twice/)
    // Nothing of the run is open any more
    expect(await (await fetch(`${visit.served.url}/faults/cut?run=${id}`, { method: 'POST' })).json()).toEqual({ cut: 0 })
    expect(await page.getByRole('button', { name: 'Stop' }).getAttribute('aria-disabled')).toBe('true')
  })

  test('another choice ends the run, and its results with it', async () => {
    const page = await visit.visit({}, address('html', 'prompt', 60))
    const id = await press(page)
    await page.waitForFunction(() => Number(document.querySelector('[data-client="fetch-event-source"] [data-figure="requests"]')?.textContent) > 1)
    await page.getByRole('radio', { name: 'A feed' }).check()
    const columns = await readColumns(page)
    expect(Object.values(columns).map(({ requests, verdict }) => [requests, verdict])).toEqual([[0, ''], [0, ''], [0, '']])
    expect(await page.locator('#run').getAttribute('aria-disabled')).toBe(null)
    expect(await (await fetch(`${visit.served.url}/faults/cut?run=${id}`, { method: 'POST' })).json()).toEqual({ cut: 0 })
  })

  test('the page says that it cannot begin where the server does not answer', async () => {
    await visit.page.route('**/faults/requests*', route => route.abort())
    await press(visit.page)
    await visit.page.waitForFunction(() => document.querySelector('#failure')?.textContent.startsWith('Failed: Cannot open event stream: '))
    expect(await visit.page.locator('#run').getAttribute('aria-disabled')).toBe(null)
    expect(Object.values(await readColumns(visit.page)).every(({ verdict }) => verdict === '')).toBe(true)
  })

  test('the page says what it shows in the visitor’s language, after a run too', async () => {
    const page = await visit.visit({}, address('drop', 'prompt', 1))
    await press(page)
    await untilJudged(page)
    await page.getByRole('button', { name: '中文' }).click()
    expect((await readColumns(page))['teleprinter']?.verdict).toMatch(/^1 次请求：这个提示词付了 1 次钱；/)
    for (const [width, height] of [[320, 568], [390, 844], [1280, 800]] as const) {
      await page.setViewportSize({ width, height })
      expect(await scrollsSideways(page)).toBe(false)
    }
    expect(await seriousFaults(page)).toEqual([])
  })

  test('the page is a good page', async () => {
    await expectGoodPage(visit, '/faults')
  })
})
