import { createVuetify } from 'vuetify'
import { aliases, mdi } from 'vuetify/iconsets/mdi-svg'
import { palettes, type Palette } from './palette'

function colours({ fill, ...palette }: Palette) {
  return {
    ...palette,
    ...Object.fromEntries(Object.entries(fill).map(([band, colour]) => [`fill-${band}`, colour])),
    primary: palette.accent,
    error: palette.critical,
    warning: palette.medium,
    info: palette.low,
    success: palette.good,
    'on-background': palette.text,
    'on-surface': palette.text,
  }
}

const flat = { variant: 'outlined', density: 'compact', hideDetails: 'auto' } as const

export const vuetify = createVuetify({
  icons: { defaultSet: 'mdi', aliases, sets: { mdi } },
  theme: {
    defaultTheme: 'dark',
    themes: {
      dark: { dark: true, colors: colours(palettes.dark) },
      light: { dark: false, colors: colours(palettes.light) },
    },
  },
  defaults: {
    VBtn: { density: 'compact', variant: 'text', rounded: 'sm' },
    VTextField: flat,
    VTextarea: flat,
    VSelect: flat,
    VMenu: { offset: 4 },
    VTooltip: { openDelay: 400 },
  },
})
