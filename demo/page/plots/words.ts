import { formatNumber, seconds } from '../shell/units.ts'
import type { DisplayName } from './displays/all.ts'
import type { Reading } from './reading.ts'

type Names = Readonly<Record<DisplayName, string>>

// A number and its unit stay on one line
const ms = (value: number): string => `${formatNumber(value)}\u00A0ms`
const zhMs = (value: number): string => `${formatNumber(value)}\u00A0毫秒`

const en = {
  names: { ours: 'Teleprinter', raw: 'Raw', fixed: '30 ms each', smooth: 'smoothStream()' },
  ways: {
    ours: 'Plans its speed by how the text comes',
    raw: 'All that has come, at the next frame',
    fixed: 'A timer that shows one character',
    smooth: 'The AI SDK’s own: a word, then 10 ms',
  },
  batches: 'Shows a batch every 100 ms, as your system asks for less motion',
  run: 'Run', stop: 'Stop',
  ready: 'Ready',
  running: 'Running',
  textEnded: (all: number, still: string[]) =>
    `The text has come, ${formatNumber(all)} characters; still typing: ${still.join(', ')}`,
  paused: 'Paused: a page out of sight has no frames to measure. It goes on when you are back',
  done: (all: number, time: number) => `Done: all four have shown ${formatNumber(all)} characters, after ${seconds(time)}\u00A0s`,
  stopped: (time: number) => `Stopped after ${seconds(time)}\u00A0s; the figures are those up to then`,
  failed: (reason: string) => `Failed: ${reason}`,
  most: (value: number) => `max ${formatNumber(value)}`,
  longest: (value: number) => `max ${ms(value)}`,
  seconds: (value: number) => `${value}\u00A0s`,
  reading: ({ even, quick, beside }: Reading, names: Names, inBatches: boolean): string => {
    const first = `Most even: ${names[even.name]} (variation ${even.variation.toFixed(2)}, mean lag ${ms(even.lag)}). `
      + `Quickest: ${names[quick.name]} (mean lag ${ms(quick.lag)}, variation ${quick.variation.toFixed(2)}). `
    if (inBatches) return `${first}Teleprinter did not type, but showed what had come in batches of 100\u00A0ms. `
    if (!beside) return first
    const when = `${ms(Math.abs(beside.later))} ${beside.later < 0 ? 'earlier' : 'later'}`
    return `${first}Beside raw, Teleprinter was ${beside.times.toFixed(1)} times as even, and a character came ${when} on average. `
  },
  frames: (frames: number, gap: number) => `${formatNumber(frames)} frames, one about every ${gap.toFixed(1)}\u00A0ms on this screen.`,
}

const zh: typeof en = {
  names: { ours: 'Teleprinter', raw: '原样', fixed: '每字 30 毫秒', smooth: 'smoothStream()' },
  ways: {
    ours: '按文字到来的疏密安排速度',
    raw: '已到的全部在下一帧显示',
    fixed: '定时器每次显示一个字符',
    smooth: 'AI SDK 自带：一个词，等 10 毫秒',
  },
  batches: '系统要求减少动态效果，因此每 100 毫秒显示一批',
  run: '运行', stop: '停止',
  ready: '就绪',
  running: '运行中',
  textEnded: (all, still) => `文字已全部到达，共 ${formatNumber(all)} 个字符；还在显示的有：${still.join('、')}`,
  paused: '已暂停：看不见的页面没有帧可量。回到这一页就会继续',
  done: (all, time) => `完成：四种方式都显示了 ${formatNumber(all)} 个字符，用时 ${seconds(time)}\u00A0秒`,
  stopped: time => `在 ${seconds(time)}\u00A0秒时停止；数字截至此刻`,
  failed: reason => `失败：${reason}`,
  most: value => `最多 ${formatNumber(value)}`,
  longest: value => `最长 ${zhMs(value)}`,
  seconds: value => `${value}\u00A0秒`,
  reading: ({ even, quick, beside }, names, inBatches) => {
    const first = `最均匀的是“${names[even.name]}”（变异系数 ${even.variation.toFixed(2)}，平均滞后 ${zhMs(even.lag)}），`
      + `最快的是“${names[quick.name]}”（平均滞后 ${zhMs(quick.lag)}，变异系数 ${quick.variation.toFixed(2)}）。`
    if (inBatches) return `${first}Teleprinter 没有逐字显示，而是每 100\u00A0毫秒显示一批已到的文字。`
    if (!beside) return first
    const when = `${beside.later < 0 ? '早' : '晚'} ${zhMs(Math.abs(beside.later))}`
    return `${first}与“原样”相比，Teleprinter 的均匀程度是它的 ${beside.times.toFixed(1)} 倍，每个字符平均${when}。`
  },
  frames: (frames, gap) => `共 ${formatNumber(frames)} 帧，在这块屏幕上约每 ${gap.toFixed(1)}\u00A0毫秒一帧。`,
}

export const words = { en, zh }
