// A line break with its indentation, one or two ideographs, a word with the space before it, or a single code point.
// Longer words come in two pieces, and an emoji made of several code points in as many: real tokenizers do both.
const TOKEN = /\n+ *| ?\p{Ideographic}{1,2}| ?[\p{L}\p{M}\p{N}]{1,8}| ?\S| +|./gsu

/** Cuts a text into pieces the size of a language model's tokens. Joined, they are the text. */
export function tokenize(text: string): string[] {
  return text.match(TOKEN) ?? []
}
