// The entries as TypeScript's own `require`; copied beside the type tests
import teleprinter = require('teleprinter')
import dialects = require('teleprinter/dialects')
import compatible = require('teleprinter/fetch-event-source')
import md = require('teleprinter/markdown')

const stream: teleprinter.TextStream = teleprinter.streamText('Why?', { dialect: dialects.anthropic })
const renderer: teleprinter.Renderer = md.markdown(document.body)
const started: Promise<void> = compatible.fetchEventSource('/events')
// @ts-expect-error -- a number is no element
md.markdown(7)
export = { stream, renderer, started }
