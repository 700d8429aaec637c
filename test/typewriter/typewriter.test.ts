// @vitest-environment happy-dom
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { plainText } from '../../src/typewriter/plain-text.ts'
import type { Renderer } from '../../src/typewriter/renderer.ts'
import { createTypewriter, type Typewriter } from '../../src/typewriter/typewriter.ts'

const LONG = 'The quick brown fox jumps over the lazy dog.\n'.repeat(40)
const FAMILY = '👨‍👩‍👧‍👦'
const ENDED = new TypeError('Cannot write: the typewriter has ended')

let element: HTMLElement
let reducedMotion: boolean

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['requestAnimationFrame', 'cancelAnimationFrame', 'setTimeout', 'clearTimeout', 'performance'] })
  reducedMotion = false
  vi.stubGlobal('matchMedia', (query: string) => ({ matches: reducedMotion && query === '(prefers-reduced-motion: reduce)' }))
  element = document.createElement('div')
  document.body.replaceChildren(element)
})

afterEach(() => {
  vi.unstubAllGlobals()
  document.querySelector('[aria-live]')?.replaceChildren()
  vi.restoreAllMocks()
  Reflect.deleteProperty(document, 'visibilityState')
  vi.useRealTimers()
})

function setVisibility(state: DocumentVisibilityState) {
  Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state })
  document.dispatchEvent(new Event('visibilitychange'))
}

/** A frame of the page; a hidden one has none. */
const nextFrame = () => vi.advanceTimersToNextFrame()

/** The timers and frames that are waited for, but for those that take an announcement away again. */
const timers = () => vi.getTimerCount() - (globalThis.document?.querySelectorAll('[aria-live] > p').length ?? 0)

/** A renderer that remembers. */
function record() {
  const written: string[] = []
  const renderer = { write: vi.fn((text: string) => void written.push(text)), end: vi.fn(), dispose: vi.fn() }
  return { written, renderer, shown: () => written.join('') }
}

/** Ends, and lets the time pass that it takes. */
async function finish(typewriter: Typewriter, ms = 1000) {
  const ended = typewriter.end()
  vi.advanceTimersByTime(ms)
  await ended
}

/** Whether a promise has settled, with no time passing. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false
  void promise.then(() => (settled = true))
  for (let i = 0; i < 5; i++) await Promise.resolve()
  return settled
}

/** A renderer that throws every time, or at its second write only. */
function faulty(always: boolean) {
  const shown: string[] = []
  const renderer = {
    write: vi.fn((text: string) => {
      shown.push(text)
      if (always || shown.length === 2) throw new Error('Faulty')
    }),
    end: vi.fn(),
    dispose: vi.fn(),
  }
  return { renderer, shown }
}

/** Lets frames pass as a page does: what a callback throws, it reports. */
function passFrames(count: number) {
  let thrown = 0
  for (let i = 0; i < count; i++) {
    try {
      nextFrame()
    } catch {
      thrown++
    }
  }
  return thrown
}

/** What listens to the page now, and how many have in all. */
function watchListeners() {
  const open: unknown[] = []
  const seen = { open, count: 0 }
  for (const target of [document, window, element] as EventTarget[]) {
    const add = target.addEventListener.bind(target)
    const remove = target.removeEventListener.bind(target)
    vi.spyOn(target, 'addEventListener').mockImplementation((type, listener, options) => {
      open.push(listener)
      seen.count++
      add(type, listener, options)
    })
    vi.spyOn(target, 'removeEventListener').mockImplementation((type, listener, options) => {
      const index = open.indexOf(listener)
      if (index !== -1) open.splice(index, 1)
      remove(type, listener, options)
    })
  }
  return seen
}

describe('write()', () => {
  test('write() shows nothing before the next frame, then some, and in time all but the last character', () => {
    const typewriter = createTypewriter(element)
    typewriter.write(LONG.trimEnd())
    expect(element.textContent).toBe('')
    nextFrame()
    expect(typewriter.shown).toBeGreaterThan(0)
    expect(typewriter.shown).toBeLessThan(LONG.length / 4)
    vi.advanceTimersByTime(1100)
    expect(element.textContent).toBe(LONG.trimEnd().slice(0, -1))
  })

  test('write() makes the text grow from frame to frame', () => {
    const typewriter = createTypewriter(element)
    typewriter.write(LONG)
    const lengths: number[] = []
    while (typewriter.shown < LONG.length && lengths.length < 100) {
      nextFrame()
      expect(LONG.startsWith(element.textContent)).toBe(true)
      lengths.push(element.textContent.length)
    }
    expect(lengths.length).toBeGreaterThan(8)
    expect(new Set(lengths).size).toBe(lengths.length)
  })

  test('write() has the text shown in time, whatever its pieces', () => {
    const text = `a${FAMILY}b🇩🇪🇫🇷 é\r\nनमस्ते\n`
    const typewriter = createTypewriter(element)
    for (const unit of text.split('')) {
      typewriter.write(unit)
      nextFrame()
      expect(text.startsWith(element.textContent)).toBe(true)
    }
    vi.advanceTimersByTime(1100)
    expect(element.textContent).toBe(text)
  })

  test('write() never has a renderer split a grapheme', () => {
    const text = `${FAMILY}👍🏿🇩🇪🇫🇷e\u0301नमस्ते`.repeat(5)
    const { written, renderer } = record()
    const typewriter = createTypewriter(renderer)
    for (const unit of text.split('')) {
      typewriter.write(unit)
      nextFrame()
    }
    vi.advanceTimersByTime(1100)
    typewriter.stop()
    const whole = Array.from(new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text), ({ index }) => index)
    let at = 0
    for (const piece of written) {
      expect(whole).toContain(at)
      at += piece.length
    }
    expect(at).toBe(text.length)
  })

  test('write() calls the renderer once a frame at most', () => {
    const { written, renderer } = record()
    const typewriter = createTypewriter(renderer)
    for (let frame = 0; frame < 60; frame++) {
      for (let i = 0; i < 5; i++) typewriter.write('some words ')
      const before = written.length
      nextFrame()
      expect(written.length - before).toBeLessThanOrEqual(1)
    }
    expect(written.length).toBeGreaterThan(30)
    expect(written).not.toContain('')
  })

  test('write() asks for no frame while there is nothing to show', () => {
    const typewriter = createTypewriter(element)
    expect(timers()).toBe(0)
    typewriter.write('')
    expect(timers()).toBe(0)
    typewriter.write('abc')
    expect(timers()).toBeGreaterThan(0)
    vi.advanceTimersByTime(1100)
    expect(element.textContent).toBe('ab') // the last one is held
    expect(timers()).toBe(0)
  })

  test('write() takes up its pace again after a silence', () => {
    const typewriter = createTypewriter(element)
    typewriter.write('short\n')
    vi.advanceTimersByTime(60_000)
    expect(element.textContent).toBe('short\n')
    typewriter.write(LONG)
    nextFrame()
    expect(typewriter.shown).toBeLessThan(LONG.length / 2)
  })

  test('write() after end() throws, before the rest is shown and after it', async () => {
    const typewriter = createTypewriter(element)
    typewriter.write('one')
    const ended = typewriter.end()
    expect(() => typewriter.write('two')).toThrow(ENDED)
    vi.advanceTimersByTime(1000)
    await ended
    expect(() => typewriter.write('three')).toThrow(ENDED)
    expect(typewriter.text).toBe('one')
    expect(element.textContent).toBe('one')
  })

  test('write() after an end() with nothing to show throws', async () => {
    const typewriter = createTypewriter(element)
    await typewriter.end()
    expect(() => typewriter.write('one')).toThrow(ENDED)
    expect(element.textContent).toBe('')
  })

  test('write() after stop() is ignored', () => {
    const typewriter = createTypewriter(element)
    typewriter.write('one')
    typewriter.stop()
    typewriter.write('two')
    vi.advanceTimersByTime(1000)
    expect(typewriter.text).toBe('one')
    expect(element.textContent).toBe('one')
    expect(element.hasAttribute('aria-busy')).toBe(false)
  })

  test.each<unknown>([undefined, null, 7, { a: 1 }])('write() refuses %j', chunk => {
    const typewriter = createTypewriter(element)
    const error = new TypeError(`Cannot write: not a string: ${String(chunk)}`)
    expect(() => typewriter.write(chunk as string)).toThrow(error)
    expect(typewriter.text).toBe('')
  })
})

describe('end()', () => {
  test('end() shows the rest within 300 ms, the last character too', async () => {
    const typewriter = createTypewriter(element)
    for (let i = 0; i < 4; i++) {
      typewriter.write('slow\n')
      vi.advanceTimersByTime(1000)
    }
    typewriter.write(LONG.trimEnd())
    vi.advanceTimersByTime(300)
    expect(typewriter.shown).toBeLessThan(LONG.length / 2)
    const ended = typewriter.end()
    expect(await isSettled(ended)).toBe(false)
    nextFrame()
    expect(typewriter.shown).toBeLessThan(LONG.length / 2)
    vi.advanceTimersByTime(300 + 17)
    expect(await isSettled(ended)).toBe(true)
    expect(element.textContent).toBe('slow\n'.repeat(4) + LONG.trimEnd())
  })

  test('end() goes on in several steps', () => {
    const { written, renderer } = record()
    const typewriter = createTypewriter(renderer)
    typewriter.write(LONG)
    void typewriter.end()
    vi.advanceTimersByTime(1000)
    expect(written.length).toBeGreaterThan(8)
    expect(written.join('')).toBe(LONG)
  })

  test('end() shows a held character that came alone', async () => {
    const typewriter = createTypewriter(element)
    typewriter.write('a')
    vi.advanceTimersByTime(1000)
    expect(element.textContent).toBe('')
    await finish(typewriter)
    expect(element.textContent).toBe('a')
  })

  test('end() settles at once when all is shown', async () => {
    const typewriter = createTypewriter(element)
    typewriter.write('line\n')
    vi.advanceTimersByTime(1000)
    expect(element.textContent).toBe('line\n')
    expect(await isSettled(typewriter.end())).toBe(true)
    expect(await isSettled(createTypewriter(element).end())).toBe(true)
  })

  test('end() may be called again', async () => {
    const typewriter = createTypewriter(element)
    typewriter.write('one')
    const first = typewriter.end()
    const second = typewriter.end()
    vi.advanceTimersByTime(1000)
    await Promise.all([first, second, typewriter.end()])
    expect(element.textContent).toBe('one')
  })

  test('end() after stop() is settled', async () => {
    const typewriter = createTypewriter(element)
    typewriter.write('one')
    typewriter.stop()
    expect(await isSettled(typewriter.end())).toBe(true)
  })
})

describe('flush()', () => {
  test('flush() shows what has come, at once, and may hold the last character', async () => {
    const typewriter = createTypewriter(element)
    typewriter.write(LONG)
    typewriter.flush()
    expect(element.textContent).toBe(LONG)
    typewriter.write(`a${FAMILY}`)
    typewriter.flush()
    expect(element.textContent).toBe(`${LONG}a`)
    expect(timers()).toBe(0)
    await finish(typewriter)
    expect(element.textContent).toBe(`${LONG}a${FAMILY}`)
  })

  test('flush() is not the end: what comes later is typed', () => {
    const typewriter = createTypewriter(element)
    typewriter.write('one\n')
    typewriter.flush()
    typewriter.write(LONG)
    expect(element.textContent).toBe('one\n')
    nextFrame()
    expect(typewriter.shown).toBeGreaterThan(4)
    expect(typewriter.shown).toBeLessThan(LONG.length / 2)
  })

  test('flush() keeps no debt: what comes later is as fast as ever', () => {
    const typewriter = createTypewriter(element)
    typewriter.write(LONG)
    nextFrame()
    typewriter.flush()
    typewriter.write('short\n')
    vi.advanceTimersByTime(1100)
    expect(element.textContent).toBe(`${LONG}short\n`)
  })

  test('flush() leaves what it holds to be typed, also where text may be held for ever', async () => {
    const typewriter = createTypewriter(element, { maxDelay: Infinity })
    typewriter.write(`${LONG}e`)
    typewriter.flush()
    expect(element.textContent).toBe(LONG)
    typewriter.write('nd\n')
    vi.advanceTimersByTime(1100)
    expect(element.textContent).toBe(`${LONG}end\n`)
    await finish(typewriter)
  })

  test('flush() after end() ends at once', async () => {
    const typewriter = createTypewriter(element)
    typewriter.write(LONG)
    const ended = typewriter.end()
    typewriter.flush()
    expect(await isSettled(ended)).toBe(true)
    expect(element.textContent).toBe(LONG)
  })

  test('flush() of nothing keeps the first character due at once', () => {
    const typewriter = createTypewriter(element, { speed: 1 })
    typewriter.flush()
    typewriter.write('one')
    vi.advanceTimersByTime(20)
    expect(element.textContent).toBe('o')
    typewriter.stop()
  })

  test('flush() does no harm when there is nothing', () => {
    const { renderer } = record()
    const typewriter = createTypewriter(renderer)
    typewriter.flush()
    typewriter.stop()
    typewriter.flush()
    expect(renderer.write).not.toHaveBeenCalled()
    expect(renderer.end).toHaveBeenCalledTimes(1)
  })
})

describe('stop()', () => {
  test('stop() shows all that has come, the last character too, and ends', async () => {
    const typewriter = createTypewriter(element)
    typewriter.write(`${LONG}and ${FAMILY}`)
    nextFrame()
    typewriter.stop()
    expect(element.textContent).toBe(`${LONG}and ${FAMILY}`)
    expect(element.hasAttribute('aria-busy')).toBe(false)
    expect(await isSettled(typewriter.end())).toBe(true)
  })

  test('stop() settles an end() that waits', async () => {
    const typewriter = createTypewriter(element, { speed: 1 })
    typewriter.write(LONG)
    const ended = typewriter.end()
    vi.advanceTimersByTime(5000)
    expect(await isSettled(ended)).toBe(false)
    typewriter.stop()
    expect(await isSettled(ended)).toBe(true)
    expect(element.textContent).toBe(LONG)
  })

  test('stop() shows the text of a paused typewriter', () => {
    const typewriter = createTypewriter(element)
    typewriter.pause()
    typewriter.write('one')
    typewriter.stop()
    expect(element.textContent).toBe('one')
  })

  test('stop() may be called again', () => {
    const { renderer } = record()
    const typewriter = createTypewriter(renderer)
    typewriter.write('one')
    typewriter.stop()
    typewriter.stop()
    expect(renderer.write).toHaveBeenCalledTimes(1)
    expect(renderer.end).toHaveBeenCalledTimes(1)
    expect(renderer.dispose).toHaveBeenCalledTimes(1)
  })
})

describe('pause()', () => {
  test('pause() holds the typing and takes text, until resume()', () => {
    const typewriter = createTypewriter(element)
    typewriter.write(LONG)
    nextFrame()
    typewriter.pause()
    const { shown } = typewriter
    expect(timers()).toBe(0)
    typewriter.write(LONG)
    vi.advanceTimersByTime(10_000)
    expect(typewriter.shown).toBe(shown)
    expect(element.textContent).toHaveLength(shown)
    expect(typewriter.text).toBe(LONG + LONG)
    typewriter.resume()
    nextFrame()
    expect(typewriter.shown).toBeGreaterThan(shown)
    expect(typewriter.shown).toBeLessThan(LONG.length) // the time of the pause is not made up for
    vi.advanceTimersByTime(1500)
    expect(element.textContent).toBe(LONG + LONG)
  })

  test('pause() then end() settles after resume()', async () => {
    const typewriter = createTypewriter(element)
    typewriter.write('one')
    typewriter.pause()
    const ended = typewriter.end()
    vi.advanceTimersByTime(10_000)
    expect(await isSettled(ended)).toBe(false)
    typewriter.resume()
    vi.advanceTimersByTime(1000)
    expect(await isSettled(ended)).toBe(true)
    expect(element.textContent).toBe('one')
  })

  test('pause() then end() with nothing to show settles after resume()', async () => {
    const typewriter = createTypewriter(element)
    typewriter.pause()
    const ended = typewriter.end()
    expect(await isSettled(ended)).toBe(false)
    typewriter.resume()
    expect(await isSettled(ended)).toBe(true)
  })

  test('pause() after end() holds the rest', async () => {
    const typewriter = createTypewriter(element)
    typewriter.write(LONG)
    const ended = typewriter.end()
    nextFrame()
    typewriter.pause()
    const { shown } = typewriter
    vi.advanceTimersByTime(5000)
    expect(typewriter.shown).toBe(shown)
    expect(await isSettled(ended)).toBe(false)
    typewriter.resume()
    vi.advanceTimersByTime(1000)
    expect(await isSettled(ended)).toBe(true)
    expect(element.textContent).toBe(LONG)
  })

  test('pause() holds in a hidden page too', () => {
    const typewriter = createTypewriter(element)
    typewriter.write(LONG)
    typewriter.pause()
    setVisibility('hidden')
    typewriter.write(LONG)
    expect(element.textContent).toBe('')
    typewriter.resume()
    expect(element.textContent).toBe(LONG + LONG)
  })

  test('resume() without pause() changes nothing', () => {
    const { written, renderer } = record()
    const typewriter = createTypewriter(renderer)
    typewriter.resume()
    typewriter.write(LONG)
    typewriter.resume()
    nextFrame()
    expect(written).toHaveLength(1)
    expect(typewriter.shown).toBeLessThan(LONG.length)
    typewriter.stop()
    typewriter.resume()
    expect(timers()).toBe(0)
    expect(renderer.end).toHaveBeenCalledTimes(1)
  })
})

describe('text and shown', () => {
  test('text is what has come, shown is how much of it the page has', async () => {
    element.append('before ')
    const typewriter = createTypewriter(element)
    expect([typewriter.text, typewriter.shown]).toEqual(['', 0])
    typewriter.write('a👍')
    typewriter.write('b\n')
    expect([typewriter.text, typewriter.shown]).toEqual(['a👍b\n', 0])
    vi.advanceTimersByTime(1100)
    expect([typewriter.text, typewriter.shown]).toEqual(['a👍b\n', 5])
    typewriter.write(LONG)
    for (let frame = 0; frame < 5; frame++) {
      nextFrame()
      expect(element.textContent).toBe(`before ${typewriter.text.slice(0, typewriter.shown)}`)
    }
    await finish(typewriter)
    expect([typewriter.text, typewriter.shown]).toEqual([`a👍b\n${LONG}`, 5 + LONG.length])
  })
})

describe('writable', () => {
  test('writable takes text from a pipe and ends with it', async () => {
    const typewriter = createTypewriter(element)
    const source = new ReadableStream<string>({
      start(controller) {
        for (const chunk of ['one ', 'two ', 'three']) controller.enqueue(chunk)
        controller.close()
      },
    })
    const piped = source.pipeTo(typewriter.writable)
    await vi.advanceTimersByTimeAsync(1000)
    await piped
    expect(element.textContent).toBe('one two three')
    expect(() => typewriter.write('four')).toThrow(ENDED)
  })

  test('writable is never full, though nothing is shown yet', async () => {
    const typewriter = createTypewriter(element)
    typewriter.pause()
    const writer = typewriter.writable.getWriter()
    for (let i = 0; i < 100; i++) await writer.write('some words ')
    expect(typewriter.text).toHaveLength(1100)
    expect(typewriter.shown).toBe(0)
    expect(writer.desiredSize).toBeGreaterThan(0)
  })

  test('writable is one stream', () => {
    const typewriter = createTypewriter(element)
    expect(typewriter.writable).toBe(typewriter.writable)
  })

  test('writable shows all that has come when it is aborted', async () => {
    const typewriter = createTypewriter(element)
    const writer = typewriter.writable.getWriter()
    await writer.write(LONG)
    await writer.write('and more')
    await writer.abort(new Error('No more'))
    expect(element.textContent).toBe(`${LONG}and more`)
    expect(element.hasAttribute('aria-busy')).toBe(false)
    expect(timers()).toBe(0)
  })

  test('writable shows all that has come when its source breaks', async () => {
    const typewriter = createTypewriter(element)
    let count = 0
    const source = new ReadableStream<string>({
      pull(controller) {
        if (count++ < 3) controller.enqueue('words ')
        else controller.error(new Error('Broken'))
      },
    }, { highWaterMark: 0 })
    await expect(source.pipeTo(typewriter.writable)).rejects.toThrow('Broken')
    expect(element.textContent).toBe('words words words ')
  })

  test('writable refuses what is no string', async () => {
    const writer = createTypewriter(element).writable.getWriter()
    writer.closed.catch(() => {})
    await expect(writer.write(new Uint8Array(2) as unknown as string)).rejects.toThrow('Cannot write: not a string: 0,0')
  })
})

describe('in a hidden page', () => {
  test('write() writes at once', () => {
    setVisibility('hidden')
    const typewriter = createTypewriter(element)
    typewriter.write(LONG)
    expect(element.textContent).toBe(LONG)
    typewriter.write('one more\n')
    expect(element.textContent).toBe(`${LONG}one more\n`)
    expect(timers()).toBe(0)
  })

  test('the rest is written as soon as the page is hidden, and what comes then', () => {
    const typewriter = createTypewriter(element)
    typewriter.write(LONG)
    nextFrame()
    nextFrame()
    expect(typewriter.shown).toBeLessThan(LONG.length)
    setVisibility('hidden')
    expect(element.textContent).toBe(LONG)
    typewriter.write(LONG)
    expect(element.textContent).toBe(LONG + LONG)
  })

  test('no frame is needed to end', async () => {
    const typewriter = createTypewriter(element)
    typewriter.write(LONG.trimEnd())
    const ended = typewriter.end()
    setVisibility('hidden')
    expect(await isSettled(ended)).toBe(true)
    expect(element.textContent).toBe(LONG.trimEnd())
    const other = createTypewriter(element)
    other.write('a')
    expect(await isSettled(other.end())).toBe(true)
    expect(element.textContent).toBe(`${LONG.trimEnd()}a`)
  })

  test('graphemes stay whole', () => {
    setVisibility('hidden')
    const { written, renderer } = record()
    const typewriter = createTypewriter(renderer)
    for (const unit of `a${FAMILY}b`.split('')) typewriter.write(unit)
    expect(written).toEqual(['a', FAMILY])
    typewriter.stop()
    expect(written).toEqual(['a', FAMILY, 'b'])
  })

  test('the typing goes on at its pace when the page is seen again', () => {
    const typewriter = createTypewriter(element)
    typewriter.write(LONG)
    nextFrame()
    setVisibility('hidden')
    expect(element.textContent).toBe(LONG)
    vi.advanceTimersByTime(60_000)
    setVisibility('visible')
    const words = 'seen again, word by word\n'
    typewriter.write(words.repeat(20))
    nextFrame()
    nextFrame()
    expect(typewriter.shown).toBeGreaterThan(LONG.length)
    expect(typewriter.shown).toBeLessThan(LONG.length + 10 * words.length)
    vi.advanceTimersByTime(1100)
    expect(element.textContent).toBe(LONG + words.repeat(20))
  })

  test('a little that comes when the page is seen again does not wait for the much that was written', () => {
    const typewriter = createTypewriter(element)
    typewriter.write(LONG)
    nextFrame()
    setVisibility('hidden')
    setVisibility('visible')
    typewriter.write('short\n')
    vi.advanceTimersByTime(1100)
    expect(element.textContent).toBe(`${LONG}short\n`)
  })

  test('being seen writes nothing twice', () => {
    const { renderer, shown } = record()
    const typewriter = createTypewriter(renderer)
    typewriter.write(LONG)
    setVisibility('hidden')
    setVisibility('visible')
    setVisibility('hidden')
    vi.advanceTimersByTime(1000)
    expect(shown()).toBe(LONG)
    expect(renderer.write).toHaveBeenCalledTimes(1)
  })
})

describe('with reduced motion', () => {
  test('text appears in batches, too, where a write takes long', () => {
    reducedMotion = true
    const { written, renderer } = record()
    renderer.write.mockImplementation(text => {
      written.push(text)
      vi.advanceTimersByTime(10)
    })
    const typewriter = createTypewriter(renderer)
    typewriter.write('word\n')
    vi.advanceTimersByTime(100)
    typewriter.write('word\n'.repeat(100)) // in the rest that follows
    vi.advanceTimersByTime(200)
    expect(written).toEqual(['word\n', 'word\n'.repeat(100)])
    typewriter.stop()
  })

  test('text appears in batches', async () => {
    reducedMotion = true
    const { written, renderer, shown } = record()
    const typewriter = createTypewriter(renderer)
    for (let i = 0; i < 50; i++) {
      typewriter.write('word\n')
      vi.advanceTimersByTime(10)
    }
    expect(written.length).toBeGreaterThanOrEqual(3)
    expect(written.length).toBeLessThanOrEqual(6)
    await finish(typewriter)
    expect(shown()).toBe('word\n'.repeat(50))
  })

  test('a long text appears whole', () => {
    reducedMotion = true
    const { written, renderer } = record()
    const typewriter = createTypewriter(renderer, { speed: 1 })
    typewriter.write(LONG)
    vi.advanceTimersByTime(200)
    expect(written).toEqual([LONG])
    expect(timers()).toBe(0)
  })

  test('end() settles after the batch', async () => {
    reducedMotion = true
    const typewriter = createTypewriter(element)
    typewriter.write('one')
    const ended = typewriter.end()
    expect(await isSettled(ended)).toBe(false)
    vi.advanceTimersByTime(200)
    expect(await isSettled(ended)).toBe(true)
    expect(element.textContent).toBe('one')
    expect(timers()).toBe(0)
  })

  test('stop() and flush() do not wait for the batch', () => {
    reducedMotion = true
    const typewriter = createTypewriter(element)
    typewriter.write('one\n')
    typewriter.flush()
    expect(element.textContent).toBe('one\n')
    typewriter.write('two')
    typewriter.stop()
    expect(element.textContent).toBe('one\ntwo')
    expect(timers()).toBe(0)
  })

  test('the batch is written as soon as the page is hidden', () => {
    reducedMotion = true
    const typewriter = createTypewriter(element)
    typewriter.write('one\n')
    setVisibility('hidden')
    expect(element.textContent).toBe('one\n')
  })

  test('a reader who asks for it midway gets the rest at once', () => {
    const { written, renderer, shown } = record()
    const typewriter = createTypewriter(renderer)
    typewriter.write(LONG)
    nextFrame()
    reducedMotion = true
    vi.advanceTimersByTime(250)
    expect(shown()).toBe(LONG)
    expect(written.length).toBeLessThanOrEqual(3)
  })

  test('a reader who asks for it no more gets typing again', () => {
    const { renderer, shown } = record()
    const typewriter = createTypewriter(renderer)
    typewriter.write(LONG)
    nextFrame()
    reducedMotion = true
    vi.advanceTimersByTime(250)
    expect(shown()).toBe(LONG)
    vi.advanceTimersByTime(5000)
    reducedMotion = false
    typewriter.write(LONG)
    nextFrame()
    expect(typewriter.shown).toBeGreaterThan(LONG.length)
    expect(typewriter.shown).toBeLessThan(1.5 * LONG.length)
  })
})

describe('options', () => {
  test('instant shows text as it comes, once a frame', () => {
    const { written, renderer } = record()
    const typewriter = createTypewriter(renderer, { instant: true })
    typewriter.write(LONG)
    typewriter.write('more\n')
    expect(written).toEqual([])
    nextFrame()
    expect(written).toEqual([`${LONG}more\n`])
    typewriter.write('a')
    typewriter.write('b')
    nextFrame()
    expect(written).toEqual([`${LONG}more\n`, 'a'])
    typewriter.stop()
    expect(written.join('')).toBe(`${LONG}more\nab`)
  })

  test('speed is characters a second', () => {
    const typewriter = createTypewriter(element, { speed: 100 })
    typewriter.write(LONG)
    vi.advanceTimersByTime(5000)
    expect(typewriter.shown).toBeGreaterThan(480)
    expect(typewriter.shown).toBeLessThan(520)
  })

  test('speed holds after end() too', async () => {
    const typewriter = createTypewriter(element, { speed: 100, maxDelay: 10 })
    typewriter.write(LONG)
    const ended = typewriter.end()
    vi.advanceTimersByTime(5000)
    expect(typewriter.shown).toBeGreaterThan(480)
    expect(typewriter.shown).toBeLessThan(520)
    expect(await isSettled(ended)).toBe(false)
    vi.advanceTimersByTime(LONG.length * 10)
    expect(await isSettled(ended)).toBe(true)
  })

  test('speed shows a long grapheme whole, in its time', () => {
    const typewriter = createTypewriter(element, { speed: 10 })
    typewriter.write(`${FAMILY}${FAMILY}\n`)
    for (let frame = 0; frame < 600 && typewriter.shown < 23; frame++) {
      nextFrame()
      expect(['', FAMILY, FAMILY + FAMILY, `${FAMILY}${FAMILY}\n`]).toContain(element.textContent)
    }
    expect(element.textContent).toBe(`${FAMILY}${FAMILY}\n`)
  })

  test('maxDelay bounds the wait', () => {
    const typewriter = createTypewriter(element, { maxDelay: 50 })
    typewriter.write(LONG)
    vi.advanceTimersByTime(100)
    expect(element.textContent).toBe(LONG)
  })

  test.each([0, -1, NaN])('createTypewriter() refuses %d, and leaves the element alone', value => {
    const [speed, maxDelay] = [{ speed: value }, { maxDelay: value }]
    expect(() => createTypewriter(element, speed)).toThrow(new RangeError(`Cannot type at this speed: ${value}`))
    expect(() => createTypewriter(element, maxDelay)).toThrow(new RangeError(`Cannot type with this maxDelay: ${value}`))
    expect(element.outerHTML).toBe('<div></div>')
  })

  test.each([[null, 'null'], [undefined, 'undefined'], ['#answer', '#answer'], [{}, '[object Object]']])(
    'createTypewriter() refuses %s for a target', (target, shown) => {
      expect(() => createTypewriter(target as unknown as Element))
        .toThrow(new TypeError(`Cannot type into the target: not an element: ${shown}`))
    },
  )

  test('createTypewriter() does not take a document for a renderer, though it has a write()', () => {
    const write = vi.spyOn(document, 'write').mockImplementation(() => {})
    expect(() => createTypewriter(document as unknown as Element)).toThrow(/^Cannot type into the target: not an element: /)
    expect(write).not.toHaveBeenCalled()
  })
})

describe('the element', () => {
  test('createTypewriter() adds after what it holds', async () => {
    element.append(Object.assign(document.createElement('p'), { textContent: 'before' }))
    const typewriter = createTypewriter(element)
    typewriter.write('after')
    await finish(typewriter)
    expect(element.firstElementChild?.outerHTML).toBe('<p>before</p>')
    expect(element.textContent).toBe('beforeafter')
  })

  test('the element is busy from the first text to the end', async () => {
    const typewriter = createTypewriter(element)
    expect(element.hasAttribute('aria-busy')).toBe(false)
    typewriter.write('one')
    expect(element.getAttribute('aria-busy')).toBe('true')
    vi.advanceTimersByTime(5000)
    expect(element.getAttribute('aria-busy')).toBe('true') // more may come
    const ended = typewriter.end()
    expect(element.getAttribute('aria-busy')).toBe('true')
    vi.advanceTimersByTime(1000)
    await ended
    expect(element.hasAttribute('aria-busy')).toBe(false)
  })

  test.each(['waiting', 'typing'] as const)('the element may be left as %s, without a caret, and not busy', async state => {
    const typewriter = createTypewriter(element)
    typewriter.write('one')
    const ended = typewriter.end(state)
    vi.advanceTimersByTime(400)
    await ended
    expect(element.getAttribute('data-state')).toBe(state)
    expect(element.hasAttribute('aria-busy')).toBe(false)
    expect(element.hasAttribute('class')).toBe(false)
  })

  test('the element is done where an app gives a state without a name', async () => {
    const typewriter = createTypewriter(element)
    await typewriter.end('' as 'done')
    expect(element.getAttribute('data-state')).toBe('done')
  })

  test.each([true, false])('the element may have no style (caret: %s)', async caret => {
    const plain = document.body.appendChild(document.createElementNS('urn:none', 'x'))
    const typewriter = createTypewriter(plain, { caret })
    typewriter.write('one')
    await finish(typewriter)
    expect(plain.textContent).toBe('one')
    expect(plain.getAttribute('data-state')).toBe('done')
  })

  test('markup is text', async () => {
    const markup = '<img src=x onerror="alert(1)"><b>no</b>'
    const typewriter = createTypewriter(element)
    for (const unit of markup.split('')) typewriter.write(unit)
    await finish(typewriter)
    expect(element.textContent).toBe(markup)
    expect(element.querySelector('img, b')).toBeNull()
  })

  test('the element may leave the document midway, and take its text along', async () => {
    const typewriter = createTypewriter(element)
    typewriter.write(LONG)
    nextFrame()
    element.remove()
    nextFrame()
    expect(typewriter.shown).toBeGreaterThan(0)
    await finish(typewriter)
    expect(element.textContent).toBe(LONG)
    expect(element.hasAttribute('aria-busy')).toBe(false)
    expect(timers()).toBe(0)
  })

  test('the element may be emptied midway', async () => {
    const typewriter = createTypewriter(element)
    typewriter.write(LONG)
    nextFrame()
    element.replaceChildren()
    await finish(typewriter)
    expect(typewriter.shown).toBe(LONG.length)
  })
})

describe('a renderer', () => {
  test('a renderer hears of the end once, after all text', async () => {
    const calls: string[] = []
    const typewriter = createTypewriter({
      write: text => void calls.push(text),
      end: () => void calls.push('end'),
      dispose: () => void calls.push('dispose'),
    })
    typewriter.write('one\n')
    vi.advanceTimersByTime(1000)
    expect(calls.join('')).toBe('one\n')
    await finish(typewriter)
    typewriter.stop()
    typewriter.flush()
    await typewriter.end()
    expect(calls.slice(-2)).toEqual(['end', 'dispose'])
    expect(calls.join('')).toBe('one\nenddispose')
  })

  test('a renderer needs no end() and no dispose()', async () => {
    const written: string[] = []
    const typewriter = createTypewriter({ write: text => void written.push(text) })
    typewriter.write('one')
    await finish(typewriter)
    expect(written.join('')).toBe('one')
  })

  test('a renderer keeps its this', async () => {
    class Collector implements Renderer {
      text = ''
      ended = 0
      write(text: string) {
        this.text += text
      }
      end() {
        this.ended++
      }
    }
    const collector = new Collector()
    const typewriter = createTypewriter(collector)
    typewriter.write('one')
    await finish(typewriter)
    expect(collector).toMatchObject({ text: 'one', ended: 1 })
  })

  test('plainText() may be given as a renderer', async () => {
    const typewriter = createTypewriter(plainText(element))
    typewriter.write('one\ntwo')
    await finish(typewriter)
    expect(element.textContent).toBe('one\ntwo')
    expect(element.children).toHaveLength(2)
  })

  test.each([true, false])('a renderer that throws (always: %s) stops neither the rest nor the end', async always => {
    const reported = vi.fn()
    vi.stubGlobal('reportError', reported)
    const { renderer, shown } = faulty(always)
    const typewriter = createTypewriter(renderer)
    typewriter.write(LONG)
    const thrown = passFrames(5)
    const ended = typewriter.end()
    const more = passFrames(60)
    expect(await isSettled(ended)).toBe(true)
    expect(thrown + more + reported.mock.calls.length).toBe(always ? shown.length : 1) // nothing is swallowed
    expect(shown.length).toBeGreaterThan(3)
    expect(shown.join('')).toBe(LONG)
    expect(typewriter.shown).toBe(LONG.length)
    expect(renderer.end).toHaveBeenCalledTimes(1)
    expect(renderer.dispose).toHaveBeenCalledTimes(1)
    expect(timers()).toBe(0)
  })

  test('a renderer that throws in a hidden page does not throw at whoever writes, and end() settles', async () => {
    const reported = vi.fn()
    vi.stubGlobal('reportError', reported)
    setVisibility('hidden')
    const { renderer, shown } = faulty(true)
    const typewriter = createTypewriter(renderer)
    typewriter.write('one\n')
    typewriter.write('two')
    expect(await isSettled(typewriter.end())).toBe(true)
    expect(shown.join('')).toBe('one\ntwo')
    expect(reported).toHaveBeenCalledTimes(shown.length)
    expect(renderer.dispose).toHaveBeenCalledTimes(1)
  })

  test('a renderer that throws does not throw at stop()', () => {
    const reported = vi.fn()
    vi.stubGlobal('reportError', reported)
    const { renderer } = faulty(true)
    const typewriter = createTypewriter(renderer)
    typewriter.write('one')
    typewriter.stop()
    expect(reported).toHaveBeenCalledTimes(1)
    expect(renderer.end).toHaveBeenCalledTimes(1)
    expect(renderer.dispose).toHaveBeenCalledTimes(1)
  })

  test('a renderer whose end() throws is disposed of all the same, and end() settles', async () => {
    const reported = vi.fn()
    vi.stubGlobal('reportError', reported)
    const { renderer } = record()
    renderer.end.mockImplementation(() => {
      throw new Error('Faulty')
    })
    const typewriter = createTypewriter(renderer)
    expect(await isSettled(typewriter.end())).toBe(true)
    expect(renderer.dispose).toHaveBeenCalledTimes(1)
    expect(reported).toHaveBeenCalledTimes(1)
  })

  test('a renderer may call back: what it writes is typed after the rest', async () => {
    const written: string[] = []
    const typewriter = createTypewriter({
      write(text) {
        written.push(text)
        if (written.length === 1) typewriter.write(' and more')
      },
    })
    typewriter.write('one\n')
    vi.advanceTimersByTime(1000)
    await finish(typewriter)
    expect(written.join('')).toBe('one\n and more')
    expect(typewriter.shown).toBe(13)
  })

  test('a renderer may stop the typewriter', () => {
    const { written, renderer } = record()
    const typewriter = createTypewriter(renderer)
    renderer.write.mockImplementation(text => {
      written.push(text)
      typewriter.stop()
    })
    typewriter.write(LONG)
    vi.advanceTimersByTime(1000)
    expect(written.join('')).toBe(LONG)
    expect(renderer.end).toHaveBeenCalledTimes(1)
    expect(renderer.dispose).toHaveBeenCalledTimes(1)
    expect(timers()).toBe(0)
  })
})

describe('nothing is left', () => {
  const endings: Record<string, (typewriter: Typewriter) => void> = {
    'end()': typewriter => {
      void typewriter.end()
      vi.advanceTimersByTime(1000)
    },
    'stop()': typewriter => typewriter.stop(),
    'pause() and stop()': typewriter => {
      typewriter.pause()
      typewriter.stop()
    },
    'end() and flush()': typewriter => {
      void typewriter.end()
      typewriter.flush()
    },
    'end() and stop()': typewriter => {
      void typewriter.end()
      typewriter.stop()
    },
    'end() in a hidden page': typewriter => {
      setVisibility('hidden')
      void typewriter.end()
    },
    'end() with reduced motion': typewriter => {
      reducedMotion = true
      void typewriter.end()
      vi.advanceTimersByTime(1000)
    },
  }

  test.each(Object.entries(endings))('after %s there is no timer, no frame and no listener', (_, ending) => {
    const listeners = watchListeners()
    const typewriter = createTypewriter(element)
    typewriter.write(LONG)
    nextFrame()
    typewriter.write(LONG)
    expect(listeners.open.length).toBeGreaterThan(0)
    ending(typewriter)
    expect(element.textContent).toBe(LONG + LONG)
    expect(timers()).toBe(0)
    expect(listeners.open).toEqual([])
    setVisibility('hidden')
    setVisibility('visible')
    vi.advanceTimersByTime(1000)
    expect(element.textContent).toBe(LONG + LONG)
  })

  test('between two texts there is no timer and no listener', () => {
    const listeners = watchListeners()
    const typewriter = createTypewriter(element)
    typewriter.write('one\n')
    vi.advanceTimersByTime(1000)
    expect(listeners.count).toBeGreaterThan(0)
    expect(timers()).toBe(0)
    expect(listeners.open).toEqual([])
  })
})

describe('elsewhere', () => {
  test('createTypewriter() types where there are no frames and no page', async () => {
    vi.stubGlobal('requestAnimationFrame', undefined)
    vi.stubGlobal('cancelAnimationFrame', undefined)
    vi.stubGlobal('document', undefined)
    vi.stubGlobal('matchMedia', undefined)
    const { written, renderer, shown } = record()
    const typewriter = createTypewriter(renderer)
    typewriter.write(LONG)
    vi.advanceTimersByTime(100)
    expect(written.length).toBeGreaterThan(2)
    await finish(typewriter)
    expect(shown()).toBe(LONG)
    expect(timers()).toBe(0)
  })

  test('createTypewriter() types in a worker, that has frames but no page', async () => {
    vi.stubGlobal('document', undefined)
    vi.stubGlobal('matchMedia', undefined)
    const { written, renderer, shown } = record()
    const typewriter = createTypewriter(renderer)
    typewriter.write(LONG)
    vi.advanceTimersByTime(100)
    expect(written.length).toBeGreaterThan(2)
    await finish(typewriter)
    expect(shown()).toBe(LONG)
    expect(timers()).toBe(0)
  })
})

describe('a long backlog', () => {
  test('costs no more a frame where its script needs care than where not', () => {
    const segment = vi.spyOn(Intl.Segmenter.prototype, 'segment')
    const { renderer } = record()
    const typewriter = createTypewriter(renderer, { speed: 200 })
    typewriter.write('क्षत्रिय नमस्ते '.repeat(2000))
    passFrames(60)
    expect(typewriter.shown).toBeGreaterThan(100)
    expect(segment.mock.calls.length).toBeGreaterThan(10)
    expect(Math.max(...segment.mock.calls.map(([text]) => text.length))).toBeLessThan(200)
    typewriter.stop()
  })

  test('of one endless grapheme is shown in the end', async () => {
    const { renderer, shown } = record()
    const typewriter = createTypewriter(renderer)
    const text = `a${'\u0301'.repeat(500)}b`
    typewriter.write(text)
    passFrames(5)
    await finish(typewriter)
    expect(shown()).toBe(text)
  })

  test('is written without a frame where none comes for long', () => {
    const { renderer, shown } = record()
    vi.stubGlobal('requestAnimationFrame', () => 0)
    const typewriter = createTypewriter(renderer)
    typewriter.write('words that somebody waits for ')
    vi.advanceTimersByTime(3000)
    expect(shown()).toBe('words that somebody waits for')
    typewriter.stop()
  })

  test('an empty write() after end() throws as any other', async () => {
    const typewriter = createTypewriter(record().renderer)
    await finish(typewriter)
    expect(() => typewriter.write('')).toThrow(ENDED)
  })
})

describe('data-state', () => {
  const state = () => element.dataset['state']

  /** The details of the events that a target hears of. */
  function listen(target: EventTarget = element) {
    const heard: unknown[] = []
    target.addEventListener('teleprinter:done', event => heard.push((event as CustomEvent).detail))
    return heard
  }

  test('data-state says waiting, typing and done', async () => {
    const typewriter = createTypewriter(element)
    expect(state()).toBe('waiting')
    typewriter.write('')
    expect(state()).toBe('waiting')
    typewriter.write('one\n')
    expect(state()).toBe('typing')
    vi.advanceTimersByTime(5000)
    expect(state()).toBe('typing')
    const ended = typewriter.end()
    vi.advanceTimersByTime(400)
    await ended
    expect(state()).toBe('done')
  })

  test('data-state is done only when all is shown', async () => {
    const typewriter = createTypewriter(element)
    typewriter.write(LONG)
    const ended = typewriter.end()
    nextFrame()
    expect(state()).toBe('typing')
    vi.advanceTimersByTime(400)
    await ended
    expect(state()).toBe('done')
  })

  const ends = ['done', 'stopped', 'truncated', 'failed'] as const
  test.each(ends)('data-state is %s where end() and stop() are told so', async as => {
    const heard = listen()
    const ended = createTypewriter(element)
    ended.write('one')
    void ended.end(as)
    vi.advanceTimersByTime(400)
    expect(state()).toBe(as)
    createTypewriter(element).stop(as)
    expect(state()).toBe(as)
    await Promise.resolve()
    expect(heard).toEqual([{ state: as, text: 'one' }, { state: as, text: '' }])
  })

  test('data-state is what ended it first', () => {
    const heard = listen()
    const typewriter = createTypewriter(element)
    typewriter.stop('failed')
    typewriter.stop()
    void typewriter.end('truncated')
    typewriter.flush()
    expect(state()).toBe('failed')
    expect(heard).toEqual([{ state: 'failed', text: '' }])
  })

  test('data-state is stopped where stop() is a listener, which is given an event', () => {
    const button = document.createElement('button')
    const typewriter = createTypewriter(element)
    Object.assign(button, { onclick: typewriter.stop })
    button.click()
    expect(state()).toBe('stopped')
  })

  test('data-state, busy and caret are those of the later of two typewriters', () => {
    const first = createTypewriter(element)
    first.write('one\n')
    const second = createTypewriter(element)
    expect(state()).toBe('waiting')
    expect(element.hasAttribute('aria-busy')).toBe(false)
    first.write('more\n')
    first.stop()
    expect(state()).toBe('waiting')
    second.write('two\n')
    expect(state()).toBe('typing')
    expect(element.getAttribute('aria-busy')).toBe('true')
    second.stop('failed')
    expect(state()).toBe('failed')
    expect(element.hasAttribute('aria-busy')).toBe(false)
    expect(element.classList).toHaveLength(0)
    expect(element.textContent).toBe('one\nmore\ntwo\n')
  })

  test('data-state of the later one is not taken back by the end of the earlier one', () => {
    const first = createTypewriter(element)
    first.write('one\n')
    const second = createTypewriter(element)
    second.write('two\n')
    first.stop()
    expect(state()).toBe('typing')
    expect(element.getAttribute('aria-busy')).toBe('true')
    second.stop()
    expect(state()).toBe('stopped')
  })

  test('teleprinter:done bubbles once, with the text, when all of it is shown and said', async () => {
    const heard: unknown[] = []
    document.addEventListener('teleprinter:done', ({ target }) => {
      heard.push(target, element.textContent, state(), element.hasAttribute('aria-busy'), element.className)
    }, { once: true })
    const details = listen(document.body)
    const typewriter = createTypewriter(element)
    typewriter.write('one\ntwo')
    await finish(typewriter)
    typewriter.stop()
    await typewriter.end()
    expect(heard).toEqual([element, 'one\ntwo', 'done', false, ''])
    expect(details).toEqual([{ state: 'done', text: 'one\ntwo' }])
  })

  test('teleprinter:done comes where nothing has', async () => {
    const heard = listen()
    await createTypewriter(element).end()
    expect(heard).toEqual([{ state: 'done', text: '' }])
  })

  test('teleprinter:done comes through a renderer with an element, also one that throws', async () => {
    vi.stubGlobal('reportError', vi.fn())
    const heard = listen()
    const { renderer } = faulty(true)
    const typewriter = createTypewriter({ ...renderer, element })
    typewriter.write('one')
    typewriter.stop()
    expect(heard).toEqual([{ state: 'stopped', text: 'one' }])
    expect(state()).toBe('stopped')
    expect(element.hasAttribute('aria-busy')).toBe(false)
  })

  test('a listener of teleprinter:done may type on in the element', async () => {
    element.addEventListener('teleprinter:done', () => {
      const next = createTypewriter(element)
      next.write('two\n')
    }, { once: true })
    const first = createTypewriter(element)
    first.write('one\n')
    first.stop()
    expect(state()).toBe('typing')
    expect(element.getAttribute('aria-busy')).toBe('true')
    vi.advanceTimersByTime(1100)
    expect(element.textContent).toBe('one\ntwo\n')
  })
})

describe('onProgress', () => {
  test('onProgress hears once a frame at most how much is shown, and all of it in the end', async () => {
    const seen: number[] = []
    let calls = 0
    const typewriter = createTypewriter(element, {
      onProgress({ shown, total }) {
        calls++
        seen.push(shown)
        expect(shown).toBe(element.textContent.length)
        expect(total).toBe(typewriter.text.length)
      },
    })
    for (let frame = 0; frame < 60; frame++) {
      typewriter.write('some 👍🏿 words ')
      typewriter.write('and more ')
      calls = 0
      nextFrame()
      expect(calls).toBeLessThanOrEqual(1)
    }
    await finish(typewriter)
    expect(seen.length).toBeGreaterThan(30)
    expect(seen.every((shown, index) => shown > (seen[index - 1] ?? 0))).toBe(true)
    expect(seen.at(-1)).toBe(typewriter.text.length)
  })

  test('onProgress hears nothing while nothing is shown', () => {
    const onProgress = vi.fn()
    const typewriter = createTypewriter(element, { onProgress })
    typewriter.write('a')
    vi.advanceTimersByTime(1100)
    typewriter.pause()
    typewriter.write('bcd\n')
    vi.advanceTimersByTime(1100)
    expect(onProgress).not.toHaveBeenCalled()
    typewriter.stop()
    expect(onProgress).toHaveBeenCalledExactlyOnceWith({ shown: 5, total: 5 })
  })

  test('onProgress that throws is reported, and harms nothing', async () => {
    const reported = vi.fn()
    vi.stubGlobal('reportError', reported)
    const onProgress = vi.fn(() => {
      throw new Error('Faulty')
    })
    const typewriter = createTypewriter(element, { onProgress })
    typewriter.write(LONG)
    expect(passFrames(5)).toBe(0)
    await finish(typewriter)
    expect(element.textContent).toBe(LONG)
    expect(element.dataset['state']).toBe('done')
    expect(reported).toHaveBeenCalledTimes(onProgress.mock.calls.length)
    expect(timers()).toBe(0)
  })

  test.each(['stop', 'flush', 'pause', 'end'] as const)('onProgress may %s the typewriter', async how => {
    const typewriter = createTypewriter(element, { onProgress: () => void typewriter[how]() })
    typewriter.write(LONG)
    nextFrame()
    const ended = typewriter.end()
    for (let frame = 0; frame < 60; frame++) {
      typewriter.resume()
      vi.advanceTimersByTime(17)
    }
    await ended
    expect(element.textContent).toBe(LONG)
    expect(timers()).toBe(0)
  })
})

describe('an expensive write', () => {
  /** A renderer whose writes take so long. */
  function slow(costs: (write: number) => number) {
    const times: number[] = []
    const written: string[] = []
    const write = (text: string) => {
      times.push(performance.now())
      written.push(text)
      spent += costs(times.length)
    }
    return { times, written, write }
  }
  let spent: number

  beforeEach(() => {
    spent = 0
    const now = performance.now.bind(performance)
    vi.spyOn(performance, 'now').mockImplementation(() => now() + spent)
  })

  test('is followed by a rest, so that the page has most of its time', async () => {
    const renderer = slow(() => 20)
    const typewriter = createTypewriter(renderer)
    for (let i = 0; i < 60; i++) {
      typewriter.write('some words ')
      nextFrame()
    }
    const gaps = renderer.times.slice(1).map((time, index) => time - (renderer.times[index] ?? 0))
    expect(gaps.length).toBeGreaterThan(5)
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(99)
    await finish(typewriter)
    expect(renderer.written.join('')).toBe(typewriter.text)
  })

  test('does not hold what comes when the rest is long over', () => {
    const renderer = slow(write => (write === 1 ? 500 : 0))
    const typewriter = createTypewriter(renderer, { instant: true })
    typewriter.write('one\n')
    vi.advanceTimersByTime(60_000)
    expect(renderer.written.join('')).toBe('one\n')
    typewriter.write('two\n')
    nextFrame()
    nextFrame()
    expect(renderer.written.length).toBeGreaterThan(1)
    typewriter.stop()
  })

  test('holds no text longer than maxDelay', () => {
    const renderer = slow(write => (write === 1 ? 2000 : 0))
    const typewriter = createTypewriter(renderer)
    typewriter.write('one\n')
    vi.advanceTimersByTime(50)
    typewriter.write('two\n')
    vi.advanceTimersByTime(1200)
    expect(renderer.written.join('')).toBe('one\ntwo\n')
    typewriter.stop()
  })

  test('does not hold stop(), flush() nor a page that is hidden', () => {
    for (const how of ['stop', 'flush', 'hide'] as const) {
      setVisibility('visible')
      const renderer = slow(() => 500)
      const typewriter = createTypewriter(renderer)
      typewriter.write(LONG)
      nextFrame()
      expect(renderer.written.join('').length).toBeLessThan(LONG.length)
      if (how === 'hide') setVisibility('hidden')
      else typewriter[how]()
      expect(renderer.written.join('')).toBe(LONG)
      typewriter.stop()
    }
  })
})

describe('in any order', () => {
  const halves = ['👨', '\u200d', '👩', '\ud83d', '\udc4d', '🏿', '🇩', '🇪', '\u0301', 'नम', 'स्', 'ते', '\r']
  const pieces = ['a', 'words ', '\n', '\n\n', FAMILY, LONG, ...halves]
  const others = ['pause', 'resume', 'flush', 'hide', 'see', 'reduce', 'unreduce'] as const
  const steps = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...pieces).map(text => ({ name: 'write', text }) as const) },
    { weight: 6, arbitrary: fc.constantFrom(1, 16, 17, 100, 400, 2000).map(ms => ({ name: 'wait', ms }) as const) },
    ...others.map(name => ({ weight: 2, arbitrary: fc.constant({ name }) })),
    ...(['end', 'stop'] as const).map(name => ({ weight: 1, arbitrary: fc.constant({ name }) })),
  )
  const options = fc.record({
    speed: fc.constantFrom('auto' as const, 5, 1000, Infinity), maxDelay: fc.constantFrom(50, 1000), instant: fc.boolean(),
    announce: fc.constantFrom('end' as const, 'sentence' as const, 'off' as const), caret: fc.boolean(),
  })

  test('nothing is lost, shown twice or taken back, an end settles, and nothing is left', async () => {
    await fc.assert(fc.asyncProperty(options, fc.array(steps, { maxLength: 30 }), async (how, script) => {
      document.querySelector('[aria-live]')?.replaceChildren()
      vi.clearAllTimers()
      setVisibility('visible')
      reducedMotion = false
      element = document.createElement('div')
      document.body.replaceChildren(element)
      const done = vi.fn()
      element.addEventListener('teleprinter:done', done)
      const typewriter = createTypewriter(element, how)
      let text = ''
      let over: 'end' | 'stop' | undefined
      let paused = false
      let ended: Promise<void> | undefined
      let before = ''
      const check = () => {
        const { textContent } = element
        expect(text.startsWith(textContent)).toBe(true)
        expect(textContent.startsWith(before)).toBe(true)
        expect(typewriter.shown).toBe(textContent.length)
        expect(typewriter.text).toBe(text)
        before = textContent
      }
      for (const step of script) {
        switch (step.name) {
          case 'write':
            if (ended && over === 'end') expect(() => typewriter.write(step.text)).toThrow(ENDED)
            else if (!ended) typewriter.write(step.text)
            if (!over) text += step.text
            break
          case 'wait': vi.advanceTimersByTime(step.ms); break
          case 'hide': setVisibility('hidden'); break
          case 'see': setVisibility('visible'); break
          case 'reduce': reducedMotion = true; break
          case 'unreduce': reducedMotion = false; break
          case 'end':
            ended = typewriter.end()
            over ??= 'end'
            break
          case 'stop':
            typewriter.stop()
            over = 'stop'
            expect(element.textContent).toBe(text)
            break
          default:
            if (step.name === 'pause') paused = true
            if (step.name === 'resume') paused = false
            typewriter[step.name]()
        }
        check()
        if (paused && !over) expect(timers()).toBe(0)
      }
      ended ??= typewriter.end()
      if (paused) typewriter.resume()
      vi.advanceTimersByTime(how.speed === 5 ? 4_000_000 : 10_000)
      await ended
      check()
      expect(element.textContent).toBe(text)
      expect(timers()).toBe(0)
      expect(done).toHaveBeenCalledTimes(1)
      expect(element.hasAttribute('aria-busy')).toBe(false)
      expect(element.classList).toHaveLength(0)
    }), { seed: 11, numRuns: 150 })
  })
})
