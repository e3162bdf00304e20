/** Every colour of the console, once: Vuetify, the style sheets and the charts all read it here.
 *
 * Neutral greys and one accent; hue means severity and nothing else. The severity colours differ in lightness
 * too, and each has a shape of its own beside it, so none is told by hue alone. Text colours reach WCAG AA
 * (4.5:1) on `surface` and `background`: `palette.test.ts` computes it.
 */

export const BANDS = ['critical', 'high', 'medium', 'low', 'informational'] as const
export type Band = (typeof BANDS)[number]

export interface Palette extends Record<Band, string> {
  background: string
  surface: string
  raised: string
  line: string
  text: string
  muted: string
  accent: string
  quiet: string
  good: string
  /** Severities as areas: marks and bars, which need less contrast than text and more difference among themselves. */
  fill: Record<Band, string>
}

export const dark: Palette = {
  background: '#0d1115',
  surface: '#14191f',
  raised: '#1c232b',
  line: '#29323c',
  text: '#d9dfe6',
  muted: '#97a3b0',
  accent: '#54bfb2',
  quiet: '#3d4955',
  good: '#7fb08a',
  critical: '#ff6b81',
  high: '#f99b46',
  medium: '#e9cf63',
  low: '#7cb2e6',
  informational: '#98a4b0',
  fill: { critical: '#ff6b81', high: '#f99b46', medium: '#e9cf63', low: '#7cb2e6', informational: '#8d99a6' },
}

export const light: Palette = {
  background: '#f3f5f7',
  surface: '#ffffff',
  raised: '#edf0f3',
  line: '#d8dee4',
  text: '#1a222b',
  muted: '#55616e',
  accent: '#0a6e63',
  quiet: '#b4bfca',
  good: '#2f6b3d',
  critical: '#b3123a',
  high: '#a84b00',
  medium: '#7a5c00',
  low: '#1d609f',
  informational: '#5a6571',
  fill: { critical: '#cb2450', high: '#ee8a3a', medium: '#ecc93f', low: '#62a1dd', informational: '#a3afbb' },
}

export const palettes = { dark, light } as const
export type ThemeName = keyof typeof palettes
