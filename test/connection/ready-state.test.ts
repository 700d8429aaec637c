import { expect, test, vi } from 'vitest'
import { CLOSED, CONNECTING, OPEN, trackReadyState } from '../../src/connection/ready-state.ts'
import { StreamError } from '../../src/errors.ts'

test("trackReadyState() is ahead of the app's callbacks, and passes on what they are to hear", () => {
  const heard: unknown[] = []
  const { callbacks, readyState } = trackReadyState({
    onOpen: response => heard.push([readyState(), response]),
    onRetry: info => heard.push([readyState(), info]),
    onClose: ending => heard.push([readyState(), ending]),
  })
  const response = new Response()
  const info = { attempt: 1, delay: 5, reason: new StreamError('ended', 'Event stream ended') }
  const ending = { outcome: 'done', lastEventId: '' } as const
  expect(readyState()).toBe(CONNECTING)
  callbacks.onOpen(response)
  callbacks.onRetry(info)
  callbacks.onClose(ending)
  expect(heard).toEqual([[OPEN, response], [CONNECTING, info], [CLOSED, ending]])
})

test('trackReadyState() follows without callbacks, and past one that throws', () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {})
  const { callbacks, readyState } = trackReadyState({
    onOpen() {
      throw new Error('a bug of the app')
    },
  })
  callbacks.onOpen(new Response())
  expect(readyState()).toBe(OPEN)
  callbacks.onClose({ outcome: 'stopped', lastEventId: '' })
  expect(readyState()).toBe(CLOSED)
  expect(log).toHaveBeenCalledOnce()
  log.mockRestore()
})
