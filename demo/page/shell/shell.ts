// The head that all pages have: the name, the way to the other pages, the language
import { create, createButton, element } from './elements.ts'
import { language, onLanguage, say, setLanguage, translatePage } from './language.ts'

const PAGES = ['/', '/feeds', '/wire', '/faults', '/plots'] as const

const words = {
  en: { pages: ['Chat', 'Feeds', 'Wire', 'Faults', 'Plots'], navigation: 'Pages', other: '中文' },
  zh: { pages: ['对话', '订阅', '线路', '故障', '曲线'], navigation: '页面', other: 'English' },
}

/** Fills in the head, and puts the page into the visitor's language. */
export function startShell(): void {
  const navigation = create('nav', 'pages')
  const links = PAGES.map(path => {
    const link = create('a')
    link.href = path
    if (path === location.pathname) link.ariaCurrent = 'page'
    return link
  })
  navigation.append(...links)

  const other = createButton('language')
  other.addEventListener('click', () => setLanguage(language() === 'en' ? 'zh' : 'en'))

  const brand = create('a', 'brand', 'Teleprinter')
  brand.href = '/'
  const tape = create('span', 'tape')
  tape.ariaHidden = 'true'
  element('masthead', HTMLElement).append(brand, navigation, other, tape)

  function label(): void {
    const { pages, navigation: name, other: otherLanguage } = say(words)
    for (const [i, link] of links.entries()) link.textContent = pages[i] ?? ''
    navigation.ariaLabel = name
    other.textContent = otherLanguage
    other.lang = language() === 'en' ? 'zh-Hans' : 'en'
  }
  label()
  onLanguage(label)
  translatePage()
}
