import type { DisplayName } from './displays/all.ts'
import type { Figures } from './figures.ts'

/** A display's variation, and its mean lag in milliseconds. */
export interface Finding { name: DisplayName; variation: number; lag: number }

/** What the figures come to. */
export interface Reading {
  /** The display with the least variation. */
  even: Finding
  /** The one with the least mean lag. */
  quick: Finding
  /** Ours beside raw: how many times as even, and how many milliseconds later. */
  beside: { times: number; later: number } | undefined
}

/** Reads the figures of all displays that have shown something; nothing where there is none. */
export function read(all: Partial<Record<DisplayName, Figures>>): Reading | undefined {
  const shown = (Object.entries(all) as [DisplayName, Figures][]).filter(([, { lag }]) => Number.isFinite(lag.mean))
  const least = (of: (figures: Figures) => number) => shown.reduce<[DisplayName, Figures] | undefined>(
    (best, other) => (best && of(best[1]) <= of(other[1]) ? best : other), undefined)
  const even = least(({ variation }) => variation)
  const quick = least(({ lag }) => lag.mean)
  if (!even || !quick) return undefined
  const { ours, raw } = Object.fromEntries(shown) as Partial<Record<DisplayName, Figures>>
  return {
    even: finding(...even),
    quick: finding(...quick),
    beside: ours && raw && { times: raw.variation / ours.variation, later: ours.lag.mean - raw.lag.mean },
  }
}

function finding(name: DisplayName, { variation, lag }: Figures): Finding {
  return { name, variation, lag: lag.mean }
}
