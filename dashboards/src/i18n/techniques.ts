import { useI18n } from 'vue-i18n'
import names from './techniques.json'

/** Names of ATT&CK for ICS techniques by id (MITRE, version 18.1; the Chinese is ours). */
const known = names as Record<string, { en: string; zh: string }>

/** The technique's name in the user's language, or its bare id. */
export function useTechniques() {
  const { locale } = useI18n()
  return (id: string): string => known[id]?.[locale.value === 'en' ? 'en' : 'zh'] ?? id
}
