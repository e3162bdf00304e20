import { useI18n } from 'vue-i18n'

/** The name of a device's role; a role that nobody has a word for stands as it is. */
export function useRoles() {
  const { t, te } = useI18n()
  return (role: string): string => {
    const key = `assets.roles.${role || 'unknown'}`
    return te(key) ? t(key) : role
  }
}
