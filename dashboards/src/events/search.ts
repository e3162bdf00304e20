/** What the history is asked for: kind of row, query text, time; kept in the page's address. */
import type { LocationQuery } from 'vue-router'
import type { RowKind } from '@/api/schema'
import { rangeFrom, rangeTo, type Range, type Span } from '@/time/range'

export const KINDS: RowKind[] = ['messages', 'transactions', 'points', 'connections']
const USUAL: Span = '24h'

export interface Search {
  kind: RowKind
  q: string
  range: Range
}

export function searchFrom(query: LocationQuery): Search {
  return {
    kind: KINDS.find((kind) => kind === query.rows) ?? 'messages',
    q: typeof query.q === 'string' ? query.q : '',
    range: rangeFrom(query, USUAL),
  }
}

export function searchTo(search: Search): Record<string, string> {
  return {
    ...(search.kind === 'messages' ? {} : { rows: search.kind }),
    ...(search.q ? { q: search.q } : {}),
    ...rangeTo(search.range, USUAL),
  }
}

/** A value as the query language wants it: bare where it is one plain word, else quoted. */
export function quoted(value: unknown): string {
  const text = String(value)
  return /^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u.test(text) && !/^(and|or|not|to)$/i.test(text)
    ? text
    : `"${text.replace(/["\\]/g, '\\$&')}"`
}

/** Whether the query has an `or` outside of brackets and quotes, so that another clause needs brackets around it. */
function loose(query: string): boolean {
  const bare = query.replace(/"(\\.|[^"\\])*"/g, '""')
  let depth = 0
  for (const [word] of bare.matchAll(/[()[\]{}]|[^\s()[\]{}]+/g)) {
    if ('([{'.includes(word)) depth++
    else if (')]}'.includes(word)) depth--
    else if (depth === 0 && /^(or|\|\|)$/i.test(word)) return true
  }
  return false
}

/** The query narrowed to rows with (or, `without`, lacking) a value of a field. */
export function narrowed(query: string, field: string, value: unknown, without = false): string {
  const clause = `${without ? 'not ' : ''}${field}:${quoted(value)}`
  const old = query.trim()
  if (!old) return clause
  if (old.split(/\s+and\s+/i).includes(clause)) return old
  return `${loose(old) ? `(${old})` : old} and ${clause}`
}
