import { describe, expect, it } from 'vitest'
import { narrowed, quoted, searchFrom, searchTo } from './search'

describe('narrowing a query', () => {
  it('starts with the clause alone', () => expect(narrowed('', 'ot.command', 'ot_write_command')).toBe('ot.command:ot_write_command'))
  it('joins with and', () => expect(narrowed('a:1', 'b', 2)).toBe('a:1 and b:2'))
  it('keeps an or together', () => expect(narrowed('a:1 OR a:2', 'b', 3)).toBe('(a:1 OR a:2) and b:3'))
  it('leaves an or alone that is bracketed already', () => expect(narrowed('a:(1 or 2)', 'b', 3)).toBe('a:(1 or 2) and b:3'))
  it('leaves an or alone that is quoted', () => expect(narrowed('a:"1 or 2"', 'b', 3)).toBe('a:"1 or 2" and b:3'))
  it('excludes with not', () => expect(narrowed('a:1', 'b', 2, true)).toBe('a:1 and not b:2'))
  it('says nothing twice', () => expect(narrowed('a:1 and b:2', 'b', 2)).toBe('a:1 and b:2'))
})

describe('quoting a value', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['fe80::1', '"fe80::1"'],
    ['two words', '"two words"'],
    ['a"b\\', '"a\\"b\\\\"'],
    ['-1.5', '"-1.5"'],
    ['or', '"or"'],
    ['水泵', '水泵'],
  ])('%s reads %s', (value, text) => expect(quoted(value)).toBe(text))
})

describe('a search', () => {
  it('survives the way through the address', () => {
    const search = { kind: 'points' as const, q: 'ot.value:>5', range: { span: '7d' as const } }
    expect(searchFrom(searchTo(search))).toEqual(search)
  })
  it('begins with the messages of a day', () => expect(searchFrom({})).toEqual({ kind: 'messages', q: '', range: { span: '24h' } }))
})
