import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { answer, reply } from '../../demo/server/chat/model/model.ts'
import { createPace } from '../../demo/server/chat/model/pace.ts'
import { tokenize } from '../../demo/server/chat/model/tokens.ts'

const ask = (...contents: string[]): string =>
  answer(contents.map((content, i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content })))

const codePoints = (text: string): number => Array.from(text).length

const PROMPTS = [
  'hi', 'Why does an answer arrive in pieces?', 'Write me a postcard', 'A parser in TypeScript', 'Plan a day', 'What is 2 + 2?',
  'こんにちは', '',
]
const CHINESE = ['打字机效果是怎么实现的？', '写一首关于海的诗', '你好', '用 JavaScript 怎么读取流式输出？']

describe('answer()', () => {
  test.each([...PROMPTS, ...CHINESE])('answer() has prose, a list, a block of code, CJK and a joined emoji for “%s”', prompt => {
    const text = ask(prompt)
    expect(text.length).toBeGreaterThan(500)
    expect(text.length).toBeLessThan(2500)
    expect(text).toMatch(/^(- |1\. )/m)
    expect(text).toMatch(/^```(ts)?\n[^]+?\n```$/m)
    expect(text).toMatch(/\p{Script=Han}/u)
    expect(text).toMatch(/\p{Extended_Pictographic}/u)
    expect(text).not.toMatch(/\{(prompt|earlier)\}|undefined/)
  })

  test('answer() uses emoji that are joined from several code points', () => {
    expect(PROMPTS.map(prompt => ask(prompt)).join('')).toMatch(/\u200d/)
  })

  test('answer() says the same to the same conversation, and something else to another', () => {
    expect(ask('Tell me something')).toBe(ask('Tell me something'))
    expect(ask('Tell me something', 'Well', 'More')).toBe(ask('Tell me something', 'Well', 'More'))
    expect(new Set(Array.from({ length: 100 }, (_, i) => ask(`Question ${i}`).replace(`Question ${i}`, ''))).size).toBe(100)
  })

  test('answer() quotes the prompt, and remembers the one before', () => {
    expect(ask('What is a lighthouse for?')).toContain('“What is a lighthouse for?”')
    expect(ask('The first one', 'Yes', 'The second one')).toContain('“The first one”')
    expect(ask('Costs $& and $1')).toContain('“Costs $& and $1”')
  })

  test('answer() cuts a long prompt between the characters that people see', () => {
    const family = '\u{1F468}\u200D\u{1F469}\u200D\u{1F467}'
    expect(ask(family.repeat(200))).toContain(`“${family.repeat(60)}…”`)
  })

  test('answer() reads the start of a prompt alone, and the rest changes what it says all the same', () => {
    const start = 'x '.repeat(300)
    expect(ask(`${start}compare tea and coffee`)).not.toContain('| tea | coffee |')
    expect(ask(`${start}one`)).not.toBe(ask(`${start}two`))
    // One character as people see it, of 600
    expect(ask(`e${'\u0301'.repeat(600)}`)).toContain('“…”')
  })

  test.each(CHINESE)('answer() is for the most part in Chinese for %s', prompt => {
    const prose = ask(prompt).replace(/```[^]*?```/g, '')
    const han = prose.match(/\p{Script=Han}/gu)?.length ?? 0
    const latin = prose.match(/\p{Script=Latin}/gu)?.length ?? 0
    expect(han).toBeGreaterThan(5 * latin)
  })
})

const TOOLS = { tools: [{ type: 'function', function: { name: 'current_time' } }, { type: 'function', function: { name: 'roll_dice' } }] }
const replyTo = (content: string, json: Record<string, unknown> = {}) => reply({ messages: [{ role: 'user', content }], json })
const callsFor = (prompt: string, json: Record<string, unknown> = TOOLS) =>
  replyTo(prompt, json).toolCalls.map(call => [call.name, JSON.parse(call.arguments) as unknown])

describe('reply()', () => {
  test.each([...PROMPTS, ...CHINESE])('reply() says what answer() does where no tool is offered: “%s”', prompt => {
    expect(replyTo(prompt)).toMatchObject({ text: ask(prompt), toolCalls: [] })
  })

  test.each(['Why is the sky blue?', 'Plan a day', 'What do you think of tea?', '为什么天是蓝的？', '帮我计划周末'])('reply() thinks before it answers “%s”', prompt => {
    const { reasoning } = replyTo(prompt)
    expect(reasoning.match(/[.?!。？！]/g)?.length).toBeGreaterThanOrEqual(2)
    expect(reasoning).toContain(prompt)
    expect(reasoning).not.toMatch(/\{prompt\}|undefined/)
    expect(replyTo(prompt).reasoning).toBe(reasoning)
  })

  test.each(['hi', 'Write me a postcard', '你好'])('reply() needs no thought for “%s”', prompt => {
    expect(replyTo(prompt).reasoning).toBe('')
  })

  test.each([
    ['Compare tea and coffee in a table', ['tea', 'coffee']], ['compare the sea with the hills', ['sea', 'hills']],
    ['比较茶和咖啡，列一张表', ['茶', '咖啡']], ['Compare a|b and c', ['a b', 'c']],
  ])('reply() compares in a table: “%s”', (prompt, [left, right]) => {
    const rows = replyTo(prompt).text.split('\n').filter(line => line.startsWith('|')).map(row => row.split('|').map(cell => cell.trim()))
    expect(rows[0]).toEqual(['', '', left, right, ''])
    expect(rows.length).toBe(6)
    expect(rows.every(({ length }) => length === 5)).toBe(true)
  })

  test('reply() shows what Markdown can do: headings, bold words, links', () => {
    const all = Array.from({ length: 20 }, (_, i) => ask(`Tell me about streaming, ${i}`)).join('\n')
    expect(all).toMatch(/^### \S.*[^:]$/m)
    expect(all).toMatch(/\*\*\S[^*]*\S\*\*/)
    expect(all).toMatch(/\[[^\]]+\]\(https:\/\/[^)\s]+\)/)
  })

  test.each<[string, unknown[]]>([
    ['What time is it in Tokyo?', [['current_time', { zone: 'Asia/Tokyo' }]]],
    ['what’s the time in London and New York', [['current_time', { zone: 'Europe/London' }], ['current_time', { zone: 'America/New_York' }]]],
    ['What time is it in Europe/Oslo?', [['current_time', { zone: 'Europe/Oslo' }]]],
    ['What time is it?', [['current_time', {}]]],
    ['现在几点', [['current_time', {}]]],
    ['东京现在几点？', [['current_time', { zone: 'Asia/Tokyo' }]]],
    ['Roll two dice', [['roll_dice', { sides: 6, count: 2 }]]],
    ['Throw a 20-sided die', [['roll_dice', { sides: 20, count: 1 }]]],
    ['roll 3d8', [['roll_dice', { sides: 8, count: 3 }]]],
    ['掷骰子', [['roll_dice', { sides: 6, count: 2 }]]],
    ['掷三颗骰子', [['roll_dice', { sides: 6, count: 3 }]]],
    ['Tell me about time', []],
    ['A die is a cube', []],
  ])('reply() calls the tools that “%s” asks for', (prompt, calls) => {
    expect(callsFor(prompt)).toEqual(calls)
  })

  test('reply() calls no tool that is not offered, or that it is told to leave', () => {
    expect(callsFor('Roll two dice', {})).toEqual([])
    expect(callsFor('Roll two dice', { tools: 'dice' })).toEqual([])
    expect(callsFor('Roll two dice', { ...TOOLS, tool_choice: 'none' })).toEqual([])
  })

  test('reply() takes no longer for prompts that are made to take long', () => {
    const prompts = [
      'compare a and '.repeat(7100) + '\n.', 'compare a and '.repeat(35) + '\n.', 'compare ' + 'a and '.repeat(16_000) + '\n.',
      '比较' + '和a'.repeat(40_000) + '\n x', '比较' + '和a'.repeat(240) + '\n x', '比较和'.repeat(160) + '\n', '掷'.repeat(99_999), '掷'.repeat(499),
      'roll dice ' + '1'.repeat(99_900), 'roll '.repeat(20_000), 'roll '.repeat(99), 'a '.repeat(50_000), 'x'.repeat(100_000), 'A/'.repeat(50_000),
    ]
    const start = performance.now()
    for (const prompt of prompts) replyTo(prompt, TOOLS)
    expect(performance.now() - start).toBeLessThan(2000)
  })

  test.each([
    ['Roll two dice', '{"rolls":[3,5],"sum":8}', ['**3** and **5**', '**8**']],
    ['掷两颗骰子', '{"rolls":[3,5],"sum":8}', ['**3**、**5**', '**8**']],
    ['What time is it?', '{"zone":"Asia/Tokyo","date":"2026-02-03","time":"04:05","weekday":"Tuesday"}', ['**04:05**', 'Tuesday', '`Asia/Tokyo`']],
    ['现在几点', '{"zone":"Asia/Tokyo","date":"2026-02-03","time":"04:05","weekday":"Tuesday"}', ['**04:05**', '星期二']],
    ['Roll two dice', '{"error":"Cannot roll dice: `sides` is 1"}', ['Cannot roll dice']],
    ['Roll two dice', 'eight', ['`eight`']],
  ])('reply() to “%s” says what the tool brought: %s', (prompt, content, parts) => {
    const messages = [{ role: 'user', content: prompt }, { role: 'assistant', content: '' }, { role: 'tool', content }]
    const { text, toolCalls } = reply({ messages, json: TOOLS })
    for (const part of parts) expect(text).toContain(part)
    expect(text).not.toMatch(/\{\w+\}|undefined/)
    expect(toolCalls).toEqual([])
    expect(reply({ messages, json: TOOLS }).text).toBe(text)
  })

  test('reply() reads a result out as it is where that does not hold what it should', () => {
    const results = [
      '{"error":{"toString":1}}', '{"rolls":[{"toString":1}],"sum":1}', '{"rolls":[],"sum":0}', '{"rolls":[1]}', '{"time":"04:05"}',
      '{"time":"x","date":{"toString":null,"valueOf":null},"weekday":"x","zone":"x"}', `{"error":${'['.repeat(40_000)}1${']'.repeat(40_000)}}`,
    ]
    for (const content of results) {
      const messages = [{ role: 'user', content: 'Roll two dice' }, { role: 'tool', content }]
      expect(reply({ messages, json: TOOLS }).text).toContain(`\`${content}\``)
    }
  })
})

describe('tokenize()', () => {
  test('tokenize() loses nothing and cuts only between code points', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), text => {
      const tokens = tokenize(text)
      // A code point cut in two would count twice
      return tokens.join('') === text && tokens.reduce((sum, token) => sum + codePoints(token), 0) === codePoints(text)
    }))
  })

  test('tokenize() makes pieces of the size of tokens', () => {
    expect(tokenize('The teleprinter, 打字机 👩‍🚀!\n\n- one'))
      .toEqual(['The', ' teleprin', 'ter', ',', ' 打字', '机', ' 👩', '\u200d', '🚀', '!', '\n\n', '-', ' one'])
    expect(tokenize('')).toEqual([])
  })
})

describe('createPace()', () => {
  test('createPace() is uneven: single tokens, several at once, and pauses', () => {
    const pace = createPace(1)
    const waits = Array.from({ length: 2000 }, () => pace.after('word'))
    expect(waits.some(ms => ms === 0)).toBe(true)
    expect(waits.some(ms => ms > 100)).toBe(true)
    expect(waits.filter(ms => ms >= 10 && ms <= 80).length).toBeGreaterThan(1000)
    expect(pace.first()).toBeGreaterThanOrEqual(200)
  })

  test('createPace() waits for nothing with a factor of 0', () => {
    const pace = createPace(0)
    expect(pace.first()).toBe(0)
    expect(Array.from({ length: 500 }, () => pace.after('\n\n')).every(ms => ms === 0)).toBe(true)
  })
})
