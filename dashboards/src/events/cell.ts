import { useI18n } from 'vue-i18n'
import { useNumbers } from '@/i18n/numbers'
import { protocolName } from '@/i18n/protocols'
import { narrow } from '@/time/format'
import { details, DETAILS } from './columns'
import type { Row } from './queries'
import { useCommands } from './vocabulary'

/** A value as a table shows it: times in the local zone, codes in words, durations in milliseconds. */
export function useCell() {
  const { t, te } = useI18n()
  const { commandName } = useCommands()
  const { whole } = useNumbers()
  return (row: Row, column: string): string => {
    if (column === DETAILS) return details(row)
    const value = row[column]
    if (value === undefined || value === null) return ''
    if (column.endsWith('timestamp')) return narrow(String(value))
    if (column === 'ot.command') return commandName(value)
    if (column === 'network.protocol') return protocolName(String(value))
    if (column === 'ot.round_trip_time') return `${whole(Number(value) / 1e6)} ms`
    return typeof value === 'string' && te(`events.values.${value}`) ? t(`events.values.${value}`) : String(value)
  }
}
