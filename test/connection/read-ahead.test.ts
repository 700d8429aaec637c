import { describe, expect, test, vi } from 'vitest'
import { readAhead } from '../../src/connection/read-ahead.ts'

const bytes = (length: number) => new Uint8Array(length)
const settled = () => new Promise(resolve => setTimeout(resolve))

/** Gives these one after the other; an error is thrown. */
function source(...items: (Uint8Array | Error | undefined)[]) {
  return vi.fn(async () => {
    const item = items.shift()
    if (item instanceof Error) throw item
    return Promise.resolve(item)
  })
}

describe('readAhead()', () => {
  test('gives what came, in order, and then the end, again and again', async () => {
    const take = readAhead(source(bytes(1), bytes(2)))
    expect([await take(), await take(), await take(), await take()]).toEqual([bytes(1), bytes(2), undefined, undefined])
  })

  test('gives what came before an error to a reader who takes their time, and then the error, once', async () => {
    const read = source(bytes(1), bytes(2), bytes(3), new Error('broken'))
    const take = readAhead(read)
    expect(await take()).toEqual(bytes(1))
    await settled()
    expect(read).toHaveBeenCalledTimes(4)
    expect([await take(), await take()]).toEqual([bytes(2), bytes(3)])
    await expect(take()).rejects.toThrow('broken')
    expect(await take()).toBeUndefined()
  })

  test('reads nothing before it is asked, and no more than a megabyte ahead', async () => {
    const read = source(...Array.from({ length: 100 }, () => bytes(100_000)))
    const take = readAhead(read)
    await settled()
    expect(read).not.toHaveBeenCalled()
    await take()
    await settled()
    expect(read.mock.calls.length).toBeLessThanOrEqual(12)
    for (let taken = 1; taken < 100; taken++) expect(await take()).toHaveLength(100_000)
    expect(await take()).toBeUndefined()
  })

  test('reads one at a time, however quickly it is asked', async () => {
    let reading = 0
    const take = readAhead(async () => {
      expect(++reading).toBe(1)
      await settled()
      reading--
      return bytes(1)
    })
    for (let taken = 0; taken < 20; taken++) expect(await take()).toHaveLength(1)
  })
})
