import { startShell } from '../shell/shell.ts'
import { startInspector } from './inspector.ts'

startShell()
startInspector()
