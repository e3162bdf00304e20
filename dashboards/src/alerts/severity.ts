import { BANDS, type Band } from '@/theme/palette'

export { BANDS, type Band }

/** Least severity of each band; the bounds are the server's. */
export const LEAST: Record<Band, number> = { critical: 90, high: 70, medium: 40, low: 20, informational: 0 }

/** The band of a severity from 0 to 100. */
export function band(severity: number): Band {
  return BANDS.find((each) => severity >= LEAST[each]) ?? 'informational'
}

/** Outline of each band's mark in a box of 16 × 16: an octagon, a triangle, a diamond, a disc, a ring. */
export const SHAPES: Record<Band, string> = {
  critical: 'M5.2 1.5h5.6l3.7 3.700v5.600l-3.7 3.700H5.200l-3.7-3.700V5.200z',
  high: 'M8 1.8 15 14H1z',
  medium: 'M8 1.5 14.5 8 8 14.5 1.5 8z',
  low: 'M8 3a5 5 0 1 0 0 10A5 5 0 0 0 8 3z',
  informational: 'M8 3a5 5 0 1 0 0 10A5 5 0 0 0 8 3zm0 2a3 3 0 1 1 0 6 3 3 0 0 1 0-6z',
}
