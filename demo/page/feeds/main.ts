import { startShell } from '../shell/shell.ts'
import { startFeed } from './events.ts'

startShell()
startFeed()
