// What must compile, and what must not: see README.md beside this file
import { createTypewriter, plainText, type Renderer, type Typewriter, type TypewriterOptions, type TypewriterState } from 'teleprinter'
import { markdown, type MarkdownOptions } from 'teleprinter/markdown'

declare function expectType<T>(value: T): void
declare const element: HTMLElement

export async function typing(): Promise<void> {
  const typewriter = createTypewriter(element, { speed: 'auto', maxDelay: 500, follow: element, onProgress: ({ shown, total }) => shown / total })
  expectType<Typewriter>(typewriter)
  expectType<WritableStream<string>>(typewriter.writable)
  await typewriter.end('truncated')
  element.addEventListener('click', typewriter.stop)
  element.addEventListener('teleprinter:done', ({ detail }) => {
    expectType<TypewriterState>(detail.state)
    expectType<string>(detail.text)
  })
  // @ts-expect-error -- text is text
  typewriter.write(7)
  // @ts-expect-error -- no such state
  await typewriter.end('asleep')
  // @ts-expect-error -- for reading only
  typewriter.shown = 0
  // @ts-expect-error -- a selector is no target
  createTypewriter('#answer')
}

export function options(): void {
  expectType<TypewriterOptions>({ speed: 40, caret: '_', announce: 'off', instant: true, follow: false })
  // @ts-expect-error -- no such speed
  expectType<TypewriterOptions>({ speed: 'fast' })
  // @ts-expect-error -- no such way to announce
  expectType<TypewriterOptions>({ announce: true })
  // @ts-expect-error -- nobody scrolls a selector
  expectType<TypewriterOptions>({ follow: '#answer' })
  // @ts-expect-error -- no such state
  expectType<TypewriterState>('failing')
}

export function renderers(): void {
  expectType<Renderer>({ write: text => expectType<string>(text) })
  expectType<Renderer>(plainText(element))
  expectType<Renderer>(markdown(element, { images: url => url.hostname === 'localhost', copyButton: 'Copy' }))
  createTypewriter({ write() {}, end() {}, dispose() {} })
  // @ts-expect-error -- it must write
  expectType<Renderer>({ end() {} })
  // @ts-expect-error -- it gets text
  expectType<Renderer>({ write: (bytes: Uint8Array) => bytes.length })
  // @ts-expect-error -- a list of hosts is no function
  expectType<MarkdownOptions>({ images: ['localhost'] })
  // @ts-expect-error -- what was not found is no element
  markdown(document.querySelector('#answer'))
}
