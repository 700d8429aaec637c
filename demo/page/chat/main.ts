import { startShell } from '../shell/shell.ts'
import { startChat } from './chat.ts'

startShell()
startChat()
