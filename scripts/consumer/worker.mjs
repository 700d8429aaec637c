// runtime.mjs in a worker, which prints what that prints
import { Worker } from 'node:worker_threads'

export default new Worker(new URL('runtime.mjs', import.meta.url), { argv: process.argv.slice(2) })
