// The caret is the page's ink, not the text's: nobody selects, copies or hears it

/** What an element has while it shows a caret; `--teleprinter-caret` is its form. */
const CLASS = 'teleprinter-caret'
const FORM = '--teleprinter-caret'

/** What the last words may stand in, and what such a block may hold; no `div`, which would cost each line of plain text a look. */
const BLOCKS = 'div,p,pre,h1,h2,h3,h4,h5,h6,li,td,th'
const NESTS = 'p,pre,h1,h2,h3,h4,h5,h6,ul,ol,blockquote,table'
const INLINES = 'a,b,br,code,em,i,span,strong'

// Behind the last words, in whatever lists and tables; `:where()` weighs nothing, so that any rule of the page's wins. The second
// content has no words for readers
const RULES = `:where(.${CLASS}:not(:has(>*)),.${CLASS}:has(>:is(${INLINES}):last-child),\
.${CLASS} :is(${BLOCKS}):last-child:not(.teleprinter-lines,:has(>:is(${NESTS})),.${CLASS} :not(:last-child) *))::after{\
content:var(${FORM},"▍");content:var(${FORM},"▍")/"";animation:${CLASS} 1s steps(2,jump-none) infinite}\
@keyframes ${CLASS}{to{opacity:0}}@media(prefers-reduced-motion:reduce){:where(.${CLASS},.${CLASS} *)::after{animation:none}}`

let sheets: WeakMap<Document, CSSStyleSheet> | undefined

/**
 * Shows a caret behind an element's text, by CSS alone: an adopted style sheet, which a strict content security policy allows.
 *
 * @param form what it looks like
 * @returns what hides it
 */
export function showCaret(element: Element, form?: string): () => void {
  const { style } = element as HTMLElement
  adoptRules(element)
  element.classList.add(CLASS)
  const own = style.getPropertyValue(FORM)
  if (form !== undefined) style.setProperty(FORM, JSON.stringify(form))
  return () => {
    element.classList.remove(CLASS)
    if (!element.className) element.removeAttribute('class')
    if (form !== undefined) style.setProperty(FORM, own)
  }
}

/** Gives an element's page, or its shadow tree, the caret's rules; an element may come there only after it has a caret. */
export function adoptRules(element: Element): void {
  const { ownerDocument: document } = element
  const root = element.getRootNode()
  const scope = 'adoptedStyleSheets' in root ? (root as Document | ShadowRoot) : document
  const { CSSStyleSheet: Sheet } = document.defaultView ?? {}
  if (!Sheet || !('adoptedStyleSheets' in scope)) return // an engine of before 2023 shows none
  sheets ??= new WeakMap()
  let sheet = sheets.get(document)
  if (!sheet) {
    sheet = new Sheet()
    sheet.replaceSync(RULES)
    sheets.set(document, sheet)
  }
  if (!scope.adoptedStyleSheets.includes(sheet)) scope.adoptedStyleSheets = [...scope.adoptedStyleSheets, sheet]
}
