import { element } from '../shell/elements.ts'
import { startShell } from '../shell/shell.ts'
import { startConversation } from './conversation.ts'
import { startScroll } from './scroll.ts'
import { startSettings } from './settings.ts'
import { startStatus } from './status.ts'

startShell()
startConversation(startSettings(), startStatus())
startScroll(element('prompt', HTMLTextAreaElement))
