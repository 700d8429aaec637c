import { noteOn } from './note.ts'
import type { TypewriterState } from './typewriter.ts'

/** What an element has while it shows a caret; `--teleprinter-caret` is its form. */
const CARET = 'teleprinter-caret'
const FORM = `--${CARET}`
/** What the last words may stand in, and what holds that. */
const BLOCK = ':is(div,p,h1,h2,h3,h4,h5,h6,pre,li,th,td,ul,ol,table)'

// The caret is the page's ink, not the text's: nobody selects, copies or hears it. It stands behind the last words, in whatever lists and
// tables: in what comes last each time, but not where that ends with a block. Two rules, as WebKit does not always look again at one that
// says all of it, and would show a caret where the end was. The second asks of no more than the first may hold: a tenth of a burst's cost.
// `:where()` weighs nothing, so that any rule of the page's wins; the words for readers, behind the slash, are none
const RULES = `:where(.${CARET},.${CARET} ${BLOCK}:last-child)::after{content:var(${FORM},"▍")/"";animation:${CARET} 1s step-end infinite}\
:where(:is(.${CARET},.${CARET} ${BLOCK}:last-child):has(>${BLOCK}:last-child,>:last-child ${BLOCK}),.${CARET} :not(:last-child) ${BLOCK}:last-child)::after{content:none}\
@keyframes ${CARET}{50%{opacity:0}}@media(prefers-reduced-motion:reduce){:where(.${CARET},.${CARET} *)::after{animation:none}}`

/**
 * Says on an element how it goes, until another typewriter has it: by its `data-state`, by `aria-busy` while text comes, and until the end
 * by a caret. The caret is CSS alone, in an adopted style sheet, which a strict content security policy allows.
 *
 * @param caret what it looks like, true, or false for none
 * @returns what is told the state, and whether it is the last: an app may end with any
 */
export function createMarks(element: Element, caret: string | boolean): (state: TypewriterState, isEnd?: boolean) => void {
  const { style } = element as Partial<HTMLElement>
  const form = typeof caret === 'string' && JSON.stringify(caret)
  const note = noteOn(element)
  note.release?.()
  note.release = release
  const own = style?.getPropertyValue(FORM) ?? '' // the page's: the last typewriter's is gone

  function release() {
    note.release = undefined
    element.removeAttribute('aria-busy')
    if (caret === false) return
    element.classList.remove(CARET)
    if (!element.className) element.removeAttribute('class')
    if (form) style?.setProperty(FORM, own)
  }

  return (state, isEnd) => {
    if (note.release !== release) return
    element.setAttribute('data-state', state)
    if (isEnd) return release()
    if (state === 'typing') element.setAttribute('aria-busy', 'true')
    if (caret === false) return
    element.classList.add(CARET)
    if (form) style?.setProperty(FORM, form)
    adoptRules(element)
  }
}

/** Gives an element's page, or its shadow tree, the caret's rules; an element may come there only after it has a caret. */
function adoptRules(element: Element): void {
  const { ownerDocument: document } = element
  const { defaultView: view } = document
  const root = element.getRootNode() as Partial<DocumentOrShadowRoot>
  const scope = root.adoptedStyleSheets ? root : document as Partial<DocumentOrShadowRoot>
  const sheets = scope.adoptedStyleSheets
  const note = noteOn(scope)
  // An engine of before 2023, or jsdom, shows none
  if (!view || !sheets || sheets.includes(note.sheet as CSSStyleSheet)) return
  note.sheet = new view.CSSStyleSheet()
  note.sheet.replaceSync(RULES)
  scope.adoptedStyleSheets = [...sheets, note.sheet]
}
