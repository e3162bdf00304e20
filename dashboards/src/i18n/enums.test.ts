import { describe, expect, it } from 'vitest'
import description from '../../openapi.json'
import en from './en.json'
import zh from './zh.json'
import { ACTIONS } from '../audit/filter'

/** Under which key each closed list of values of the interface has its words. */
const WORDS: Record<string, string[]> = {
  'rule baseline model': ['alerts.kinds'],
  'open acknowledged false_positive': ['alerts.states', 'alerts.verbs'],
  'newest severity': ['alerts.orders'],
  'waiting running done damaged failed': ['captures.states'],
  'waiting running done damaged failed cancelled': ['inspections.run'],
  'viewer analyst administrator': ['session.role', 'users.roleMeans'],
  'met not_met not_applicable not_observable': ['inspections.verdicts'],
  'none_needed open in_progress done verified': ['inspections.repairs'],
  'messages transactions points connections': ['events.kinds'],
  'industrial platform identifier': ['enterprises.kinds'],
  'user platform unknown': ['audit.actors', 'audit.actorMeans'],
  'alert capture inspection run user address other': ['audit.kinds'],
  [Object.values(ACTIONS).flat().join(' ')]: ['audit.actions'],
}
/** What no page shows as a value, and why. */
const UNSEEN: Record<string, string> = {
  'json pdf docx': 'names of file formats, the same in every language',
  'ok failing': 'for supervisors',
  'zh en': 'each language is named in itself',
}

function lists(part: unknown): string[] {
  if (typeof part !== 'object' || part === null) return []
  if (Array.isArray(part)) return part.flatMap(lists)
  return Object.entries(part).flatMap(([name, value]) => (name === 'enum' && Array.isArray(value) ? [value.join(' ')] : lists(value)))
}

function words(language: object, key: string): unknown {
  return key.split('.').reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined)?.[name], language)
}

describe('the values of the interface', () => {
  const found = [...new Set(lists(description))]

  it('are found at all', () => expect(found.length).toBeGreaterThan(8))

  it('each have words, or a reason to have none', () => {
    expect(found.filter((values) => !(values in WORDS) && !(values in UNSEEN))).toEqual([])
    expect([...Object.keys(WORDS), ...Object.keys(UNSEEN)].filter((values) => !found.includes(values))).toEqual([])
  })

  it.each(Object.entries(WORDS).flatMap(([values, keys]) => keys.map((key) => [key, values] as const)))('under %s are named in both languages', (key, values) => {
    for (const language of [zh, en]) expect(values.split(' ').filter((value) => !words(language, `${key}.${value}`))).toEqual([])
  })
})
