export { auto } from './auto.ts'
export { openai } from './openai.ts'
export { rawText } from './raw-text.ts'
