import { driveChromium } from './drive.ts'
import { testPages } from './pages.ts'

testPages('in Chromium,', driveChromium)
