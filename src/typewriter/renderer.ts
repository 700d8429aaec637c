/** How text is shown. The typewriter calls `write()` at most once a frame, with whole graphemes. */
export interface Renderer {
  /** Where the text appears, if in an element: it gets the caret, the state and what readers need; `streamChat` empties it first. */
  readonly element?: Element
  /** What is shown, as readers are to hear it. @default the text as it was written */
  words?(): string
  /** Shows the next piece of the text, behind what it was given before. */
  write(text: string): void
  /** Nothing more comes: the text is complete, or was stopped. */
  end?(): void
  /** The renderer is not used any more. */
  dispose?(): void
}

/** Whether a target is a renderer; else it is the element to type into. */
export function isRenderer(target: Element | Renderer): target is Renderer {
  // A document has a `write()` too, and takes markup
  return typeof (target as Renderer | null)?.write === 'function' && !('nodeType' in target)
}

/** The document of an element that text can be shown in. @throws {TypeError} where it is none */
export function documentOf(element: Element | null): Document {
  if (element?.nodeType !== 1) throw new TypeError(`Cannot type into the target: not an element: ${String(element)}`)
  if (element.matches('input, textarea, select')) throw new TypeError(`Cannot type into the target: it shows no children: ${element.tagName}`)
  return element.ownerDocument
}
