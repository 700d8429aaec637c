import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { decoders } from '../../src/index.ts'

const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)

describe('decoders', () => {
  test('json reads JSON, and throws for what is none', () => {
    expect(decoders.json('{"a":[1,"天"]}')).toEqual({ a: [1, '天'] })
    expect(() => decoders.json('{')).toThrow(SyntaxError)
  })

  test('base64 gives the bytes, also where the text came in several lines', () => {
    const text = Buffer.from(bytes).toString('base64')
    expect(decoders.base64(text)).toEqual(bytes)
    expect(decoders.base64(`${text.slice(0, 100)}\n${text.slice(100)}`)).toEqual(bytes)
    expect(decoders.base64('')).toEqual(new Uint8Array())
    expect(() => decoders.base64('a%')).toThrow(expect.objectContaining({ name: 'InvalidCharacterError' }))
  })

  test('gzip unpacks', async () => {
    const long = Buffer.from('teleprinter '.repeat(100_000))
    expect(await decoders.gzip(gzipSync(bytes).toString('base64'))).toEqual(bytes)
    expect(Buffer.from(await decoders.gzip(gzipSync(long).toString('base64'))).equals(long)).toBe(true)
  })

  test('gzip rejects for what is cut, or no gzip', async () => {
    await expect(decoders.gzip(gzipSync(bytes).subarray(0, 50).toString('base64'))).rejects.toThrow(Error)
    await expect(decoders.gzip('aGVsbG8=')).rejects.toThrow(Error)
  })
})
