// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { findScrollers, follow } from '../../src/typewriter/follow.ts'
import { createTypewriter, type TypewriterOptions } from '../../src/typewriter/typewriter.ts'

const LINE = 20
const VIEW = 100

/** Gives a box a geometry: a view of 100 pixels on lines of 20. */
function layOut(box: HTMLElement, lines: () => number) {
  let top = 0
  const height = () => Math.max(VIEW, lines() * LINE)
  const scrollTo = (value: number) => (top = Math.max(0, Math.min(value, height() - VIEW)))
  Object.defineProperties(box, {
    clientHeight: { configurable: true, get: () => VIEW },
    scrollHeight: { configurable: true, get: height },
    scrollTop: { configurable: true, get: () => top, set: scrollTo },
    scrollTo: { configurable: true, value: ({ top: value = top }: ScrollToOptions) => scrollTo(value) },
  })
}

/** How far it is to the end. */
const toEnd = (box: Element) => box.scrollHeight - box.clientHeight - box.scrollTop

function create(overflow = ''): HTMLElement {
  const element = document.createElement('div')
  element.style.overflowY = overflow
  return element
}

beforeEach(() => document.body.replaceChildren())

/** Blocks of lines, in the element itself or in a section. */
const lineCount = (element: Element) => element.querySelectorAll('[dir]').length

describe('follow()', () => {
  let lines: number
  let box: HTMLElement

  beforeEach(() => {
    lines = 20
    box = create('auto')
    layOut(box, () => lines)
  })

  test('follow() scrolls to the end, when it was in view', () => {
    box.scrollTop = Infinity
    expect(toEnd(box)).toBe(0)
    follow([box], () => (lines += 7))
    expect(box.scrollHeight).toBe(27 * LINE)
    expect(toEnd(box)).toBe(0)
  })

  test.each([[8, 0], [9, 109]])('follow() takes %i pixels from the end for being there, or not, where nobody has scrolled yet', (away, left) => {
    box.scrollTop = Infinity
    box.scrollTop -= away
    follow([box], () => (lines += 5))
    expect(toEnd(box)).toBe(left)
  })

  test('follow() takes a box that it found elsewhere, and that the app brings near to its end, for one at its end', () => {
    follow([box], () => {})
    box.scrollTop = Infinity
    box.scrollTop -= 8 // as a padding leaves it
    follow([box], () => (lines += 5))
    expect(toEnd(box)).toBe(0)
  })

  test('follow() scrolls the page too, where a box around the text overflows by a pixel of ink only', () => {
    const wrapper = create('auto')
    let ink = 0
    Object.defineProperties(wrapper, {
      clientHeight: { configurable: true, get: () => lines * LINE },
      scrollHeight: { configurable: true, get: () => lines * LINE + ink },
      scrollTop: { configurable: true, value: 0 },
      scrollTo: { configurable: true, value() {} },
    })
    box.scrollTop = Infinity
    follow([wrapper, box], () => {
      lines += 7
      ink = 1
    })
    expect(toEnd(box)).toBe(0)
  })

  test('follow() scrolls to the end where a scroll bar has taken some of the view', () => {
    box.scrollTop = Infinity
    let top = box.scrollTop
    let bar = 0
    Object.defineProperties(box, {
      clientHeight: { configurable: true, get: () => VIEW - bar },
      scrollTop: { configurable: true, get: () => top },
      scrollTo: { configurable: true, value: (to: ScrollToOptions) => (top = Math.min(to.top ?? 0, lines * LINE - VIEW + bar)) },
    })
    follow([box], () => (bar = 15)) // a line too long for the box
    expect(toEnd(box)).toBe(0)
    follow([box], () => (lines += 1))
    expect(toEnd(box)).toBe(0)
  })

  test('follow() moves nothing that has not grown', () => {
    box.scrollTop = 20 * LINE - VIEW - 5
    follow([box], () => {})
    expect(toEnd(box)).toBe(5)
  })

  test('follow() leaves a reader who is elsewhere', () => {
    for (const top of [0, 150, 19 * LINE - VIEW]) {
      box.scrollTop = top
      const write = vi.fn(() => (lines += 7))
      follow([box], write)
      expect(write).toHaveBeenCalledTimes(1)
      expect(box.scrollTop).toBe(top)
    }
  })

  test('follow() takes a fraction of a line for the end: zoomed pages scroll by fractions', () => {
    box.scrollTop = 20 * LINE - VIEW - 1.5
    follow([box], () => lines++)
    expect(toEnd(box)).toBe(0)
  })

  test('follow() follows from the moment when a short text grows out of the view', () => {
    lines = 1
    for (let i = 0; i < 10; i++) follow([box], () => lines++)
    expect(box.scrollHeight).toBe(11 * LINE)
    expect(toEnd(box)).toBe(0)
  })

  test('follow() goes on following a reader who comes back to the end', () => {
    box.scrollTop = Infinity
    box.scrollTop -= 100
    follow([box], () => lines++)
    expect(toEnd(box)).toBe(100 + LINE)
    box.scrollTop = Infinity
    follow([box], () => lines++)
    expect(toEnd(box)).toBe(0)
  })
})

describe('findScrollers()', () => {
  test.each(['auto', 'scroll'])('findScrollers() finds the nearest box with overflow-y %s', overflow => {
    const [outer, middle, inner, element] = [create('scroll'), create(overflow), create('hidden'), create()]
    for (const scroller of [outer, middle]) layOut(scroller, () => 20)
    document.body.append(outer)
    outer.append(middle)
    middle.append(inner)
    inner.append(element)
    expect(findScrollers(element)[0]).toBe(middle)
  })

  test('findScrollers() finds the element itself', () => {
    const [outer, element] = [create('auto'), create('auto')]
    for (const scroller of [outer, element]) layOut(scroller, () => 20)
    document.body.append(outer)
    outer.append(element)
    expect(findScrollers(element)[0]).toBe(element)
  })

  test.each(['', 'visible', 'hidden', 'clip'])('findScrollers() does not take a box with overflow-y %j', overflow => {
    const [outer, element] = [create(overflow), create(overflow)]
    document.body.append(outer)
    outer.append(element)
    expect(findScrollers(element)[0]).toBe(document.scrollingElement)
    expect(document.scrollingElement).not.toBeNull()
  })

  test('findScrollers() takes the body and the page where the body has the overflow', () => {
    const element = create()
    document.body.append(element)
    document.body.style.overflowY = 'auto'
    // Which of the two it scrolls is up to the style of the root: the other one does not move
    expect(findScrollers(element)).toEqual([document.body, document.scrollingElement])
    document.body.style.overflowY = ''
  })

  test('findScrollers() harms no element that is in no document', () => {
    expect(findScrollers(create())).toEqual([])
    const [outer, element] = [create('auto'), create()]
    outer.append(element)
    expect(() => findScrollers(element)).not.toThrow()
  })
})

describe('createTypewriter()', () => {
  let box: HTMLElement
  let element: HTMLElement

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['requestAnimationFrame', 'cancelAnimationFrame', 'setTimeout', 'clearTimeout', 'performance'] })
    box = create('auto')
    element = create()
    box.append(element)
    document.body.append(box)
    layOut(box, () => lineCount(element))
  })

  afterEach(() => {
    Reflect.deleteProperty(document, 'visibilityState')
    vi.useRealTimers()
  })

  /** Types many lines, and says what may happen between two frames. */
  function type(options: TypewriterOptions = {}, betweenFrames: (frame: number) => void = () => {}) {
    const typewriter = createTypewriter(element, options)
    for (let frame = 0; frame < 60; frame++) {
      typewriter.write('one\ntwo\n')
      vi.advanceTimersToNextFrame()
      betweenFrames(frame)
    }
    typewriter.stop()
    expect(lineCount(element)).toBe(120)
    return typewriter
  }

  test('createTypewriter() follows the end in the nearest box that scrolls', () => {
    let steps = 0
    let before = 0
    type({}, () => {
      expect(toEnd(box)).toBe(0)
      if (box.scrollTop > before) steps++
      before = box.scrollTop
    })
    expect(toEnd(box)).toBe(0)
    expect(steps).toBeGreaterThan(10)
  })

  test('createTypewriter() leaves a reader who scrolls up, and follows one who comes back', () => {
    type({}, frame => {
      if (frame === 20) box.scrollTop -= 150
      else if (frame > 20 && frame < 40) expect(toEnd(box)).toBeGreaterThanOrEqual(150)
      else if (frame === 40) box.scrollTop = Infinity
      else if (frame > 40) expect(toEnd(box)).toBe(0)
    })
    expect(toEnd(box)).toBe(0)
  })

  test('createTypewriter() leaves a reader at the very place', () => {
    let place = 0
    type({}, frame => {
      if (frame === 20) place = box.scrollTop -= 150
      if (frame > 20) expect(box.scrollTop).toBe(place)
    })
    expect(place).toBeGreaterThan(0)
    expect(box.scrollTop).toBe(place)
  })

  test('createTypewriter() follows nothing if told so', () => {
    type({ follow: false })
    expect(box.scrollTop).toBe(0)
  })

  test('createTypewriter() follows another box if told so', () => {
    const other = create()
    layOut(other, () => lineCount(element))
    type({ follow: other })
    expect(toEnd(other)).toBe(0)
    expect(box.scrollTop).toBe(0)
  })

  test('createTypewriter() follows a box for a renderer too', () => {
    let lines = 0
    layOut(box, () => lines)
    const typewriter = createTypewriter({ write: text => void (lines += text.split('\n').length - 1) }, { follow: box })
    typewriter.write('line\n'.repeat(50))
    typewriter.flush()
    expect(lines).toBe(50)
    expect(toEnd(box)).toBe(0)
  })

  test('createTypewriter() scrolls nothing for a renderer it knows no box of', () => {
    const typewriter = createTypewriter({ write: text => element.append(text) })
    typewriter.write('line\n'.repeat(50))
    typewriter.stop()
    expect(box.scrollTop).toBe(0)
  })

  test('createTypewriter() asks for the box anew: the element may move', () => {
    const other = create('auto')
    layOut(other, () => lineCount(element))
    document.body.append(other)
    type({}, frame => {
      if (frame === 30) other.append(element)
    })
    // The reader of the other box is at its start, and stays there
    expect(other.scrollTop).toBe(0)
    expect(toEnd(box)).toBeGreaterThan(0)
  })

  test('createTypewriter() types in a hidden page, inside a box that scrolls', () => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'hidden' })
    type()
    expect(element.textContent).toBe('one\ntwo\n'.repeat(60))
  })
})

describe('findScrollers() across components', () => {
  test('findScrollers() goes from a shadow tree, and from a slot, to what is around them', () => {
    const box = create('auto')
    const host = create()
    const root = host.attachShadow({ mode: 'open' })
    const inside = create()
    root.append(inside)
    box.append(host)
    document.body.append(box)
    expect(findScrollers(inside)[0]).toBe(box)
  })
})
