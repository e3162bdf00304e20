/** Which alerts the queue shows: kept in the page's address, so that it can be linked to and gone back to. */
import type { LocationQuery } from 'vue-router'
import { moment } from '@/time/format'
import type { Alert, Order, Review } from '@/api/schema'

export type State = Review['state']
export type Kind = Alert['kind']
export const STATES: State[] = ['open', 'acknowledged', 'false_positive']
export const KINDS: Kind[] = ['rule', 'baseline', 'model']

export interface Filter {
  state: State | 'all'
  kind: Kind | ''
  least: number
  protocol: string
  rule: string
  address: string
  text: string
  order: Order
}

export const WHOLE: Filter = { state: 'open', kind: '', least: 0, protocol: '', rule: '', address: '', text: '', order: 'newest' }

function one<Value extends string>(value: unknown, known: readonly Value[], other: Value): Value {
  return known.find((each) => each === value) ?? other
}

const text = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 200) : '')

/** The filter that an address asks for; what it does not know it leaves out. */
export function fromAddress(query: LocationQuery): Filter {
  return {
    state: one(query.state, [...STATES, 'all'] as const, 'open'),
    kind: one(query.kind, [...KINDS, ''] as const, ''),
    least: Math.min(100, Math.max(0, Number(query.least) || 0)),
    protocol: text(query.protocol),
    rule: text(query.rule),
    address: text(query.address),
    text: text(query.text),
    order: one(query.order, ['newest', 'severity'] as const, 'newest'),
  }
}

/** The address of a filter: only what differs from the whole queue. */
export function toAddress(filter: Filter): Record<string, string> {
  const different = Object.entries(filter).filter(([name, value]) => value !== WHOLE[name as keyof Filter])
  return Object.fromEntries(different.map(([name, value]) => [name, String(value)]))
}

/** The filter as the server's parameters. */
export function parameters(filter: Filter) {
  return {
    ...(filter.state === 'all' ? {} : { state: [filter.state] }),
    ...(filter.kind ? { kind: [filter.kind] } : {}),
    ...(filter.least ? { least_severity: filter.least } : {}),
    ...(filter.protocol ? { protocol: filter.protocol } : {}),
    ...(filter.rule ? { rule: filter.rule } : {}),
    ...(filter.address ? { address: filter.address } : {}),
    ...(filter.text ? { text: filter.text } : {}),
  }
}

/** Whether an alert that just came belongs into the filtered queue. */
export function fits(alert: Alert, filter: Filter): boolean {
  const words = [alert.name.en, alert.name.zh, alert.message.en, alert.message.zh].join('\n').toLowerCase()
  return (
    (filter.state === 'all' || alert.review.state === filter.state) &&
    (!filter.kind || alert.kind === filter.kind) &&
    alert.severity >= filter.least &&
    (!filter.protocol || alert.protocol === filter.protocol) &&
    (!filter.rule || alert.rule === filter.rule) &&
    (!filter.address || alert.source.ip === filter.address || alert.destination.ip === filter.address) &&
    words.includes(filter.text.toLowerCase())
  )
}

/** Order of the queue, as the server's: by the first evidence, so that an alert that goes on stays where it is. */
export function before(one: Alert, other: Alert, order: Order): number {
  const byTime = moment(other.first_seen).getTime() - moment(one.first_seen).getTime()
  return order === 'severity' ? other.severity - one.severity || byTime : byTime
}
