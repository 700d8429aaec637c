import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { answer } from '../../demo/server/chat/model/model.ts'
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

  test.each(CHINESE)('answer() is for the most part in Chinese for %s', prompt => {
    const prose = ask(prompt).replace(/```[^]*?```/g, '')
    const han = prose.match(/\p{Script=Han}/gu)?.length ?? 0
    const latin = prose.match(/\p{Script=Latin}/gu)?.length ?? 0
    expect(han).toBeGreaterThan(5 * latin)
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
