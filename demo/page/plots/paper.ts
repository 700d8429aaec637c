/** A sheet that text is typed on. */
export interface Paper {
  write(text: string): void
  /** A new sheet, for text in this language. */
  clear(lang: string): void
}

/**
 * Only appends, and reads nothing of the layout: that would be counted as the display's own work. The box follows its end by CSS.
 */
export function createPaper(box: HTMLElement): Paper {
  const sheet = document.createElement('div')
  box.append(sheet)
  let text = new Text()
  return {
    write: piece => text.appendData(piece),
    clear(lang) {
      text = new Text()
      sheet.replaceChildren(text)
      sheet.lang = lang
    },
  }
}
