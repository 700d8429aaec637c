import { afterAll, describe, expect, inject, test } from 'vitest'
import type { Row, Scope } from '../helpers/conformance/row.ts'
import { notReached, rows } from '../helpers/conformance/rows.ts'
import type { Order, Outcome } from '../helpers/conformance/scope.ts'

const ports = inject('conformance')
const CLASSES = ['ours', 'own'] as const
const SCOPES: Record<Scope, string> = {
  window: 'a window', dedicated: 'a dedicated worker', shared: 'a shared worker', service: 'a service worker',
}

/** The engine and its version, in short; of two names that it goes by the more telling one. */
function engineName(): string {
  const { userAgent } = navigator
  const [, name, version] = /(Firefox|Chrome)\/(\d+)/.exec(userAgent) ?? /(Version)\/([\d.]+)/.exec(userAgent) ?? []
  return `${name === 'Chrome' ? 'Chromium' : name === 'Firefox' ? name : 'WebKit'} ${version}`
}
const engine = engineName()

const local = (port: number | undefined, host = 'localhost') => `http://${host}:${port}`
const frames = new Map<string, Promise<HTMLIFrameElement>>()
afterAll(async () => {
  for (const frame of await Promise.all(frames.values())) frame.remove()
})

/** A page of the server that answers orders, by itself or by a worker that it starts. */
function openFrame(address: string): Promise<HTMLIFrameElement> {
  const frame = document.createElement('iframe')
  frame.src = address
  const loaded = new Promise<HTMLIFrameElement>(resolve => frame.addEventListener('load', () => resolve(frame)))
  document.body.append(frame)
  return loaded
}

async function check(which: (typeof CLASSES)[number], scope: Scope, row: Row, label: string): Promise<Outcome> {
  const { name, alone, oursOnly } = row
  if (!engine.startsWith(row.engine ?? '') || (oursOnly && which === 'own')) return { result: 'missing' }
  const index = CLASSES.indexOf(which)
  const port = ports[index * 4 + Object.keys(SCOPES).indexOf(scope)]
  const address = `${local(port)}/${which}/${scope}/page.html`
  if (!alone && !frames.has(address)) frames.set(address, openFrame(address))
  const frame = await (alone ? openFrame(address) : frames.get(address) as Promise<HTMLIFrameElement>)
  const elsewhere = ports[8 + index]
  const order: Order = { row: name, label, elsewhere: local(elsewhere), abroad: local(elsewhere, 'bücher.localhost') }
  const { port1, port2 } = new MessageChannel()
  const outcome = new Promise<Outcome>(resolve => (port1.onmessage = event => resolve(event.data as Outcome)))
  frame.contentWindow?.postMessage(order, '*', [port2])
  return outcome.finally(() => {
    port1.close()
    if (alone) frame.remove()
  })
}

describe.concurrent('EventSource does what the standard says:', { timeout: 15_000 }, () => {
  for (const row of rows) {
    for (const scope of row.scopes) {
      for (const label of Object.keys(row.checks)) {
        test(`${row.name}${label && `: ${label}`}, in ${SCOPES[scope]}`, async ({ task }) => {
          const [ours, own] = await Promise.all([check('ours', scope, row, label), check('own', scope, row, label)])
          task.meta.conformance = { row: row.name, scope, engine, ours, own }
          const known = notReached.find(other =>
            other.row === row.name && (other.label ?? label) === label && engine.startsWith(other.engine ?? ''))
          if (known && ours.result === 'passed') throw new Error(`Take it from the list of what is not reached: ${known.why}`)
          // The engine's own class is only recorded
          if (!known && ours.result === 'failed') throw new Error(ours.why)
        })
      }
    }
  }

  test('the list of what is not reached names checks that are there', () => {
    for (const { row: name, label } of notReached) {
      const row = rows.find(other => other.name === name)
      expect(row, name).toBeDefined()
      if (label) expect(Object.keys(row?.checks ?? {})).toContain(label)
    }
  })
})
