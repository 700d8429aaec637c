import { driveFirefox } from './drive.ts'
import { testPages } from './pages.ts'

testPages('in Firefox,', driveFirefox)
