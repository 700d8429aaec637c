// Puts our class in the place of the engine's own, as an app does. Bundled alone: a bundle that names both would rename one.
import { EventSource } from '../../../src/index.ts'

Object.defineProperty(globalThis, 'EventSource', { value: EventSource, writable: true, enumerable: false, configurable: true })
