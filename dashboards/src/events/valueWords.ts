import { useI18n } from 'vue-i18n'

/** Fields whose values are words of ours; elsewhere the same word is somebody's name for something. */
const OURS = new Set(['ot.direction', 'ot.outcome', 'ot.quality', 'ot.object.type', 'network.transport', 'connection.established'])

/** A value in the user's language where it is one of ours, else as it is. */
export function useValueWords() {
  const { t, te } = useI18n()
  return (field: string, value: string): string => {
    const key = `events.values.${value}`
    return OURS.has(field) && te(key) ? t(key) : value
  }
}
