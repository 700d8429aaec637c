/** The `lang` of a text, so that ideographs are drawn and read out as Chinese has them; `''` where that is not known. */
export function langOf(text: string): string {
  return /\p{Script=Han}/u.test(text) && !/[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text) ? 'zh-Hans' : ''
}
