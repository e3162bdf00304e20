import { describe, expect, it } from 'vitest'
import { BANDS, palettes } from './palette'

function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(one: string, other: string): number {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number]
  return (lighter + 0.05) / (darker + 0.05)
}

describe.each(Object.entries(palettes))('the %s palette', (_, palette) => {
  const texts = ['text', 'muted', 'accent', 'good', ...BANDS] as const
  const grounds = ['background', 'surface', 'raised'] as const

  it.each(texts.flatMap((text) => grounds.map((ground) => [text, ground] as const)))(
    'lets %s be read on %s (WCAG AA)',
    (text, ground) => expect(contrast(palette[text], palette[ground])).toBeGreaterThanOrEqual(4.5),
  )
})
