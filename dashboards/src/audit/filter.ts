/** Which entries of the audit log are shown: kept in the page's address, so that they can be linked to. */
import type { LocationQuery } from 'vue-router'
import type { AuditEntry, paths } from '@/api/schema'
import { rangeFrom, rangeTo, resolve, type Range, type Span } from '@/time/range'

type Asked = NonNullable<paths['/api/audit']['get']['parameters']['query']>
export type ActionName = NonNullable<Asked['action']>[number]

/** Actions by what they are done to, in the order of the menu. */
export const ACTIONS = {
  alert: ['alert.acknowledged', 'alert.false_positive', 'alert.open'],
  capture: ['capture.uploaded', 'capture.deleted'],
  inspection: ['inspection.ordered', 'inspection.cancelled'],
  rectification: ['rectification.open', 'rectification.in_progress', 'rectification.done', 'rectification.verified', 'rectification.none_needed'],
  session: ['session.begun', 'session.refused', 'session.ended', 'password.changed'],
  user: [
    'user.created', 'user.renamed', 'user.role_viewer', 'user.role_analyst', 'user.role_administrator',
    'user.scope_changed', 'user.disabled', 'user.enabled', 'user.password_reset', 'user.removed',
  ],
} as const satisfies Record<string, readonly ActionName[]>
export type Group = keyof typeof ACTIONS
export const GROUPS = Object.keys(ACTIONS) as Group[]
/** Long enough for what must be kept half a year. */
const USUAL: Span = '180d'

export interface Filter {
  /** A name; empty for everyone. */
  user: string
  actor: AuditEntry['actor'] | ''
  action: Group | ActionName | ''
  range: Range
}

const all: readonly string[] = [...GROUPS, ...Object.values(ACTIONS).flat()]
const isAction = (value: unknown): value is Group | ActionName => all.includes(value as string)

export function fromAddress(query: LocationQuery): Filter {
  return {
    user: typeof query.user === 'string' ? query.user.slice(0, 100) : '',
    actor: query.actor === 'platform' ? 'platform' : '',
    action: isAction(query.action) ? query.action : '',
    range: rangeFrom(query, USUAL),
  }
}

export function toAddress({ user, actor, action, range }: Filter): Record<string, string> {
  return { ...(user ? { user } : {}), ...(actor ? { actor } : {}), ...(action ? { action } : {}), ...rangeTo(range, USUAL) }
}

const actionsOf = (action: Group | ActionName): ActionName[] => (action in ACTIONS ? [...ACTIONS[action as Group]] : [action as ActionName])

/** The filter as the server's parameters; a span goes up to now by the server's clock, not by the browser's. */
export function parameters({ user, actor, action, range }: Filter, now: number) {
  const { start, end } = resolve(range, now)
  return {
    start,
    ...('span' in range ? {} : { end }),
    ...(user ? { user } : {}),
    ...(actor ? { actor } : {}),
    ...(action ? { action: actionsOf(action) } : {}),
  }
}
