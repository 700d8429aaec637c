/** What the typewriters of a page know of an object together. */
interface Note {
  /** Of an element: what the last typewriter takes its marks away by. */
  release?: (() => void) | undefined
  /** Of a box: where it was left; Infinity where its reader has scrolled up from there. */
  top?: number
  /** Of a document: the caret's rules. */
  sheet?: CSSStyleSheet
  /** Of the root or a dialog: where announcements are made. */
  region?: HTMLElement
}

let notes: WeakMap<object, Note> | undefined

/** The note on an object, which is forgotten with it. */
export function noteOn(object: object): Note {
  notes ??= new WeakMap()
  const note = notes.get(object) ?? {}
  notes.set(object, note)
  return note
}
