import { afterEach, describe, expect, test, vi } from 'vitest'
import { createEmitter } from '../../src/connection/emitter.ts'

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

describe('createEmitter()', () => {
  test('calls the listeners of a type, then those of all, as mitt does', () => {
    const emitter = createEmitter<number>()
    const calls: unknown[] = []
    emitter.on('*', (type: string, event: number) => calls.push(['*', type, event]))
    emitter.on('tick', (event: number) => calls.push(['tick', event]))
    emitter.emit('tick', 1)
    emitter.emit('tock', 2)
    expect(calls).toEqual([['tick', 1], ['*', 'tick', 1], ['*', 'tock', 2]])
  })

  test.each(['*', '__proto__', 'constructor', 'error', ''])('takes "%s" for a type like any other', type => {
    const emitter = createEmitter<string>()
    const all = vi.fn()
    emitter.on('*', all)
    emitter.emit(type, 'event')
    expect(all.mock.calls).toEqual([[type, 'event']])
  })

  test('reports what a listener throws, and calls the others', () => {
    const report = vi.fn()
    vi.stubGlobal('reportError', report)
    const emitter = createEmitter<number>()
    const error = new Error('a bug')
    const later = vi.fn()
    emitter.on('tick', () => {
      throw error
    })
    emitter.on('tick', later)
    emitter.emit('tick', 1)
    expect(report).toHaveBeenCalledExactlyOnceWith(error)
    expect(later).toHaveBeenCalledExactlyOnceWith(1)
  })

  test('writes to the console where the platform has no reportError', () => {
    vi.stubGlobal('reportError', undefined)
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const emitter = createEmitter<number>()
    emitter.on('tick', () => {
      throw new Error('a bug')
    })
    emitter.emit('tick', 1)
    expect(log).toHaveBeenCalledOnce()
  })

  test('removes a listener by what on() gave, by off(), or all of a type', () => {
    const emitter = createEmitter<number>()
    const [a, b, c] = [vi.fn(), vi.fn(), vi.fn()]
    const removeA = emitter.on('tick', a)
    emitter.on('tick', b)
    emitter.on('*', c)
    removeA()
    removeA()
    emitter.emit('tick', 1)
    emitter.off('tick', b)
    emitter.emit('tick', 2)
    emitter.on('tick', a)
    emitter.on('tick', b)
    emitter.off('tick')
    emitter.off('*', c)
    emitter.emit('tick', 3)
    expect([a, b, c].map(listener => listener.mock.calls.length)).toEqual([0, 1, 2])
  })

  test('lets a listener of a type hear all too', () => {
    const emitter = createEmitter<number>()
    const listener = vi.fn()
    emitter.on('tick', listener)
    emitter.on('*', listener)
    emitter.off('*', listener)
    emitter.emit('tick', 1)
    expect(listener.mock.calls).toEqual([[1]])
  })

  test('calls those that listened when the event came, whatever a listener adds and removes', () => {
    const emitter = createEmitter<number>()
    const calls: string[] = []
    const second = () => void calls.push('second')
    emitter.on('tick', () => {
      calls.push('first')
      emitter.off('tick', second)
      emitter.on('tick', () => calls.push('third'))
    })
    emitter.on('tick', second)
    emitter.emit('tick', 1)
    expect(calls).toEqual(['first', 'second'])
    emitter.emit('tick', 2)
    expect(calls).toEqual(['first', 'second', 'first', 'third'])
  })

  test('refuses what is no function', () => {
    const emitter = createEmitter<number>()
    expect(() => emitter.off('tick', 5 as never)).not.toThrow()
    expect(() => emitter.on('tick', undefined as never)).toThrow(new TypeError('Cannot listen to tick: not a function: undefined'))
  })
})
