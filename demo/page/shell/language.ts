// English and Chinese. What stands in the pages' HTML carries its Chinese beside it, in `data-zh`; what scripts write is in a
// words.ts of theirs, with both.

export type Language = 'en' | 'zh'

/** The attributes that are read out or shown, and where their Chinese stands. */
const ATTRIBUTES = { 'aria-label': 'data-zh-label', 'placeholder': 'data-zh-placeholder', 'content': 'data-zh-content' }
const KEY = 'language'

let current: Language | undefined
const listeners = new Set<() => void>()

/** The visitor's choice, or else what their browser asks for. */
export function language(): Language {
  return (current ??= readChoice() ?? (navigator.language.startsWith('zh') ? 'zh' : 'en'))
}

/** A page's words in the language of the moment: `say(words).sent`. */
export function say<Words>(words: Record<Language, Words>): Words {
  return words[language()]
}

/** Changes the language, of all that stands on the page too. */
export function setLanguage(chosen: Language): void {
  if (chosen === language()) return
  current = chosen
  try {
    localStorage.setItem(KEY, chosen)
  } catch {
    // A browser that keeps nothing asks again on the next page
  }
  swapTexts(document)
  document.documentElement.lang = langTag(chosen)
  for (const listener of listeners) listener()
}

/** Hears when the language has changed, to write anew what a script has written. */
export function onLanguage(listener: () => void): void {
  listeners.add(listener)
}

/** Puts the page, which is written in English, into the visitor's language. */
export function translatePage(): void {
  if (language() === 'zh') swapTexts(document)
  document.documentElement.lang = langTag(language())
}

function readChoice(): Language | undefined {
  try {
    const kept = localStorage.getItem(KEY)
    return kept === 'en' || kept === 'zh' ? kept : undefined
  } catch {
    return undefined
  }
}

/** Shows what stands in `data-zh`, and keeps there what was shown: doing it twice changes nothing. */
function swapTexts(root: ParentNode): void {
  for (const node of root.querySelectorAll<HTMLElement>('[data-zh]')) {
    const { textContent } = node
    node.textContent = node.dataset.zh ?? ''
    node.dataset.zh = textContent
  }
  for (const [shown, kept] of Object.entries(ATTRIBUTES)) {
    for (const node of root.querySelectorAll(`[${kept}]`)) {
      const value = node.getAttribute(shown) ?? ''
      node.setAttribute(shown, node.getAttribute(kept) ?? '')
      node.setAttribute(kept, value)
    }
  }
}

function langTag(chosen: Language): string {
  return chosen === 'zh' ? 'zh-Hans' : 'en'
}
