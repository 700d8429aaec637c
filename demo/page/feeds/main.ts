import { startShell } from '../shell/shell.ts'
import { startFeed } from './events.ts'
import { startLog } from './log.ts'
import { startRoom } from './room.ts'
import { startTicker } from './ticker.ts'

startShell()
startFeed()
startTicker()
startLog()
startRoom()
