import type { RowKind } from '@/api/schema'
import type { Row } from './queries'

/** A column that is no field: what the protocol's own fields say, in one line. */
export const DETAILS = 'details'

const ENDS = ['@timestamp', 'source.ip', 'destination.ip', 'network.protocol']

/** Columns to begin with. */
export const COLUMNS: Record<RowKind, string[]> = {
  messages: [...ENDS, 'ot.direction', 'ot.command', DETAILS],
  transactions: [...ENDS, 'ot.command', 'ot.outcome', 'ot.round_trip_time', DETAILS],
  points: [...ENDS, 'ot.object.type', 'ot.object.group', 'ot.object.address', 'ot.value', 'ot.quality'],
  connections: ['@timestamp', 'source.ip', 'destination.ip', 'destination.port', 'network.transport', 'connection.established', 'network.packets', 'network.bytes'],
}

/** Fields whose commonest values stand beside the table. */
export const FACETS: Record<RowKind, string[]> = {
  messages: ['network.protocol', 'ot.command', 'ot.direction', 'source.ip', 'destination.ip', 'ot.site.id'],
  transactions: ['network.protocol', 'ot.command', 'ot.outcome', 'source.ip', 'destination.ip', 'ot.site.id'],
  points: ['network.protocol', 'ot.object.type', 'ot.quality', 'source.ip', 'destination.ip', 'ot.site.id'],
  connections: ['network.transport', 'destination.port', 'connection.established', 'source.ip', 'destination.ip', 'ot.site.id'],
}

const NUMERIC = new Set(['integer', 'long', 'double'])

export function isNumber(kind: string | undefined): boolean {
  return kind !== undefined && NUMERIC.has(kind)
}

/** Of the framing: they tell messages apart, and say nothing of what was done. */
const FRAMING = /\.(transaction_id|pdu_reference|session_handle|sender_context|apdu_type|\w*sequence|length)$/

/** The protocol's own fields of a row: `write single register · address 5 · quantity 1`. */
export function details(row: Row): string {
  const prefix = `${row['network.protocol']}.`
  const own = Object.entries(row).filter(([name, value]) => name.startsWith(prefix) && value !== null && value !== false)
  const named = new Set(own.filter(([name]) => name.endsWith('_name')).map(([name]) => name.slice(0, -5)))
  const words = own.filter(([name]) => name.endsWith('_name')).map(([, value]) => spoken(String(value)))
  const rest = own
    .filter(([name]) => !name.endsWith('_name') && !named.has(name) && !FRAMING.test(name))
    .map(([name, value]) => spoken(name.slice(prefix.length)) + (value === true ? '' : ` ${value}`))
  return [...words, ...rest].join(' · ')
}

/** Words without underscores; a code such as `C_DC_NA_1` is written so in its standard. */
function spoken(name: string): string {
  return /[a-z]/.test(name) ? name.replaceAll('_', ' ') : name
}
