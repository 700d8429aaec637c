import type { CreateDisplay } from './display.ts'
import { fixed } from './fixed.ts'
import { ours } from './ours.ts'
import { raw } from './raw.ts'
import { smooth } from './smooth.ts'

export const DISPLAYS = ['ours', 'raw', 'fixed', 'smooth'] as const
export type DisplayName = (typeof DISPLAYS)[number]

/** All four ways, with ours at this speed. */
export function createDisplays(speed: 'auto' | number): Record<DisplayName, CreateDisplay> {
  return { ours: ours(speed), raw, fixed: fixed(30), smooth }
}
