import { getEventListeners } from 'node:events'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { onPageCache } from '../../src/connection/page-cache.ts'

afterEach(() => void vi.unstubAllGlobals())

const leaving = (persisted: boolean) => Object.assign(new Event('pagehide'), { persisted })

describe('onPageCache()', () => {
  test('calls when the page is put away, not when it is left for good, and no more once the signal is aborted', () => {
    const page = new EventTarget()
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
    const controller = new AbortController()
    const callback = vi.fn()
    onPageCache('pagehide', callback, controller.signal)
    page.dispatchEvent(leaving(false))
    expect(callback).not.toHaveBeenCalled()
    page.dispatchEvent(leaving(true))
    expect(callback).toHaveBeenCalledOnce()
    controller.abort()
    expect(getEventListeners(page, 'pagehide')).toEqual([])
  })

  test('does nothing where there is no page', () => {
    expect(() => onPageCache('pagehide', () => {}, new AbortController().signal)).not.toThrow()
  })
})
