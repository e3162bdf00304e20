import { describe, expect, it } from 'vitest'
import { brief, moment, precise, span, stamp } from './format'

describe('times', () => {
  const text = '2026-03-01T08:04:05.123456789Z'

  it('keep the millisecond of a nanosecond time', () => expect(moment(text).getTime()).toBe(Date.UTC(2026, 2, 1, 8, 4, 5, 123)))
  it('show microseconds where packets are compared', () => expect(precise(text)).toMatch(/:05\.123456$/))
  it('fill up short fractions', () => expect(precise('2026-03-01T08:04:05.5Z')).toMatch(/:05\.500000$/))
  it('leave the day out for today', () => expect(brief(text, moment(text))).toBe(stamp(text).slice(11)))
  it('leave the year out for this year', () => expect(brief(text, new Date(2026, 10, 1))).toBe(stamp(text).slice(5)))
})

describe('spans', () => {
  it.each([
    [0, 'en', '0 secs'],
    [59, 'en', '59 secs'],
    [60, 'en', '1 min'],
    [5400, 'en', '1 hr 30 mins'],
    [5400, 'zh', '1小时 30分钟'],
    [86_400, 'zh', '1天'],
  ])('%d seconds in %s read %s', (seconds, language, words) => expect(span(seconds, language)).toBe(words))
})
