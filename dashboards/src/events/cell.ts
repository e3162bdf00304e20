import { useNumbers } from '@/i18n/numbers'
import { protocolName } from '@/i18n/protocols'
import { narrow } from '@/time/format'
import { details, DETAILS } from './columns'
import type { Row } from './queries'
import { useValueWords } from './valueWords'
import { useCommands } from './vocabulary'

const DIGITS = 7

/** A value as a table shows it: times in the local zone, codes in words, durations in milliseconds. */
export function useCell() {
  const worded = useValueWords()
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
    // A float of four bytes has seven good digits; the row's details show all that came.
    if (typeof value === 'number') return String(Number.isInteger(value) ? value : Number(value.toPrecision(DIGITS)))
    return worded(column, String(value))
  }
}
