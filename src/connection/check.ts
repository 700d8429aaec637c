/** Refuses an option at the door, so that a mistake is not taken for a stream that fails. */
export function check(isRight: boolean, name: string, what: string, value: unknown, ErrorClass: ErrorConstructor = TypeError): void {
  if (!isRight) throw new ErrorClass(`Cannot use ${name}: not ${what}: ${String(value)}`)
}

/** Refuses options, by name, that are no numbers of a range. */
export function checkRange(options: Record<string, number>, least = 0, most = Infinity): void {
  for (const [name, value] of Object.entries(options)) {
    check(typeof value === 'number' && value >= least && value <= most, name, `a number from ${least} to ${most}`, value, RangeError)
  }
}
