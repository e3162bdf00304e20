/** What may be typed next: a field's name, or one of a field's values. */
import type { FieldCard } from '@/api/schema'

export interface Option {
  /** What is put in place of what was typed. */
  text: string
  label: string
  meaning: string
}

export interface Completion {
  from: number
  to: number
  options: Option[]
}

const WORD = /[\p{L}\p{N}_@.-]*$/u
const MOST = 12

/** Better first: the name begins so, then a part of it does, then it is somewhere inside. */
function rank(name: string, typed: string): number {
  const at = name.toLowerCase().indexOf(typed)
  if (at <= 0) return at === 0 ? 0 : 9
  return /[._]/.test(name[at - 1]!) ? 1 : 2
}

function best(options: Option[], typed: string, from: number, to: number): Completion | null {
  const found = options
    .map((option) => ({ option, rank: Math.min(rank(option.label, typed), rank(option.meaning, typed) + 3) }))
    .filter((each) => each.rank < 9)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, MOST)
    .map((each) => each.option)
  return found.length ? { from, to, options: found } : null
}

/** What fits at the caret.
 *
 * @param values known values of a field, as they stand in a query.
 */
export function complete(
  query: string,
  caret: number,
  fields: FieldCard[],
  language: 'zh' | 'en',
  values: (field: string) => Option[],
): Completion | null {
  const before = query.slice(0, caret)
  if ((before.match(/(?<!\\)"/g)?.length ?? 0) % 2) return null
  const typed = WORD.exec(before)![0]
  const from = caret - typed.length
  const field = /([\p{L}\p{N}_@.]+):\(?$/u.exec(before.slice(0, from))?.[1]
  if (field) return best(values(field), typed.toLowerCase(), from, caret)
  if (!typed || /^(and|or|not)$/i.test(typed)) return null
  const names = fields.map(({ name, zh, en }) => ({ text: `${name}:`, label: name, meaning: (language === 'zh' && zh) || en }))
  const found = best(names, typed.toLowerCase(), from, caret)
  return found?.options.length === 1 && found.options[0]!.label === typed ? null : found
}
