import { ref, watch } from 'vue'
import { useTheme } from 'vuetify'
import { remembered } from '@/shell/remembered'
import { palettes, type ThemeName } from './palette'

const stored = remembered('theme')
const name = ref<ThemeName>(stored.get() === 'light' ? 'light' : 'dark')

/** Which theme the user wants; dark to begin with, for the rooms this is looked at in are dim. */
export const themeName = name

/** The colours of the theme in use, for charts. */
export function usePalette() {
  return () => palettes[name.value]
}

/** Keeps Vuetify, the document and the browser's memory in step with the choice. */
export function useThemePreference(): void {
  const theme = useTheme()
  watch(
    name,
    (chosen) => {
      theme.change(chosen)
      document.documentElement.style.colorScheme = chosen
      stored.set(chosen)
    },
    { immediate: true },
  )
}
