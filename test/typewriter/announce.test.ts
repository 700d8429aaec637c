// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { markdown } from '../../src/typewriter/markdown.ts'
import { createTypewriter, type TypewriterOptions } from '../../src/typewriter/typewriter.ts'

let element: HTMLElement
let announcements: string[]
let observer: MutationObserver

const regions = () => [...document.querySelectorAll('[aria-live]')]
const region = () => document.querySelector('[aria-live]') as HTMLElement

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['requestAnimationFrame', 'cancelAnimationFrame', 'setTimeout', 'clearTimeout', 'performance'] })
  vi.stubGlobal('matchMedia', () => ({ matches: false }))
  element = document.createElement('div')
  document.body.replaceChildren(element)
  // What a screen reader of such a region is told
  announcements = []
  const hear = (records: MutationRecord[]) => {
    for (const { target, addedNodes } of records) {
      if ((target as Element).getAttribute?.('aria-live') !== 'polite') continue
      for (const { textContent } of addedNodes) announcements.push(textContent ?? '')
    }
  }
  observer = new MutationObserver(hear)
  observer.observe(document, { childList: true, subtree: true })
})

afterEach(() => {
  observer.disconnect()
  vi.runAllTimers()
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

/** What observers of the document wait for. */
const turn = () => new Promise<void>(resolve => setImmediate(resolve))

/** Types pieces, each in its time, and ends. */
async function type(pieces: string[], options: TypewriterOptions = {}) {
  const typewriter = createTypewriter(element, options)
  for (const piece of pieces) {
    typewriter.write(piece)
    vi.advanceTimersByTime(1100)
    await turn()
  }
  const ended = typewriter.end()
  vi.advanceTimersByTime(400)
  await ended
  await turn()
}

describe('announce', () => {
  test('announce tells the text once, at its end', async () => {
    await type(['One. ', 'Two. ', 'Three'])
    expect(element.textContent).toBe('One. Two. Three')
    expect(announcements).toEqual(['One. Two. Three'])
  })

  test.each(['stop', 'failed'])('announce tells what there is, where it ends by %s', async how => {
    const typewriter = createTypewriter(element)
    typewriter.write('half an ans')
    vi.advanceTimersByTime(500)
    if (how === 'stop') typewriter.stop()
    else typewriter.stop('failed')
    await turn()
    expect(announcements).toEqual(['half an ans'])
  })

  test('announce tells nothing where nothing has come, or blanks only', async () => {
    await type([])
    await type([' ', '\n\n'])
    expect(announcements).toEqual([])
  })

  test('announce: off tells nothing, and makes no region', async () => {
    region()?.remove()
    await type(['One. ', 'Two.'], { announce: 'off' })
    expect(announcements).toEqual([])
    expect(regions()).toEqual([])
  })

  test('announce tells what the typewriter types, not what the element held', async () => {
    element.append('before ')
    await type(['after'])
    expect(announcements).toEqual(['after'])
  })

  test('announce has one region a page, for any number of typewriters', async () => {
    await type(['one'])
    const first = region()
    const other = document.body.appendChild(document.createElement('p'))
    const typewriter = createTypewriter(other)
    typewriter.write('two')
    typewriter.stop()
    await type(['three'])
    expect(regions()).toEqual([first])
    expect(announcements).toEqual(['one', 'two', 'three'])
  })

  test('announce is heard in a dialog, too, where nothing outside is', async () => {
    const dialog = document.createElement('dialog')
    const inside = document.createElement('div')
    dialog.append(inside)
    document.body.append(dialog)
    const typewriter = createTypewriter(inside)
    expect(dialog.querySelector('[aria-live]')).not.toBeNull()
    typewriter.write('Words')
    typewriter.stop()
    expect(dialog.querySelector('[aria-live]')?.textContent).toBe('Words')
    expect(inside.textContent).toBe('Words')
  })

  test('announce has a region that is polite, and is neither the element nor in it', async () => {
    await type(['one'])
    expect(region().getAttribute('aria-live')).toBe('polite')
    expect(element.contains(region())).toBe(false)
    for (let box: Element | null = element; box; box = box.parentElement) {
      for (const name of ['aria-live', 'role', 'aria-atomic']) expect(box.hasAttribute(name)).toBe(false)
    }
  })

  test.each<[string, TypewriterOptions]>([['typed', {}], ['instant', { instant: true }]])(
    'announce has its region in the page before the first announcement, where text is %s', (_, options) => {
      region()?.remove()
      const typewriter = createTypewriter(element, options)
      typewriter.write('a')
      vi.advanceTimersByTime(50)
      expect(regions()).toHaveLength(1)
      expect(region().textContent).toBe('')
      void typewriter.end()
      vi.advanceTimersByTime(50)
      expect(region().textContent).toBe('a')
    })

  test('announce takes its words away again', async () => {
    await type(['one'])
    expect(region().textContent).toBe('one')
    vi.advanceTimersByTime(60_000)
    expect(region().childNodes).toHaveLength(0)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('announce is heard where the app writes the page anew meanwhile', async () => {
    const typewriter = createTypewriter(element)
    typewriter.write('one\n')
    vi.advanceTimersByTime(1100)
    region().remove()
    document.body.replaceChildren(element)
    typewriter.write('two')
    typewriter.stop()
    expect(regions()).toHaveLength(1)
    expect(region().textContent).toBe('one\ntwo')
  })

  test('announce is heard again where the app has written the page anew', async () => {
    await type(['one'])
    region().remove()
    document.body.replaceChildren(element)
    await type(['two'])
    expect(regions()).toHaveLength(1)
    expect(announcements).toEqual(['one', 'two'])
  })

  test('announce tells what comes after the element was emptied', async () => {
    const typewriter = createTypewriter(element, { announce: 'sentence' })
    typewriter.write('A first sentence. And\n')
    typewriter.flush()
    element.replaceChildren()
    typewriter.write('Two. ')
    typewriter.flush()
    typewriter.stop()
    await turn()
    expect(announcements.join('')).toContain('A first sentence.')
    expect(announcements.join('')).toContain('Two.')
  })

  test('announce of two typewriters on one element tells each text once', async () => {
    const first = createTypewriter(element)
    const second = createTypewriter(element)
    first.write('one ')
    first.flush()
    second.write('two ')
    second.flush()
    first.write('three ')
    first.stop()
    second.stop()
    await turn()
    const told = announcements.join(' ')
    for (const word of ['one', 'two', 'three']) expect(told.split(word)).toHaveLength(2)
  })

  test('announce tells what is typed into the body itself, once', async () => {
    const typewriter = createTypewriter(document.body)
    typewriter.write('One. Two. ')
    typewriter.flush()
    typewriter.write('Three')
    typewriter.stop()
    await turn()
    expect(announcements).toEqual(['One. Two. Three'])
    expect(document.body.textContent).toBe('One. Two. Three')
  })

  test('announce tells nothing of a renderer that has no element, and of one that has', async () => {
    const lines: string[] = []
    const write = (text: string) => void lines.push(text)
    createTypewriter({ write }).stop()
    const alone = createTypewriter({ write })
    alone.write('unheard')
    alone.stop()
    const inPlace = createTypewriter({ write: text => element.append(text), element })
    inPlace.write('heard')
    inPlace.stop()
    await turn()
    expect(lines.join('')).toBe('unheard')
    expect(announcements).toEqual(['heard'])
  })

  test('the element is busy while it is typed, so that nobody reads it by halves', async () => {
    const typewriter = createTypewriter(element)
    expect(element.hasAttribute('aria-busy')).toBe(false)
    typewriter.write('one\n')
    expect(element.getAttribute('aria-busy')).toBe('true')
    vi.advanceTimersByTime(1100)
    expect(element.getAttribute('aria-busy')).toBe('true')
    await typewriter.end()
    expect(element.hasAttribute('aria-busy')).toBe(false)
  })
})

describe('announce: sentence', () => {
  const sentence = { announce: 'sentence' } as const

  test('announce tells a sentence when it is whole, and the rest at the end', async () => {
    const typewriter = createTypewriter(element, sentence)
    const told = async (text: string) => {
      typewriter.write(text)
      typewriter.flush()
      await turn()
      return announcements.map(words => words.trim())
    }
    expect(await told('The sky ')).toEqual([])
    expect(await told('is blue.')).toEqual([])
    expect(await told(' And the ')).toEqual(['The sky is blue.'])
    expect(await told('sea? Too! But 3.5 is no en')).toEqual(['The sky is blue.', 'And the sea? Too!'])
    typewriter.write('d')
    typewriter.stop()
    await turn()
    expect(announcements.map(words => words.trim())).toEqual(['The sky is blue.', 'And the sea? Too!', 'But 3.5 is no end'])
  })

  test.each([
    ['a full stop', 'One. Two', 'One.'],
    ['a question', 'One? Two', 'One?'],
    ['an exclamation', 'One! Two', 'One!'],
    ['an ellipsis', 'One… Two', 'One…'],
    ['quotes', '“One.” Two', '“One.”'],
    ['brackets', '(One.) Two', '(One.)'],
    ['a line', 'One\nTwo', 'One'],
    ['Chinese', '天空是蓝色的。海也', '天空是蓝色的。'],
    ['a Chinese question', '天空是蓝色的吗？海也', '天空是蓝色的吗？'],
    ['Japanese in quotes', '「はい。」と言', '「はい。」'],
    ['Arabic', 'هل السماء زرقاء؟ نعم', 'هل السماء زرقاء؟'],
    ['Hindi', 'आकाश नीला है। और', 'आकाश नीला है।'],
  ])('announce knows the end of a sentence by %s', async (_, text, first) => {
    const typewriter = createTypewriter(element, sentence)
    typewriter.write(`${text}..`)
    typewriter.flush()
    await turn()
    expect(announcements.map(words => words.trim())).toEqual([first])
    typewriter.stop()
  })

  test.each(['version 3.5 of', 'example.com/a?b=c', 'a.b.c', 'no end'])('announce takes nothing in %j for an end', async text => {
    const typewriter = createTypewriter(element, sentence)
    typewriter.write(`${text}..`)
    typewriter.flush()
    await turn()
    expect(announcements).toEqual([])
    typewriter.stop()
    await turn()
    expect(announcements).toEqual([`${text}..`])
  })

  test('announce tells all there is in the end, each word once', async () => {
    const text = 'One. Two? “Three.” 四。五！ Six\nseven 8.9 ten… and so on'
    await type(text.split(''), sentence)
    expect(announcements.join('')).toBe(text)
    expect(announcements.length).toBeGreaterThan(5)
  })
})

describe('announce of Markdown', () => {
  const table = '| a | b |\n|---|---|\n| c | d |\n'
  const markup = `# The sky\n\nIt is **blue**, says [NASA](https://nasa.gov).\n\n- one\n- two\n\n${table}`

  /** Types it all, and gives what was told. */
  async function tell(options: TypewriterOptions) {
    const typewriter = createTypewriter(markdown(element, { copyButton: true }), options)
    for (const piece of markup.match(/[^]{1,7}/g) ?? []) {
      typewriter.write(piece)
      vi.advanceTimersByTime(300)
    }
    typewriter.stop()
    await turn()
    return announcements.join(' ')
  }

  test.each(['end', 'sentence'] as const)('announce (%s) tells it without its marks', async announce => {
    const told = await tell({ announce })
    expect(told).not.toMatch(/[#*[\]|]|https/)
    expect(told).toContain('It is blue, says NASA.')
  })

  test.each(['end', 'sentence'] as const)('announce (%s) lets no words of two blocks run into one', async announce => {
    const told = await tell({ announce })
    expect(told.match(/\w+/g)).toEqual(['The', 'sky', 'It', 'is', 'blue', 'says', 'NASA', 'one', 'two', 'a', 'b', 'c', 'd'])
  })
})
