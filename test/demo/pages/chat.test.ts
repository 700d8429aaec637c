// The chat page as its visitors meet it
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as readText } from 'node:stream/consumers'
import type { Page, Response } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answer, reply } from '../../../demo/server/chat/model/model.ts'
import { browse, expectGoodPage, scrollsSideways, seriousFaults, SIZES } from '../browse.ts'
import { chunk, openStream, startModelServer } from '../model-server.ts'
import { startProxy, type Proxy } from '../proxy.ts'
import { serve, type Served } from '../serve.ts'

type Said = { role: string; content: string }

const answerTo = (content: string): string => answer([{ role: 'user', content }])

const visit = browse('/', { pace: 0.01 })
/** A server that takes its time, for what happens in the middle of an answer. */
let slow: Served
beforeAll(async () => {
  slow = await serve({ pace: 0.5 })
})
afterAll(() => slow.close())

const status = (page = visit.page) => page.locator('#chat-status')
const button = (name: string, page = visit.page) => page.getByRole('button', { name, exact: true })
const turns = (page = visit.page) => page.locator('.turn')
const typed = (page = visit.page) => page.locator('.turn').last().locator('.answer').last().evaluate(element => element.textContent)
const figure = (name: string) => turns().last().locator(`[data-figure='${name}']`).textContent()
const untilStatus = (pattern: RegExp, page = visit.page) =>
  page.waitForFunction(source => new RegExp(source).test(document.querySelector('#chat-status')?.textContent ?? ''), pattern.source)
const untilTyped = (length: number, page = visit.page) =>
  page.waitForFunction(enough => ([...document.querySelectorAll('.answer')].at(-1)?.textContent ?? '').length > enough, length)

async function ask(prompt: string, page = visit.page): Promise<void> {
  await page.getByLabel('Prompt').fill(prompt)
  await page.keyboard.press('Enter')
}

/** Plain text, so that what is on the page is the answer to the letter. */
async function plainly(page = visit.page, speed = 'instant'): Promise<void> {
  await page.getByLabel('Show as').selectOption('plain')
  await page.getByLabel('Typing speed').selectOption(speed)
}

/** The requests for answers that the page sends from now on, with what the server sent back. */
function watchRequests(page = visit.page) {
  const bodies: { messages: Said[]; stream_options?: unknown }[] = []
  const keys: (string | undefined)[] = []
  const responses: Response[] = []
  page.on('request', request => {
    if (!request.url().endsWith('/api/chat') || request.method() !== 'POST') return
    bodies.push(request.postDataJSON() as { messages: Said[] })
    keys.push(request.headers()['idempotency-key'])
  })
  page.on('response', response => {
    if (response.url().endsWith('/api/chat') && response.request().method() === 'POST') responses.push(response)
  })
  return { bodies, keys, responses }
}

describe('a question', () => {
  test('the page types the answer in steps, to the letter, and says how it ended', async () => {
    const paced = await serve({ pace: 0.05 })
    await visit.page.goto(paced.url)
    await plainly(visit.page, 'auto')
    await visit.page.evaluate(() => {
      const lengths: number[] = []
      Object.assign(globalThis, { lengths })
      new MutationObserver(() => lengths.push(document.querySelector('.answer')?.textContent.length ?? 0))
        .observe(document.querySelector('#conversation') as Element, { childList: true, characterData: true, subtree: true })
    })
    await ask('Tell me about lighthouses')
    await untilStatus(/^Done: /)
    expect(await typed()).toBe(answerTo('Tell me about lighthouses'))
    expect(await turns().locator('.asked').textContent()).toBe('Tell me about lighthouses')
    const lengths = await visit.page.evaluate(() => (globalThis as unknown as { lengths: number[] }).lengths)
    expect(new Set(lengths).size).toBeGreaterThan(20)
    expect(lengths.every((length, i) => length >= (lengths[i - 1] ?? 0))).toBe(true)
    expect(visit.complaints).toEqual([])
    await paced.close()
  })

  test('the page sends a suggestion at a click, and marks Chinese as Chinese', async () => {
    await plainly()
    await visit.page.getByRole('button', { name: '打字机' }).click()
    await untilStatus(/^Done: /)
    expect(await typed()).toBe(answerTo('打字机效果是怎么实现的？'))
    expect(await visit.page.locator('.answer').getAttribute('lang')).toBe('zh-Hans')
    // The suggestion is gone, and the focus with the turn
    expect(await visit.page.evaluate(() => document.activeElement?.className)).toBe('turn')
    expect(visit.complaints).toEqual([])
  })

  test('the page shows Markdown as what it means, and as it was written at a switch', async () => {
    await visit.page.getByLabel('Typing speed').selectOption('instant')
    await ask('Compare tea and coffee in a table')
    await untilStatus(/^Done: /)
    const text = answerTo('Compare tea and coffee in a table')
    const cells = await visit.page.locator('.answer th').allTextContents()
    expect(cells.map(cell => cell.trim())).toEqual(['', 'tea', 'coffee'])
    expect(await visit.page.locator('.answer :is(ul, ol) li').count()).toBe(4)
    expect(await visit.page.locator('.answer pre code').count()).toBe(1)
    expect(await visit.page.locator('.answer a').first().getAttribute('href')).toMatch(/^https:/)
    expect(await typed()).not.toBe(text)

    await visit.page.getByLabel('Show as').selectOption('plain')
    expect(await typed()).toBe(text)
    await visit.page.getByLabel('Show as').selectOption('markdown')
    expect(await visit.page.locator('.answer table').count()).toBe(1)
    expect(visit.complaints).toEqual([])
  })

  test('the page remembers its switches', async () => {
    await plainly(visit.page, 'fast')
    await visit.page.reload()
    expect(await visit.page.getByLabel('Show as').inputValue()).toBe('plain')
    expect(await visit.page.getByLabel('Typing speed').inputValue()).toBe('fast')
  })

  test('the page folds away what the model thought', async () => {
    const prompt = 'Why does an answer arrive in pieces?'
    await ask(prompt)
    const thoughts = visit.page.locator('details.thoughts')
    await thoughts.waitFor()
    await untilStatus(/^Done: /)
    expect(await thoughts.locator('.thoughts-text').isVisible()).toBe(false)
    expect(await thoughts.locator('summary').textContent()).toMatch(/^Thought for \d+\.\d\u00A0s$/)
    await thoughts.locator('summary').click()
    expect(await thoughts.locator('.thoughts-text').textContent()).toBe(reply({ messages: [{ role: 'user', content: prompt }], json: {} }).reasoning)
    expect(visit.complaints).toEqual([])
  })

  test('the page gives figures that are those of what the server sent', async () => {
    const { responses, bodies } = watchRequests()
    await visit.page.getByLabel('Typing speed').selectOption('instant')
    await ask('Why plan a picnic?')
    await untilStatus(/^Done: /)
    expect(bodies[0]?.stream_options).toEqual({ include_usage: true })
    const sent = (await responses[0]?.text() ?? '').split('\n').filter(line => line.startsWith('data: {'))
      .map(line => JSON.parse(line.slice('data: '.length)) as {
        choices: { delta: Record<string, string> }[]
        usage: { prompt_tokens: number; completion_tokens: number } | null
      })
    const usage = sent.at(-1)?.usage
    const pieces = sent.filter(({ choices: [choice] }) => choice?.delta.content || choice?.delta.reasoning_content)
    const characters = Array.from(answerTo('Why plan a picnic?')).length.toLocaleString('en')
    expect(await figure('chunks')).toBe(String(pieces.length))
    expect(await figure('amount')).toBe(characters)
    expect(await figure('usage')).toBe(`${usage?.prompt_tokens} in, ${usage?.completion_tokens} out`)
    expect(await figure('outcome')).toBe('done')
    expect(await figure('firstToken')).toMatch(/^\d+\.\d\d\u00A0s$/)
    expect(await status().textContent()).toContain(`Done: ${characters} characters`)
  })

  test('the page copies the answer as the model wrote it', async () => {
    await visit.page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await visit.page.getByLabel('Typing speed').selectOption('instant')
    await ask('hi')
    await untilStatus(/^Done: /)
    await button('Copy answer').click()
    await untilStatus(/^Copied$/)
    expect(await visit.page.evaluate(() => navigator.clipboard.readText())).toBe(answerTo('hi'))
  })

  test('the page says so where the browser lets nothing be copied', async () => {
    await visit.page.evaluate(() => {
      navigator.clipboard.writeText = () => Promise.reject(new Error('no'))
    })
    await visit.page.getByLabel('Typing speed').selectOption('instant')
    await ask('hi')
    await untilStatus(/^Done: /)
    await button('Copy answer').click()
    await untilStatus(/^Cannot copy: /)
  })
})

describe('a conversation', () => {
  test('the page sends what was said before, and the answers remember it', async () => {
    const { bodies, keys } = watchRequests()
    await plainly()
    await ask('The first one')
    await untilStatus(/^Done: /)
    await ask('The second one')
    await untilStatus(/^Done: /)
    const said = [
      { role: 'user', content: 'The first one' }, { role: 'assistant', content: answerTo('The first one') }, { role: 'user', content: 'The second one' },
    ]
    expect(bodies.at(-1)?.messages).toEqual(said)
    expect(await typed()).toBe(answer(said))
    expect(await typed()).toContain('“The first one”')
    expect(new Set(keys).size).toBe(2)
    expect(await turns().count()).toBe(2)
    // Only the last answer can be had otherwise
    expect(await button('Ask again').count()).toBe(1)

    await button('New conversation').click()
    expect(await turns().count()).toBe(0)
    expect(await visit.page.getByRole('group', { name: 'Suggestions' }).isVisible()).toBe(true)
    expect(await visit.page.evaluate(() => document.activeElement?.id)).toBe('prompt')
    await ask('The third one')
    await untilStatus(/^Done: /)
    expect(bodies.at(-1)?.messages).toEqual([{ role: 'user', content: 'The third one' }])
    expect(visit.complaints).toEqual([])
  })

  test('the page asks again in place of the last answer, as another request', async () => {
    const { bodies, keys } = watchRequests()
    await plainly()
    await ask('hi')
    await untilStatus(/^Done: /)
    await button('Ask again').click()
    await untilStatus(/^Done: /)
    expect(bodies.map(({ messages }) => messages)).toEqual([[{ role: 'user', content: 'hi' }], [{ role: 'user', content: 'hi' }]])
    expect(new Set(keys).size).toBe(2)
    expect(await turns().count()).toBe(1)
    expect(await typed()).toBe(answerTo('hi'))
    expect(await visit.page.evaluate(() => document.activeElement?.textContent)).toBe('Ask again')
  })

  test('the page runs the tools that the model asks for, and tells it what came of them', async () => {
    const { bodies } = watchRequests()
    await plainly()
    await ask('What time is it in Tokyo? And roll two dice')
    await untilStatus(/^Done: /)
    const calls = visit.page.locator('.call')
    expect(await calls.locator('.call-name code').allTextContents()).toEqual(['current_time', 'roll_dice'])
    const results = (bodies.at(-1)?.messages ?? []).filter(({ role }) => role === 'tool').map(({ content }) => JSON.parse(content) as Record<string, unknown>)
    expect(results).toMatchObject([{ zone: 'Asia/Tokyo', time: expect.stringMatching(/^\d\d:\d\d$/) as string }, { sum: expect.any(Number) as number }])
    const rolls = results[1]?.rolls as number[]
    expect(rolls.length).toBe(2)
    expect(rolls.every(roll => roll >= 1 && roll <= 6)).toBe(true)
    expect(await typed()).toContain(`**${String(results[0]?.time)}**`)
    expect(await typed()).toContain(`**${String(results[1]?.sum)}**`)
    expect(bodies.at(-1)?.messages.at(1)).toMatchObject({ role: 'assistant', tool_calls: [{ function: { name: 'current_time' } }, {}] })

    // And the conversation goes on behind it
    await ask('Thank you')
    await untilStatus(/^Done: /)
    expect(bodies.at(-1)?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'tool', 'assistant', 'user'])
    expect(visit.complaints).toEqual([])
  })

  test('the page shows a tool that cannot be run, and says so to the model', async () => {
    await plainly()
    await ask('What time is it in Mars/Olympus?')
    await untilStatus(/^Done: /)
    expect(await visit.page.locator('.call-failed dd').textContent()).toBe('Cannot tell the time: no such time zone: Mars/Olympus')
    expect(await typed()).toContain('no such time zone: Mars/Olympus')
  })

  test('the page asks a model that takes no tools without them', async () => {
    const asked: boolean[] = []
    const model = createServer((req, res) => {
      void readText(req).then(body => {
        asked.push(body.includes('roll_dice'))
        if (body.includes('roll_dice')) res.writeHead(400, { 'content-type': 'application/json' }).end('{"error":{"message":"old-model does not support tools"}}')
        else res.writeHead(200, { 'content-type': 'text/event-stream' }).end('data: {"choices":[{"index":0,"delta":{"content":"No tools"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n')
      })
    }).listen(0, '127.0.0.1')
    await once(model, 'listening')
    const behind = await serve({ env: { OPENAI_BASE_URL: `http://127.0.0.1:${(model.address() as AddressInfo).port}/v1` } })
    await visit.page.goto(behind.url)
    await ask('Roll two dice')
    await untilStatus(/^Done: 8 characters/)
    await ask('Once more')
    await untilStatus(/^Done: 8 characters/)
    expect(asked).toEqual([true, false, false])
    await behind.close()
    model.close()
  })

  test('the page follows the end of the answer, and leaves a reader who scrolls up alone', async () => {
    await visit.page.setViewportSize({ width: 800, height: 400 })
    await plainly(visit.page, 'auto')
    const toEnd = () => visit.page.evaluate(() => document.documentElement.scrollHeight - document.documentElement.clientHeight - scrollY)
    await ask('hi')
    await untilStatus(/^Done: /)
    expect(await toEnd()).toBeLessThan(9)
    expect(await button('To the end').count()).toBe(0)
    await ask('Tell me about lighthouses')
    await untilTyped(100)
    await visit.page.evaluate(() => scrollBy({ top: -300, behavior: 'instant' }))
    const place = await visit.page.evaluate(() => scrollY)
    await untilStatus(/^Done: /)
    expect(await visit.page.evaluate(() => scrollY)).toBe(place)
    await button('To the end').click()
    expect(await toEnd()).toBeLessThan(9)
    await button('To the end').waitFor({ state: 'hidden' })
  })
})

describe('an answer under way', () => {
  test.each(['Stop', 'Escape'])('the page ends the answer by %s, at the server too, and keeps what has come', async way => {
    await visit.page.goto(slow.url)
    await plainly()
    const ended = slow.nextEnd('chat')
    await ask('Tell me a story')
    await untilTyped(30)
    if (way === 'Stop') await button('Stop').click()
    else await visit.page.keyboard.press('Escape')
    expect(await ended).toBe(false)
    await untilStatus(/^Stopped after /)
    const text = await typed()
    expect(text.length).toBeGreaterThan(30)
    expect(answerTo('Tell me a story').startsWith(text)).toBe(true)
    expect(await button('Stop').count()).toBe(0)
    expect(await button('Go on').count()).toBe(0)
    expect(await figure('outcome')).toBe('stopped')
    expect(visit.complaints).toEqual([])
  })

  test('the page is used by the keyboard alone', async () => {
    await visit.page.goto(slow.url)
    const focused = () => visit.page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent)
    await visit.page.getByLabel('Prompt').focus()
    await visit.page.keyboard.type('hi')
    // Past the two switches
    for (let i = 0; i < 3; i++) await visit.page.keyboard.press('Tab')
    await visit.page.keyboard.press('Enter')
    await untilTyped(10)
    // Send keeps the focus while it is out of use, so Stop is one step back
    await visit.page.keyboard.press('Shift+Tab')
    expect(await focused()).toBe('stop')
    await visit.page.keyboard.press('Space')
    await untilStatus(/^Stopped after /)
    expect(await focused()).toBe('prompt')
    // What can be done with the answer lies behind it, before the prompt
    const back: unknown[] = []
    for (let i = 0; i < 3; i++) {
      await visit.page.keyboard.press('Shift+Tab')
      back.push(await focused())
    }
    expect(back).toEqual(['anew', 'Ask again', 'Copy answer'])
  })

  test('the page sends a prompt once, however often it is asked to', async () => {
    const { bodies } = watchRequests()
    await visit.page.getByLabel('Prompt').fill('hi')
    await visit.page.getByRole('button', { name: 'Send' }).dblclick()
    await ask('and again')
    await untilStatus(/^Done: /)
    expect(bodies.length).toBe(1)
    expect(await visit.page.getByLabel('Prompt').inputValue()).toBe('and again')
  })

  test('the page leaves Enter to the input method, and Shift+Enter to the text', async () => {
    await visit.page.getByLabel('Prompt').fill('ni')
    await visit.page.getByLabel('Prompt').dispatchEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true })
    await visit.page.keyboard.press('Shift+Enter')
    expect(await visit.page.getByLabel('Prompt').inputValue()).toBe('ni\n')
    expect(await status().textContent()).toBe('Ready')
  })

  test('the page writes all anew in the other language, and goes on typing', async () => {
    await visit.page.goto(slow.url)
    await ask('Why does an answer arrive in pieces?')
    await untilTyped(10)
    await button('中文').click()
    expect(await status().textContent()).toBe('正在接收；按“停止”或 Esc 键可打断')
    expect(await visit.page.locator('.thoughts summary').textContent()).toMatch(/^思考了 /)
    expect(await visit.page.locator('.figures dt').first().textContent()).toBe('首字')
    const length = (await typed()).length
    await untilTyped(length)
    await button('停止').click()
    await untilStatus(/^已停止，收到 /)
    expect(await button('再问一次').count()).toBe(1)
  })
})

describe('an answer that fails', () => {
  let served: Served
  let proxy: Proxy
  beforeAll(async () => {
    served = await serve({ pace: 0.1 })
    proxy = await startProxy(served.port)
  })
  afterAll(async () => {
    await proxy.close()
    await served.close()
  })

  async function visitByProxy(): Promise<Page> {
    proxy.open = true
    const page = await visit.visit({}, '/', proxy.url)
    await plainly(page)
    return page
  }

  test('the page says what failed, gives the prompt back, and asks again', async () => {
    const broken = await serve({ env: { OPENAI_BASE_URL: 'http://127.0.0.1:1', OPENAI_API_KEY: 'sk-secret' } })
    const { keys } = watchRequests()
    await visit.page.goto(broken.url)
    await ask('Anybody there?')
    await untilStatus(/^No answer yet; asking again in /)
    await untilStatus(/^Failed: /)
    expect(await status().textContent()).toBe('Failed: the model server cannot be reached')
    expect(await visit.page.locator('body').textContent()).not.toContain('sk-secret')
    expect(await visit.page.getByLabel('Prompt').inputValue()).toBe('Anybody there?')
    expect(await button('Stop').count()).toBe(0)
    expect(await button('Copy answer').count()).toBe(0)
    // The same request, as far as it was sent again
    expect(new Set(keys).size).toBe(1)

    await button('Ask again').click()
    expect(await visit.page.getByLabel('Prompt').inputValue()).toBe('')
    await untilStatus(/^No answer yet; asking again in /)
    expect(new Set(keys).size).toBe(2)
    await button('Stop').click()
    await untilStatus(/^Stopped after 0 characters/)
    await broken.close()
  })

  test('the page keeps what has come when the connection breaks for good, and can ask again', async () => {
    const page = await visitByProxy()
    await ask('Tell me a story', page)
    await untilTyped(30, page)
    proxy.open = false
    proxy.cut()
    await untilStatus(/^Failed: /, page)
    const text = await typed(page)
    expect(text.length).toBeGreaterThan(30)
    expect(answerTo('Tell me a story').startsWith(text)).toBe(true)
    expect(await page.locator('.trouble').textContent()).toContain('What has come stays.')
    expect(await page.getByLabel('Prompt').inputValue()).toBe('')

    proxy.open = true
    await button('Ask again', page).click()
    await untilTyped(30, page)
    await page.keyboard.press('Escape')
    await untilStatus(/^Stopped after /, page)
    expect(answerTo('Tell me a story').startsWith(await typed(page))).toBe(true)
  })

  test('the page resumes an answer that breaks once by itself, to the letter', async () => {
    const page = await visitByProxy()
    await ask('hi', page)
    await untilTyped(30, page)
    proxy.cut()
    await untilStatus(/^The connection broke; resuming in \d\.\d\u00A0s$/, page)
    await untilStatus(/^Done: /, page)
    expect(await typed(page)).toBe(answerTo('hi'))
    expect(await turns(page).locator(`[data-figure='outcome']`).textContent()).toBe('done, resumed once')
  })

  test('the page waits for the network in a tunnel, and resumes behind it', async () => {
    const page = await visitByProxy()
    await ask('hi', page)
    await untilTyped(30, page)
    await page.context().setOffline(true)
    proxy.cut()
    await untilStatus(/^You are offline; it goes on when the network is back$/, page)
    await page.context().setOffline(false)
    await untilStatus(/^Done: /, page)
    expect(await typed(page)).toBe(answerTo('hi'))
  })

  test('the page goes on with an answer that broke for good, and with the conversation', async () => {
    const page = await visitByProxy()
    const { bodies, keys } = watchRequests(page)
    await page.getByLabel('Show as').selectOption('markdown')
    await ask('hi', page)
    await untilTyped(200, page)
    proxy.open = false
    proxy.cut()
    await untilStatus(/^Failed: /, page)
    proxy.open = true
    await button('Go on', page).click()
    await untilStatus(/^Done: /, page)
    expect(new Set(keys).size).toBe(1)
    // The figures are those of the whole answer
    const amount = Array.from(answerTo('hi')).length.toLocaleString('en')
    expect(await turns(page).locator(`[data-figure='amount']`).textContent()).toBe(amount)
    expect(await turns(page).locator(`[data-figure='outcome']`).textContent()).toBe('done, resumed once')
    await page.getByLabel('Show as').selectOption('plain')
    expect(await typed(page)).toBe(answerTo('hi'))
    expect(await button('Go on', page).count()).toBe(0)

    await ask('And then?', page)
    await untilTyped(10, page)
    expect(bodies.at(-1)?.messages).toEqual([
      { role: 'user', content: 'hi' }, { role: 'assistant', content: answerTo('hi') }, { role: 'user', content: 'And then?' },
    ])
  })

  test('a new conversation knows nothing of one that was going on', async () => {
    const page = await visitByProxy()
    const { bodies } = watchRequests(page)
    await ask('hi', page)
    await untilTyped(30, page)
    proxy.open = false
    proxy.cut()
    await untilStatus(/^Failed: /, page)
    proxy.open = true
    await button('Go on', page).click()
    await button('New conversation', page).click()
    await ask('Hello there', page)
    await untilTyped(10, page)
    expect(bodies.at(-1)?.messages).toEqual([{ role: 'user', content: 'Hello there' }])
  })

  test('the page goes on with what the model thinks, too', async () => {
    const prompt = 'Why does an answer arrive in pieces?'
    const wire = await startProxy(slow.port)
    const page = await visit.visit({}, '/', wire.url)
    await plainly(page)
    await ask(prompt, page)
    const thoughts = page.locator('.thoughts-text')
    await expect.poll(() => thoughts.evaluateAll(([box]) => box?.textContent.length ?? 0)).toBeGreaterThan(10)
    wire.open = false
    wire.cut()
    await untilStatus(/^Failed: /, page)
    wire.open = true
    await button('Go on', page).click()
    await untilTyped(10, page)
    expect(await thoughts.textContent()).toBe(reply({ messages: [{ role: 'user', content: prompt }], json: {} }).reasoning)
    await page.keyboard.press('Escape')
    await untilStatus(/^Stopped after /, page)
    await wire.close()
  })

  test('the page does not offer to go on where the server has stopped the answer', async () => {
    const model = await startModelServer((_req, res) => void openStream(res).write(chunk('The first half of it, and')))
    const brief = await serve({ env: { OPENAI_BASE_URL: model.base }, keyedGrace: 20 })
    const wire = await startProxy(brief.port)
    const page = await visit.visit({}, '/', wire.url)
    await plainly(page)
    await ask('hi', page)
    await untilTyped(20, page)
    const ended = brief.nextEnd('chat')
    wire.open = false
    wire.cut()
    await untilStatus(/^Failed: /, page)
    expect(await ended).toBe(false)
    wire.open = true
    await button('Go on', page).click()
    await untilStatus(/^Failed: the server has stopped this answer/, page)
    expect(await button('Go on', page).count()).toBe(0)
    expect(await button('Ask again', page).count()).toBe(1)
    expect(model.asked).toBe(1)
    await wire.close()
    await brief.close()
    await model.close()
  })

  test('the page says that the server has forgotten an answer, and leaves asking again', async () => {
    const page = await visitByProxy()
    await ask('Tell me a story', page)
    await untilTyped(30, page)
    // As by a server that has lost its memory
    await page.route('**/api/chat', route => {
      const headers = { ...route.request().headers(), 'last-event-id': `${crypto.randomUUID()}:7` }
      return route.continue({ headers })
    })
    proxy.cut()
    await untilStatus(/^Failed: the server has forgotten this answer/, page)
    expect(await button('Go on', page).count()).toBe(0)
    expect(await button('Ask again', page).count()).toBe(1)
  })
})

describe('a good page', () => {
  test('the page is good while it is empty', () => expectGoodPage(visit, '/'), 30_000)

  test('the page is good with a conversation on it, in both themes and at all sizes', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await visit.visit({ colorScheme })
      await page.getByLabel('Typing speed').selectOption('instant')
      await ask(`Compare tea and coffee, please: ${'x'.repeat(200)}`, page)
      await untilStatus(/^Done: /, page)
      await ask('What time is it in Mars/Olympus? And roll two dice', page)
      await untilStatus(/^Done: /, page)
      await page.locator('.thoughts summary').first().click()
      for (const [width, height] of SIZES) {
        await page.setViewportSize({ width, height })
        expect(await scrollsSideways(page), `${width} by ${height}`).toBe(false)
        // Nothing but code and tables, each by itself
        const wide = await page.locator('.turn, .sheet, .asked, .thoughts, .call, .figures, .dock, .prompt')
          .evaluateAll(boxes => boxes.filter(box => box.scrollWidth > box.clientWidth + 1).map(box => box.className))
        expect(wide, `${width} by ${height}`).toEqual([])
      }
      expect(await seriousFaults(page)).toEqual([])
      await page.context().close()
    }
    expect(visit.complaints).toEqual([])
  })
})

test('teleprinter.streamChat() types the answer in a page that has the script tag alone', async () => {
  const url = `${visit.served.url}/script-tag.html`
  const body = '<!doctype html><link rel="icon" href="/shell/icon.svg"><p id="el"></p><script src="/dist/teleprinter.min.js"></script>'
  await visit.page.route(url, route => route.fulfill({ contentType: 'text/html', body }))
  await visit.page.goto(url)
  const result = await visit.page.evaluate(async () => {
    type Global = { teleprinter: { streamChat(prompt: string, el: Element | null, options: { url: string }): PromiseLike<{ outcome: string }> } }
    const el = document.querySelector('#el')
    const { outcome } = await (globalThis as unknown as Global).teleprinter.streamChat('Hi', el, { url: '/api/chat' })
    return { outcome, text: el?.textContent }
  })
  expect(result).toEqual({ outcome: 'done', text: answerTo('Hi') })
  expect(visit.complaints).toEqual([])
})
