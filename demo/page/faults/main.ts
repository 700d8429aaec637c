import { startShell } from '../shell/shell.ts'
import { startFaults } from './faults.ts'

startShell()
startFaults()
