/** `1,234`: the same in both languages, as columns of machines are. */
export function formatNumber(value: number): string {
  return Math.round(value).toLocaleString('en')
}

/** Milliseconds as they are, and seconds where those would be a long number. */
export function duration(ms: number): string {
  return ms < 99_999.5 ? `${formatNumber(ms)}\u00A0ms` : `${(ms / 1000).toLocaleString('en', { maximumFractionDigits: 1 })}\u00A0s`
}

/** `12.3 kB`. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes}\u00A0B`
  const [value, unit] = bytes < 999_950 ? [bytes / 1000, 'kB'] : [bytes / 1_000_000, 'MB']
  return `${value.toLocaleString('en', { maximumFractionDigits: 1 })}\u00A0${unit}`
}

/** `14:03:07.042` on the visitor's clock. */
export function clock(at: number): string {
  const date = new Date(at)
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()].map(part => String(part).padStart(2, '0'))
  return `${parts.join(':')}.${String(date.getMilliseconds()).padStart(3, '0')}`
}

/** Seconds with one digit behind the point: `1.4`. */
export function seconds(ms: number): string {
  return (ms / 1000).toFixed(1)
}

/** `14:03:07` on the visitor's clock, or at a time that is given. */
export function time(at = new Date()): string {
  return at.toLocaleTimeString('en-GB')
}
