/** A sheet that text is typed on. */
export interface Paper {
  write(text: string): void
  /** A new sheet, for text in this language. */
  clear(lang: string): void
}

export function createPaper(box: HTMLElement): Paper {
  let text = new Text()
  return {
    write(piece) {
      // Somebody who has scrolled up is reading
      const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 8
      text.appendData(piece)
      if (atEnd) box.scrollTop = box.scrollHeight
    },
    clear(lang) {
      text = new Text()
      box.replaceChildren(text)
      box.lang = lang
    },
  }
}
