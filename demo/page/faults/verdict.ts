// What happened to a client, in one sentence. Nothing stands in it but what was measured.
import type { Language } from '../shell/language.ts'
import { seconds } from '../shell/units.ts'
import type { Measured } from './measured.ts'

/** So long a silence at the end is worth a word, and so late a beginning. */
const SILENCE_MS = 3000
const LATE_MS = 1500

interface Phrases {
  stop: string
  join: string
  noRequest: string
  requests: (sent: number) => string
  prompt: (sent: number, paid: number) => string
  noEvent: string
  events: (count: number, lost: number, twice: number) => string
  strays: (count: number) => string
  noText: string
  whole: string
  part: (length: number, whole: number) => string
  again: (times: number) => string
  garbled: (length: number) => string
  coming: string
  late: (secs: string) => string
  textLate: (secs: string) => string
  silent: (secs: string) => string
  heardNothing: string
  failures: (count: number) => string
  failed: (code: string) => string
  truncated: string
  done: string
  falselyDone: string
  doneAnew: string
  unaware: string
  feedOver: string
}

const times = (count: number): string => (count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`)
const askedFor = (sent: number): string => (sent === 1 ? '1 request' : `${sent} requests`)
const none = (count: number): string => (count === 0 ? 'none' : String(count))

const phrases: Record<Language, Phrases> = {
  en: {
    stop: '.', join: '; ',
    noRequest: 'no request reached the server',
    requests: askedFor,
    prompt(sent, paid) {
      const turnedAway = sent === paid ? '' : sent === 1 ? ', turned away' : `, ${paid === 0 ? 'all' : sent - paid} of them turned away`
      return `${askedFor(sent)}${turnedAway}: ${paid === 0 ? 'nothing was paid' : `this prompt was paid for ${times(paid)}`}`
    },
    noEvent: 'no event arrived',
    events: (count, lost, twice) => `${count} ${count === 1 ? 'event' : 'events'}, ${none(lost)} lost, ${none(twice)} twice`,
    strays: count => `${count} empty ${count === 1 ? 'event' : 'events'} made out of lines that are none`,
    noText: 'no text arrived',
    whole: 'the whole answer arrived',
    part: (length, whole) => `the first ${length} of the answer’s ${whole} characters arrived`,
    again: count => `the app got the beginning of the answer ${times(count)} in a row`,
    garbled: length => `${length} characters arrived that are not the answer`,
    coming: 'more was on its way',
    late: secs => `, the first after ${secs} s`,
    textLate: secs => `, the first of it after ${secs} s`,
    silent: secs => `nothing came in the last ${secs} s`,
    heardNothing: 'the app heard nothing of it',
    failures: count => (count === 1 ? 'the app was told of the failure' : `the app was told of ${count} failures`),
    failed: code => `the app was told that it failed for good, ${code === '' ? 'but not why' : `and why (${code})`}`,
    truncated: 'the app was told that the answer is cut short',
    done: 'the app was told that it is whole',
    falselyDone: 'the app was told that it is done, and it is not',
    doneAnew: 'the app was told that it is done',
    unaware: ', but not that the prompt was sent more than once',
    feedOver: 'the end of the connection was taken for the end of the feed',
  },
  zh: {
    stop: '。', join: '；',
    noRequest: '没有请求到达服务器',
    requests: sent => `${sent} 次请求`,
    prompt(sent, paid) {
      const turnedAway = sent === paid ? '' : sent === 1 ? '，被拒绝' : paid === 0 ? '，都被拒绝' : `，其中 ${sent - paid} 次被拒绝`
      return `${sent} 次请求${turnedAway}：${paid === 0 ? '没有花钱' : `这个提示词付了 ${paid} 次钱`}`
    },
    noEvent: '没有收到事件',
    events: (count, lost, twice) => `收到 ${count} 个事件，丢失 ${lost} 个，重复 ${twice} 个`,
    strays: count => `另有 ${count} 个空事件，来自根本不是事件的行`,
    noText: '没有收到文字',
    whole: '收到了完整的回答',
    part: (length, whole) => `回答共 ${whole} 个字符，只收到前 ${length} 个`,
    again: count => `应用连续收到 ${count} 遍回答的开头`,
    garbled: length => `收到的 ${length} 个字符不是这个回答`,
    coming: '后面的内容还在路上',
    late: secs => `，${secs} 秒后才收到第一个`,
    textLate: secs => `，${secs} 秒后才开始`,
    silent: secs => `最后 ${secs} 秒什么也没有收到`,
    heardNothing: '应用对此一无所知',
    failures: count => (count === 1 ? '应用得知了这次失败' : `应用得知了 ${count} 次失败`),
    failed: code => `应用得知最终失败，${code === '' ? '但不知道原因' : `也知道原因（${code}）`}`,
    truncated: '应用得知回答不完整',
    done: '应用得知回答已完整',
    falselyDone: '应用得到的消息是“已完成”，其实没有',
    doneAnew: '应用得知回答已完成',
    unaware: '，但不知道提示词发了不止一次',
    feedOver: '连接结束被当成了订阅结束',
  },
}

/** Says what was measured of a client, in one sentence. */
export function verdict(measured: Measured, language: Language): string {
  const words = phrases[language]
  const { kind, requests } = measured
  if (requests.length === 0) return finish([words.noRequest, ...tellings(measured, words)], words)
  const asked = kind === 'feed' ? words.requests(requests.length) : words.prompt(requests.length, countPaid(measured))
  const received = kind === 'feed' ? readEvents(measured, words) : readText(measured, words)
  const silent = measured.arrivals.length > 0 && silenceMs(measured) >= SILENCE_MS && !measured.over
  return finish([asked, ...received, ...(silent ? [words.silent(seconds(silenceMs(measured)))] : []), ...tellings(measured, words)], words)
}

/** How many of the requests the server set to work on. */
export function countPaid({ requests }: Measured): number {
  return requests.filter(({ ran }) => ran).length
}

/**
 * How often the answer begins in a text: 1 for an answer or its beginning, more where it came anew; 0 for another text.
 *
 * @param answer what the server's answer is
 */
export function countBeginnings(text: string, answer: string): number {
  let count = 0
  for (let rest = text; rest !== '';) {
    let same = 0
    while (same < rest.length && rest[same] === answer[same]) same++
    if (same === 0) return 0
    rest = rest.slice(same)
    count++
  }
  return count
}

function readEvents(measured: Measured, words: Phrases): string[] {
  const { numbers, strays } = measured
  const different = new Set(numbers).size
  const lost = Math.max(0, ...numbers) - different
  const counted = numbers.length === 0 ? words.noEvent : words.events(numbers.length, lost, numbers.length - different) + late(measured, words.late)
  return [counted, ...(strays > 0 ? [words.strays(strays)] : [])]
}

function readText(measured: Measured, words: Phrases): string[] {
  const { text, answer } = measured
  if (text === '') return [words.noText]
  if (text === answer) return [words.whole + late(measured, words.textLate)]
  const beginnings = countBeginnings(text, answer)
  if (beginnings !== 1) return [beginnings === 0 ? words.garbled(text.length) : words.again(beginnings)]
  const coming = !measured.over && silenceMs(measured) < SILENCE_MS
  return [words.part(text.length, answer.length), ...(coming ? [words.coming] : [])]
}

function late({ arrivals: [first = 0] }: Measured, phrase: Phrases['late']): string {
  return first < LATE_MS ? '' : phrase(seconds(first))
}

/** What the app was told, and where there was something to tell, that it was not. */
function tellings(measured: Measured, words: Phrases): string[] {
  const { told } = measured
  const failures = told.filter(({ tone }) => tone === 'retry').length
  const { tone: ending, code = '' } = told.find(({ tone }) => tone !== 'retry') ?? {}
  const said = failures > 0 ? [words.failures(failures)] : []
  if (ending === 'failed') return [...said, words.failed(code)]
  if (ending === 'truncated') return [...said, words.truncated]
  if (ending === 'done') return [...said, measured.kind === 'feed' ? words.feedOver : tellDone(measured, words)]
  return said.length === 0 && wentWrong(measured) ? [words.heardNothing] : said
}

function tellDone({ text, answer, requests, told }: Measured, words: Phrases): string {
  const done = text === answer ? words.done : text.endsWith(answer) ? words.doneAnew : words.falselyDone
  return requests.length > 1 && told.every(({ tone }) => tone !== 'retry') ? done + words.unaware : done
}

function wentWrong(measured: Measured): boolean {
  const { requests } = measured
  return requests.length !== 1 || requests.some(({ status, ran }) => status !== 200 || !ran) || silenceMs(measured) >= SILENCE_MS
}

function silenceMs({ arrivals, watched }: Measured): number {
  return watched - (arrivals.at(-1) ?? 0)
}

function finish(parts: string[], { join, stop }: Phrases): string {
  const sentence = parts.join(join) + stop
  return sentence.charAt(0).toUpperCase() + sentence.slice(1)
}
