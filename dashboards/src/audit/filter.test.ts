import { describe, expect, it } from 'vitest'
import description from '../../openapi.json'
import { ACTIONS, fromAddress, parameters, toAddress, type Filter } from './filter'

const NOW = Date.parse('2026-11-21T08:00:00Z')
const WHOLE: Filter = { user: '', actor: '', action: '', range: { span: '180d' } }

describe('the filter of the audit log', () => {
  it('knows every action of the server, each once', () => {
    const asked = description.paths['/api/audit'].get.parameters.find((one) => one.name === 'action')
    const known = (asked?.schema as { items: { enum: string[] } }).items.enum
    expect(Object.values(ACTIONS).flat().sort()).toEqual([...known].sort())
  })

  it.each<Filter>([
    WHOLE,
    { ...WHOLE, user: 'li', action: 'alert' },
    { ...WHOLE, actor: 'platform', action: 'alert.open', range: { span: '7d' } },
    { ...WHOLE, range: { start: '2026-11-01T00:00:00.000Z', end: '2026-11-02T00:00:00.000Z' } },
  ])('comes back from its address: %j', (filter) => expect(fromAddress(toAddress(filter))).toEqual(filter))

  it('leaves out what it does not know', () => {
    expect(fromAddress({ action: 'alert.x', actor: 'unknown', span: '9y', user: ['a', 'b'] })).toEqual(WHOLE)
  })

  it('asks for all actions of a group', () => {
    expect(parameters({ ...WHOLE, action: 'capture' }, NOW)).toEqual({ start: '2026-05-25T08:00:00.000Z', action: ['capture.uploaded', 'capture.deleted'] })
    expect(parameters({ ...WHOLE, action: 'alert.open' }, NOW).action).toEqual(['alert.open'])
  })

  it('ends a span where the server says it is now, and two moments where they say', () => {
    expect(parameters(WHOLE, NOW)).not.toHaveProperty('end')
    const range = { start: '2026-11-01T00:00:00.000Z', end: '2026-11-02T00:00:00.000Z' }
    expect(parameters({ ...WHOLE, range }, NOW)).toEqual(range)
  })
})
