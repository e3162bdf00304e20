import { describe, expect, it } from 'vitest'
import { rangeFrom, rangeTo, resolve } from './range'

describe('a range', () => {
  const fixed = { start: '2026-03-01T08:00:00.000Z', end: '2026-03-01T09:00:00.000Z' }

  it('survives the way through the address', () => {
    expect(rangeFrom(rangeTo(fixed, '24h'), '24h')).toEqual(fixed)
    expect(rangeFrom(rangeTo({ span: '7d' }, '24h'), '24h')).toEqual({ span: '7d' })
  })
  it('is left out of the address where it is the usual one', () => expect(rangeTo({ span: '24h' }, '24h')).toEqual({}))
  it.each<Record<string, string>>([{ span: 'ever' }, { start: 'yesterday', end: 'today' }, { start: fixed.end, end: fixed.start }])(
    'that makes no sense (%o) is the usual one',
    (query) => expect(rangeFrom(query, '1h')).toEqual({ span: '1h' }),
  )
  it('that is relative ends now', () =>
    expect(resolve({ span: '15m' }, Date.UTC(2026, 2, 1, 9))).toEqual({ start: '2026-03-01T08:45:00.000Z', end: '2026-03-01T09:00:00.000Z' }))
})
