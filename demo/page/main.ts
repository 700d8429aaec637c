import { startChat } from './chat.ts'
import { startFeed } from './feed.ts'

startChat()
startFeed()
