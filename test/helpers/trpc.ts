import { initTRPC, tracked } from '@trpc/server'

interface Context {
  authorization: string | undefined
  /** Breaks the connection. */
  drop: () => void
}

const { procedure, router } = initTRPC.context<Context>().create()

const parseInput = (input: unknown) => input as { lastEventId?: string } | undefined

const untilLeft = (signal: AbortSignal | undefined) => new Promise(resolve => signal?.addEventListener('abort', resolve))

/** What a server of tRPC's streams: events with names of its own, ids, and an end. */
export const trpcRouter = router({
  // three events, and the connection breaks after the first
  feed: procedure.input(parseInput).subscription(async function* ({ ctx: { authorization, drop }, input, signal }) {
    if (!input?.lastEventId) {
      yield tracked('1', `event 1 for ${authorization}`)
      drop()
      await untilLeft(signal)
      return
    }
    yield tracked('2', `event 2 for ${authorization}, after ${input.lastEventId}`)
    yield tracked('3', 'event 3')
  }),
  endless: procedure.subscription(async function* ({ signal }) {
    yield 'here'
    await untilLeft(signal)
  }),
})

export type TrpcRouter = typeof trpcRouter
