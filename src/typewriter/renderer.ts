/** How text is shown. The typewriter calls `write()` at most once a frame, with whole graphemes. */
export interface Renderer {
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
