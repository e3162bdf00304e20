import { useI18n } from 'vue-i18n'
import { protocolName } from '@/i18n/protocols'

/** What a device speaks and on which side of it, as the platform says it: `modbus:server`. */
export function useSpoken() {
  const { t, te } = useI18n()
  return (text: string): { name: string; side: string } => {
    const [name = '', side = ''] = text.split(':')
    return { name: protocolName(name), side: te(`assets.sides.${side}`) ? t(`assets.sides.${side}`) : side }
  }
}
