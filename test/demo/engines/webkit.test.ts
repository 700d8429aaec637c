import { driveWebKit } from './drive.ts'
import { testPages } from './pages.ts'

testPages('in WebKit,', driveWebKit)
