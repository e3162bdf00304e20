import { useI18n } from 'vue-i18n'
import type { Words } from '.'

/** Picks the user's language out of a text that comes in both; the other one where it is empty. */
export function useWords() {
  const { locale } = useI18n()
  return (words: Words): string => (locale.value === 'en' ? words.en || words.zh : words.zh || words.en)
}
