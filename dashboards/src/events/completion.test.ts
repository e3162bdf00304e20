import { describe, expect, it } from 'vitest'
import type { FieldCard } from '@/api/schema'
import { complete } from './completion'

const field = (name: string, en: string, zh: string): FieldCard => ({ name, en, zh, kind: 'keyword', unit: '', source: '', protocol: '', example: null })
const fields = [
  field('source.ip', 'IP address of the source', '源 IP 地址'),
  field('source.port', 'port of the source', '源端口'),
  field('modbus.function_code', 'function code', '功能码'),
  field('ot.command', 'what the message does', '报文的作用'),
]
const values = (name: string) => (name === 'ot.command' ? [{ text: 'ot_write_command', label: 'ot_write_command', meaning: '写入' }] : [])
const labels = (query: string, caret = query.length) => complete(query, caret, fields, 'zh', values)?.options.map((option) => option.label)

describe('completing a query', () => {
  it('offers fields that begin so', () => expect(labels('sou')).toEqual(['source.ip', 'source.port']))
  it('finds a later part of a name', () => expect(labels('not func')).toEqual(['modbus.function_code']))
  it('finds a field by its meaning', () => expect(labels('功能')).toEqual(['modbus.function_code']))
  it('offers the values of a field', () => expect(labels('source.ip:1 and ot.command:wr')).toEqual(['ot_write_command']))
  it('finds a value by its meaning', () => expect(labels('ot.command:写')).toEqual(['ot_write_command']))
  it('replaces the word at the caret only', () => expect(complete('sou and x:1', 3, fields, 'zh', values)).toMatchObject({ from: 0, to: 3 }))
  it.each(['', 'source.ip:1 an and', 'source.ip:"sou', 'source.ip:10 '])('says nothing after %j', (query) => expect(labels(query)).toBeUndefined())
})
