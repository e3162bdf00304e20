/** From when to when: the last so many seconds, or two fixed moments. */
import type { LocationQuery } from 'vue-router'

export const SPANS = { '15m': 900, '1h': 3600, '6h': 21_600, '24h': 86_400, '7d': 604_800, '30d': 2_592_000, '180d': 15_552_000 } as const
export type Span = keyof typeof SPANS
export type Range = { span: Span } | { start: string; end: string }

/** Both ends as RFC 3339. */
export interface Moments {
  start: string
  end: string
}

const known = (text: unknown): text is Span => typeof text === 'string' && text in SPANS
const isTime = (text: unknown): text is string => typeof text === 'string' && !Number.isNaN(Date.parse(text))

export function rangeFrom(query: LocationQuery, other: Span): Range {
  if (isTime(query.start) && isTime(query.end) && query.start < query.end) return { start: query.start, end: query.end }
  return { span: known(query.span) ? query.span : other }
}

export function rangeTo(range: Range, other: Span): Record<string, string> {
  if ('start' in range) return { start: range.start, end: range.end }
  return range.span === other ? {} : { span: range.span }
}

/** The moments that a range means now. */
export function resolve(range: Range, now: number): Moments {
  if ('start' in range) return { start: range.start, end: range.end }
  return { start: new Date(now - SPANS[range.span] * 1000).toISOString(), end: new Date(now).toISOString() }
}
