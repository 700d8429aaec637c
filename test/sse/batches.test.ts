import { getEventListeners } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test, vi } from 'vitest'
import { batchReader, iterateBatches } from '../../src/sse/batches.ts'
import type { Framer } from '../../src/sse/framing.ts'
import type { ServerSentEvent } from '../../src/sse/parser.ts'
import { toBytes } from '../helpers/every-cut.ts'

/** A source whose reads settle when the test says so. */
function createSource<T>() {
  const waiting: { resolve(batch: readonly T[] | undefined): void; reject(error: unknown): void }[] = []
  let reading = 0
  const read = vi.fn(async () => {
    expect(reading++, 'reads at the same time').toBe(0)
    try {
      return await new Promise<readonly T[] | undefined>((resolve, reject) => {
        waiting.push({ resolve, reject })
      })
    } finally {
      reading--
    }
  })
  const cancel = vi.fn<(last: T | undefined) => void>()
  return {
    read,
    cancel,
    give: (...batch: T[]) => waiting.shift()?.resolve(batch),
    end: () => waiting.shift()?.resolve(undefined),
    fail: (error: unknown) => waiting.shift()?.reject(error),
  }
}

/** A source that gives these batches, then the end or an error. */
function sourceOf<T>(batches: readonly (readonly T[])[], failure?: { error: unknown }) {
  let index = 0
  return {
    read: vi.fn(async () => {
      if (index === batches.length && failure) throw failure.error
      return batches[index++]
    }),
    cancel: vi.fn<(last: T | undefined) => void>(),
  }
}

/** Lets all promises settle that can. */
const settle = () => new Promise(setImmediate)

/** Whether a promise has settled. */
function watch(promise: Promise<unknown>) {
  const state = { settled: false }
  const mark = () => {
    state.settled = true
  }
  promise.then(mark, mark)
  return state
}

const done = { value: undefined, done: true }
const item = (value: unknown) => ({ value, done: false })

describe('iterateBatches()', () => {
  test('iterateBatches() hands out batches item by item, and reads the next only when the last is used up', async () => {
    const source = sourceOf([['a', 'b'], ['c']])
    const items = iterateBatches(source)
    expect(source.read).toHaveBeenCalledTimes(0)
    expect(await items.next()).toEqual(item('a'))
    expect(await items.next()).toEqual(item('b'))
    expect(source.read).toHaveBeenCalledTimes(1)
    expect(await items.next()).toEqual(item('c'))
    expect(source.read).toHaveBeenCalledTimes(2)
    expect(await items.next()).toEqual(done)
    expect(await items.next()).toEqual(done)
    expect(source.read).toHaveBeenCalledTimes(3)
    expect(source.cancel).not.toHaveBeenCalled()
  })

  test('iterateBatches() holds nothing of a batch that is used up while it waits for the next', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    let isFirst = true
    let used: WeakRef<object> | undefined
    const read = () => {
      if (!isFirst) return new Promise<undefined>(() => {})
      isFirst = false
      const batch = [{}, {}]
      used = new WeakRef(batch)
      return Promise.resolve(batch)
    }
    const items = iterateBatches({ read, cancel() {} })
    await items.next()
    await items.next()
    void items.next()
    await settle()
    collect()
    expect(used?.deref()).toBeUndefined()
    await items.return?.()
  })

  test('iterateBatches() hands out items that are falsy', async () => {
    const items = iterateBatches(sourceOf<unknown>([[undefined, 0], [null, '']]))
    const handed: unknown[] = []
    for await (const value of items) handed.push(value)
    expect(handed).toEqual([undefined, 0, null, ''])
  })

  test('iterateBatches() answers overlapping calls of next() in order, by one read at a time', async () => {
    const source = createSource<number>()
    const items = iterateBatches(source)
    const answers: unknown[] = []
    for (let i = 0; i < 6; i++) void items.next().then(({ value }) => answers.push([i, value]))
    await settle()
    expect(source.read).toHaveBeenCalledTimes(1)
    expect(answers).toEqual([])
    source.give(1, 2)
    await settle()
    expect(answers).toEqual([[0, 1], [1, 2]])
    expect(source.read).toHaveBeenCalledTimes(2)
    source.give(3)
    await settle()
    source.end()
    await settle()
    expect(answers).toEqual([[0, 1], [1, 2], [2, 3], [3, undefined], [4, undefined], [5, undefined]])
    expect(source.read).toHaveBeenCalledTimes(3)
  })

  test('iterateBatches() keeps the order where a call comes while earlier ones still wait', async () => {
    // However many promises have settled of what the batch sets going
    for (let ticks = 0; ticks < 20; ticks++) {
      const source = createSource<number>()
      const items = iterateBatches(source)
      const answers: unknown[] = []
      const ask = (call: number) => void items.next().then(({ value }) => answers.push([call, value]))
      ask(1)
      ask(2)
      ask(3)
      await settle()
      source.give(1, 2, 3, 4, 5)
      for (let i = 0; i < ticks; i++) await Promise.resolve()
      ask(4)
      await settle()
      ask(5)
      await settle()
      expect(answers, `${ticks}`).toEqual([[1, 1], [2, 2], [3, 3], [4, 4], [5, 5]])
    }
  })

  test('iterateBatches() rejects with what a read fails with, once, and is done', async () => {
    const error = new Error('The network broke')
    const source = sourceOf([['a']], { error })
    const items = iterateBatches(source)
    const answers = await Promise.allSettled([items.next(), items.next(), items.next()])
    expect(answers).toEqual([
      { status: 'fulfilled', value: item('a') },
      { status: 'rejected', reason: error },
      { status: 'fulfilled', value: done },
    ])
    expect(await items.next()).toEqual(done)
    expect(await items.return?.()).toEqual(done)
    expect(source.read).toHaveBeenCalledTimes(2)
    expect(source.cancel).not.toHaveBeenCalled()
  })
})

describe('iterateBatches() and leaving', () => {
  test('iterateBatches() cancels at return() with the item that was handed out last', async () => {
    const source = sourceOf([['a', 'b', 'c']])
    const items = iterateBatches(source)
    await items.next()
    await items.next()
    expect(await items.return?.('enough')).toEqual({ value: 'enough', done: true })
    expect(source.cancel).toHaveBeenCalledExactlyOnceWith('b')
    expect(await items.next()).toEqual(done)
    expect(source.read).toHaveBeenCalledTimes(1)
  })

  test('iterateBatches() cancels at break with the item of an earlier batch, where the new one is untouched', async () => {
    const source = sourceOf([['a'], ['b']])
    for await (const value of iterateBatches(source)) if (value === 'b') break
    expect(source.cancel).toHaveBeenCalledExactlyOnceWith('b')
  })

  test('iterateBatches() cancels at return() before the first next(), and reads nothing', async () => {
    const source = sourceOf([['a']])
    const items = iterateBatches(source)
    expect(await items.return?.()).toEqual(done)
    expect(await items.next()).toEqual(done)
    expect(source.cancel).toHaveBeenCalledExactlyOnceWith(undefined)
    expect(source.read).not.toHaveBeenCalled()
  })

  test('iterateBatches() cancels once', async () => {
    const source = sourceOf([['a']])
    const items = iterateBatches(source)
    await items.return?.()
    await items.return?.()
    await expect(items.throw?.(1)).rejects.toBe(1)
    expect(source.cancel).toHaveBeenCalledOnce()
  })

  test('iterateBatches() rejects throw() with its error, and cancels', async () => {
    const source = sourceOf([['a', 'b']])
    const items = iterateBatches(source)
    await items.next()
    const bug = new Error('A bug of the app')
    await expect(items.throw?.(bug)).rejects.toBe(bug)
    expect(source.cancel).toHaveBeenCalledExactlyOnceWith('a')
    expect(await items.next()).toEqual(done)
  })

  test('iterateBatches() does not wait for a pending read at return(), and hands out nothing of it', async () => {
    const source = createSource<string>()
    const items = iterateBatches(source)
    const pending = [items.next(), items.next()]
    const state = watch(Promise.all(pending))
    await settle()
    const returned = items.return?.()
    expect(source.cancel).toHaveBeenCalledExactlyOnceWith(undefined)
    expect(await returned).toEqual(done)
    expect(state.settled).toBe(false)
    source.give('too late', 'too late')
    expect(await Promise.all(pending)).toEqual([done, done])
    expect(source.read).toHaveBeenCalledTimes(1)
  })

  test('iterateBatches() does not wait for a pending read at throw()', async () => {
    const source = createSource<string>()
    const items = iterateBatches(source)
    const pending = items.next()
    await expect(items.throw?.('bug')).rejects.toBe('bug')
    expect(source.cancel).toHaveBeenCalledOnce()
    source.end()
    expect(await pending).toEqual(done)
  })
})

describe('iterateBatches() and its signal', () => {
  const reason = new Error('Enough')

  test('iterateBatches() rejects with the reason of a signal that is aborted already, and reads nothing', async () => {
    const source = sourceOf([['a']])
    const items = iterateBatches(source, AbortSignal.abort(reason))
    expect(source.cancel).not.toHaveBeenCalled()
    await expect(items.next()).rejects.toBe(reason)
    expect(source.cancel).toHaveBeenCalledExactlyOnceWith(undefined)
    expect(source.read).not.toHaveBeenCalled()
    expect(await items.next()).toEqual(done)
  })

  test('iterateBatches() cancels at once when the signal is aborted, and hands out nothing more', async () => {
    const source = sourceOf([['a', 'b', 'c']])
    const controller = new AbortController()
    const items = iterateBatches(source, controller.signal)
    expect(await items.next()).toEqual(item('a'))
    controller.abort(reason)
    expect(source.cancel).toHaveBeenCalledExactlyOnceWith('a')
    await expect(items.next()).rejects.toBe(reason)
    expect(await items.next()).toEqual(done)
    expect(source.read).toHaveBeenCalledTimes(1)
  })

  test.each<[string, (source: ReturnType<typeof createSource<string>>) => void]>([
    ['gives a batch', source => source.give('too late')],
    ['ends', source => source.end()],
    ['fails', source => source.fail(new Error('The read was aborted'))],
  ])('iterateBatches() rejects a pending next() with the reason where the aborted read %s', async (_, settleRead) => {
    const source = createSource<string>()
    const controller = new AbortController()
    const items = iterateBatches(source, controller.signal)
    const pending = items.next()
    await settle()
    controller.abort(reason)
    expect(source.cancel).toHaveBeenCalledOnce()
    settleRead(source)
    await expect(pending).rejects.toBe(reason)
    expect(await items.next()).toEqual(done)
  })

  test('iterateBatches() tells only the first of overlapping calls of the abort', async () => {
    const source = createSource<string>()
    const controller = new AbortController()
    const items = iterateBatches(source, controller.signal)
    const pending = Promise.allSettled([items.next(), items.next(), items.next()])
    controller.abort(reason)
    source.end()
    expect(await pending).toEqual([
      { status: 'rejected', reason },
      { status: 'fulfilled', value: done },
      { status: 'fulfilled', value: done },
    ])
  })

  test("iterateBatches() rejects with the signal's own error where it was given no reason", async () => {
    const items = iterateBatches(sourceOf([['a']]), AbortSignal.abort())
    await expect(items.next()).rejects.toMatchObject({ name: 'AbortError' })
  })

  test('iterateBatches() rejects with a reason that is falsy', async () => {
    const items = iterateBatches(sourceOf([['a']]), AbortSignal.abort(0))
    await expect(items.next()).rejects.toBe(0)
  })

  test('iterateBatches() hears nothing of an abort after the end', async () => {
    const source = sourceOf([['a']])
    const controller = new AbortController()
    const items = iterateBatches(source, controller.signal)
    await items.next()
    await items.next()
    controller.abort(reason)
    expect(await items.next()).toEqual(done)
    expect(source.cancel).not.toHaveBeenCalled()
  })

  test('iterateBatches() is done after return(), whether the abort came before or after', async () => {
    for (const order of ['before', 'after']) {
      const source = sourceOf([['a', 'b']])
      const controller = new AbortController()
      const items = iterateBatches(source, controller.signal)
      await items.next()
      if (order === 'before') controller.abort(reason)
      expect(await items.return?.()).toEqual(done)
      if (order === 'after') controller.abort(reason)
      expect(await items.next(), order).toEqual(done)
      expect(source.cancel).toHaveBeenCalledExactlyOnceWith('a')
    }
  })

  test('iterateBatches() listens to the signal from the first next() to the end, whatever the end is', async () => {
    const endings: [string, (items: AsyncIterableIterator<string>, controller: AbortController) => unknown][] = [
      ['end', async items => {
        for (;;) if ((await items.next()).done) return
      }],
      ['return', items => items.return?.()],
      ['throw', items => items.throw?.(1).catch(() => {})],
      ['abort', async (items, controller) => {
        controller.abort()
        await items.next().catch(() => {})
      }],
    ]
    for (const [name, finish] of endings) {
      const controller = new AbortController()
      const items = iterateBatches(sourceOf([['a', 'b'], ['c']]), controller.signal)
      expect(getEventListeners(controller.signal, 'abort'), name).toHaveLength(0)
      await items.next()
      expect(getEventListeners(controller.signal, 'abort'), name).toHaveLength(1)
      await items.next()
      await items.next()
      expect(getEventListeners(controller.signal, 'abort'), name).toHaveLength(1)
      await finish(items, controller)
      expect(getEventListeners(controller.signal, 'abort'), name).toHaveLength(0)
    }
    const controller = new AbortController()
    await iterateBatches(sourceOf([], { error: 1 }), controller.signal).next().catch(() => {})
    expect(getEventListeners(controller.signal, 'abort'), 'failure').toHaveLength(0)
  })

  test('iterateBatches() needs no signal', async () => {
    expect(await iterateBatches(sourceOf([['a']]), null).next()).toEqual(item('a'))
    expect(await iterateBatches(sourceOf([['a']]), undefined).next()).toEqual(item('a'))
  })
})

describe('batchReader()', () => {
  type OnEvent = (event: ServerSentEvent) => void

  /** A framing for tests: one event a character; `!` fails. Says at the end what it was not given. */
  function createCharacters(onEvent: OnEvent): Framer {
    const emit = (data: string) => onEvent({ type: 'message', data, lastEventId: '' })
    return {
      feed(chunk) {
        for (const character of new TextDecoder().decode(chunk)) {
          if (character === '!') throw new Error('Not a character')
          if (character !== '.') emit(character)
        }
      },
      end: () => emit('end'),
      lastEventId: '',
      incomplete: false,
    }
  }

  function readerOf(chunks: readonly string[], frame: (onEvent: OnEvent) => Framer = createCharacters) {
    let index = 0
    const readChunk = vi.fn(async () => {
      const chunk = chunks[index++]
      return chunk === undefined ? undefined : toBytes(chunk)
    })
    const onFailure = vi.fn<(error: unknown) => void>()
    const read = batchReader(readChunk, frame, onFailure)
    return { read: async () => (await read())?.map(({ data }) => data), readChunk, onFailure }
  }

  test('batchReader() gives the events of one chunk, and reads on over chunks without any', async () => {
    const { read, readChunk, onFailure } = readerOf(['ab', '.', '', '..', 'c'], onEvent => ({
      ...createCharacters(onEvent),
      end() {},
    }))
    expect(await read()).toEqual(['a', 'b'])
    expect(readChunk).toHaveBeenCalledTimes(1)
    expect(await read()).toEqual(['c'])
    expect(readChunk).toHaveBeenCalledTimes(5)
    expect(await read()).toBeUndefined()
    expect(await read()).toBeUndefined()
    expect(readChunk).toHaveBeenCalledTimes(6)
    expect(onFailure).not.toHaveBeenCalled()
  })

  test('batchReader() gives what the parser holds at the end, once', async () => {
    const { read } = readerOf(['a'])
    expect(await read()).toEqual(['a'])
    expect(await read()).toEqual(['end'])
    expect(await read()).toBeUndefined()
    expect(await read()).toBeUndefined()
  })

  test('batchReader() gives the events before an error in the same chunk first, and tells of it at once', async () => {
    const { read, readChunk, onFailure } = readerOf(['ab!c', 'd'])
    expect(await read()).toEqual(['a', 'b'])
    expect(onFailure).toHaveBeenCalledExactlyOnceWith(new Error('Not a character'))
    await expect(read()).rejects.toThrow('Not a character')
    await expect(read()).rejects.toThrow('Not a character')
    expect(readChunk).toHaveBeenCalledTimes(1)
    expect(onFailure).toHaveBeenCalledOnce()
  })

  test('batchReader() rejects at once with an error that no event comes before', async () => {
    const { read, onFailure } = readerOf(['.', '!'])
    await expect(read()).rejects.toThrow('Not a character')
    expect(onFailure).toHaveBeenCalledOnce()
  })

  test('batchReader() rejects with an error of the end', async () => {
    const { read, onFailure } = readerOf(['a'], onEvent => ({
      ...createCharacters(onEvent),
      end() {
        throw new Error('Too short')
      },
    }))
    expect(await read()).toEqual(['a'])
    await expect(read()).rejects.toThrow('Too short')
    expect(onFailure).toHaveBeenCalledExactlyOnceWith(new Error('Too short'))
  })

  test('batchReader() lets through what reading a chunk fails with; that is none of the parser', async () => {
    const onFailure = vi.fn<(error: unknown) => void>()
    const failure = new Error('The network broke')
    const read = batchReader(() => Promise.reject(failure), createCharacters, onFailure)
    await expect(read()).rejects.toBe(failure)
    expect(onFailure).not.toHaveBeenCalled()
  })
})
